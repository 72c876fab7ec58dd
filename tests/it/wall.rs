//! The wallboard over real sockets: the same figures as `/metrics`, its events, who may see it, and
//! its end.

mod absence;
mod agreement;
mod boards;
mod days;
mod events;
mod languages;
mod reloads;
mod tokens;

use std::time::Duration;

use pretty_assertions::assert_eq;
use reqwest::StatusCode;
use trio_exporter::{
    metrics::Identity,
    sim::{Dialect, Options},
};

use crate::support::{Simulated, TestApp, config, reqwest_client, still_clock};

/// An exporter that has read a simulated Trio for two minutes.
async fn running(options: Options) -> (TestApp, Simulated) {
    let clock = still_clock();
    let trio = Simulated::start(options, clock.clone()).await;
    let config = config(trio.target(true), Identity::None);
    let mut app = TestApp::start_at(config, clock).await;
    for _ in 0..24 {
        app.step_after(5).await;
    }
    (app, trio)
}

fn small(dialect: Dialect) -> Options {
    Options { services: 6, agents: 30, dialect, ..Options::default() }
}

async fn ask(app: &TestApp, path: &str, accept_language: &str) -> (StatusCode, String) {
    let request = reqwest_client().get(format!("{}{path}", app.url));
    let answer = request.header("accept-language", accept_language).send().await;
    let answer = answer.expect("an answer");
    (answer.status(), answer.text().await.expect("a body"))
}

/// A client that shows answers as they were sent: compressed.
#[allow(clippy::disallowed_methods, reason = "no credentials are sent")]
fn as_sent() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().no_gzip().build().expect("a client")
}

#[tokio::test]
async fn page_has_the_language_of_the_query_else_of_the_browser() {
    let (app, _trio) = running(small(Dialect::English)).await;
    for (path, accept, language, heading) in [
        ("/wall", "", "en", "Longest wait"),
        ("/wall", "sv-SE,en;q=0.5", "sv", "Längsta väntan"),
        ("/wall?lang=en", "sv", "en", "Longest wait"),
        ("/wall?lang=sv", "en", "sv", "Längsta väntan"),
        ("/wall?lang=nb", "en", "nb", "Lengste ventetid"),
        ("/wall", "no, en;q=0.5", "nb", "Lengste ventetid"),
        ("/wall", "da-DK", "da", "Længste ventetid"),
        ("/wall?lang=fi", "sv", "fi", "Pisin odotusaika"),
    ] {
        let (status, page) = ask(&app, path, accept).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains(&format!("<html lang=\"{language}\">")), "{path} {accept}");
        assert!(page.contains(heading), "{path} {accept}");
        let simulated = ["SIMULATED", "SIMULERAT", "SIMULERT", "SIMULERET", "SIMULOITU"];
        assert!(simulated.iter().any(|word| page.contains(word)), "{path}");
    }
}

#[tokio::test]
async fn page_is_strict_small_and_not_cached() {
    let options = Options { services: 31, ..small(Dialect::English) };
    let (app, _trio) = running(options).await;
    let mut bytes = 0;
    for path in ["/wall", "/wall.js", "/wall.css"] {
        let request = as_sent().get(format!("{}{path}", app.url));
        let answer = request.header("accept-encoding", "gzip").send().await.expect("an answer");
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
        let headers = answer.headers().clone();
        if path == "/wall" {
            assert_eq!(headers["cache-control"], "no-store");
            let policy = headers["content-security-policy"].to_str().expect("text");
            assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
        }
        bytes += answer.bytes().await.expect("a body").len();
    }
    assert!(bytes < 60 * 1024, "{bytes} bytes");
    let (_, page) = ask(&app, "/wall", "").await;
    assert!(!page.contains(" style=") && !page.contains("<style"), "no inline style");
    assert_eq!(page.matches("<script").count(), 1, "its own file alone");
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing from elsewhere");
    assert_eq!(page.matches("<tr").count(), 32, "a row for each service");
    assert_eq!(page.matches("aria-live=").count(), 1, "one live region");
    assert!(page.contains("role=\"status\" aria-live=\"polite\""), "{page}");
}

#[tokio::test]
async fn mistaken_queries_are_refused_with_the_names_that_exist() {
    let (app, _trio) = running(small(Dialect::English)).await;
    for (query, status, text) in [
        ("?target=west", 404, "there is no target \"west\"; known: test"),
        ("?contact_center=9", 404, "there is no contact centre \"9\"; known: "),
        ("?service_group=nothing", 404, "there is no service group \"nothing\"; known: "),
        ("?servicegroup=1", 400, "unknown field `servicegroup`"),
        ("?lang=de", 400, "expected one of `en`, `sv`, `nb`, `da`, `fi`"),
        ("?target=a&target=b", 400, "duplicate field"),
    ] {
        for path in ["/wall", "/wall/events"] {
            let (answered, body) = ask(&app, &format!("{path}{query}"), "").await;
            assert_eq!(answered.as_u16(), status, "{path}{query}: {body}");
            assert!(body.contains(text), "{path}{query}: {body}");
        }
    }
}

#[tokio::test]
async fn page_before_the_first_step_waits_for_any_selection() {
    let clock = still_clock();
    let trio = Simulated::start(small(Dialect::English), clock.clone()).await;
    let config = config(trio.target(true), Identity::None);
    let app = TestApp::start_at(config, clock).await;
    let (status, page) = ask(&app, "/wall?service_group=Support", "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("test: not read yet") && page.contains("NO CURRENT DATA"), "{page}");
}

#[tokio::test]
async fn outdated_readings_leave_no_number_on_the_page() {
    let (app, _trio) = running(small(Dialect::English)).await;
    let (_, before) = ask(&app, "/wall", "").await;
    assert!(before.contains("class=\"wait\"") || before.contains("0:00"), "{before}");
    // Nothing is read any more.
    app.clock.advance(Duration::from_secs(61));
    let (_, after) = ask(&app, "/wall", "").await;
    assert!(after.contains("<header class=\"top bad\">") && after.contains("data 61 s old"));
    let rows = |page: &str| page.matches("<th scope=\"row\"").count();
    assert_eq!(rows(&after), rows(&before), "every row stays");
    for (position, value) in after.split("class=\"v").skip(1).enumerate() {
        let value = value.split('>').skip(1).take(2).collect::<String>();
        assert!(value.contains('?'), "value {position}: {value}");
    }
    assert!(!after.contains("data-wait"), "{after}");
}
