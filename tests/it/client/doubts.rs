//! Lists that are refused although they could be read a moment ago: whether the session or the list
//! is to blame, and when each is asked for again.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use super::trio::{Trio, agent_state, ok, status, tokens};
use crate::support::{Samples, TestApp};

const STATE: &str = "cc/1/agents/state";
const LISTS: [&str; 9] = [
    "cc",
    "cc/1/services",
    "cc/1/services/state",
    "cc/1/servicegroups",
    "cc/1/agents",
    "cc/1/agents/state",
    "cc/1/services/calls",
    "cc/1/services/cases",
    "cc/1/agentgroups",
];

fn refusals() -> [ResponseTemplate; 5] {
    [
        status(403),
        status(302).insert_header("Location", "/Account/Login"),
        ok("<!DOCTYPE html><title>Sign in</title>"),
        ok(r#"{"error":"session expired"}"#),
        ok(r#"{"data":null,"error":{"code":7}}"#),
    ]
}

/// A Trio whose `lists` are refused with `refusal` while `refuses` is set.
async fn refusing(lists: &[&str], refusal: &ResponseTemplate) -> (Trio, Arc<AtomicBool>) {
    let trio = Trio::small().await;
    let refuses = Arc::new(AtomicBool::new(false));
    for list in lists {
        let (refuses, refusal) = (refuses.clone(), refusal.clone());
        let rows = match *list {
            STATE => agent_state("free"),
            "cc/1/services/calls" | "cc/1/services/cases" => json!([]),
            _ => json!([{"id": 1, "open": true}]),
        };
        let answer = move |_: &Request| match refuses.load(Ordering::SeqCst) {
            true => refusal.clone(),
            false => ok(json!({"links": [], "data": rows}).to_string()),
        };
        trio.on("GET", list, answer).await;
    }
    trio.on("POST", "refreshlogin", tokens("token-2", Some("refresh-2"))).await;
    (trio, refuses)
}

async fn pass(app: &mut TestApp, seconds: u64) {
    for _ in 0..seconds / 5 {
        app.step_after(5).await;
    }
}

fn agents(metrics: &Samples) -> Option<f64> {
    metrics.get("trio_collector_success", &[("collector", "agent_state")])
}

#[tokio::test]
async fn session_that_is_refused_everything_is_renewed_at_once() {
    for refusal in refusals() {
        let trio = Trio::small().await;
        trio.on("POST", "refreshlogin", tokens("token-2", Some("refresh-2"))).await;
        let forgotten = Arc::new(AtomicBool::new(false));
        for list in ["cc", STATE, "cc/1/services/state"] {
            let (forgotten, refusal) = (forgotten.clone(), refusal.clone());
            let answer = move |request: &Request| {
                let old = request.headers["authorization"] == "Bearer token-1";
                match old && forgotten.load(Ordering::SeqCst) {
                    true => refusal.clone(),
                    false if list == "cc" => ok(r#"{"data":[{"id":1}]}"#),
                    false => ok(agent_state("free").to_string()),
                }
            };
            trio.on("GET", list, answer).await;
        }
        let mut app = trio.exporter().await;
        app.step().await;
        forgotten.store(true, Ordering::SeqCst);
        app.step_after(5).await;
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "{refusal:?}");
        assert_eq!(agents(&metrics), Some(1.0), "{refusal:?}");
        assert_eq!((trio.renewals().await, trio.logins().await), (1, 1), "{refusal:?}");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn refusal_of_everything_for_five_minutes_passes() {
    for refusal in refusals() {
        let (trio, refuses) = refusing(&LISTS, &refusal).await;
        let mut app = trio.exporter().await;
        // The regular renewal at 59 minutes lies within the five minutes.
        pass(&mut app, 3420).await;
        assert_eq!(trio.renewals().await, 0);
        refuses.store(true, Ordering::SeqCst);
        let before = trio.count("GET", STATE).await;
        pass(&mut app, 300).await;
        let asked = trio.count("GET", STATE).await - before;
        assert!(asked <= 6, "{refusal:?}: {asked} requests, each once more with a new token");
        let renewals = trio.renewals().await;
        assert!((2..=4).contains(&renewals), "{refusal:?}: {renewals} renewals");
        assert_eq!(app.metrics().await.get("trio_up", &[]), Some(0.0), "{refusal:?}");
        refuses.store(false, Ordering::SeqCst);
        pass(&mut app, 140).await;
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "{refusal:?}: at seven minutes");
        assert_eq!(agents(&metrics), Some(1.0), "{refusal:?}");
        assert_eq!(trio.logins().await, 1, "{refusal:?}");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn refusal_of_one_list_for_five_minutes_renews_nothing() {
    for refusal in refusals() {
        let (trio, refuses) = refusing(&[STATE], &refusal).await;
        let mut app = trio.exporter().await;
        pass(&mut app, 3420).await;
        refuses.store(true, Ordering::SeqCst);
        let before = trio.count("GET", STATE).await;
        pass(&mut app, 300).await;
        assert_eq!(trio.count("GET", STATE).await - before, 3, "{refusal:?}: at 0, 1, 3 minutes");
        assert_eq!(trio.renewals().await, 1, "{refusal:?}: the regular one");
        let metrics = app.metrics().await;
        assert_eq!((agents(&metrics), metrics.get("trio_up", &[])), (Some(0.0), Some(1.0)));
        refuses.store(false, Ordering::SeqCst);
        pass(&mut app, 110).await;
        assert_eq!(agents(&app.metrics().await), Some(0.0), "{refusal:?}: before seven minutes");
        pass(&mut app, 20).await;
        assert_eq!(agents(&app.metrics().await), Some(1.0), "{refusal:?}: at seven minutes");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn list_that_stays_refused_is_asked_every_quarter_of_an_hour() {
    let (trio, refuses) = refusing(&[STATE], &status(403)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    refuses.store(true, Ordering::SeqCst);
    let before = trio.count("GET", STATE).await;
    pass(&mut app, 3300).await;
    let asked = trio.count("GET", STATE).await - before;
    assert_eq!(asked, 7, "at 0, 1, 3, 7, 15, 30 and 45 minutes");
    assert_eq!((trio.renewals().await, trio.logins().await), (0, 1));
}
