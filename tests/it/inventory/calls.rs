//! Calls by where they stand.

use pretty_assertions::assert_eq;
use wiremock::ResponseTemplate;

use super::{hand_written, read, success};
use crate::support::Samples;

fn calls(metrics: &Samples) -> [Option<f64>; 4] {
    ["queued", "offered", "handled", "unknown"]
        .map(|state| metrics.get("trio_calls", &[("state", state)]))
}

#[tokio::test]
async fn calls_are_counted_by_state_with_every_state_present() {
    let trio = hand_written().await;
    let list = r#"{"data":[
        {"jobbnummer":1,"läge":"Köar","tjänstId":11,"ärendeKlass":"Samtal"},
        {"jobbnummer":2,"läge":"KÖAR","tjänstId":11},
        {"jobbnummer":3,"läge":"Erbjuds","tjänstId":12},
        {"jobbnummer":4,"läge":"Fikar","tjänstId":12},
        {"jobbnummer":4,"läge":"Köar","tjänstId":12},
        {"jobbnummer":5,"tjänstId":12}]}"#;
    trio.answer("cc/1/services/calls", list).await;
    let (_app, metrics) = read(&trio).await;
    assert_eq!(
        calls(&metrics),
        [Some(2.0), Some(1.0), Some(0.0), Some(2.0)],
        "no state is an unknown one"
    );
    let unknown = [("resource", "services/calls"), ("field", "state")];
    assert_eq!(
        metrics.get("trio_unknown_values", &unknown),
        Some(2.0),
        "a word, and a row without a state"
    );
    assert_eq!(success(&metrics, "calls", "1"), Some(1.0));
}

#[tokio::test]
async fn rows_without_a_key_are_published() {
    let trio = hand_written().await;
    let list = r#"{"data":[
        {"jobNo":1,"state":"Queued","serviceId":11},
        {"state":"Queued","serviceId":11},
        {"jobNo":"","state":"Queued","serviceId":12},
        {"jobNo":4,"state":"Queued"}]}"#;
    trio.answer("cc/1/services/calls", list).await;
    let (_app, metrics) = read(&trio).await;
    let without = |resource, field| {
        metrics.get("trio_rows_without_key", &[("resource", resource), ("field", field)])
    };
    assert_eq!(without("services/calls", "id"), Some(2.0));
    assert_eq!(without("services/calls", "service_id"), Some(1.0));
    assert_eq!(without("services/state", "id"), Some(0.0));
    assert_eq!(without("agents/state", "id"), Some(0.0));
    assert_eq!(without("agents/state", "state"), None, "an agent counts without it");
    assert_eq!(without("services/cases", "id"), None, "nothing has answered");
    assert_eq!(calls(&metrics)[0], Some(2.0), "the rows that have a number");
}

#[tokio::test]
async fn number_in_two_services_is_two_calls() {
    let trio = hand_written().await;
    let list = r#"{"data":[
        {"jobNo":1,"state":"Queued","serviceId":11},
        {"jobNo":1,"state":"Queued","serviceId":12},
        {"jobNo":1,"state":"Queued","serviceId":12}]}"#;
    trio.answer("cc/1/services/calls", list).await;
    let (_app, metrics) = read(&trio).await;
    assert_eq!(calls(&metrics)[0], Some(2.0));
    for service in ["11", "12"] {
        let waiting = [("service_id", service), ("case_class", "voice")];
        assert_eq!(metrics.get("trio_service_class_waiting", &waiting), Some(1.0), "{service}");
    }
}

#[tokio::test]
async fn stateless_or_truncated_calls_are_not_counted() {
    let stateless = r#"{"data":[{"jobNo":1,"serviceId":11}]}"#.to_owned();
    let many = |count: usize| {
        let calls: Vec<String> = (0..count)
            .map(|id| format!(r#"{{"jobNo":{id},"serviceId":11,"state":"Queued"}}"#))
            .collect();
        format!(r#"{{"data":[{}]}}"#, calls.join(","))
    };
    for (list, queued) in [
        (stateless, None),
        (many(19), Some(19.0)),
        (many(20), None),
        (many(21), Some(21.0)),
        (r#"{"data":[]}"#.to_owned(), Some(0.0)),
    ] {
        let trio = hand_written().await;
        trio.answer("cc/1/services/calls", list.clone()).await;
        let (_app, metrics) = read(&trio).await;
        assert_eq!(calls(&metrics)[0], queued, "{list}");
        assert_eq!(success(&metrics, "calls", "1"), Some(1.0));
    }
}

#[tokio::test]
async fn calls_total_mismatch_is_not_a_failure() {
    let trio = hand_written().await;
    let list = ResponseTemplate::new(200)
        .set_body_raw(r#"{"data":[{"jobNo":1,"state":"Queued"}]}"#, "application/json")
        .insert_header("X-Pagination", r#"{"totalCount":2,"pageSize":100}"#);
    trio.respond("cc/1/services/calls", list).await;
    let (_app, metrics) = read(&trio).await;
    assert_eq!(calls(&metrics)[0], Some(1.0));
}
