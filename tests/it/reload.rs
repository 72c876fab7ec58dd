//! Reloads of the configuration while the program is running: by SIGHUP and by `POST /-/reload`.

use std::{fs, path::PathBuf, time::Duration};

use pretty_assertions::assert_eq;
use reqwest::{Method, StatusCode};
use rustix::process::Signal;
use tempfile::TempDir;
use trio_exporter::{model::Clock, sim::Options};

use crate::{
    process::{Process, exporter, folder, until},
    support::{Samples, Simulated, reqwest_client},
};

const LIMIT: Duration = Duration::from_secs(30);

/// The program, its configuration file, and the Trios that it may read.
struct Scene {
    folder: TempDir,
    process: Process,
    url: String,
    trios: [Simulated; 2],
}

impl Scene {
    /// The program once it has read the targets `a` and `b`.
    async fn start() -> Self {
        let small = Options { services: 2, agents: 6, ..Options::default() };
        let trio = |seed| Simulated::start(Options { seed, ..small.clone() }, Clock::system());
        let trios = [trio(1).await, trio(2).await];
        let folder = folder();
        fs::write(folder.path().join("password"), &small.password).expect("a secret");
        let [a, b] = [entry("a", &trios[0]), entry("b", &trios[1])];
        let file = written(&folder, &format!("targets:\n{a}{b}poll: {{state: 1s}}\n"));
        let file = file.to_str().expect("UTF-8");
        let mut process = exporter(&["--config.file", file, "--web.listen-address", "127.0.0.1:0"]);
        let address = process.serves().await;
        let scene = Self { folder, process, url: format!("http://{address}"), trios };
        for target in ["a", "b"] {
            scene.until_read(target).await;
        }
        scene
    }

    fn configure(&self, text: &str) {
        written(&self.folder, text);
    }

    async fn metrics(&self) -> Samples {
        let answer =
            reqwest_client().get(format!("{}/metrics", self.url)).send().await.expect("an answer");
        Samples::parse(&answer.text().await.expect("a body"))
    }

    async fn send(&self, method: Method) -> (StatusCode, String) {
        let answer =
            reqwest_client().request(method, format!("{}/-/reload", self.url)).send().await;
        let answer = answer.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    }

    async fn until_read(&self, target: &str) {
        until("the target to be read", LIMIT, async || {
            let metrics = self.metrics().await;
            let spent = metrics.find("trio_agents_state_seconds_total", &[("target", target)]);
            let spent: f64 = spent.iter().map(|(_, seconds)| seconds).sum();
            if spent > 0.0 { Ok(()) } else { Err(format!("{target} has {spent} agent seconds")) }
        })
        .await;
    }

    async fn until_reloaded(&self, successful: f64) -> Samples {
        until("the configuration to be read", LIMIT, async || {
            let metrics = self.metrics().await;
            let found = metrics.get("trio_config_last_reload_successful", &[]);
            if found == Some(successful) { Ok(metrics) } else { Err(format!("{found:?}")) }
        })
        .await
    }
}

fn entry(name: &str, trio: &Simulated) -> String {
    let Options { client_key, username, .. } = Options::default();
    format!(
        "  - {{name: {name}, servers: {}, client_key: {client_key}, username: {username}, password_file: password}}\n",
        trio.url()
    )
}

fn written(folder: &TempDir, text: &str) -> PathBuf {
    let file = folder.path().join("trio-exporter.yml");
    fs::write(&file, text).expect("a configuration");
    file
}

#[tokio::test]
async fn unchanged_target_keeps_session_and_counters_on_reload() {
    let scene = Scene::start().await;
    let before = scene.metrics().await;
    let [a, b] = &scene.trios;
    let [a, c] = [entry("a", a), entry("c", b)];
    scene.configure(&format!("targets:\n{c}{a}poll: {{state: 1s}}\n"));
    let (status, text) = scene.send(Method::POST).await;
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
    scene.configure(&format!("targets:\n{}poll: {{state: 1s}}\n", entry("a", a)));
    let (_, text) = scene.send(Method::POST).await;
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
    let [a, b] = [entry("a", &scene.trios[0]), entry("b", &scene.trios[1])];
    let b = b.replace("name: b,", "name: b, contact_centers: {deny: [\"1\"]},");
    scene.configure(&format!("targets:\n{a}{b}poll: {{state: 1s}}\n"));
    let (status, text) = scene.send(Method::PUT).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "changed: b; 1 unchanged\n"));
    until("the contact centre of b to be gone", LIMIT, async || {
        let metrics = scene.metrics().await;
        let shown = metrics.find("trio_agents", &[("target", "b")]).len();
        if shown == 0 { Ok(()) } else { Err(format!("{shown} series")) }
    })
    .await;
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
    let (status, text) = scene.send(Method::POST).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    for part in [
        "the configuration cannot be used; nothing was changed:\n",
        "trio-exporter.yml:1:10: targets: must name at least one Trio system to read",
        "trio-exporter.yml:2:1: pol: ",
    ] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
    let metrics = scene.until_reloaded(0.0).await;
    assert_eq!(metrics.get("trio_config_last_reload_success_timestamp_seconds", &[]), started);
    assert_eq!(metrics.find("trio_up", &[]).len(), 2, "both go on");
    let [a, b] = [entry("a", &scene.trios[0]), entry("b", &scene.trios[1])];
    scene.configure(&format!("targets:\n{a}{b}poll: {{state: 1s}}\n"));
    scene.process.signal(Signal::HUP);
    let metrics = scene.until_reloaded(1.0).await;
    assert!(metrics.get("trio_config_last_reload_success_timestamp_seconds", &[]) >= started);
    let logins: f64 =
        metrics.find("trio_auth_logins_total", &[]).iter().map(|(_, logins)| logins).sum();
    assert_eq!(logins, 2.0, "one each, at the start");
}

#[tokio::test]
async fn a_corrected_secret_is_used_at_once_though_logins_had_to_wait() {
    let Options { client_key, username, password, .. } = Options::default();
    let trio =
        Simulated::start(Options { services: 2, agents: 6, ..Options::default() }, Clock::system())
            .await;
    let folder = folder();
    let configure = |password: &str| {
        let text = format!(
            "targets:\n  - {{servers: {}, client_key: {client_key}, username: {username}, password: {password}}}\n",
            trio.url()
        );
        written(&folder, &text)
    };
    let file = configure("wrong");
    let mut process = exporter(&[
        "--config.file",
        file.to_str().expect("UTF-8"),
        "--web.listen-address",
        "127.0.0.1:0",
    ]);
    process.says("that it was refused", |text| text.contains("login refused").then_some(())).await;
    configure(&password);
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
    scene.configure(&format!("targets:\n{}{rest}", entry("a", a)));
    let file = scene.folder.path().join("trio-exporter.yml");
    let mut process = exporter(&[
        "--config.file",
        file.to_str().expect("UTF-8"),
        "--web.listen-address",
        "127.0.0.1:0",
    ]);
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
    scene.configure(&format!("targets:\n{}{rest}", entry("other", b)));
    process.signal(Signal::HUP);
    saved("other", "a").await;
}

#[tokio::test]
async fn only_a_post_or_a_put_reads_the_configuration() {
    let scene = Scene::start().await;
    let (status, text) = scene.send(Method::GET).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(text.contains("send a POST"), "{text}");
}
