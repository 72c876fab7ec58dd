//! Refusals: a label has the reason, and the server is left in peace for a while.

use serde_json::json;
use wiremock::ResponseTemplate;

use super::trio::{Changing, InTurn, Trio, late, ok, status, tokens};
use crate::support::{TestApp, target};

/// The waits after each refusal in a row: doubling from a minute to a quarter of an hour.
const WAITS: [u64; 6] = [60, 120, 240, 480, 900, 900];

fn failures(metrics: &crate::support::Samples, reason: &str) -> Option<f64> {
    metrics.get("trio_auth_failures_total", &[("reason", reason)])
}

#[tokio::test]
async fn refused_login_backs_off_from_one_to_fifteen_minutes() {
    for (code, reason) in [(401, "client_key"), (400, "credentials"), (403, "credentials")] {
        let trio = Trio::small().await;
        trio.on("POST", "login", status(code)).await;
        let mut app = trio.exporter().await;
        app.step().await;
        for (round, wait) in (1..).zip(WAITS) {
            assert_eq!(trio.logins().await, round, "{code}, before waiting {wait} s");
            for _ in 0..4 {
                app.step_after((wait - 4) / 4).await;
            }
            assert_eq!(trio.logins().await, round, "{code}, {wait} s are not over");
            app.step_after(8).await;
            assert_eq!(trio.logins().await, round + 1, "{code}, {wait} s are over");
        }
        let metrics = app.metrics().await;
        assert_eq!(failures(&metrics, reason), Some(7.0), "{code}");
        assert_eq!(metrics.sum("trio_auth_failures_total"), 7.0, "{code}");
        assert_eq!(metrics.get("trio_up", &[]), Some(0.0), "{code}");
        assert_eq!(trio.count("GET", "cc").await, 0, "{code}");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn a_login_that_succeeds_makes_the_next_refusal_the_first_one_again() {
    let trio = Trio::small().await;
    let good = ok(json!({"access_token": "token-1", "expires_in": 3600}).to_string());
    let answers = [status(403), status(403), status(403), good, status(403)];
    trio.on("POST", "login", InTurn::new(answers)).await;
    let mut app = trio.exporter().await;
    for wait in [0, 60, 120, 240] {
        app.step_after(wait + 1).await;
    }
    assert_eq!(trio.logins().await, 4);
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    app.step_after(4000).await;
    assert_eq!(trio.logins().await, 5);
    app.step_after(50).await;
    assert_eq!(trio.logins().await, 5);
    app.step_after(11).await;
    assert_eq!(trio.logins().await, 6, "a minute, not eight");
    trio.was_only_read().await;
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_is_no_reason_for_a_storm_of_logins() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    trio.on("GET", "cc", status(401)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    for (round, wait) in (1..).zip(&WAITS[..3]) {
        let metrics = app.metrics().await;
        assert_eq!(failures(&metrics, "forbidden"), Some(f64::from(round)));
        assert!(!metrics.has("trio_token_expiry_timestamp_seconds"), "there is no token any more");
        assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
        let round = round as usize;
        let asked = (trio.logins().await, trio.renewals().await, trio.count("GET", "cc").await);
        assert_eq!(asked, (round, round, 2 * round), "before waiting {wait} s");
        for _ in 0..4 {
            app.step_after((wait - 4) / 4).await;
        }
        assert_eq!(trio.logins().await, round, "{wait} s are not over");
        app.step_after(8).await;
    }
    trio.was_only_read().await;
}

#[tokio::test]
async fn a_token_that_all_collectors_see_refused_is_one_refusal() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    for resource in
        ["services", "services/state", "servicegroups", "agents", "agents/state", "agentgroups"]
    {
        trio.on("GET", &format!("cc/1/{resource}"), status(401)).await;
    }
    let mut app = trio.exporter().await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(failures(&metrics, "forbidden"), Some(1.0));
    assert_eq!((trio.logins().await, trio.renewals().await), (1, 1));
    trio.was_only_read().await;
}

#[tokio::test]
async fn login_fault_is_classified_and_retried_next_step() {
    let broken: [(ResponseTemplate, &str); 6] = [
        (status(500), "server"),
        (status(404), "server"),
        (ok("<html>Välkommen</html>"), "decode"),
        (ok("{\"links\":[]}"), "decode"),
        (ok(vec![b'['; 70_000]), "decode"),
        (late(status(200)), "network"),
    ];
    for (answer, reason) in broken {
        let trio = Trio::small().await;
        let login = Changing::new(answer);
        trio.on("POST", "login", login.clone()).await;
        let mut target = target(&trio.url());
        target.trio.limits.request = std::time::Duration::from_millis(300);
        target.trio.limits.body = 60_000;
        let mut app = TestApp::for_target(target).await;
        app.step().await;
        let metrics = app.metrics().await;
        assert_eq!(failures(&metrics, reason), Some(1.0), "{reason}");
        assert_eq!(metrics.sum("trio_auth_failures_total"), 1.0, "{reason}");
        assert_eq!(metrics.get("trio_up", &[]), Some(0.0), "{reason}");
        login.to(tokens("token-1", None));
        app.step_after(5).await;
        assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0), "{reason}");
        assert_eq!(trio.logins().await, 2, "{reason}");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn unreachable_server_is_network_failure_without_requests() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = free.local_addr().expect("an address");
    drop(free);
    let mut app = TestApp::for_target(target(&format!("http://{addr}/te/api"))).await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
    assert_eq!(
        metrics.get("trio_api_requests_total", &[("resource", "api"), ("code", "connect")]),
        Some(1.0)
    );
    assert_eq!(metrics.get("trio_auth_logins_total", &[]), Some(0.0));
    assert!(metrics.contact_center_families().is_empty());
}
