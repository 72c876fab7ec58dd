//! Renewal: before expiry, after it, with and without a new refresh token, and when it is refused.

use wiremock::ResponseTemplate;

use super::trio::{BASIC, InTurn, Trio, agent_state, bearers, header, late, ok, status, tokens};
use crate::support::{TestApp, target};

const STATE: &str = "cc/1/agents/state";

async fn forms(trio: &Trio) -> Vec<String> {
    let renewals = trio.asked("POST", "refreshlogin").await;
    renewals.iter().map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect()
}

#[tokio::test]
async fn a_token_is_renewed_a_minute_before_it_expires_with_the_refresh_token() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", Some("refresh-2"))).await;
    let mut app = trio.exporter().await;
    app.step().await;
    app.step_after(3530).await;
    assert_eq!(trio.renewals().await, 0);
    app.step_after(15).await;
    let renewals = trio.asked("POST", "refreshlogin").await;
    assert_eq!(renewals.len(), 1);
    assert_eq!(header(&renewals[0], "authorization"), Some(BASIC));
    assert_eq!(header(&renewals[0], "content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(renewals[0].body, b"refresh_token=refresh-1");
    let asked = trio.asked("GET", STATE).await;
    assert_eq!(bearers(&asked), ["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
    assert_eq!(trio.logins().await, 1);
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_auth_refreshes_total", &[]), Some(1.0));
    assert_eq!(metrics.sum("trio_auth_failures_total"), 0.0);
    trio.was_only_read().await;
}

#[tokio::test]
async fn the_newest_refresh_token_is_used_and_the_old_one_where_no_new_one_came() {
    let trio = Trio::small().await;
    let answers = [
        tokens("token-2", Some("refresh-2")),
        ok(r#"{"access_token":"token-3","expires_in":3600}"#),
        tokens("token-4", Some("a+/=å")),
        tokens("token-5", None),
    ];
    trio.on("POST", "refreshlogin", InTurn::new(answers)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    for _ in 0..4 {
        app.step_after(3545).await;
    }
    let expected = ["refresh-1", "refresh-2", "refresh-2", "a%2B%2F%3D%C3%A5"];
    assert_eq!(forms(&trio).await, expected.map(|token| format!("refresh_token={token}")));
    assert_eq!(trio.logins().await, 1);
    trio.was_only_read().await;
}

#[tokio::test]
async fn a_refresh_token_that_is_kept_expires_when_it_was_going_to() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    let labels = [("token", "refresh")];
    let before = app.metrics().await.get("trio_token_expiry_timestamp_seconds", &labels);
    app.step_after(3545).await;
    let after = app.metrics().await.get("trio_token_expiry_timestamp_seconds", &labels);
    assert_eq!(trio.renewals().await, 1);
    assert!(before.is_some() && before == after, "{before:?} {after:?}");
    // After 30 days there is nothing left to renew with: a new login, without asking.
    app.step_after(30 * 86_400).await;
    assert_eq!((trio.renewals().await, trio.logins().await), (1, 2));
    trio.was_only_read().await;
}

#[tokio::test]
async fn an_expired_token_is_still_renewed() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", Some("refresh-2"))).await;
    let mut app = trio.exporter().await;
    app.step().await;
    app.step_after(7200).await;
    assert_eq!((trio.renewals().await, trio.logins().await), (1, 1));
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    trio.was_only_read().await;
}

#[tokio::test]
async fn a_renewal_that_is_refused_is_followed_by_one_login_at_once() {
    for code in [400, 401, 403, 404, 405] {
        let trio = Trio::small().await;
        trio.on("POST", "refreshlogin", status(code)).await;
        let mut app = trio.exporter().await;
        app.step().await;
        app.step_after(3545).await;
        assert_eq!((trio.renewals().await, trio.logins().await), (1, 2), "{code}");
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "{code}");
        assert_eq!(
            metrics.get("trio_auth_failures_total", &[("reason", "refresh")]),
            Some(1.0),
            "{code}"
        );
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn a_renewal_that_gets_no_answer_is_no_harm_while_the_token_is_good() {
    let broken: [(ResponseTemplate, &str); 3] =
        [(late(status(200)), "network"), (status(503), "server"), (ok("<html>"), "decode")];
    for (answer, reason) in broken {
        let trio = Trio::small().await;
        trio.on("POST", "refreshlogin", answer).await;
        let mut target = target(&trio.url());
        target.trio.limits.request = std::time::Duration::from_millis(300);
        let mut app = TestApp::for_target(target).await;
        app.step().await;
        app.step_after(3545).await;
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "{reason}");
        assert!(
            metrics.get("trio_auth_failures_total", &[("reason", reason)]) >= Some(1.0),
            "{reason}"
        );
        assert_eq!(bearers(&trio.asked("GET", STATE).await), ["Bearer token-1"; 2], "{reason}");
        assert_eq!(trio.logins().await, 1, "{reason}");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn failing_renewal_falls_back_to_login() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", status(500)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    app.step_after(3700).await;
    assert_eq!(trio.logins().await, 2, "the token has expired, so only a login helps");
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    trio.was_only_read().await;
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once_and_the_request_repeated_once() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", Some("refresh-2"))).await;
    let good = ok(agent_state("free").to_string());
    trio.on("GET", STATE, InTurn::new([good.clone(), status(401), good])).await;
    let mut app = trio.exporter().await;
    app.step().await;
    app.step_after(61).await;
    let asked = trio.asked("GET", STATE).await;
    assert_eq!(bearers(&asked), ["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
    assert_eq!((trio.renewals().await, trio.logins().await), (1, 1));
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_collector_success", &[("collector", "agent_state")]), Some(1.0));
    assert_eq!(metrics.sum("trio_auth_failures_total"), 0.0);
    let refused =
        metrics.get("trio_api_requests_total", &[("resource", "agents/state"), ("code", "401")]);
    assert_eq!(refused, Some(1.0));
    trio.was_only_read().await;
}
