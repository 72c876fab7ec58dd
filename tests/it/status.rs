//! `/status` over real servers: reports on targets and missing services.

mod reasons;

use std::{path::Path, time::Duration};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{
    metrics::Identity,
    model::Clock,
    sim::{Dialect, Options},
};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path},
};

use crate::support::{
    HandWritten, NOBODY, Simulated, TestApp, assert_file, config, still_clock, target,
};

async fn status(app: &TestApp, query: &str) -> Value {
    let text = app.get(&format!("/status.json{query}")).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A simulated Trio and the exporter that reads it, in the same time.
async fn simulated(options: Options) -> (Simulated, TestApp) {
    let clock = still_clock();
    let trio = Simulated::start(options, clock.clone()).await;
    let app = TestApp::start_at(config(trio.target(true), Identity::Name), clock).await;
    (trio, app)
}

fn small() -> Options {
    Options { services: 4, agents: 6, ..Options::default() }
}

/// Entry of a collector, in the first contact centre.
fn collector<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut all = report["targets"][0]["collectors"].as_array().expect("a list").iter();
    let found = all.find(|entry| entry["collector"] == name && !entry["contact_center"].is_null());
    found.unwrap_or_else(|| panic!("no {name} in {report:#}"))
}

/// Replaces the values that differ from run to run.
fn masked(mut report: Value, address: &str) -> String {
    report["exporter"]["version"] = json!("VERSION");
    report["exporter"]["revision"] = json!("REVISION");
    let skew = &mut report["targets"][0]["clock_skew_seconds"];
    assert!(
        skew.as_f64().is_some_and(|skew| skew.abs() < 5.0),
        "half of what the answer took: {skew}"
    );
    *skew = json!(0.0);
    let text =
        serde_json::to_string_pretty(&report).expect("JSON").replace(address, "trio.example");
    text + "\n"
}

#[tokio::test]
async fn the_morning_gives_exactly_the_expected_json() {
    let trio = HandWritten::start().await;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    trio.serve_folder(&data.join("serve/morning")).await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    app.step_after(5).await;
    let report = masked(status(&app, "?service=11").await, &trio.server.address().to_string());
    assert_file("tests/data/expected/status.json", &report);
}

#[tokio::test]
async fn flow_beyond_15_s_names_what_is_not_measured() {
    let clock = still_clock();
    let trio = Simulated::start(small(), clock.clone()).await;
    for (flow, count) in [(15, 0), (16, 1)] {
        let mut config = config(trio.target(true), Identity::None);
        config.poll.flow = Some(Duration::from_secs(flow));
        let mut app = TestApp::start_at(config, clock.clone()).await;
        app.step().await;
        let report = status(&app, "").await;
        let findings = report["findings"].as_array().expect("a list");
        let found: Vec<&Value> =
            findings.iter().filter(|finding| finding["kind"] == "flow_not_measured").collect();
        assert_eq!(found.len(), count, "{findings:#?}");
        for finding in found {
            let text = finding.to_string();
            assert!(text.contains("read every 16 s: above 15 s the service level"), "{text}");
        }
        let words = "times of agents in each state, are no longer measured reliably";
        assert_eq!(app.get("/status").await.contains(words), count > 0);
    }
}

#[tokio::test]
async fn refused_login_keeps_its_reason_until_one_succeeds() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
    Mock::given(method("POST"))
        .and(path("/te/api/login"))
        .respond_with(ResponseTemplate::new(401))
        .with_priority(1)
        .up_to_n_times(1)
        .mount(&trio.server)
        .await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    for wait in [60, 55, 50] {
        let report = status(&app, "").await;
        let finding = report["findings"][0]["what"].as_str().expect("text");
        let refusal = "login: login refused (401): check the API client key first";
        assert!(finding.starts_with(refusal), "{finding}");
        let next = format!("; the next login is tried in {wait} s");
        assert_eq!(finding.ends_with(&next), wait < 60, "{finding}");
        app.step_after(5).await;
    }
    app.step_after(60).await;
    assert_eq!(status(&app, "").await["targets"][0]["trouble"], Value::Null);
}

#[tokio::test]
async fn the_mapping_in_use_is_shown_in_every_dialect() {
    for (dialect, member, source) in [
        (Dialect::English, "queueLength", "builtin"),
        (Dialect::Swedish, "kölängd", "builtin"),
        (Dialect::Foreign, "", "user"),
        (Dialect::Vendor, "", "user"),
    ] {
        let (_trio, mut app) = simulated(Options { dialect, ..small() }).await;
        app.step().await;
        app.step_after(5).await;
        let (report, metrics) = (status(&app, "").await, app.metrics().await);
        let fields = report["targets"][0]["fields"].as_array().expect("a list");
        let queue = fields
            .iter()
            .find(|f| f["resource"] == "services/state" && f["field"] == "queue_length");
        let queue = queue.expect("a field of the dictionary");
        assert_eq!(
            (&queue["state"], &queue["source"]),
            (&json!("found"), &json!(source)),
            "{dialect:?}"
        );
        assert!(member.is_empty() || queue["member"] == member, "{dialect:?}: {queue}");
        // The same as the metrics say, field by field.
        let infos = metrics.find("trio_field_info", &[]).len();
        let used = fields.iter().filter(|f| f["state"] == "found" || f["state"] == "derived");
        assert_eq!(used.clone().count(), infos, "{dialect:?}");
        for field in used {
            let text = |key: &str| field[key].as_str().unwrap_or_default();
            let labels = ["resource", "field", "member"].map(|key| (key, text(key)));
            let found = metrics.find("trio_field_info", &labels);
            assert_eq!(found.len(), 1, "{dialect:?}: {field}");
        }
    }
}

#[tokio::test]
async fn page_answers_before_first_step_and_while_trio_hangs() {
    let trio = HandWritten::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(3600));
    trio.respond("", slow).await;
    let mut hanging = target(&trio.url());
    hanging.trio.limits.request = Duration::from_secs(3600);
    let mut app = TestApp::for_target(hanging).await;
    let (mut poller, url) = (app.pollers.remove(0), app.url.clone());
    let stepping = tokio::spawn(async move { poller.step().await });
    let client = crate::support::reqwest_client();
    for path in ["/status", "/status.json", "/status?service=x"] {
        let asked = client.get(format!("{url}{path}")).send();
        let answer = tokio::time::timeout(Duration::from_secs(20), asked).await.expect("at once");
        assert_eq!(answer.expect("an answer").status(), 200, "{path}");
    }
    assert!(!stepping.is_finished(), "Trio was still awaited");
    assert_eq!(status(&app, "").await["targets"][0]["state"], "not_read_yet");
    stepping.abort();
}

#[tokio::test]
async fn down_trio_is_shown_with_reason_and_start() {
    let (trio, mut app) = simulated(small()).await;
    app.step().await;
    assert_eq!(status(&app, "").await["targets"][0]["state"], "up");
    drop(trio);
    app.step_after(5).await;
    app.step_after(5).await;
    let report = status(&app, "").await;
    let target = &report["targets"][0];
    assert_eq!((&target["state"], &target["since"]["seconds_ago"]), (&json!("down"), &json!(5.0)));
    assert!(
        target["trouble"].as_str().is_some_and(|why| why.contains("no connection")),
        "{target}"
    );
    assert_eq!(report["findings"][0]["severity"], "broken");
    assert!(app.get("/status").await.contains("DOWN"));
}

#[tokio::test]
async fn each_target_is_separate_and_can_be_selected() {
    let clock = still_clock();
    let trio = Simulated::start(small(), clock.clone()).await;
    let mut both = config(trio.target(true), Identity::None);
    let mut away = target(&format!("http://{NOBODY}/te/api"));
    away.name = "away".into();
    both.targets.push(away);
    let mut app = TestApp::start_at(both, clock).await;
    app.step().await;
    let report = status(&app, "").await;
    let states: Vec<_> =
        report["targets"].as_array().expect("a list").iter().map(|t| &t["state"]).collect();
    assert_eq!(states, ["up", "down"]);
    let alone = status(&app, "?target=away").await;
    assert_eq!(
        (alone["targets"].as_array().map(Vec::len), &alone["targets"][0]["name"]),
        (Some(1), &json!("away"))
    );
    let unknown = app.get("/status?target=nowhere").await;
    assert_eq!(unknown, "404: there is no target \"nowhere\"; known: test, away\n");
}

#[tokio::test]
async fn missing_right_is_named_at_its_collector() {
    let (trio, mut app) = simulated(small()).await;
    trio.order("rights", &json!({"forbidden": ["agents/state", "roles"], "at_once": true})).await;
    app.step().await;
    let report = status(&app, "").await;
    let agents = collector(&report, "agent_state");
    let (state, right) = (&agents["state"], &agents["missing_right"]);
    assert_eq!((state, right), (&json!("forbidden"), &json!("read agents/state")), "{agents}");
    assert_eq!(collector(&report, "service_state")["state"], "well");
    let resources = report["targets"][0]["resources"].as_array().expect("a list");
    let roles = resources.iter().find(|resource| resource["resource"] == "roles").expect("counted");
    assert_eq!((&roles["accessible"], &roles["items"]), (&json!(false), &Value::Null));
    let page = app.get("/status").await;
    assert!(
        page.contains(
            "grant the API user the right to read <code>agents/state</code> in Trio Administrator"
        ),
        "{page}"
    );
}

#[tokio::test]
async fn beginning_of_unreadable_answer_is_never_shown() {
    let trio = HandWritten::start().await;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/serve/morning");
    trio.answer("cc/1/agents", "Åsa Öberg is no JSON").await;
    trio.serve_folder(&data).await;
    let mut app = TestApp::with_identity(target(&trio.url()), Identity::None).await;
    app.step().await;
    let report = status(&app, "").await;
    assert_eq!(collector(&report, "agents")["state"], "failed");
    assert_eq!(
        collector(&report, "agents")["words"],
        "agents: the answer is not what the API describes"
    );
    for page in [report.to_string(), app.get("/status").await] {
        assert!(!page.contains("Öberg"), "{page}");
    }
}

#[tokio::test]
async fn no_token_user_or_name_of_a_person_is_shown() {
    let clock = Clock::system();
    let options = Options { username: "lyssnare".to_owned(), ..small() };
    let trio = Simulated::start(options.clone(), clock.clone()).await;
    let mut app = TestApp::start_at(config(trio.target(true), Identity::Name), clock).await;
    app.step().await;
    let names: Vec<String> = app
        .agents()
        .await
        .find("trio_agent_info", &[])
        .into_iter()
        .filter_map(|(series, _)| {
            Some(series.split("agent_name=\"").nth(1)?.split('"').next()?.to_owned())
        })
        .collect();
    assert_eq!(names.len(), 6, "there is somebody who could be named");
    let Options { username, password, client_key, .. } = options;
    for page in ["/status", "/status.json", "/status?service=1"] {
        let text = app.get(page).await;
        for secret in names.iter().chain([&username, &password, &client_key]) {
            assert!(!text.contains(secret.as_str()), "{secret} on {page}");
        }
        assert!(!text.contains("Bearer") && text.contains("access"), "{page}");
    }
}
