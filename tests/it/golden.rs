//! Hand-written answers in, exactly this exposition out: the main page and the page of agents, both
//! formats.
//!
//! The files under `tests/data/serve` are written by hand from the words of the vendor's help;
//! those under `tests/data/expected` were checked line by line. `SNAPSHOTS=overwrite cargo test
//! --test it` writes the latter again, to be read in the diff.

mod contract;

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use jiff::tz::{Offset, TimeZone};
use regex::{Captures, Regex};
use tokio::sync::OnceCell;
use trio_exporter::{
    metrics::Identity,
    model::{
        AgentState, CaseClass, GivenClass, GivenGoals, Goals, Pattern, Rule, ServiceMatch, Shard,
    },
    trio::{Dictionary, ExtraRoots},
};
use wiremock::ResponseTemplate;

use crate::support::{
    HandWritten, NOBODY, TestApp, assert_file, config, reqwest_client, secure, target,
};

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
    dictionary.export_service_state(vec!["vipWaiting".into(), "overflow".into()]).expect("unused");
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
    masked(&text.replace(&label(&NOBODY), &label(&"trio2.example:80")))
}

/// Values that differ from run to run are written as zero: those that a real clock, the machine or a
/// free port's number of digits makes. The build's own labels are written as their names.
fn masked(exposition: &str) -> String {
    let pattern = |text: &str| Regex::new(text).expect("a pattern");
    let text = pattern("(?m)^trio_exporter_build_info.*$").replace(
        exposition,
        r#"trio_exporter_build_info{version="version",revision="revision",rustc_version="rustc"} 1"#,
    );
    let text = pattern(r#"server="localhost:\d+"#).replace_all(&text, r#"server="localhost:port"#);
    let measured = pattern(
        "(?m)^((?:process_|trio_api_request_duration_seconds_(?:sum|bucket)|trio_api_response_bytes_total\
         |trio_clock_skew_seconds).*) .*$",
    );
    // All requests are in the last bucket, however long they took.
    let zero = |found: &Captures<'_>| match &found[1] {
        all if all.contains(r#"le="+Inf""#) => found[0].to_owned(),
        series => format!("{series} 0"),
    };
    measured.replace_all(&text, zero).into_owned()
}

/// The exporter once it has read a TLS server that nothing can log in to.
async fn secured() -> String {
    let (authority, url) = secure(None).await;
    let mut target = target(&url);
    target.trio.extra_roots = ExtraRoots::from_pem(authority.as_bytes()).expect("valid");
    let alone = Shard::new(0, 1).expect("a shard");
    let mut app = TestApp::start(config(target, Identity::Name).with_shard(alone)).await;
    app.step().await;
    masked(&app.get("/metrics").await)
}

/// Every exposition as it is served now, by the name of its file.
pub(crate) async fn served() -> &'static BTreeMap<&'static str, String> {
    static SERVED: OnceCell<BTreeMap<&str, String>> = OnceCell::const_new();
    let serve = || async {
        let (morning, empty, midnight) = (morning().await, empty().await, midnight().await);
        BTreeMap::from([
            ("morning.prom", page(&morning, "/metrics", CLASSIC).await),
            ("morning.om", page(&morning, "/metrics", OPEN_METRICS).await),
            ("morning_agents.prom", page(&morning, "/metrics/agents", CLASSIC).await),
            ("morning_agents.om", page(&morning, "/metrics/agents", OPEN_METRICS).await),
            ("empty.prom", page(&empty, "/metrics", CLASSIC).await),
            ("empty_agents.prom", page(&empty, "/metrics/agents", CLASSIC).await),
            ("midnight.prom", page(&midnight, "/metrics", CLASSIC).await),
            ("secure.prom", secured().await),
        ])
    };
    SERVED.get_or_init(serve).await
}

async fn assert_expected(names: &[&str]) {
    for name in names {
        assert_file(&format!("tests/data/expected/{name}"), &served().await[name]);
    }
}

#[tokio::test]
async fn the_morning_gives_exactly_the_expected_metrics_in_both_formats() {
    assert_expected(&["morning.prom", "morning.om"]).await;
}

#[tokio::test]
async fn the_morning_gives_exactly_the_expected_agents_in_both_formats() {
    assert_expected(&["morning_agents.prom", "morning_agents.om"]).await;
}

#[tokio::test]
async fn an_empty_contact_centre_gives_exactly_the_expected_metrics() {
    assert_expected(&["empty.prom", "empty_agents.prom"]).await;
}

#[tokio::test]
async fn a_midnight_gives_exactly_the_expected_metrics() {
    assert_expected(&["midnight.prom"]).await;
}

#[tokio::test]
async fn tls_server_without_login_gives_expected_metrics() {
    assert_expected(&["secure.prom"]).await;
}
