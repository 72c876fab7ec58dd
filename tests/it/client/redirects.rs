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

/// The error of a login and a list.
async fn refusal(trio: &Trio) -> trio_exporter::trio::Error {
    let target = crate::support::target(&trio.url());
    let clock = trio_exporter::model::Clock::system();
    let client = trio_exporter::trio::Client::new(
        target.trio,
        target.dictionary,
        std::sync::Arc::default(),
        clock,
    )
    .expect("a client");
    let root = client.root().await.expect("documented paths");
    client.contact_centers(&root).await.expect_err("no list")
}

#[tokio::test]
async fn redirect_names_the_address_it_leads_to() {
    for (code, to, shown) in [
        (
            301,
            "https://trio.example/te/api/login",
            "redirected to https://trio.example/te/api/login",
        ),
        (302, "/Account/Login?ReturnUrl=%2Fte", "/Account/Login, and redirects are not followed"),
        (
            308,
            "https://u:p@trio.example:8443/x#y",
            "redirected to https://trio.example:8443/x, and",
        ),
        (303, "http://[", "redirected, and redirects are not followed"),
    ] {
        for (verb, resource) in [("POST", "login"), ("GET", "cc")] {
            let trio = Trio::small().await;
            trio.on(verb, resource, status(code).insert_header("Location", to)).await;
            let error = refusal(&trio).await;
            assert!(error.to_string().contains(shown), "{resource} {code}: {error}");
            assert!(error.redacted().contains(shown), "{resource} {code}: {error}");
        }
    }
}

#[tokio::test]
async fn redirect_that_repeats_a_secret_is_shown_without_its_path() {
    // The password in the form in which it was sent, and the token.
    for (verb, resource, path) in [
        ("POST", "login", "/x/bPZzZW5vcmQ="),
        ("POST", "login", "/x/Y2xpZW50LWtleQ=="),
        ("GET", "cc", "/back/token-1"),
        ("GET", "cc", "/l%C3%B6senord"),
    ] {
        let trio = Trio::small().await;
        let to = format!("https://trio.example{path}");
        trio.on(verb, resource, status(302).insert_header("Location", to)).await;
        let error = refusal(&trio).await;
        let text = error.to_string();
        assert!(text.contains("redirected to https://trio.example, and"), "{path}: {text}");
    }
}

#[tokio::test]
async fn windows_authentication_before_trio_is_named() {
    for offer in ["Negotiate", "NTLM", "negotiate oXQ="] {
        for (verb, resource) in [("POST", "login"), ("GET", "cc")] {
            let trio = Trio::small().await;
            trio.on(verb, resource, status(401).insert_header("WWW-Authenticate", offer)).await;
            let error = refusal(&trio).await;
            let text = error.to_string();
            assert!(text.contains("IIS asks for Windows authentication"), "{verb}: {text}");
            assert_eq!(trio.logins().await, 1, "the token is not in question");
        }
    }
    let trio = Trio::small().await;
    trio.on("POST", "login", status(401).insert_header("WWW-Authenticate", "Basic realm=x")).await;
    let error = refusal(&trio).await.to_string();
    assert!(error.contains("check the API client key first"), "{error}");
}
