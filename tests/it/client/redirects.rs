//! Redirects are not followed: a login form or a token would go to any host that they name.

use trio_exporter::stats::RequestCode;
use wiremock::{MockServer, ResponseTemplate};

use super::trio::{Trio, status, tokens};

fn redirect_to(trap: &MockServer, code: u16, path: &str) -> ResponseTemplate {
    status(code).insert_header("Location", format!("{}/te/api/{path}", trap.uri()))
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_credential_reaches_the_other_server() {
    for (verb, resource, label, up) in [
        ("GET", "", "api", 1.0),
        ("POST", "login", "login", 0.0),
        ("POST", "refreshlogin", "refreshlogin", 1.0),
        ("GET", "cc", "cc", 0.0),
        ("GET", "cc/1", "cc", 1.0),
        ("GET", "cc/1/agents/state", "agents/state", 1.0),
    ] {
        for code in [301, 302, 303, 307, 308] {
            let trap = MockServer::start().await;
            let trio = Trio::small().await;
            trio.on(verb, resource, redirect_to(&trap, code, resource)).await;
            let mut app = trio.exporter().await;
            app.step().await;
            if resource == "refreshlogin" {
                app.step_after(3590).await;
                assert_eq!(trio.renewals().await, 1, "{code}");
            }
            let heard = trap.received_requests().await.expect("recorded");
            assert!(heard.is_empty(), "{resource} {code}: {heard:?}");
            let metrics = app.metrics().await;
            assert_eq!(metrics.get("trio_up", &[]), Some(up), "{resource} {code}");
            let code = code.to_string();
            let counted =
                metrics.get("trio_api_requests_total", &[("resource", label), ("code", &*code)]);
            assert!(counted >= Some(1.0), "{resource} {code}");
            trio.was_only_read().await;
        }
    }
}

#[tokio::test]
async fn a_redirected_login_says_that_the_active_server_must_be_configured() {
    let trap = MockServer::start().await;
    let trio = Trio::bare().await;
    trio.on("POST", "login", redirect_to(&trap, 307, "login")).await;
    let target = crate::support::target(&trio.url());
    let stats = std::sync::Arc::new(trio_exporter::stats::Stats::default());
    let clock = trio_exporter::model::Clock::system();
    let client =
        trio_exporter::trio::Client::new(target.trio, target.dictionary, stats.clone(), clock)
            .expect("a client");
    let root = client.root().await.expect("documented paths");
    let error = client.contact_centers(&root).await.expect_err("no login").to_string();
    assert!(error.contains("307") && error.contains("address of the active server"), "{error}");
    let codes: Vec<_> = stats.resource(trio_exporter::model::Resource::Login).requests().collect();
    assert_eq!(codes, [(RequestCode::Status(307), 1)]);
    // The same server once the redirect is over.
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    assert!(trap.received_requests().await.expect("recorded").is_empty());
    trio.was_only_read().await;
}
