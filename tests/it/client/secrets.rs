//! Secrets are never shown: the client key, user name and password in any form, and the tokens.

use base64::{Engine, prelude::BASE64_STANDARD};
use trio_exporter::{config::Config, metrics, poller, tally, trio::latin1};
use wiremock::Request;

use super::trio::{Bench, Trio, ok, status, tokens};
use crate::support::{Journal, TestApp, target};

const KEY: &str = "bnlja2VsLXRpbGwtdHJpbw==";
const USER: &str = "Mätare-42";
const PASSWORD: &str = "hemlig\"ö\\sen=d";
const ACCESS: [&str; 2] = ["åtkomst/ett", "access-number-two"];
const REFRESH: [&str; 2] = ["refresh-number-one", "refresh-number-two"];

fn secrets() -> Vec<String> {
    let mut all: Vec<String> = [KEY, USER, PASSWORD].map(str::to_owned).into();
    all.extend(
        [USER, PASSWORD].map(|text| BASE64_STANDARD.encode(latin1(text).expect("ISO-8859-1"))),
    );
    all.push(format!("{PASSWORD:?}").trim_matches('"').to_owned());
    all.extend([ACCESS, REFRESH].concat().into_iter().map(str::to_owned));
    all
}

fn secretive(trio: &Trio) -> trio_exporter::config::Target {
    let mut target = target(&trio.url());
    target.trio.client_key = KEY.to_owned().into();
    target.trio.username = USER.to_owned().into();
    target.trio.password = PASSWORD.to_owned().into();
    target
}

/// A web page that repeats the request, as a server in trouble may answer.
fn echo(request: &Request) -> String {
    let headers: Vec<String> = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    format!("<html>{} {}", headers.join("\n"), String::from_utf8_lossy(&request.body))
}

fn assert_silent(lines: &[String]) {
    for line in lines {
        for secret in secrets() {
            assert!(!line.contains(&secret), "{secret} is in {line}");
        }
    }
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    let journal = Journal::begin();
    let trio = Trio::small().await;
    trio.on("POST", "login", tokens(ACCESS[1], Some(REFRESH[0]))).await;
    trio.on("POST", "refreshlogin", tokens(ACCESS[1], Some(REFRESH[1]))).await;
    trio.on("GET", "cc/1/agents/state", |request: &Request| ok(echo(request))).await;
    trio.on("GET", "cc/1/services/state", status(403)).await;
    let mut app = TestApp::for_target(secretive(&trio)).await;
    app.step().await;
    app.step_after(3590).await;
    app.step_after(5).await;

    let echoing = Trio::small().await;
    echoing.on("POST", "login", |request: &Request| ok(echo(request))).await;
    let mut app = TestApp::for_target(secretive(&echoing)).await;
    app.step().await;

    let refusing = Trio::small().await;
    refusing.on("POST", "login", status(401)).await;
    let mut app = TestApp::for_target(secretive(&refusing)).await;
    app.step().await;

    let lines = journal.lines();
    assert!(
        lines.iter().any(|line| line.contains("log.target=\"reqwest")),
        "libraries are heard: {lines:#?}"
    );
    assert!(lines.iter().any(|line| line.contains("the answer cannot be read")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("check the API client key")), "{lines:#?}");
    assert_silent(&lines);
    trio.was_only_read().await;
}

#[tokio::test]
async fn answer_echoing_secrets_is_hidden_and_others_masked() {
    for (body, shown) in [
        (format!("<html>Authorization: Bearer {}", ACCESS[1]), false),
        (format!("<html>{}", BASE64_STANDARD.encode(latin1(PASSWORD).expect("ISO-8859-1"))), false),
        (format!("<html>{KEY}"), false),
        (format!("<html>{}{}", " ".repeat(195), ACCESS[1]), false),
        ("<html>Underhåll pågår".to_owned(), true),
    ] {
        let trio = Trio::small().await;
        trio.on("POST", "login", tokens(ACCESS[1], Some(REFRESH[0]))).await;
        trio.on("GET", "cc/1/agents", ok(body.clone())).await;
        let bench = Bench::new(secretive(&trio)).await;
        let error = bench.client.agents(&bench.route).await.expect_err("no JSON").to_string();
        let begins = error.contains("it begins with \"<xxxx>");
        assert_eq!((begins, error.contains("html")), (shown, false), "{body}: {error}");
        assert_silent(&[error]);
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn what_holds_secrets_prints_without_them() {
    let trio = Trio::small().await;
    trio.on("POST", "login", tokens(ACCESS[1], Some(REFRESH[0]))).await;
    let config = Config {
        targets: vec![secretive(&trio)],
        poll: poller::Settings::default(),
        tally: tally::Settings::default(),
        metrics: metrics::Settings::default(),
        state_file: None,
        shard: None,
        wallboards: Vec::new(),
        warnings: Vec::new(),
    };
    let bench = Bench::new(secretive(&trio)).await;
    bench.client.agents(&bench.route).await.expect("agents");
    let printed =
        [format!("{config:?}"), format!("{:?}", bench.client), format!("{:#?}", config.targets)];
    assert!(printed[0].contains("client_key") && printed[1].contains("access"), "{printed:?}");
    assert_silent(&printed);
    trio.was_only_read().await;
}
