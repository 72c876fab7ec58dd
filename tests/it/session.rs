//! The session with Trio as it goes on: renewal, rights, patience, secrets that change.

use std::{path::PathBuf, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;
use trio_exporter::{
    metrics::Identity,
    sim::Options,
    trio::{Secret, latin1},
};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path},
};

use crate::support::{HandWritten, Simulated, TestApp, config, still_clock, target};

const STATE: &str = "cc/1/agents/state";

async fn trio() -> HandWritten {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
    trio.answer("cc/1/services/state", r#"{"data":[{"serviceId":1,"open":true}]}"#).await;
    trio
}

async fn answer_once(trio: &HandWritten, resource: &str, verb: &str, answer: ResponseTemplate) {
    Mock::given(method(verb))
        .and(path(format!("/te/api/{resource}")))
        .respond_with(answer)
        .with_priority(1)
        .up_to_n_times(1)
        .mount(&trio.server)
        .await;
}

async fn count(trio: &HandWritten, resource: &str) -> usize {
    let requests = trio.server.received_requests().await.expect("recorded");
    requests.iter().filter(|request| request.url.path() == format!("/te/api/{resource}")).count()
}

fn agents() -> String {
    r#"{"data":[{"agentId":7,"state":"Busy"}]}"#.to_owned()
}

#[tokio::test]
async fn renewal_margin_is_at_most_half_of_token_lifetime() {
    for (margin, before, after) in [(600, 2990, 3005), (7200, 1790, 1805)] {
        let trio = trio().await;
        let mut target = target(&trio.url());
        target.trio.limits.renewal_margin = Duration::from_secs(margin);
        let mut app = TestApp::for_target(target).await;
        app.step().await;
        app.step_after(before).await;
        assert_eq!(count(&trio, "refreshlogin").await, 0, "{margin}");
        app.step_after(after - before).await;
        assert_eq!(count(&trio, "refreshlogin").await, 1, "{margin}");
    }
}

#[tokio::test]
async fn what_may_not_be_read_is_asked_again_only_after_the_token_was_renewed() {
    let trio = trio().await;
    answer_once(&trio, STATE, "GET", ResponseTemplate::new(403)).await;
    trio.answer(STATE, agents()).await;
    let token =
        json!({"access_token": "token-2", "refresh_token": "refresh-2", "expires_in": 3600});
    trio.server
        .register(
            Mock::given(path("/te/api/refreshlogin"))
                .respond_with(ResponseTemplate::new(200).set_body_json(token)),
        )
        .await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    for _ in 0..20 {
        app.step_after(60).await;
    }
    assert_eq!(count(&trio, STATE).await, 1);
    let metrics = app.metrics().await;
    let success = [("collector", "agent_state")];
    assert_eq!(metrics.get("trio_collector_success", &success), Some(0.0), "it stays failed");
    let refused = [("resource", "agents/state"), ("code", "403")];
    assert_eq!(metrics.get("trio_api_requests_total", &refused), Some(1.0));
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "the others go on");
    app.step_after(3600).await;
    assert_eq!((count(&trio, "refreshlogin").await, count(&trio, STATE).await), (1, 2));
    assert_eq!(app.metrics().await.get("trio_collector_success", &success), Some(1.0));
}

#[tokio::test]
async fn a_resource_that_asks_for_time_gets_it_and_the_others_go_on() {
    for (retry_after, date) in [
        ("120", None),
        ("Thu, 15 Jan 2026 08:02:00 GMT", Some("Thu, 15 Jan 2026 08:00:00 GMT")),
        ("Thu, 15 Jan 2026 09:02:00 GMT", Some("Thu, 15 Jan 2026 09:00:00 GMT")),
    ] {
        let trio = trio().await;
        let mut busy = ResponseTemplate::new(503).insert_header("Retry-After", retry_after);
        if let Some(date) = date {
            busy = busy.insert_header("Date", date);
        }
        answer_once(&trio, STATE, "GET", busy).await;
        trio.answer(STATE, agents()).await;
        let mut app = TestApp::for_target(target(&trio.url())).await;
        app.step().await;
        for _ in 0..11 {
            app.step_after(10).await;
        }
        assert_eq!(count(&trio, STATE).await, 1, "{retry_after}");
        assert!(count(&trio, "cc/1/services/state").await >= 12, "{retry_after}");
        let metrics = app.metrics().await;
        let success = [("collector", "agent_state")];
        assert_eq!(metrics.get("trio_collector_success", &success), Some(0.0), "{retry_after}");
        assert_eq!(metrics.sum("trio_api_retries_total"), 0.0, "{retry_after}");
        app.step_after(11).await;
        assert_eq!(count(&trio, STATE).await, 2, "{retry_after}");
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_collector_success", &success), Some(1.0), "{retry_after}");
        let unavailable = [("reason", "unavailable")];
        assert_eq!(metrics.get("trio_api_retries_total", &unavailable), Some(1.0), "{retry_after}");
    }
}

#[tokio::test]
async fn a_server_that_gets_too_many_requests_gets_none_for_as_long_as_it_asks() {
    let trio = trio().await;
    let busy = ResponseTemplate::new(429).insert_header("Retry-After", "90");
    answer_once(&trio, STATE, "GET", busy).await;
    trio.answer(STATE, agents()).await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    let before = trio.server.received_requests().await.expect("recorded").len();
    for _ in 0..8 {
        app.step_after(10).await;
    }
    let after = trio.server.received_requests().await.expect("recorded").len();
    assert_eq!(after, before);
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(0.0));
    app.step_after(11).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_api_retries_total", &[("reason", "rate_limited")]), Some(1.0));
}

#[tokio::test]
async fn a_login_that_asks_for_more_time_than_the_back_off_gets_it() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let fault =
        |status| json!({"path": "login", "status": status, "retry_after": "100", "times": 1});
    for (status, reason) in [(503, "unavailable"), (429, "rate_limited")] {
        trio.order("fault", &fault(status)).await;
        let mut app =
            TestApp::start_at(config(trio.target(true), Identity::Name), clock.clone()).await;
        for pause in [0, 30, 60] {
            app.step_after(pause).await;
            assert_eq!(
                app.metrics().await.get("trio_auth_logins_total", &[]),
                Some(1.0),
                "{status}"
            );
        }
        let metrics = app.metrics().await;
        assert_eq!(
            metrics.get("trio_auth_failures_total", &[("reason", "server")]),
            Some(1.0),
            "{status}"
        );
        app.step_after(11).await;
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "{status}");
        assert_eq!(
            metrics.get("trio_api_retries_total", &[("reason", reason)]),
            Some(1.0),
            "{status}"
        );
    }
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("trio-exporter-{}-{name}", std::process::id()));
    std::fs::write(&path, text).expect("writable");
    path
}

#[tokio::test]
async fn a_secret_file_that_changes_ends_the_wait_after_a_refusal_at_once() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let path = file("changes", "fel lösenord\n");
    let mut target = trio.target(true);
    target.trio.password = Secret::from_file(&path).expect("readable");
    let mut app = TestApp::start_at(config(target, Identity::Name), clock).await;
    for pause in [0, 5, 5] {
        app.step_after(pause).await;
    }
    assert_eq!(app.metrics().await.get("trio_auth_logins_total", &[]), Some(1.0));
    // Half-written, and then something that the login cannot carry: the old one is kept.
    for useless in ["", "\n", "λ"] {
        std::fs::write(&path, useless).expect("writable");
        app.step_after(5).await;
    }
    assert_eq!(app.metrics().await.get("trio_auth_logins_total", &[]), Some(1.0));
    std::fs::write(&path, "smörgåsbord\r\n").expect("writable");
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_auth_logins_total", &[]), Some(2.0));
    std::fs::remove_file(path).expect("removable");
}

#[tokio::test]
async fn changed_secret_file_is_tried_within_refused_cycle() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let path = file("changed", "gammalt");
    let mut target = trio.target(true);
    target.trio.client_key = Secret::from_file(&path).expect("readable");
    let shown = format!("{target:?}");
    let mut app = TestApp::start_at(config(target, Identity::Name), clock).await;
    std::fs::write(&path, Options::default().client_key).expect("writable");
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_auth_logins_total", &[]), Some(2.0));
    assert_eq!(metrics.get("trio_auth_failures_total", &[("reason", "client_key")]), Some(1.0));
    for secret in ["gammalt", "smörgåsbord", "\"exporter\""] {
        assert!(!shown.contains(secret), "{shown}");
    }
    std::fs::remove_file(path).expect("removable");
}

#[tokio::test]
async fn a_refusal_at_one_server_is_waited_out_at_the_other_too() {
    let (first, second) = (trio().await, trio().await);
    answer_once(&first, "login", "POST", ResponseTemplate::new(403)).await;
    let mut target = target(&first.url());
    target.trio.servers.push(second.url().parse().expect("a URL"));
    let mut app = TestApp::for_target(target).await;
    app.step().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(307).insert_header("Location", second.url()))
        .with_priority(1)
        .mount(&first.server)
        .await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(403))
        .with_priority(1)
        .mount(&second.server)
        .await;
    let mut logins = Vec::new();
    for pause in [30, 29, 2, 60, 58, 3] {
        app.step_after(pause).await;
        logins.push((count(&first, "login").await, count(&second, "login").await));
    }
    assert_eq!(logins, [(1, 0), (1, 0), (2, 1), (2, 1), (2, 1), (3, 2)]);
}

#[tokio::test]
async fn a_password_of_every_character_of_iso_8859_1_is_understood() {
    let every: String = (0_u8..=255).map(char::from).collect();
    let reversed: String = every.chars().rev().collect();
    for password in [every, reversed, "å".to_owned(), "ÿ".repeat(3), "+/=&%\u{a0}\n ".to_owned()]
    {
        let clock = still_clock();
        let options = Options { username: password.clone(), password, ..Options::default() };
        let trio = Simulated::start(options, clock.clone()).await;
        let mut app = TestApp::start_at(config(trio.target(true), Identity::Name), clock).await;
        app.step().await;
        assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_password_of_iso_8859_1_arrives_as_it_is(bytes in proptest::collection::vec(any::<u8>(), 1..40)) {
        let password: String = bytes.iter().copied().map(char::from).collect();
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let sent = runtime.block_on(async {
            let trio = trio().await;
            let mut target = target(&trio.url());
            target.trio.password = password.clone().into();
            TestApp::for_target(target).await.step().await;
            let requests = trio.server.received_requests().await.expect("recorded");
            requests.into_iter().find(|request| request.method == "POST").expect("a login").body
        });
        // Parsed by hand: two fields, `%XX` for all that is not plain.
        let form = String::from_utf8(sent).expect("ASCII");
        let field = form.split('&').find_map(|pair| pair.strip_prefix("password=")).expect("a password");
        let plain = field.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        prop_assert_eq!(&BASE64_STANDARD.decode(plain).expect("Base64"), &bytes);
        prop_assert_eq!(latin1(&password).expect("ISO-8859-1"), bytes);
    }
}
