//! The program and its surroundings: a service manager, a look at the configuration, a single
//! reading.

use std::{fs, process::Command, time::Duration};

use pretty_assertions::assert_eq;
use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::net::UnixDatagram;
use trio_exporter::{model::Clock, sim::Options};

use crate::{
    process::folder,
    support::{Samples, Simulated},
};

const LIMIT: Duration = Duration::from_secs(30);

fn configured(servers: &str) -> (TempDir, String) {
    let Options { client_key, username, password, .. } = Options::default();
    let folder = folder();
    let file = folder.path().join("trio-exporter.yml");
    let text = format!(
        "targets:\n  - {{name: one, servers: \"{servers}\", client_key: {client_key}, username: {username}, password: {password}}}\n"
    );
    fs::write(&file, text).expect("a configuration");
    let file = file.to_str().expect("UTF-8").to_owned();
    (folder, file)
}

fn exporter(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trio-exporter"));
    command.args(arguments).env_clear();
    command
}

async fn trio() -> Simulated {
    Simulated::start(Options { services: 2, agents: 6, ..Options::default() }, Clock::system())
        .await
}

/// Next message of the program to its service manager, by lines.
async fn next_message(socket: &UnixDatagram) -> Vec<String> {
    let mut message = [0; 512];
    let length = tokio::time::timeout(LIMIT, socket.recv(&mut message))
        .await
        .expect("in time")
        .expect("a message");
    String::from_utf8_lossy(&message[..length]).lines().map(str::to_owned).collect()
}

/// The next message that is no sign of life.
async fn news(socket: &UnixDatagram) -> Vec<String> {
    loop {
        let message = next_message(socket).await;
        if message != ["WATCHDOG=1"] {
            return message;
        }
    }
}

#[tokio::test]
async fn a_service_manager_hears_of_readiness_life_reloads_and_the_end() {
    let trio = trio().await;
    let (folder, file) = configured(&trio.url());
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    let mut child = exporter(&["--config.file", &file, "--web.listen-address", "127.0.0.1:0"])
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "200000")
        .spawn()
        .expect("the program");
    let signal = |signal| kill_process(Pid::from_child(&child), signal).expect("a child of ours");
    assert_eq!(next_message(&socket).await, ["READY=1"]);
    for _ in 0..3 {
        assert_eq!(next_message(&socket).await, ["WATCHDOG=1"]);
    }
    signal(Signal::HUP);
    let reloading = news(&socket).await;
    assert_eq!(reloading[0], "RELOADING=1");
    let moment = reloading[1].strip_prefix("MONOTONIC_USEC=").expect("systemd asks for the moment");
    assert!(moment.parse::<u64>().is_ok_and(|moment| moment > 0), "{moment}");
    assert_eq!(news(&socket).await, ["READY=1"]);
    signal(Signal::TERM);
    assert_eq!(news(&socket).await, ["STOPPING=1"]);
    assert!(child.wait().expect("a child of ours").success());
}

#[tokio::test]
async fn once_prints_metrics_and_exit_code_reports_failed_reads() {
    let trio = trio().await;
    let (_folder, file) = configured(&trio.url());
    let run = |file: String| async move {
        tokio::task::spawn_blocking(move || exporter(&["--config.file", &file, "--once"]).output())
            .await
            .expect("no panic")
            .expect("the program")
    };
    let output = run(file).await;
    let shown = Samples::parse(&String::from_utf8(output.stdout).expect("UTF-8"));
    assert_eq!((output.status.code(), shown.get("trio_up", &[])), (Some(0), Some(1.0)));
    assert_eq!(shown.find("trio_service_info", &[]).len(), 2);
    let (_folder, nobody) = configured("http://127.0.0.1:1/te/api");
    let output = run(nobody).await;
    let shown = Samples::parse(&String::from_utf8(output.stdout).expect("UTF-8"));
    assert_eq!((output.status.code(), shown.get("trio_up", &[])), (Some(1), Some(0.0)));
    let log = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(log.contains("not read: one; the log says why"), "{log}");
}

#[test]
fn configuration_check_sends_no_request() {
    let (_folder, file) = configured("https://127.0.0.1:1/te/api");
    let output =
        exporter(&["--config.file", &file, "--config.check"]).output().expect("the program");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "the configuration can be used; targets: one\n"
    );
    assert!(output.status.success());
    fs::write(&file, "targets: []\nstate_fil: x\n").expect("a configuration");
    let output =
        exporter(&["--config.file", &file, "--config.check"]).output().expect("the program");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(
        log.contains("targets: must name at least one") && log.contains(":2:1: state_fil: "),
        "{log}"
    );
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_on_a_disk_that_hangs_does_not_keep_the_program_from_ending() {
    use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};

    let (_folder, file) = configured(&trio().await.url());
    let arguments = ["--config.file", &file, "--web.listen-address", "127.0.0.1:0"];
    let mut running = crate::process::exporter(&arguments);
    let reload = format!("http://{}/-/reload", running.serves().await);
    // A reader of a pipe waits for a writer, and then for its bytes.
    fs::remove_file(&file).expect("removed");
    mknodat(CWD, &*file, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
    let asked = tokio::spawn(crate::support::reqwest_client().post(reload).send());
    let _writer = crate::process::until("the file to be read", LIMIT, async || {
        open(&*file, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty())
            .map_err(|error| error.to_string())
    })
    .await;
    running.signal(Signal::TERM);
    let ended = running.ended().await;
    assert_eq!(ended.code(), Some(0), "{}", running.stderr());
    let answer = asked.await.expect("no panic").expect("an answer").text().await.expect("a body");
    assert!(answer.ends_with("the exporter is stopping\n"), "{answer}");
}

#[tokio::test]
async fn authorised_users_change_log_level_at_run_time() {
    let (folder, file) = configured(&trio().await.url());
    let web = folder.path().join("web.yml");
    let hash = bcrypt::hash("hemligt", 4).expect("a hash");
    fs::write(&web, format!("basic_auth_users: {{admin: {hash}}}\n")).expect("a web configuration");
    let web = web.to_str().expect("UTF-8");
    let arguments =
        ["--config.file", &file, "--web.config.file", web, "--web.listen-address", "127.0.0.1:0"];
    let mut running = crate::process::exporter(&arguments);
    let page = format!("http://{}/-/log-level", running.serves().await);
    let client = crate::support::reqwest_client();
    let ask = async |method: Method, body: &'static str, password: Option<&str>| {
        let mut request = client.request(method, &page).body(body);
        if let Some(password) = password {
            request = request.basic_auth("admin", Some(password));
        }
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    };
    for password in [None, Some("wrong")] {
        assert_eq!(ask(Method::PUT, "trace", password).await.0, 401);
    }
    let right = Some("hemligt");
    assert_eq!(ask(Method::GET, "", right).await, (200, "info\n".to_owned()));
    assert_eq!(ask(Method::PUT, "debug", right).await, (200, "debug (before: info)\n".to_owned()));
    assert_eq!(ask(Method::PUT, "loud", right).await.0, 400);
    assert_eq!(ask(Method::GET, "", right).await, (200, "debug\n".to_owned()));
}
