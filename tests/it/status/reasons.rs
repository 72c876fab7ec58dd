//! Reasons for a missing service, each caused by a server, or by the configuration.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{metrics::Identity, model::Selection};

use super::{simulated, small, status};
use crate::support::{HandWritten, Simulated, TestApp, config, still_clock, target};

/// The answer about a service.
async fn why(app: &TestApp, service: &str) -> Value {
    status(app, &format!("?service={service}")).await["service"].clone()
}

/// The weight and the evidence of the first reason of a kind that weighs most.
fn reason(answer: &Value, kind: &str) -> (String, String) {
    let weights = ["cause", "possible", "ruled_out"];
    let reasons = answer["reasons"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|entry| entry["reason"] == kind);
    let weight = |entry: &&Value| weights.iter().position(|weight| entry["weight"] == *weight);
    let found = reasons.min_by_key(weight).unwrap_or_else(|| panic!("no {kind} in {answer:#}"));
    let text = |key: &str| found[key].as_str().expect("text").to_owned();
    (text("weight"), text("evidence"))
}

/// A Trio with two services configured and one in `services/state`.
async fn by_hand() -> HandWritten {
    let trio = HandWritten::start().await;
    trio.answer("", "{\"data\":[]}").await;
    trio.answer("cc", r#"{"data":[{"id":"1","name":"Växjö"}]}"#).await;
    trio.answer(
        "cc/1/services",
        r#"{"data":[{"id":"11","name":"Växel"},{"id":"12","name":"Natt"}]}"#,
    )
    .await;
    let state = r#"{"data":[{"id":"11","name":"Växel","open":true,"queueLength":3}]}"#;
    trio.answer("cc/1/services/state", state).await;
    trio
}

#[tokio::test]
async fn shown_service_has_the_series_of_its_selector() {
    let (_trio, mut app) = simulated(small()).await;
    app.step().await;
    let info = app.metrics().await;
    let (series, _) = info.find("trio_service_info", &[])[0];
    let id = series
        .split("service_id=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("an id");
    let answer = why(&app, id).await;
    assert_eq!(answer["verdict"], "shown", "{answer:#}");
    let found = &answer["matches"][0];
    let metrics = app.get(found["metrics"].as_str().expect("an address")).await;
    let selector = found["selector"].as_str().expect("text").trim_end_matches('}').to_owned();
    assert!(metrics.contains(&format!("trio_service_open{selector},")), "{selector}");
}

#[tokio::test]
async fn service_in_no_list_is_not_listed() {
    let trio = by_hand().await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    let answer = why(&app, "Dag").await;
    assert_eq!(
        (&answer["verdict"], &answer["matches"]),
        (&json!("not_listed"), &json!([])),
        "{answer:#}"
    );
    let (weight, evidence) = reason(&answer, "services_list");
    assert_eq!(weight, "ruled_out");
    assert_eq!(
        evidence,
        "read completely, with 2 services, and it is not one of them: contact centre 1"
    );
}

#[tokio::test]
async fn service_without_state_is_no_state() {
    let trio = by_hand().await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    for service in ["12", "natt"] {
        let answer = why(&app, service).await;
        assert_eq!(answer["verdict"], "no_state", "{answer:#}");
        let (weight, evidence) = reason(&answer, "services_state");
        assert_eq!(weight, "cause");
        assert!(evidence.contains(
            "do not contain it: Trio hides it from the API user, or the service is inactive"
        ));
    }
    assert_eq!(why(&app, "11").await["verdict"], "shown");
}

#[tokio::test]
async fn left_out_contact_centre_is_possible() {
    let clock = still_clock();
    let options = trio_exporter::sim::Options { contact_centers: 2, ..small() };
    let trio = Simulated::start(options, clock.clone()).await;
    let mut chosen = trio.target(true);
    chosen.contact_centers = Selection { allow: vec![], deny: vec!["2".into()] };
    let mut app = TestApp::start_at(config(chosen, Identity::None), clock).await;
    app.step().await;
    let answer = why(&app, "nowhere").await;
    assert_eq!(answer["verdict"], "not_known", "{answer:#}");
    let (weight, evidence) = reason(&answer, "contact_center_passed_over");
    assert_eq!(weight, "possible");
    assert!(evidence.starts_with("`contact_centers` leaves out 2 ("), "{evidence}");
}

#[tokio::test]
async fn forbidden_list_of_services_is_possible() {
    let (trio, mut app) = simulated(small()).await;
    trio.order("rights", &json!({"forbidden": ["services"], "at_once": true})).await;
    app.step().await;
    let answer = why(&app, "nowhere").await;
    assert_eq!(answer["verdict"], "not_known", "{answer:#}");
    let (weight, evidence) = reason(&answer, "services_list");
    assert_eq!(weight, "possible");
    assert!(evidence.contains("never read: services: answered 403"), "{evidence}");
}

#[tokio::test]
async fn incomplete_list_of_services_is_possible() {
    let trio = HandWritten::start().await;
    trio.answer("", "{\"data\":[]}").await;
    trio.answer("cc", r#"{"data":[{"id":"1","name":"Växjö"}]}"#).await;
    let page = wiremock::ResponseTemplate::new(200)
        .set_body_raw(r#"{"data":[{"id":"11","name":"Växel"}]}"#, "application/json")
        .insert_header("X-Pagination", r#"{"totalCount":3,"pageSize":1,"totalPages":3}"#);
    trio.respond("cc/1/services", page).await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    let answer = why(&app, "Natt").await;
    let (weight, evidence) = reason(&answer, "services_list");
    assert_eq!(weight, "possible");
    assert!(evidence.contains("1 of 3 items"), "{evidence}");
    let report = status(&app, "").await;
    let services = super::collector(&report, "services");
    assert_eq!(
        [&services["state"], &services["items"], &services["total"]],
        [&json!("incomplete"), &json!(1), &json!(3)]
    );
}

#[tokio::test]
async fn forbidden_states_are_the_cause() {
    let (trio, mut app) = simulated(small()).await;
    trio.order("rights", &json!({"forbidden": ["services/state"], "at_once": true})).await;
    app.step().await;
    let answer = why(&app, "102").await;
    assert_eq!(answer["verdict"], "state_not_read", "{answer:#}");
    let (weight, evidence) = reason(&answer, "services_state");
    assert_eq!(weight, "cause");
    assert!(evidence.contains("services/state: answered 403"), "{evidence}");
}

#[tokio::test]
async fn expired_states_are_the_cause() {
    let (trio, mut app) = simulated(small()).await;
    app.step().await;
    assert_eq!(why(&app, "102").await["verdict"], "shown");
    drop(trio);
    app.step_after(61).await;
    let answer = why(&app, "102").await;
    assert_eq!(answer["verdict"], "expired", "{answer:#}");
    let (weight, evidence) = reason(&answer, "services_state");
    assert_eq!(weight, "cause");
    assert!(evidence.contains("withheld after 1 min; last read 1 min 1 s ago"), "{evidence}");
}

#[tokio::test]
async fn series_limit_is_the_cause() {
    let clock = still_clock();
    let trio = Simulated::start(small(), clock.clone()).await;
    let mut few = config(trio.target(true), Identity::None);
    few.metrics.max_series = 1;
    let mut app = TestApp::start_at(few, clock).await;
    app.step().await;
    let answer = why(&app, "102").await;
    assert_eq!(answer["verdict"], "shown_in_part", "{answer:#}");
    let (weight, evidence) = reason(&answer, "series_limit");
    assert_eq!(weight, "cause");
    assert!(evidence.contains("trio_service_wait_seconds"), "{evidence}");
}

#[tokio::test]
async fn name_of_several_services_lists_all() {
    let trio = by_hand().await;
    let mut both = config(target(&trio.url()), Identity::None);
    let mut other = target(&trio.url());
    other.name = "other".into();
    both.targets.push(other);
    let mut app = TestApp::start(both).await;
    app.step().await;
    let answer = why(&app, "V%C3%A4xel").await;
    assert_eq!(answer["verdict"], "several");
    let targets: Vec<_> =
        answer["matches"].as_array().expect("a list").iter().map(|m| &m["target"]).collect();
    assert_eq!(targets, ["test", "other"]);
    let alone = status(&app, "?target=other&service=11").await;
    assert_eq!(alone["service"]["verdict"], "shown", "one target alone has one of them");
}

#[tokio::test]
async fn unread_target_is_possible() {
    let (trio, mut app) = simulated(small()).await;
    let answer = why(&app, "102").await;
    assert_eq!(answer["verdict"], "not_known");
    assert_eq!(reason(&answer, "target_not_read").1, "it has not published its first states");
    drop(trio);
    app.step().await;
    let answer = why(&app, "102").await;
    let (weight, evidence) = reason(&answer, "target_not_read");
    assert_eq!((&answer["verdict"], &*weight), (&json!("not_known"), "possible"));
    assert!(
        evidence.contains("could read nothing: ") && evidence.contains("no connection"),
        "{evidence}"
    );
    assert_eq!(reason(&answer, "no_contact_center").0, "possible");
}
