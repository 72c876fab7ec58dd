//! No credential, token or cookie goes to a host that is neither configured nor named by the Api
//! resource of a configured one: for all such answers, the trap hears nothing.

use std::net::SocketAddr;

use pretty_assertions::assert_eq;
use serde_json::json;
use trio_exporter::config::Target;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path},
};

use crate::support::{HandWritten, TestApp, Trap, target};

/// Answer of a trap that would make a client go on talking to it.
const WELCOME: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: a=b\r\n\
    Content-Length: 63\r\n\r\n{\"access_token\":\"t\",\"expires_in\":3600,\"data\":[{\"id\":1}],\"a\":1}  ";

/// Ways to write an address of the trap that might be taken for one of the good server.
fn disguises(good: SocketAddr, trap: SocketAddr) -> Vec<String> {
    let port = trap.port();
    vec![
        format!("http://{trap}/te/api"),
        format!("http://{trap}"),
        format!("http://{good}@{trap}/te/api"),
        format!("http://{good}:pw@{trap}/te/api"),
        format!("http://{trap}\\@{good}/te/api"),
        format!("http://{trap}#@{good}/te/api"),
        format!("http://{trap}?@{good}/te/api"),
        format!("//{trap}/te/api"),
        format!("\\\\{trap}/te/api"),
        format!("http://localhost:{port}/te/api"),
        format!("http://0x7f.1:{port}/te/api"),
        format!("https://{trap}/te/api"),
    ]
}

/// A Trio with one agent, which sets cookies and whose answers carry `extra` members and headers.
async fn trio(extra: &str, header: Option<(&'static str, String)>) -> HandWritten {
    let trio = HandWritten::start().await;
    for (resource, data) in [
        ("cc", r#"[{"id":1}]"#),
        ("cc/1", "[]"),
        ("cc/1/agents/state", r#"[{"agentId":7,"state":"Busy"}]"#),
    ] {
        let body = format!("{{{extra}\"data\":{data}}}");
        let mut answer = ResponseTemplate::new(200)
            .set_body_raw(body, "application/json")
            .insert_header("Set-Cookie", "session=secret; Domain=127.0.0.1; Path=/");
        if let Some((name, value)) = &header {
            answer = answer.insert_header(*name, value.as_str());
        }
        trio.respond(resource, answer).await;
    }
    trio
}

async fn redirecting(verb: &'static str, resource: &str, location: &str) -> HandWritten {
    let trio = trio("", None).await;
    Mock::given(method(verb))
        .and(path(format!("/te/api/{resource}").trim_end_matches('/')))
        .respond_with(ResponseTemplate::new(307).insert_header("Location", location))
        .with_priority(1)
        .mount(&trio.server)
        .await;
    trio
}

/// An hour of an exporter, renewal included.
async fn live(target: Target) -> TestApp {
    let mut app = TestApp::for_target(target).await;
    for pause in [0, 5, 30, 3545, 3700] {
        app.step_after(pause).await;
    }
    app
}

async fn assert_no_cookie(trio: &HandWritten) {
    for request in trio.server.received_requests().await.expect("recorded") {
        assert!(!request.headers.contains_key("cookie"), "{}", request.url);
        assert!(!request.headers.contains_key("referer"), "{}", request.url);
    }
}

#[tokio::test]
async fn a_redirect_to_a_stranger_is_not_followed_however_it_is_written() {
    let trap = Trap::set(WELCOME).await;
    for (verb, resource) in [
        ("GET", ""),
        ("POST", "login"),
        ("POST", "refreshlogin"),
        ("GET", "cc"),
        ("GET", "cc/1/agents/state"),
    ] {
        let probe = HandWritten::start().await;
        for disguise in disguises(*probe.server.address(), trap.addr) {
            let trio = redirecting(verb, resource, &disguise).await;
            live(target(&trio.url())).await;
            assert_eq!(trap.heard(), Vec::<String>::new(), "{verb} {resource} {disguise}");
            assert_no_cookie(&trio).await;
        }
    }
}

#[tokio::test]
async fn links_and_pages_that_lead_to_a_stranger_are_not_followed() {
    let trap = Trap::set(WELCOME).await;
    let probe = HandWritten::start().await;
    for disguise in disguises(*probe.server.address(), trap.addr) {
        let link = |rel: &str, path: &str| json!({"rel": rel, "href": format!("{disguise}{path}")});
        let links = json!([
            link("login", "/login"),
            link("refreshlogin", "/refreshlogin"),
            link("cc", "/cc"),
            link("agentstate", "/cc/1/agents/state"),
            link("services", "/cc/1/services"),
        ]);
        let pages = json!({"currentPage": 1, "pageSize": 1, "totalCount": 3, "totalPages": 3,
            "nextPageLink": format!("{disguise}/cc/1/agents/state?page=2")});
        let trio =
            trio(&format!("\"links\":{links},"), Some(("X-Pagination", pages.to_string()))).await;
        trio.answer("", format!("{{\"links\":{links},\"data\":{{}}}}")).await;
        live(target(&trio.url())).await;
        assert_eq!(trap.heard(), Vec::<String>::new(), "{disguise}");
        assert!(trio.server.received_requests().await.expect("recorded").len() > 10);
        assert_no_cookie(&trio).await;
    }
}

#[tokio::test]
async fn names_in_the_api_resource_that_play_tricks_are_not_believed() {
    let trap = Trap::set(WELCOME).await;
    let probe = HandWritten::start().await;
    let good = *probe.server.address();
    for name in [
        format!("{good}@{}", trap.addr),
        format!("{}\\@{good}", trap.addr),
        format!("http://{good}@{}/te/api", trap.addr),
        format!("http://{}\\@{good}/te/api", trap.addr),
        format!("{}/te/api", trap.addr),
        format!("{}#", trap.addr),
    ] {
        let location = format!("http://{}/te/api", trap.addr);
        let trio = redirecting("GET", "cc", &location).await;
        trio.answer(
            "",
            json!({"data": {"primaryServer": name, "secondaryServer": name}}).to_string(),
        )
        .await;
        live(target(&trio.url())).await;
        assert_eq!(trap.heard(), Vec::<String>::new(), "{name}");
    }
}

#[tokio::test]
async fn only_configured_servers_can_name_others() {
    let trap = Trap::set(WELCOME).await;
    let to_trap = format!("http://{}/te/api", trap.addr);
    let named = redirecting("GET", "cc", &to_trap).await;
    let names =
        json!({"data": {"primaryServer": trap.addr.to_string(), "secondaryServer": to_trap}});
    named.answer("", names.to_string()).await;
    let configured = redirecting("GET", "cc", &named.url()).await;
    let names = json!({"data": {"primaryServer": configured.server.address().to_string(),
        "secondaryServer": named.server.address().to_string()}});
    configured.answer("", names.to_string()).await;
    let app = live(target(&configured.url())).await;
    assert_eq!(trap.heard(), Vec::<String>::new());
    let logins = named.server.received_requests().await.expect("recorded");
    assert!(
        logins.iter().any(|request| request.url.path() == "/te/api/login"),
        "it is a server of Trio"
    );
    let metrics = app.metrics().await;
    assert_eq!(metrics.find("trio_server_up", &[]).len(), 2);
}

#[tokio::test]
async fn a_server_that_is_configured_as_https_is_never_spoken_to_in_the_clear() {
    let trap = Trap::set("").await;
    let trio = redirecting("GET", "cc", &format!("http://{}/te/api", trap.addr)).await;
    let names = json!({"data": {"primaryServer": trio.server.address().to_string(),
        "secondaryServer": format!("http://{}", trap.addr)}});
    trio.answer("", names.to_string()).await;
    let mut target = target(&trio.url());
    target.trio.limits.request = std::time::Duration::from_millis(300);
    target.trio.servers.push(format!("https://{}/te/api", trap.addr).parse().expect("a URL"));
    live(target).await;
    let heard = trap.heard();
    assert!(!heard.is_empty(), "the secondary is asked, by TLS");
    for heard in heard {
        for clear in ["GET ", "POST ", "authorization", "Basic", "Bearer", "password", "token-1"] {
            assert!(!heard.to_lowercase().contains(&clear.to_lowercase()), "{heard:?}");
        }
    }
}

#[tokio::test]
async fn a_token_goes_only_to_the_server_that_gave_it() {
    let other = trio("", None).await;
    let token =
        json!({"access_token": "token-of-the-other", "refresh_token": "r", "expires_in": 3600});
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200).set_body_json(token))
        .with_priority(1)
        .mount(&other.server)
        .await;
    let first = redirecting("GET", "cc/1/agents/state", &other.url()).await;
    let mut target = target(&first.url());
    target.trio.servers.push(other.url().parse().expect("a URL"));
    let app = live(target).await;
    assert_eq!(app.metrics().await.sum("trio_agents"), 1.0);
    for (server, foreign) in [(&first, ["of-the-other", "r"]), (&other, ["token-1", "refresh-1"])] {
        for request in server.server.received_requests().await.expect("recorded") {
            let bearer =
                request.headers.get("authorization").map(|value| value.to_str().expect("ASCII"));
            let body = String::from_utf8_lossy(&request.body);
            assert!(bearer.is_none_or(|bearer| !bearer.contains(foreign[0])), "{}", request.url);
            assert_ne!(body, format!("refresh_token={}", foreign[1]), "{}", request.url);
        }
    }
}
