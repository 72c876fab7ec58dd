//! A server that is reachable and fails: when it is left, when it is returned to, and that the
//! exporter does not switch to and fro.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::support::{Journal, Samples, Simulated, TestApp};

use super::pair::{active, exporter, of_both, pair, series, take_over, up};

/// Everything that is read of what happens now.
const STATES: [&str; 4] =
    ["cc/1/agents/state", "cc/1/services/state", "cc/1/services/calls", "cc/1/services/cases"];

async fn fail(server: &Simulated, paths: &[&str], status: u16) {
    for path in paths {
        server.order("fault", &json!({"path": path, "status": status})).await;
    }
}

async fn mend(server: &Simulated, paths: &[&str]) {
    for path in paths {
        server.order("fault", &json!({"path": path, "status": 500, "times": 0})).await;
    }
}

/// A pair whose secondary would answer too, and an exporter that has read the primary.
async fn at_the_primary() -> (Simulated, Simulated, TestApp) {
    let (primary, secondary, clock) = pair().await;
    secondary.order("failover", &json!({"passive": false})).await;
    let mut app = exporter(of_both(&primary, &secondary), clock).await;
    app.step().await;
    assert_eq!(active(&app.metrics().await), [series("trio_server_active", &primary, "primary")]);
    (primary, secondary, app)
}

fn failovers(metrics: &Samples) -> Option<f64> {
    metrics.get("trio_failovers_total", &[])
}

/// Every collector of what happens now was read.
fn is_read(metrics: &Samples) -> bool {
    ["agent_state", "service_state", "calls"].iter().all(|collector| {
        metrics.get("trio_collector_success", &[("collector", collector)]) == Some(1.0)
    })
}

#[tokio::test]
async fn primary_with_only_5xx_is_left_until_it_works() {
    let (primary, secondary, mut app) = at_the_primary().await;
    primary.order("answering", &json!({"answering": false})).await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
    assert!(is_read(&metrics));
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!((up(&metrics, &primary), up(&metrics, &secondary)), (Some(0.0), Some(1.0)));
    assert!(metrics.has("trio_token_expiry_timestamp_seconds"), "of the token in use");
    for _ in 0..24 {
        app.step_after(5).await;
    }
    assert_eq!(
        failovers(&app.metrics().await),
        Some(1.0),
        "while it fails the exporter does not return"
    );
    primary.order("answering", &json!({"answering": true})).await;
    for _ in 0..8 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    assert_eq!(
        active(&metrics),
        [series("trio_server_active", &primary, "primary")],
        "within half a minute"
    );
    assert_eq!((failovers(&metrics), up(&metrics, &primary)), (Some(2.0), Some(1.0)));
    assert_eq!(metrics.sum("trio_auth_failures_total"), 0.0);
}

#[tokio::test]
async fn primary_failing_all_collections_is_left_until_repaired() {
    let (primary, secondary, mut app) = at_the_primary().await;
    fail(&primary, &STATES, 500).await;
    app.step_after(5).await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
    assert!(is_read(&metrics));
    for _ in 0..20 {
        app.step_after(30).await;
        assert_eq!(failovers(&app.metrics().await), Some(1.0), "to and fro");
    }
    assert_eq!(up(&app.metrics().await, &primary), Some(0.0), "though its Api resource answers");
    mend(&primary, &STATES[..2]).await;
    for _ in 0..12 {
        app.step_after(5).await;
    }
    assert_eq!(failovers(&app.metrics().await), Some(1.0), "one of them still fails");
    mend(&primary, &STATES).await;
    for _ in 0..8 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &primary, "primary")]);
    assert_eq!((failovers(&metrics), up(&metrics, &primary)), (Some(2.0), Some(1.0)));
}

#[tokio::test]
async fn single_failing_resource_causes_no_failover() {
    let (primary, secondary, mut app) = at_the_primary().await;
    for (status, paths) in [(500, &STATES[..1]), (503, &STATES[..2])] {
        fail(&primary, paths, status).await;
        for _ in 0..12 {
            app.step_after(5).await;
        }
        let metrics = app.metrics().await;
        assert_eq!(active(&metrics), [series("trio_server_active", &primary, "primary")]);
        assert_eq!((failovers(&metrics), up(&metrics, &primary)), (Some(0.0), Some(1.0)));
    }
    assert!(
        secondary.simulator.requests() < 12,
        "only looked at: {}",
        secondary.simulator.requests()
    );
}

#[tokio::test]
async fn refusals_and_missing_resources_cause_no_failover() {
    let (primary, _secondary, mut app) = at_the_primary().await;
    // 403 last: it is remembered for as long as the token lives.
    for status in [404, 429, 501, 403] {
        fail(&primary, &STATES, status).await;
        for _ in 0..6 {
            app.step_after(5).await;
        }
        assert_eq!(failovers(&app.metrics().await), Some(0.0), "{status}");
    }
}

#[tokio::test]
async fn a_primary_whose_first_answers_already_fail_is_left_after_ten_seconds() {
    let (primary, secondary, clock) = pair().await;
    secondary.order("failover", &json!({"passive": false})).await;
    fail(&primary, &["cc"], 500).await;
    let mut app = exporter(of_both(&primary, &secondary), clock).await;
    app.step().await;
    app.step_after(5).await;
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(0.0));
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
    mend(&primary, &["cc"]).await;
    for _ in 0..8 {
        app.step_after(5).await;
    }
    assert_eq!(failovers(&app.metrics().await), Some(2.0), "returned");
}

#[tokio::test]
async fn primary_that_serves_no_login_is_left_at_once() {
    let (primary, secondary, mut app) = at_the_primary().await;
    let logins = ["login", "refreshlogin"];
    fail(&primary, &logins, 500).await;
    app.step_after(4000).await;
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
    assert!(is_read(&metrics));
    for _ in 0..24 {
        app.step_after(5).await;
    }
    assert_eq!(failovers(&app.metrics().await), Some(1.0), "it is not returned to");
    mend(&primary, &logins).await;
    for _ in 0..24 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &primary, "primary")]);
    assert!(!metrics.has("trio_login_retry_timestamp_seconds"));
}

#[tokio::test]
async fn unknown_account_is_not_tried_at_another_server() {
    let (primary, secondary, clock) = pair().await;
    secondary.order("failover", &json!({"passive": false})).await;
    fail(&primary, &["login"], 500).await;
    let mut app = exporter(of_both(&primary, &secondary), clock).await;
    app.step().await;
    for _ in 0..11 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_auth_logins_total", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
    for _ in 0..3 {
        app.step_after(5).await;
    }
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0), "after a minute");
}

#[tokio::test]
async fn failing_primary_with_passive_secondary_is_still_read() {
    let (primary, secondary, clock) = pair().await;
    let mut app = exporter(of_both(&primary, &secondary), clock).await;
    app.step().await;
    primary.order("answering", &json!({"answering": false})).await;
    for _ in 0..6 {
        let before = (primary.simulator.requests(), secondary.simulator.requests());
        app.step_after(5).await;
        let asked =
            (primary.simulator.requests() - before.0, secondary.simulator.requests() - before.1);
        assert!(asked.0 <= 30 && asked.1 <= 30, "{asked:?}");
    }
    let metrics = app.metrics().await;
    assert_eq!((metrics.get("trio_up", &[]), failovers(&metrics)), (Some(0.0), Some(0.0)));
    primary.order("answering", &json!({"answering": true})).await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    take_over(&primary, &secondary, false).await;
    app.step_after(5).await;
    assert_eq!(
        failovers(&app.metrics().await),
        Some(1.0),
        "the change of mode is followed as ever"
    );
}

#[tokio::test]
async fn a_primary_that_works_only_for_moments_is_returned_to_ever_less_often() {
    let (primary, _secondary, mut app) = at_the_primary().await;
    let mut works = true;
    for _ in 0..60 {
        let at_primary = up(&app.metrics().await, &primary) == Some(1.0);
        if at_primary == works {
            works = !works;
            match works {
                true => mend(&primary, &STATES).await,
                false => fail(&primary, &STATES, 500).await,
            }
        }
        app.step_after(30).await;
    }
    let failovers = failovers(&app.metrics().await).expect("counted");
    assert!((3.0..=13.0).contains(&failovers), "{failovers} in half an hour");
}

#[tokio::test]
async fn refused_login_at_a_left_primary_is_logged_once() {
    let (primary, secondary, mut app) = at_the_primary().await;
    primary.order("answering", &json!({"answering": false})).await;
    app.step_after(5).await;
    let journal = Journal::begin();
    primary.order("answering", &json!({"answering": true})).await;
    fail(&primary, &["login"], 500).await;
    for _ in 0..40 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
    let lines = journal.lines();
    let told: Vec<_> = lines.iter().filter(|line| line.contains("gives no token")).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("answered 500"), "{told:#?}");
}
