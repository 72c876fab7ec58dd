//! Answers that are not as the API describes: each has its own kind of error, and the others still
//! count.

use trio_exporter::{
    model::RequestFailure,
    trio::{Error, Limits},
};
use wiremock::ResponseTemplate;

use super::trio::{Changing, Trio, agent_state, ok, status};
use crate::support::{TestApp, target};

const STATE: &str = "cc/1/agents/state";

fn bad() -> Vec<(&'static str, ResponseTemplate, RequestFailure, &'static str)> {
    let html = status(200).set_body_raw("<!DOCTYPE html><title>Inloggning</title>", "text/html");
    vec![
        ("a web page", html, RequestFailure::Decode, "it is a web page (HTML), not JSON"),
        (
            "cut short",
            ok(r#"{"links":[],"data":[{"id":1,"state":"fr"#),
            RequestFailure::Decode,
            "EOF while parsing",
        ),
        ("nothing", ok(""), RequestFailure::Decode, "EOF while parsing"),
        (
            "no collection",
            ok(r#"{"error":"try later"}"#),
            RequestFailure::Decode,
            "no data collection",
        ),
        (
            "too deep",
            ok(format!("[{{\"id\":{}", "[".repeat(30_000))),
            RequestFailure::Decode,
            "recursion limit",
        ),
        (
            "too large",
            ok(format!("[{}]", " ".repeat(50_000))),
            RequestFailure::TooLarge,
            "the limit of 40000 bytes",
        ),
    ]
}

fn limits() -> Limits {
    Limits { body: 40_000, ..Limits::default() }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_an_error_of_its_kind() {
    for (what, answer, kind, words) in bad() {
        let trio = Trio::bare().await;
        trio.on("GET", STATE, answer).await;
        let bench = trio.client(limits()).await;
        match bench.client.agent_state(&bench.route).await {
            Err(Error::Request { failure, detail, .. }) => {
                assert_eq!(failure, kind, "{what}");
                assert!(detail.contains(words), "{what}: {detail}");
                assert!(detail.chars().count() < 500, "{what}: {detail}");
            }
            other => panic!("{what}: {other:?}"),
        }
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn one_collector_that_cannot_be_read_fails_alone_and_recovers() {
    for (what, answer, kind, _) in bad() {
        let trio = Trio::small().await;
        let state = Changing::new(answer);
        trio.on("GET", STATE, state.clone()).await;
        let mut target = target(&trio.url());
        target.trio.limits = limits();
        let mut app = TestApp::for_target(target).await;
        app.step().await;
        let metrics = app.metrics().await;
        for (series, success) in metrics.find("trio_collector_success", &[]) {
            let expected = if series.contains("agent_state") { 0.0 } else { 1.0 };
            assert_eq!(success, expected, "{what}: {series}");
        }
        let labels = [("resource", "agents/state"), ("code", kind.as_str())];
        assert_eq!(metrics.get("trio_api_requests_total", &labels), Some(1.0), "{what}");
        assert_eq!(
            metrics
                .get("trio_api_requests_total", &[("resource", "agents/state"), ("code", "200")]),
            None
        );
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "{what}");
        assert!(!metrics.has("trio_agents"), "{what}");
        assert!(metrics.has("trio_service_open"), "{what}");
        state.to(ok(agent_state("busy").to_string()));
        app.step_after(5).await;
        assert_eq!(
            app.metrics().await.get("trio_agents", &[("state", "busy")]),
            Some(3.0),
            "{what}"
        );
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn target_is_down_when_all_fast_collectors_fail() {
    let trio = Trio::small().await;
    let (agents, services) =
        (Changing::new(ok(agent_state("free").to_string())), Changing::new(ok("[]")));
    trio.on("GET", STATE, agents.clone()).await;
    trio.on("GET", "cc/1/services/state", services.clone()).await;
    let cases = Changing::new(ok("[]"));
    for list in ["cc/1/services/calls", "cc/1/services/cases"] {
        trio.on("GET", list, cases.clone()).await;
    }
    let mut app = trio.exporter().await;
    app.step().await;
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    agents.to(status(500));
    services.to(status(500));
    cases.to(status(500));
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
    assert_eq!(metrics.sum("trio_agents"), 3.0);
    app.step_after(60).await;
    assert!(!app.metrics().await.has("trio_agents"));
    trio.was_only_read().await;
}
