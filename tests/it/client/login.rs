//! The login: exactly as documented, and once.

use std::sync::atomic::{AtomicUsize, Ordering};

use trio_exporter::trio::Limits;
use wiremock::Request;

use super::trio::{BASIC, Bench, Trio, header, late, ok, tokens};
use crate::support::{Journal, TestApp, target};

#[tokio::test]
async fn login_form_carries_client_key_and_base64_of_latin1() {
    for (username, password, body) in [
        ("exporter", "lösenord", "username=ZXhwb3J0ZXI%3D&password=bPZzZW5vcmQ%3D"),
        ("Åsa", "ûÿ¿û", "username=xXNh&password=%2B%2F%2B%2F%2Bw%3D%3D"),
        ("a", "&=%+ \"", "username=YQ%3D%3D&password=Jj0lKyAi"),
    ] {
        let trio = Trio::bare().await;
        let mut target = target(&trio.url());
        target.trio.username = username.to_owned().into();
        target.trio.password = password.to_owned().into();
        Bench::new(target).await;
        let login = trio.asked("POST", "login").await.remove(0);
        assert_eq!(String::from_utf8_lossy(&login.body), body, "{username} {password}");
        assert_eq!(header(&login, "authorization"), Some(BASIC));
        assert_eq!(header(&login, "content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(login.url.query(), None);
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn no_token_and_no_secret_is_in_a_url() {
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    app.step_after(3590).await;
    let requests = trio.requests().await;
    assert!(
        requests.iter().any(|request| header(request, "authorization") == Some("Bearer token-2"))
    );
    for request in requests {
        let url = request.url.as_str();
        for secret in ["token", "refresh-", "Y2xpZW50", "exporter", "senord", "bPZz", "ZXhw"] {
            assert!(!url.contains(secret), "{url}");
        }
    }
    trio.was_only_read().await;
}

#[tokio::test]
async fn one_login_is_in_flight_however_many_requests_wait_for_it() {
    let trio = Trio::small().await;
    let logins = AtomicUsize::new(0);
    let answer = move |_: &Request| {
        let number = logins.fetch_add(1, Ordering::SeqCst) + 1;
        late(tokens(&format!("token-{number}"), None))
    };
    trio.on("POST", "login", answer).await;
    let bench = trio.client(Limits::default()).await;
    trio.on("POST", "refreshlogin", ok("{}")).await;
    let (client, route) = (&bench.client, &bench.route);
    let read = tokio::join!(
        client.services(route),
        client.service_state(route),
        client.agents(route),
        client.agent_state(route),
        client.agent_groups(route)
    );
    assert!(read.0.is_ok() && read.1.is_ok() && read.2.is_ok() && read.3.is_ok() && read.4.is_ok());
    assert_eq!(trio.logins().await, 1);
    trio.was_only_read().await;
}

#[tokio::test]
async fn requests_that_all_need_a_new_login_wait_for_the_same_one() {
    let trio = Trio::small().await;
    let logins = AtomicUsize::new(0);
    let answer = move |_: &Request| {
        let number = logins.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = tokens(&format!("token-{number}"), None);
        if number == 1 { answer } else { late(answer) }
    };
    trio.on("POST", "login", answer).await;
    let mut app = trio.exporter().await;
    app.step().await;
    // The contact centres were read a moment ago: what comes next are the collectors, all at once.
    app.clock.advance(std::time::Duration::from_secs(295));
    app.step().await;
    assert_eq!(trio.logins().await, 1, "the token is still good");
    app.step_after(3550).await;
    assert_eq!(trio.logins().await, 2);
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    trio.was_only_read().await;
}

#[tokio::test]
async fn a_first_step_with_a_slow_login_logs_in_once() {
    let trio = Trio::small().await;
    trio.on("POST", "login", late(tokens("token-9", None))).await;
    let mut app = trio.exporter().await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(trio.logins().await, 1);
    assert_eq!(metrics.get("trio_auth_logins_total", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    trio.was_only_read().await;
}

#[tokio::test]
async fn failed_login_is_shared_by_waiting_requests() {
    let trio = Trio::small().await;
    trio.on(
        "POST",
        "login",
        super::trio::InTurn::new([tokens("token-1", None), late(super::trio::status(500))]),
    )
    .await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    // Only the collectors are due, not the contact centres.
    app.clock.advance(std::time::Duration::from_secs(200));
    app.step().await;
    app.clock.advance(std::time::Duration::from_secs(3400 - 200));
    app.step().await;
    assert_eq!(trio.logins().await, 1);
    app.step_after(145).await;
    assert_eq!(trio.logins().await, 2);
    trio.was_only_read().await;
}

#[tokio::test]
async fn login_asks_for_json() {
    let trio = Trio::bare().await;
    Bench::new(target(&trio.url())).await;
    let login = trio.asked("POST", "login").await.remove(0);
    assert_eq!(header(&login, "accept"), Some("application/json"));
}

#[tokio::test]
async fn assumed_life_of_a_token_is_logged_once() {
    let journal = Journal::begin();
    let trio = Trio::small().await;
    let answer = ok(r#"{"access_token":"token-1","expires_in":0}"#);
    trio.on("POST", "login", answer).await;
    let mut app = trio.exporter().await;
    app.step().await;
    app.step_after(3600).await;
    assert_eq!(trio.logins().await, 2, "after the hour that is assumed");
    let lines = journal.lines();
    let said = lines.iter().filter(|line| line.contains("one hour is assumed"));
    assert_eq!(said.count(), 1, "{lines:#?}");
}
