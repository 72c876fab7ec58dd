//! Secrets that systemd hands over: found, and read again when they change. Secrets that all can
//! read: warned of.

use std::fs;

use trio_exporter::{config, sim::Options};

use crate::{
    process::{exporter, folder},
    support::{Simulated, TestApp, still_clock},
};

#[tokio::test]
async fn a_credential_that_was_corrected_is_read_again_after_a_refused_login() {
    let clock = still_clock();
    let options = Options { services: 2, agents: 6, ..Options::default() };
    let Options { client_key, username, password, .. } = options.clone();
    let trio = Simulated::start(options, clock.clone()).await;
    let (configured, credentials) = (folder(), folder());
    fs::write(credentials.path().join("trio-password"), "wrong").expect("a credential");
    let file = configured.path().join("trio-exporter.yml");
    let text = format!(
        "targets:\n  - {{servers: {}, client_key: {client_key}, username: {username}, password_file: trio-password}}\n",
        trio.url()
    );
    fs::write(&file, text).expect("a configuration");
    let directory = credentials.path().display().to_string();
    let environment = |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| directory.clone());
    let config = config::load(Some(&file), &environment).expect("valid");

    let mut app = TestApp::start_at(config, clock).await;
    app.step().await;
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(0.0), "refused");
    fs::write(credentials.path().join("trio-password"), &password).expect("a credential");
    app.step_after(61).await;
    app.step_after(5).await;
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));

    // What a reload reads is the same target: it keeps its session and takes the secret over.
    fs::write(credentials.path().join("trio-password"), "another").expect("a credential");
    let [before, after] =
        [(); 2].map(|()| config::load(Some(&file), &environment).expect("valid").targets);
    assert!(before == after, "{before:?} {after:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn world_readable_secret_warns_at_start_and_each_reload() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder();
    for (name, mode) in [("client_key", 0o600), ("username", 0o640), ("password", 0o644)] {
        let path = folder.path().join(name);
        fs::write(&path, "secret").expect("a secret");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a file of ours");
    }
    let file = folder.path().join("trio-exporter.yml");
    let text = "targets:\n  - {servers: https://127.0.0.1:1/te/api, client_key_file: client_key, username_file: username, password_file: password}\n";
    fs::write(&file, text).expect("a configuration");
    let file = file.to_str().expect("UTF-8");
    let mut process = exporter(&["--config.file", file, "--web.listen-address", "127.0.0.1:0"]);
    process.serves().await;
    let path = folder.path().join("password").display().to_string();
    let warning = format!("every user of this machine can read {path}; run `chmod o-r {path}`");
    let warned = |text: &str| text.matches(&warning).count();
    assert_eq!(warned(&process.stderr()), 1, "{}", process.stderr());
    assert_eq!(process.stderr().matches("chmod").count(), 1, "of nothing else");
    process.signal(rustix::process::Signal::HUP);
    process.says("it again", |text| (warned(text) == 2).then_some(())).await;
}
