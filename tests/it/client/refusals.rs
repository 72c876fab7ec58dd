//! Refusals: a label has the reason, and the server is left in peace for a while.

use serde_json::json;
use wiremock::ResponseTemplate;

use super::trio::{Changing, InTurn, Trio, late, ok, status, tokens};
use crate::support::{Journal, TestApp, target};

/// The waits after each refusal in a row: doubling from a minute to a quarter of an hour.
const WAITS: [u64; 6] = [60, 120, 240, 480, 900, 900];

fn failures(metrics: &crate::support::Samples, reason: &str) -> Option<f64> {
    metrics.get("trio_auth_failures_total", &[("reason", reason)])
}

#[tokio::test]
async fn refused_login_backs_off_from_one_to_fifteen_minutes() {
    let refusals = [
        (status(401), "client_key"),
        (status(400), "credentials"),
        (status(403), "credentials"),
        (status(423), "credentials"),
        (status(429), "server"),
        (ok(r#"{"success":false,"error":"invalid_grant"}"#), "credentials"),
        (ok(r#"{"links":[],"data":[{}]}"#), "decode"),
    ];
    for (answer, reason) in refusals {
        let case = format!("{answer:?}");
        let trio = Trio::small().await;
        trio.on("POST", "login", answer).await;
        let mut app = trio.exporter().await;
        app.step().await;
        for (round, wait) in (1..).zip(WAITS) {
            assert_eq!(trio.logins().await, round, "{case}, before waiting {wait} s");
            for _ in 0..4 {
                app.step_after((wait - 4) / 4).await;
            }
            assert_eq!(trio.logins().await, round, "{case}, {wait} s are not over");
            app.step_after(8).await;
            assert_eq!(trio.logins().await, round + 1, "{case}, {wait} s are over");
        }
        let metrics = app.metrics().await;
        assert_eq!(failures(&metrics, reason), Some(7.0), "{case}");
        assert_eq!(metrics.sum("trio_auth_failures_total"), 7.0, "{case}");
        assert_eq!(metrics.get("trio_up", &[]), Some(0.0), "{case}");
        assert_eq!(trio.count("GET", "cc").await, 0, "{case}");
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
async fn young_token_that_is_refused_is_kept_for_a_minute() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    trio.on("GET", "cc", status(401)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    let asked =
        async || (trio.logins().await, trio.renewals().await, trio.count("GET", "cc").await);
    assert_eq!(asked().await, (1, 0, 2), "once more after a second");
    for step in 1..12 {
        app.step_after(5).await;
        assert_eq!(asked().await, (1, 0, 2 + step), "the same token");
    }
    let metrics = app.metrics().await;
    assert_eq!(metrics.sum("trio_auth_failures_total"), 0.0);
    app.step_after(5).await;
    assert_eq!(asked().await, (1, 1, 15), "renewed, and refused at once");
    for round in 1..3 {
        let metrics = app.metrics().await;
        assert_eq!(failures(&metrics, "forbidden"), Some(f64::from(round)));
        assert!(!metrics.has("trio_token_expiry_timestamp_seconds"), "there is no token any more");
        assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
        let wait = WAITS[round as usize - 1];
        app.step_after(wait - 1).await;
        assert_eq!(trio.logins().await, round as usize, "{wait} s are not over");
        app.step_after(2).await;
        assert_eq!(trio.logins().await, round as usize + 1, "{wait} s are over");
        app.step_after(61).await;
    }
    trio.was_only_read().await;
}

#[tokio::test]
async fn token_that_is_accepted_a_moment_later_costs_no_login() {
    let trio = Trio::small().await;
    let good = ok(r#"{"data":[{"id":1}]}"#);
    trio.on("GET", "cc", InTurn::new([status(401), good])).await;
    let mut app = trio.exporter().await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.sum("trio_auth_failures_total"), 0.0);
    assert_eq!((trio.logins().await, trio.renewals().await), (1, 0));
}

#[tokio::test]
async fn list_that_answers_401_alone_takes_no_other_list_away() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", Some("refresh-2"))).await;
    trio.on("GET", "cc/1/agents/state", status(401)).await;
    let mut app = trio.exporter().await;
    for _ in 0..120 {
        app.step_after(5).await;
        assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    }
    let metrics = app.metrics().await;
    assert_eq!(failures(&metrics, "forbidden"), Some(0.0));
    assert_eq!(metrics.get("trio_collector_success", &[("collector", "agent_state")]), Some(0.0));
    let obtained = (trio.logins().await, trio.renewals().await);
    assert!(obtained.0 == 1 && (3..=4).contains(&obtained.1), "{obtained:?} in ten minutes");
}

/// Answers that say nothing about the account, and their reason.
fn server_faults() -> [(ResponseTemplate, &'static str); 7] {
    [
        (status(500), "server"),
        (status(404), "server"),
        (status(302).insert_header("Location", "/Account/Login"), "server"),
        (ok("<html>Välkommen</html>"), "decode"),
        (ok(vec![b'['; 70_000]), "decode"),
        (ok(""), "decode"),
        (late(status(200)), "network"),
    ]
}

async fn hasty_app(trio: &Trio) -> TestApp {
    let mut target = target(&trio.url());
    target.trio.limits.request = std::time::Duration::from_millis(300);
    target.trio.limits.body = 60_000;
    TestApp::for_target(target).await
}

#[tokio::test]
async fn server_fault_at_the_first_login_waits_like_a_refusal() {
    for (answer, reason) in server_faults() {
        let trio = Trio::small().await;
        let login = Changing::new(answer);
        trio.on("POST", "login", login.clone()).await;
        let mut app = hasty_app(&trio).await;
        app.step().await;
        let metrics = app.metrics().await;
        assert_eq!(failures(&metrics, reason), Some(1.0), "{reason}");
        assert_eq!(metrics.sum("trio_auth_failures_total"), 1.0, "{reason}");
        assert_eq!(metrics.get("trio_up", &[]), Some(0.0), "{reason}");
        login.to(tokens("token-1", None));
        app.step_after(55).await;
        assert_eq!(trio.logins().await, 1, "{reason}");
        app.step_after(6).await;
        assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0), "{reason}");
        assert_eq!(trio.logins().await, 2, "{reason}");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn server_fault_with_known_credentials_waits_ten_to_sixty_seconds() {
    for (answer, reason) in server_faults() {
        let trio = Trio::small().await;
        let login = Changing::new(tokens("token-1", None));
        trio.on("POST", "login", login.clone()).await;
        let mut app = hasty_app(&trio).await;
        app.step().await;
        login.to(answer);
        app.step_after(3700).await;
        for (round, wait) in (2..).zip([10_u32, 20, 40, 60, 60]) {
            assert_eq!(trio.logins().await, round, "{reason}, before waiting {wait} s");
            let metrics = app.metrics().await;
            let retry = metrics.get("trio_login_retry_timestamp_seconds", &[]).expect("shown");
            let now = app.clock.now().wall.duration_since(std::time::UNIX_EPOCH);
            let left = retry - now.expect("after 1970").as_secs_f64();
            assert!((left - f64::from(wait)).abs() < 1.0, "{reason}: {left} s of {wait}");
            app.step_after(u64::from(wait) - 2).await;
            assert_eq!(trio.logins().await, round, "{reason}, {wait} s are not over");
            app.step_after(3).await;
        }
        login.to(tokens("token-2", None));
        app.step_after(61).await;
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "{reason}");
        assert!(!metrics.has("trio_login_retry_timestamp_seconds"), "{reason}");
    }
}

#[tokio::test]
async fn redirect_of_the_login_to_a_stranger_waits_too() {
    let trio = Trio::small().await;
    let login = Changing::new(tokens("token-1", None));
    trio.on("POST", "login", login.clone()).await;
    let mut app = trio.exporter().await;
    app.step().await;
    login.to(status(307).insert_header("Location", "https://stranger.example/te/api/login"));
    app.step_after(3700).await;
    for _ in 0..3 {
        app.step_after(3).await;
    }
    assert_eq!(trio.logins().await, 2);
    app.step_after(3).await;
    assert_eq!(trio.logins().await, 3);
}

#[tokio::test]
async fn reason_of_each_refusal_is_logged_once() {
    let trio = Trio::small().await;
    let login = Changing::new(status(503));
    trio.on("POST", "login", login.clone()).await;
    let (mut app, logs) = (trio.exporter().await, Journal::begin());
    let answers = [
        (status(503), "answered 503"),
        (ok("<html><body>Sign in</body></html>"), "it is a web page (HTML), not JSON"),
        (ok("<?xml version=\"1.0\"?><a/>"), "it is XML, not JSON"),
        (status(401), "login refused (401)"),
        (ok(r#"{"error":"invalid_grant"}"#), "the answer says invalid_grant"),
    ];
    for (answer, text) in answers {
        login.to(answer);
        for _ in 0..190 {
            app.step_after(5).await;
        }
        let lines = logs.situations();
        let said = lines.iter().filter(|line| line.contains(text)).count();
        assert_eq!(said, 1, "{text}: {lines:#?}");
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
