//! Failures of readings are reported with the services they concern.

use pretty_assertions::assert_eq;
use serde_json::json;
use trio_exporter::sim::{Options, Scenario};

use super::{Traced, simulated};
use crate::support::{Simulated, still_clock};

#[tokio::test]
async fn without_lists_nothing_can_be_traced() {
    let forbidden = ["services/calls", "services/cases"].map(str::to_owned).to_vec();
    let (_trio, mut traced) = simulated(Options { forbidden, ..Options::default() }).await;
    traced.steps(3).await;
    assert_eq!(
        traced.text(),
        [
            "09:00:00  list services/calls of contact centre 1: cannot be read; the log says why",
            "09:00:00  list services/cases of contact centre 1: cannot be read; the log says why",
            "09:00:00  contact centre 1: nothing can be traced: neither services/calls nor services/cases can be used; \
             `trio-exporter check` says what to do",
        ]
    );
}

#[tokio::test]
async fn list_without_states_is_not_used() {
    let (_trio, mut traced) = simulated(Options { case_states: false, ..Options::default() }).await;
    traced.steps(4).await;
    let states = traced.events("list");
    let now = |list: &str| {
        states.iter().rfind(|line| line["list"] == list).expect("a message")["state"].clone()
    };
    assert_eq!(
        (now("services/calls"), now("services/cases")),
        (json!("stateless"), json!("stateless"))
    );
    assert_eq!(traced.events("blind").len(), 1);
}

#[tokio::test]
async fn failing_and_returning_list_is_reported_once_each() {
    let (trio, mut traced) = simulated(Options::default()).await;
    traced.steps(2).await;
    trio.order("fault", &json!({"path": "cc/1/services/calls", "status": 500})).await;
    traced.steps(2).await;
    trio.order("fault", &json!({"path": "cc/1/services/calls", "status": 500, "times": 0})).await;
    traced.steps(2).await;
    let calls: Vec<_> =
        traced.events("list").into_iter().filter(|line| line["list"] == "services/calls").collect();
    let states: Vec<_> =
        calls.iter().map(|line| line["state"].as_str().unwrap_or_default()).collect();
    assert_eq!(states, ["whole", "failed", "whole"]);
}

#[tokio::test]
async fn lost_server_is_reported_with_reason_until_it_returns() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let (addr, target) = (trio.addr.to_string(), trio.target(true));
    let mut traced = Traced::start(target, clock.clone(), &[], false);
    traced.steps(2).await;
    drop(trio);
    traced.steps(3).await;
    let trouble = traced.events("trouble");
    assert_eq!(trouble.len(), 1, "{trouble:?}");
    let _back = Simulated::start_at(&addr, Options::default(), clock).await;
    // It does not know the token, which is kept until it is a minute old.
    traced.steps(10).await;
    assert!(traced.events("well").iter().any(|line| line["words"] == "Trio can be read again"));
}

#[tokio::test]
async fn truncated_list_is_reported_for_traced_services() {
    let forbidden = vec!["services/calls".to_owned()];
    let options = Options { forbidden, scenario: Some(Scenario::crowded()), ..Options::default() };
    let (_trio, mut traced) = simulated(options).await;
    traced.steps(5).await;
    let truncations = traced.events("cut");
    let facts = (&truncations[0]["service_id"], &truncations[0]["list"], &truncations[0]["cut"]);
    assert_eq!(facts, (&json!("101"), &json!("services/cases"), &json!(true)));
}

#[tokio::test]
async fn server_change_is_reported_and_ended_cases_are_unclassified() {
    let clock = still_clock();
    let options = || Options { scenario: Some(Scenario::overload()), ..Options::default() };
    let primary = Simulated::start(options(), clock.clone()).await;
    let secondary = Simulated::start(options(), clock.clone()).await;
    let (one, other) = (primary.addr.to_string(), secondary.addr.to_string());
    primary.order("failover", &json!({"other": other})).await;
    secondary.order("failover", &json!({"other": one, "secondary": true, "passive": true})).await;
    let mut target = primary.target(true);
    target.trio.servers.push(secondary.url().parse().expect("a URL"));
    let mut traced = Traced::start(target, clock, &[], false);
    traced.steps(3).await;
    secondary.order("failover", &json!({"passive": false})).await;
    primary.order("failover", &json!({"passive": true})).await;
    traced.steps(3).await;
    assert_eq!(
        traced.events("server")[0]["words"],
        json!(format!("another server is asked from now on: {other}"))
    );
    let gap = &traced.events("gap")[0];
    assert_eq!(gap["reason"], json!("failover"), "{gap}");
}
