//! Reasons for a missing service, from data alone. Tests with servers that cause them are in
//! `tests/it`.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;

fn asked(view: View, now: Stamp, service: &str) -> (Value, String) {
    let (said, page) = report_at(vec![view], now, Some(service));
    (said["service"].clone(), page)
}

fn weight(answer: &Value, reason: &str) -> Value {
    let mut reasons = answer["reasons"].as_array().expect("a list").iter();
    reasons
        .find(|entry| entry["reason"] == reason)
        .map_or(Value::Null, |entry| entry["weight"].clone())
}

#[test]
fn shown_service_is_found_by_id_and_name() {
    for service in ["s1", "S1", " phone "] {
        let (answer, page) = asked(noted(|_| {}), fixture::later(3), service);
        assert_eq!(answer["verdict"], "shown", "{service}");
        let found = &answer["matches"][0];
        assert_eq!(found["selector"], "{target=\"main\",contact_center=\"1\",service_id=\"s1\"}");
        assert_eq!(found["metrics"], "/metrics?target=main");
        assert!(
            page.contains("is in the metrics.") && page.contains("href=\"metrics?target=main\""),
            "{page}"
        );
    }
}

#[test]
fn part_of_name_finds_similar_services() {
    let (answer, page) = asked(noted(|_| {}), fixture::later(3), "hon");
    assert_eq!((&answer["verdict"], &answer["matches"]), (&json!("not_listed"), &json!([])));
    assert_eq!(answer["similar"][0]["service_name"], "Phone");
    assert!(page.contains("Similar"), "{page}");
}

#[test]
fn no_state_differs_from_state_not_read() {
    let without = |snapshot: &mut Snapshot| {
        let state = ServiceStatus { id: "s2".into(), ..fixture::service_status() };
        snapshot.centers[0].service_state = fixture::reading(1, vec![state], 5);
    };
    let (answer, _) = asked(noted(without), fixture::later(3), "s1");
    assert_eq!(
        (&answer["verdict"], weight(&answer, "services_state")),
        (&json!("no_state"), json!("cause"))
    );
    let unread = |snapshot: &mut Snapshot| {
        let state = &mut snapshot.centers[0].service_state;
        state.good = None;
        failed(state, Outcome::Failed, problem("services/state: answered 403", true));
    };
    let (answer, page) = asked(noted(unread), fixture::later(3), "s1");
    assert_eq!(answer["verdict"], "state_not_read");
    assert!(page.contains("are not known; never read: services/state: answered 403"), "{page}");
}

#[test]
fn expired_reading_is_the_cause() {
    let (answer, page) = asked(noted(|_| {}), fixture::later(90), "s1");
    assert_eq!(
        (&answer["verdict"], weight(&answer, "services_state")),
        (&json!("expired"), json!("cause"))
    );
    assert!(
        page.contains("contain it, but are withheld after 1 min; last read 1 min 30 s ago"),
        "{page}"
    );
}

#[test]
fn service_with_state_alone_is_shown_without_name() {
    let nameless = |snapshot: &mut Snapshot| snapshot.centers[0].services.good = None;
    let (answer, _) = asked(noted(nameless), fixture::later(3), "s1");
    assert_eq!(
        (&answer["verdict"], &answer["matches"][0]["service_name"]),
        (&json!("shown"), &Value::Null)
    );
}

#[test]
fn selector_escapes_names() {
    let odd = |snapshot: &mut Snapshot| snapshot.centers[0].contact_center.id = "a\"\\\n".into();
    let (answer, _) = asked(noted(odd), fixture::later(3), "s1");
    let selector = answer["matches"][0]["selector"].as_str().expect("text");
    assert_eq!(selector, "{target=\"main\",contact_center=\"a\\\"\\\\\\n\",service_id=\"s1\"}");
}
