//! The program and its surroundings: a service manager, a look at the configuration, a single
//! reading.

use std::{fs, process::Command, time::Duration};

use pretty_assertions::assert_eq;
use reqwest::Method;
use rustix::process::Signal;
use snapbox::str;
use tempfile::TempDir;
use tokio::net::UnixDatagram;

use crate::{
    process::{Process, binary, command, ended, folder, run, serving},
    support::{NOBODY, Running, Samples, Simulated, configure},
};

const LIMIT: Duration = Duration::from_secs(30);

/// A configuration of one target at a Trio, or at a server that is not asked.
fn configured(entry: &str) -> (TempDir, String) {
    let folder = folder();
    let file = configure(folder.path(), &format!("targets:\n{entry}"));
    (folder, file)
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
    let trio = Simulated::small().await;
    let (folder, file) = configured(&trio.entry("one"));
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    let mut command = Command::new(binary());
    command.args(["--config.file", &file, "--web.listen-address", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    let mut running = Process::spawn(command, "cargo builds it");
    assert_eq!(next_message(&socket).await, ["READY=1"]);
    for _ in 0..3 {
        assert_eq!(next_message(&socket).await, ["WATCHDOG=1"]);
    }
    running.signal(Signal::HUP);
    let reloading = news(&socket).await;
    assert_eq!(reloading[0], "RELOADING=1");
    let moment = reloading[1].strip_prefix("MONOTONIC_USEC=").expect("systemd asks for the moment");
    assert!(moment.parse::<u64>().is_ok_and(|moment| moment > 0), "{moment}");
    assert_eq!(news(&socket).await, ["READY=1"]);
    running.signal(Signal::TERM);
    assert_eq!(news(&socket).await, ["STOPPING=1"]);
    assert!(running.ended().await.success());
}

#[tokio::test]
async fn once_prints_metrics_and_exit_code_reports_failed_reads() {
    let trio = Simulated::small().await;
    let (_folder, file) = configured(&trio.entry("one"));
    let once = async |file: &str| {
        let (code, out, log) = ended(&run(command(["--config.file", file, "--once"])).await);
        (code, Samples::parse(&out), log)
    };
    let (code, shown, _) = once(&file).await;
    assert_eq!((code, shown.get("trio_up", &[])), (Some(0), Some(1.0)));
    assert_eq!(shown.find("trio_service_info", &[]).len(), 2);
    let (_folder, nobody) = configured(&trio.entry("one").replace(&trio.addr.to_string(), NOBODY));
    let (code, shown, log) = once(&nobody).await;
    assert_eq!((code, shown.get("trio_up", &[])), (Some(1), Some(0.0)));
    assert!(log.contains("not read: one; the log says why"), "{log}");
}

#[test]
fn configuration_check_sends_no_request() {
    let entry = "  - {name: one, servers: \"https://127.0.0.1:1/te/api\", client_key: bnlja2Vs, \
                 username: exporter, password: x}\n";
    let (_folder, file) = configured(entry);
    let check = || command(["--config.file", &file, "--config.check"]).assert();
    check().success().stdout_eq(format!("{file} can be used; targets: one\n"));
    fs::write(&file, "targets: []\nstate_fil: x\n").expect("a configuration");
    check().code(2).stdout_eq("").stderr_eq(str![[r#"
[..]/trio-exporter.yml:1:10: targets: must name at least one Trio system to read
[..]/trio-exporter.yml:2:1: state_fil: unknown key; did you mean `state_file`?

"#]]);
}

/// Puts a pipe in the place of a file: one who reads it waits for a writer, and then for its bytes.
#[cfg(target_os = "linux")]
fn replace_with_pipe(file: &std::path::Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    fs::remove_file(file).expect("removed");
    mknodat(CWD, file, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn pipe_in_place_of_the_configuration_is_not_waited_for() {
    let (_folder, file) = configured(&Simulated::small().await.entry("one"));
    let mut running = Running::start(&file, &[]).await;
    replace_with_pipe(file.as_ref());
    let answer = running.reload().await;
    assert!(answer.contains("it is no regular file"), "{answer}");
    assert_eq!(running.page("/-/healthy").await, "healthy\n");
    running.process.signal(Signal::TERM);
    let ended = running.process.ended().await;
    assert_eq!(ended.code(), Some(0), "{}", running.process.stderr());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn pipes_in_place_of_secrets_stop_nothing() {
    let trio = Simulated::small().await;
    let folder = folder();
    // More targets than threads that answer requests.
    let targets: Vec<String> = (0..16)
        .map(|number| {
            fs::write(folder.path().join(format!("password{number}")), "wrong").expect("a secret");
            trio.entry(&format!("t{number}"))
        })
        .collect();
    let password = sim_password();
    let mut text = String::new();
    for (number, entry) in targets.iter().enumerate() {
        let own = format!("password_file: password{number}}}");
        text += &entry.replace(&format!("password: {password}}}"), &own);
    }
    let file = configure(folder.path(), &format!("targets:\n{text}poll: {{state: 1s}}\n"));
    let mut running = Running::start(&file, &[]).await;
    running
        .until_metrics("all logins to be refused", |it| {
            let failures = it.find("trio_auth_failures_total", &[]);
            failures.iter().filter(|(_, count)| *count > 0.0).count() == 16
        })
        .await;
    for number in 0..16 {
        replace_with_pipe(&folder.path().join(format!("password{number}")));
    }
    // The files are read again at each cycle while the login waits.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(running.page("/-/healthy").await, "healthy\n");
    assert!(running.page("/metrics").await.contains("trio_up"));
    running.process.signal(Signal::TERM);
    let ended = running.process.ended().await;
    assert_eq!(ended.code(), Some(0), "{}", running.process.stderr());
}

#[cfg(target_os = "linux")]
fn sim_password() -> String {
    trio_exporter::sim::Options::default().password
}

#[tokio::test]
async fn authorised_users_change_log_level_at_run_time() {
    let (folder, file) = configured(&Simulated::small().await.entry("one"));
    let web = folder.path().join("web.yml");
    let hash = bcrypt::hash("hemligt", 4).expect("a hash");
    fs::write(&web, format!("basic_auth_users: {{admin: {hash}}}\n")).expect("a web configuration");
    let web = web.to_str().expect("UTF-8");
    let mut running = serving(&file, &["--web.config.file", web]);
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
