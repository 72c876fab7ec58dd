//! One log line for each change of situation, none while it lasts.

use wiremock::MockServer;

use super::trio::{Changing, Trio, agent_state, ok, status, tokens};
use crate::support::{HandWritten, Journal, TestApp, target};

#[tokio::test]
async fn lost_server_and_its_return_are_logged_once() {
    let journal = Journal::begin();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("an address");
    drop(listener);
    let mut app = TestApp::for_target(target(&format!("http://{addr}/te/api"))).await;
    for _ in 0..5 {
        app.step_after(5).await;
    }
    let lines = journal.situations();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(
        lines[0].contains("no connection") && lines[0].contains("cannot be read"),
        "{lines:#?}"
    );

    let listener = std::net::TcpListener::bind(addr).expect("the same port");
    let back = HandWritten { server: MockServer::builder().listener(listener).start().await };
    back.answer("cc", "[]").await;
    wiremock::Mock::given(wiremock::matchers::method("POST"))
        .respond_with(tokens("token-1", None))
        .mount(&back.server)
        .await;
    for _ in 0..3 {
        app.step_after(5).await;
    }
    let lines = journal.situations();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines[1].contains("works again"), "{lines:#?}");
}

#[tokio::test]
async fn refused_login_is_logged_once_with_remedy() {
    for (code, check) in
        [(401, "check the API client key first"), (403, "check user name and password first")]
    {
        let journal = Journal::begin();
        let trio = Trio::small().await;
        trio.on("POST", "login", status(code)).await;
        let mut app = trio.exporter().await;
        for _ in 0..40 {
            app.step_after(5).await;
        }
        assert!(trio.logins().await > 1);
        let lines = journal.situations();
        assert_eq!(lines.len(), 1, "{lines:#?}");
        assert!(lines[0].contains(check), "{lines:#?}");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn refused_tokens_are_logged_once() {
    let journal = Journal::begin();
    let trio = Trio::small().await;
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    trio.on("GET", "cc", status(401)).await;
    let mut app = trio.exporter().await;
    for _ in 0..40 {
        app.step_after(5).await;
    }
    assert!(trio.logins().await > 1);
    let lines = journal.situations();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    trio.was_only_read().await;
}

#[tokio::test]
async fn every_change_of_what_is_wrong_with_a_collector_is_a_line() {
    let journal = Journal::begin();
    let trio = Trio::small().await;
    let good = ok(agent_state("free").to_string());
    let answer = Changing::new(good.clone());
    trio.on("GET", "cc/1/agents/state", answer.clone()).await;
    let mut app = trio.exporter().await;
    app.step().await;
    assert_eq!(journal.situations().len(), 0, "{:#?}", journal.situations());
    for (now, told) in [
        (status(500), "the server failed"),
        (ok("[{"), "the answer cannot be read"),
        (good.clone(), "works again"),
        (ok("<html>"), "it is a web page (HTML), not JSON"),
    ] {
        let before = journal.situations().len();
        answer.to(now);
        for _ in 0..3 {
            app.step_after(5).await;
        }
        let lines = journal.situations();
        assert_eq!(lines.len(), before + 1, "{told}: {lines:#?}");
        assert!(
            lines[before].contains("cc 1 agent_state") && lines[before].contains(told),
            "{lines:#?}"
        );
    }
    trio.was_only_read().await;
}
