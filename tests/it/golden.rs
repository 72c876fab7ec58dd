//! Hand-written answers in, exactly this exposition out: the main page and the page of agents, both
//! formats.
//!
//! The files under `tests/data/serve` are written by hand from the words of the vendor's help;
//! those under `tests/data/expected` were checked line by line. `GOLDEN=write cargo test golden`
//! writes the latter again, to be read in the diff.

mod contract;
mod masked;

use std::{fs, path::Path, sync::Arc, time::Duration};

use jiff::tz::{Offset, TimeZone};
use pretty_assertions::assert_eq;
use trio_exporter::{
    metrics::Identity,
    model::{
        AgentState, CaseClass, GivenClass, GivenGoals, Goals, Pattern, Rule, ServiceMatch, Shard,
    },
    trio::{Dictionary, ExtraRoots},
};
use wiremock::ResponseTemplate;

use crate::support::{HandWritten, NOBODY, TestApp, config, reqwest_client, secure, target};

const CLASSIC: &str = "text/plain; version=0.0.4";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0";

/// The exporter two steps, five seconds apart, after it met the hand-written morning.
async fn morning() -> (TestApp, HandWritten) {
    let state = crate::process::folder();
    let trio = HandWritten::start().await;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for (group, services) in
        [("5", "[{\"serviceid\":11},{\"serviceid\":12}]"), ("6", "[{\"serviceid\":12}]")]
    {
        trio.answer_query("cc/1/services", ("groupId", group), services).await;
    }
    trio.answer_query("cc/1/services", ("groupId", "1000009"), "[]").await;
    for (service, skills) in [
        (
            "11",
            r#"[{"userId":"a1"},{"userId":"a2"},{"userId":"a5"},{"userId":"a2"},{"userId":"gone"}]"#,
        ),
        ("12", r#"[{"userId":"a2"}]"#),
        ("13", "[]"),
        ("1000016", "[]"),
    ] {
        trio.answer_query("cc/1/skills", ("serviceId", service), skills).await;
    }
    trio.respond("cc/1/schedules", ResponseTemplate::new(403)).await;
    let subscribers = ResponseTemplate::new(200)
        .set_body_raw(r#"{"data":[{"id":1}]}"#, "application/json")
        .insert_header(
            "X-Pagination",
            r#"{"currentPage":1,"pageSize":1,"totalCount":412,"totalPages":412}"#,
        );
    trio.respond("directory/subscribers", subscribers).await;
    trio.serve_folder(&data.join("serve/morning")).await;
    let mut target = target(&trio.url());
    target.goals = Arc::new(goals());
    let mut dictionary = Dictionary::builtin().expect("valid");
    dictionary
        .export_service_state(vec!["vipWaiting".to_owned(), "overflow".to_owned()])
        .expect("unused");
    target.dictionary = Arc::new(dictionary);
    let mut config = config(target, Identity::Name);
    config.tally.state_limits[AgentState::WrapUp.index()] = Some(Duration::from_secs(180));
    config.tally.state_limits[AgentState::Paused.index()] = Some(Duration::from_secs(600));
    config.tally.pause_reasons = ["Lunch".into(), "RAST".into()].into();
    config.state_file = Some(state.path().join("state"));
    let mut app = TestApp::start(config).await;
    app.step().await;
    app.step_after(5).await;
    (app, trio)
}

/// Two agents for every service, and quicker answers for those of one group.
fn goals() -> Goals {
    let voice = |wait_target: Option<u64>| GivenClass {
        wait_target: wait_target.map(Duration::from_secs),
        ..GivenClass::new(CaseClass::Voice)
    };
    let general =
        GivenGoals { classes: vec![voice(None)], minimum_agents: Some(2), ..GivenGoals::default() };
    let quick = Rule {
        services: ServiceMatch { group: vec![Pattern::new("FÖRE*")], ..ServiceMatch::default() },
        goals: GivenGoals {
            classes: vec![voice(Some(10))],
            abandon_target: Some(0.05),
            ..GivenGoals::default()
        },
    };
    Goals::new(general, vec![quick])
}

/// The exporter after one step on a simulated Trio in which there is nothing.
async fn empty() -> (TestApp, HandWritten) {
    let trio = HandWritten::start().await;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let simulated = ResponseTemplate::new(200)
        .set_body_raw("{\"data\":[]}", "application/json")
        .insert_header("x-trio-simulated", "1");
    trio.respond("cc/1/agents/state", simulated).await;
    trio.serve_folder(&data.join("serve/empty")).await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    (app, trio)
}

/// The exporter two steps around local midnight; its Trio says little, not even how long somebody
/// waits.
async fn midnight() -> (TestApp, HandWritten) {
    let trio = HandWritten::start().await;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    trio.serve_folder(&data.join("serve/midnight")).await;
    let mut target = target(&trio.url());
    // The clock of the tests says eight in the morning, UTC.
    target.trio.time_zone =
        Some(TimeZone::fixed(Offset::from_seconds(16 * 3600 - 3).expect("an offset")));
    let mut app = TestApp::for_target(target).await;
    app.step().await;
    app.step_after(5).await;
    (app, trio)
}

async fn page((app, trio): &(TestApp, HandWritten), path: &str, accept: &str) -> String {
    let request = reqwest_client().get(format!("{}{path}", app.url)).header("accept", accept);
    let answer = request.send().await.expect("an answer");
    assert!(answer.headers()["content-type"].to_str().expect("text").starts_with(accept), "{path}");
    let text = answer.text().await.expect("a body");
    let label = |server: &dyn std::fmt::Display| format!("server=\"{server}\"");
    let text = text.replace(&label(trio.server.address()), &label(&"trio.example:80"));
    masked::masked(&text.replace(&label(&NOBODY), &label(&"trio2.example:80")))
}

fn compare(name: &str, exposition: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/expected").join(name);
    if std::env::var("GOLDEN").is_ok_and(|value| value == "write") {
        fs::write(&file, exposition).expect("writable");
    }
    let expected =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(expected, exposition, "{name}");
}

#[tokio::test]
async fn the_morning_gives_exactly_the_expected_metrics_in_both_formats() {
    let app = morning().await;
    compare("morning.prom", &page(&app, "/metrics", CLASSIC).await);
    compare("morning.om", &page(&app, "/metrics", OPEN_METRICS).await);
}

#[tokio::test]
async fn an_empty_contact_centre_gives_exactly_the_expected_metrics() {
    let app = empty().await;
    compare("empty.prom", &page(&app, "/metrics", CLASSIC).await);
    compare("empty_agents.prom", &page(&app, "/metrics/agents", CLASSIC).await);
}

#[tokio::test]
async fn a_midnight_gives_exactly_the_expected_metrics() {
    compare("midnight.prom", &page(&midnight().await, "/metrics", CLASSIC).await);
}

#[tokio::test]
async fn tls_server_without_login_gives_expected_metrics() {
    let (authority, url) = secure(None).await;
    let mut target = target(&url);
    target.trio.extra_roots = ExtraRoots::from_pem(authority.as_bytes()).expect("valid");
    let alone = Shard::new(0, 1).expect("a shard");
    let mut app = TestApp::start(config(target, Identity::Name).with_shard(alone)).await;
    app.step().await;
    compare("secure.prom", &masked::masked(&app.get("/metrics").await));
}

#[tokio::test]
async fn the_morning_gives_exactly_the_expected_agents_in_both_formats() {
    let app = morning().await;
    compare("morning_agents.prom", &page(&app, "/metrics/agents", CLASSIC).await);
    compare("morning_agents.om", &page(&app, "/metrics/agents", OPEN_METRICS).await);
}
