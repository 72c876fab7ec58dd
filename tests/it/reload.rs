//! Reloads of the configuration while the program is running: by SIGHUP and by `POST /-/reload`.

use std::{fs, time::Duration};

use pretty_assertions::assert_eq;
use reqwest::{Method, StatusCode};
use rustix::process::Signal;
use tempfile::TempDir;
use trio_exporter::{config, model::Clock, sim::Options};

use crate::{
    process::{folder, serving, until},
    support::{Running, Samples, Simulated, TestApp, configure, still_clock},
};

const LIMIT: Duration = Duration::from_secs(30);

/// The program, its configuration file, and the Trios that it may read.
struct Scene {
    folder: TempDir,
    running: Running,
    trios: [Simulated; 2],
}

impl Scene {
    /// The program once it has read the targets `a` and `b`.
    async fn start() -> Self {
        let trio = |seed| {
            let options = Options { services: 2, agents: 6, seed, ..Options::default() };
            Simulated::start(options, Clock::system())
        };
        let trios = [trio(1).await, trio(2).await];
        let folder = folder();
        let [a, b] = [trios[0].entry("a"), trios[1].entry("b")];
        let file = configure(folder.path(), &format!("targets:\n{a}{b}poll: {{state: 1s}}\n"));
        let scene = Self { folder, running: Running::start(&file, &[]).await, trios };
        for target in ["a", "b"] {
            scene.until_read(target).await;
        }
        scene
    }

    fn configure(&self, text: &str) {
        configure(self.folder.path(), text);
    }

    async fn metrics(&self) -> Samples {
        self.running.metrics().await
    }

    async fn reload(&self, method: Method) -> (StatusCode, String) {
        self.running.send(method, "/-/reload").await
    }

    async fn until_read(&self, target: &str) {
        let spent = |metrics: &Samples| -> f64 {
            let spent = metrics.find("trio_agents_state_seconds_total", &[("target", target)]);
            spent.iter().map(|(_, seconds)| seconds).sum()
        };
        let read = self.running.until_metrics("the target to be read", |it| spent(it) > 0.0);
        read.await;
    }

    async fn until_reloaded(&self, successful: f64) -> Samples {
        let found = |it: &Samples| it.get("trio_config_last_reload_successful", &[]);
        let fits = |it: &Samples| found(it) == Some(successful);
        self.running.until_metrics("the configuration to be read", fits).await
    }
}

#[tokio::test]
async fn unchanged_target_keeps_session_and_counters_on_reload() {
    let scene = Scene::start().await;
    let before = scene.metrics().await;
    let [a, b] = &scene.trios;
    let [a, c] = [a.entry("a"), b.entry("c")];
    scene.configure(&format!("targets:\n{c}{a}poll: {{state: 1s}}\n"));
    let (status, text) = scene.reload(Method::POST).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "new: c; gone: b; 1 unchanged\n"));
    let metrics = scene.metrics().await;
    assert!(metrics.find("trio_up", &[("target", "b")]).is_empty(), "it is no longer configured");
    assert_eq!(metrics.find("trio_up", &[("target", "c")]).len(), 1);
    scene.until_read("c").await;
    let after = scene.metrics().await;
    let of_a = |metrics: &Samples, name: &str| -> f64 {
        metrics.find(name, &[("target", "a")]).iter().map(|(_, value)| value).sum()
    };
    assert_eq!(of_a(&after, "trio_auth_logins_total"), 1.0);
    for counter in ["trio_agents_state_seconds_total", "trio_api_requests_total"] {
        assert!(
            of_a(&before, counter) > 0.0 && of_a(&after, counter) > of_a(&before, counter),
            "{counter}"
        );
    }
    assert_eq!(of_a(&after, "trio_polls_missed_total"), 0.0);
}

#[tokio::test]
async fn a_target_that_is_gone_is_asked_nothing_more() {
    let scene = Scene::start().await;
    let [a, b] = &scene.trios;
    scene.configure(&format!("targets:\n{}poll: {{state: 1s}}\n", a.entry("a")));
    let (_, text) = scene.reload(Method::POST).await;
    assert_eq!(text, "gone: b; 1 unchanged\n");
    let [of_a, of_b] = [a, b].map(|trio| trio.simulator.requests());
    until("the target that stays to be asked", LIMIT, async || {
        let more = a.simulator.requests() - of_a;
        if more > 20 { Ok(()) } else { Err(format!("{more} requests")) }
    })
    .await;
    let under_way = b.simulator.requests() - of_b;
    assert!(under_way <= 4, "{under_way} requests since it is gone");
}

#[tokio::test]
async fn changed_target_restarts_and_others_continue() {
    let scene = Scene::start().await;
    let [a, b] = [scene.trios[0].entry("a"), scene.trios[1].entry("b")];
    let b = b.replace("name: b,", "name: b, contact_centers: {deny: [\"1\"]},");
    scene.configure(&format!("targets:\n{a}{b}poll: {{state: 1s}}\n"));
    let (status, text) = scene.reload(Method::PUT).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "changed: b; 1 unchanged\n"));
    let gone = |it: &Samples| it.find("trio_agents", &[("target", "b")]).is_empty();
    scene.running.until_metrics("the contact centre of b to be gone", gone).await;
    let metrics = scene.metrics().await;
    assert!(!metrics.find("trio_agents", &[("target", "a")]).is_empty());
    let logins = |target| metrics.get("trio_auth_logins_total", &[("target", target)]);
    assert_eq!((logins("a"), logins("b")), (Some(1.0), Some(2.0)));
}

#[tokio::test]
async fn faulty_configuration_changes_nothing_and_names_all_mistakes() {
    let scene = Scene::start().await;
    let started = scene
        .until_reloaded(1.0)
        .await
        .get("trio_config_last_reload_success_timestamp_seconds", &[]);
    scene.configure("targets: []\npol: {state: 1s}\n");
    let (status, text) = scene.reload(Method::POST).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    for part in [
        "the configuration was not reloaded; nothing was changed:\n",
        "trio-exporter.yml:1:10: targets: must name at least one Trio system to read",
        "trio-exporter.yml:2:1: pol: ",
    ] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
    let metrics = scene.until_reloaded(0.0).await;
    assert_eq!(metrics.get("trio_config_last_reload_success_timestamp_seconds", &[]), started);
    assert_eq!(metrics.find("trio_up", &[]).len(), 2, "both go on");
    let [a, b] = [scene.trios[0].entry("a"), scene.trios[1].entry("b")];
    scene.configure(&format!("targets:\n{a}{b}poll: {{state: 1s}}\n"));
    scene.running.process.signal(Signal::HUP);
    let metrics = scene.until_reloaded(1.0).await;
    assert!(metrics.get("trio_config_last_reload_success_timestamp_seconds", &[]) >= started);
    let logins: f64 =
        metrics.find("trio_auth_logins_total", &[]).iter().map(|(_, logins)| logins).sum();
    assert_eq!(logins, 2.0, "one each, at the start");
}

#[tokio::test]
async fn a_corrected_secret_is_used_at_once_though_logins_had_to_wait() {
    let Options { password, .. } = Options::default();
    let (trio, folder) = (Simulated::small().await, folder());
    let right = format!("targets:\n{}", trio.entry("trio"));
    let file = configure(folder.path(), &right.replace(&password, "wrong"));
    let mut process = serving(&file, &[]);
    process.says("that it was refused", |text| text.contains("login refused").then_some(())).await;
    configure(folder.path(), &right);
    process.signal(Signal::HUP);
    process.says("that it is well", |text| text.contains("1 unchanged").then_some(())).await;
    // Without the new secret the next attempt would come after a minute.
    until("the target to be read", LIMIT, async || {
        let requests = trio.simulator.requests();
        if requests > 20 { Ok(()) } else { Err(format!("{requests} requests")) }
    })
    .await;
    let log = process.stderr() + &process.stdout();
    assert!(!log.contains(&password), "a secret was logged");
}

#[tokio::test]
async fn new_target_is_saved_and_removed_target_forgotten() {
    let scene = Scene::start().await;
    let [a, b] = &scene.trios;
    let rest = "poll: {state: 1s}\nstate_file: counters\n";
    scene.configure(&format!("targets:\n{}{rest}", a.entry("a")));
    let file = scene.folder.path().join("trio-exporter.yml");
    let mut process = serving(file.to_str().expect("UTF-8"), &[]);
    process.serves().await;
    let saved = |wanted: &'static str, unwanted: &'static str| {
        let file = scene.folder.path().join("counters");
        async move {
            until("the counters to be saved", LIMIT, async || {
                let text = fs::read_to_string(&file).unwrap_or_default();
                let has = |name: &str| text.contains(&format!("{name:?}"));
                if has(wanted) && !has(unwanted) { Ok(()) } else { Err(text) }
            })
            .await;
        }
    };
    saved("a", "other").await;
    scene.configure(&format!("targets:\n{}{rest}", b.entry("other")));
    process.signal(Signal::HUP);
    saved("other", "a").await;
}

#[tokio::test]
async fn only_a_post_or_a_put_reads_the_configuration() {
    let scene = Scene::start().await;
    let (status, text) = scene.reload(Method::GET).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(text.contains("send a POST"), "{text}");
}

#[tokio::test]
async fn a_credential_that_was_corrected_is_read_again_after_a_refused_login() {
    let clock = still_clock();
    let options = Options { services: 2, agents: 6, ..Options::default() };
    let password = options.password.clone();
    let trio = Simulated::start(options, clock.clone()).await;
    let (configured, credentials) = (folder(), folder());
    fs::write(credentials.path().join("trio-password"), "wrong").expect("a credential");
    let entry = trio
        .entry("trio")
        .replace(&password, "X")
        .replace("password: X", "password_file: trio-password");
    let file = configure(configured.path(), &format!("targets:\n{entry}"));
    let directory = credentials.path().display().to_string();
    let environment = |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| directory.clone());
    let config = config::load(Some(file.as_ref()), &environment).expect("valid");

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
        [(); 2].map(|()| config::load(Some(file.as_ref()), &environment).expect("valid").targets);
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
    let text = "targets:\n  - {servers: https://127.0.0.1:1/te/api, client_key_file: client_key, username_file: username, password_file: password}\n";
    let mut process = serving(&configure(folder.path(), text), &[]);
    process.serves().await;
    let path = folder.path().join("password").display().to_string();
    let warning = format!("every user of this machine can read {path}; run `chmod o-r {path}`");
    let warned = |text: &str| text.matches(&warning).count();
    assert_eq!(warned(&process.stderr()), 1, "{}", process.stderr());
    assert_eq!(process.stderr().matches("chmod").count(), 1, "of nothing else");
    process.signal(Signal::HUP);
    process.says("it again", |text| (warned(text) == 2).then_some(())).await;
}
