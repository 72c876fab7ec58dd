//! The secrets in use are nowhere to be seen: a run with every collector, renewals, a refused login
//! and a failover, beside `inspect` and `check`, at the most talkative level.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::{Next, from_fn},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use trio_exporter::{
    config,
    model::Clock,
    sim::{Options, Simulator},
    trio::latin1,
};

use crate::{
    process::{command, ended, run},
    support::{Journal, TestApp, reqwest_client, still_clock},
};

const KEY: &str = "bnlja2VsLXRpbGwtdHJpbw==";
/// Of characters that every encoding writes otherwise.
const PASSWORD: &str = "lösen/ord+i=Åre & mer";
const WRONG: &str = "fel/lösen+ord=";

/// Tokens that went over the wire, in either direction.
type Tokens = Arc<Mutex<BTreeSet<String>>>;

/// A simulated Trio that notes the tokens that it is sent and gives.
async fn recorded(clock: Clock, tokens: Tokens) -> SocketAddr {
    let options = Options {
        client_key: KEY.to_owned(),
        password: PASSWORD.to_owned(),
        access_token_life: Duration::from_secs(600),
        ..Options::default()
    };
    let simulator = Simulator::new(options, Arc::new(move || clock.now().wall));
    let router = simulator.router().layer(from_fn(move |request: Request, next: Next| {
        let tokens = tokens.clone();
        async move {
            let bearer =
                request.headers().get("authorization").and_then(|value| value.to_str().ok());
            let bearer = bearer.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
            tokens.lock().expect("not poisoned").extend(bearer);
            let is_login = request.uri().path().ends_with("login");
            let (parts, body) = next.run(request).await.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.expect("a body");
            if is_login && let Ok(answer) = serde_json::from_slice::<serde_json::Value>(&bytes) {
                let given = ["access_token", "refresh_token"]
                    .map(|name| answer[name].as_str().map(str::to_owned));
                tokens.lock().expect("not poisoned").extend(given.into_iter().flatten());
            }
            axum::response::Response::from_parts(parts, Body::from(bytes))
        }
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
    });
    addr
}

async fn order(server: SocketAddr, path: &str, order: serde_json::Value) {
    let request = reqwest_client().post(format!("http://{server}/sim/control/{path}"));
    let answer =
        request.header("content-type", "application/json").body(order.to_string()).send().await;
    assert!(answer.expect("an answer").status().is_success());
}

/// A text in the forms that it may take on its way, but for those that are ordinary words.
fn forms(text: &str) -> Vec<String> {
    let bytes = latin1(text).expect("ISO-8859-1");
    let percent = |bytes: &[u8]| -> String {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
        bytes
            .iter()
            .map(|b| if plain(b) { char::from(*b).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    let form =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let base64 = [BASE64_STANDARD.encode(&bytes), BASE64_STANDARD.encode(text)];
    let debug = format!("{text:?}").trim_matches('"').to_owned();
    let json = json!(text).to_string().trim_matches('"').to_owned();
    let mut forms =
        vec![text.to_owned(), debug, json, percent(&bytes), percent(text.as_bytes()), form(text)];
    forms.extend(
        base64.iter().flat_map(|text| [text.clone(), percent(text.as_bytes()), form(text)]),
    );
    forms
}

/// Texts that the program showed, each with its place.
#[derive(Default)]
struct Said(Vec<(String, String)>);

impl Said {
    fn add(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.0.push((place.into(), text.into()));
    }

    fn assert_silent(&self, secrets: &[String]) {
        for (place, text) in &self.0 {
            for secret in secrets.iter().flat_map(|secret| forms(secret)) {
                assert!(!text.contains(&secret), "{secret} is in {place}: {text}");
            }
        }
    }
}

/// The configuration of an operator: a file, with the secrets in files beside it.
fn configured(folder: &Path, servers: [SocketAddr; 2]) -> PathBuf {
    let [one, other] = servers.map(|server| format!("http://{server}/te/api"));
    let text = format!(
        "targets:\n  - name: main\n    servers: [\"{one}\", \"{other}\"]\n    client_key: {KEY}\n    \
         username: exporter\n    password_file: password\nagents: {{identity: name}}\n"
    );
    let file = folder.join("trio-exporter.yml");
    std::fs::write(&file, text).expect("writable");
    file
}

async fn said(file: &Path, arguments: &[&str]) -> String {
    let command = command(arguments).arg("--config.file").arg(file).args(["--log.level", "trace"]);
    let (_, out, log) = ended(&run(command).await);
    out + &log
}

#[tokio::test]
async fn no_secret_in_use_is_logged_or_shown() {
    let journal = Journal::begin();
    let (clock, tokens) = (still_clock(), Tokens::default());
    let primary = recorded(clock.clone(), tokens.clone()).await;
    let secondary = recorded(clock.clone(), tokens.clone()).await;
    order(primary, "failover", json!({"other": secondary.to_string()})).await;
    order(
        secondary,
        "failover",
        json!({"other": primary.to_string(), "secondary": true, "passive": true}),
    )
    .await;
    let folder = crate::process::folder();
    let password = folder.path().join("password");
    std::fs::write(&password, WRONG).expect("writable");
    let file = configured(folder.path(), [primary, secondary]);
    let mut config = config::load(Some(&file), &|_| None).expect("valid");
    config.metrics.encoding_max_age = Duration::ZERO;
    let mut shown = Said::default();
    shown.add("Debug of the configuration", format!("{config:?}{config:#?}"));

    let mut app = TestApp::start_at(config, clock).await;
    app.step().await;
    std::fs::write(&password, PASSWORD).expect("writable");
    for pause in [5, 300, 300, 3600, 5] {
        app.step_after(pause).await;
    }
    order(secondary, "failover", json!({"passive": false})).await;
    order(primary, "failover", json!({"passive": true})).await;
    app.step_after(5).await;
    order(secondary, "fault", json!({"path": "cc/1/agents", "status": 403})).await;
    app.step_after(300).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_failovers_total", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_auth_failures_total", &[("reason", "credentials")]), Some(1.0));
    assert!(metrics.get("trio_auth_refreshes_total", &[]) > Some(0.0));
    for page in [
        "/",
        "/metrics",
        "/metrics/agents",
        "/metrics?target=nobody",
        "/status",
        "/status.json?service=102",
        "/-/healthy",
        "/-/ready",
        "/no",
    ] {
        shown.add(page, app.get(page).await);
    }
    shown.add("Debug of the pollers", format!("{:?}", app.pollers));

    for arguments in
        [&["inspect", "--show-values"][..], &["inspect", "--output", "json"], &["check"]]
    {
        let text = said(&file, arguments).await;
        assert!(text.contains("agents/state"), "{arguments:?} did its work: {text}");
        shown.add(arguments.join(" "), text);
    }
    std::fs::write(&password, WRONG).expect("writable");
    for arguments in [&["inspect"][..], &["check"]] {
        shown.add(format!("{} refused", arguments[0]), said(&file, arguments).await);
    }

    let lines = journal.lines();
    assert!(lines.iter().any(|line| line.contains("log.target=\"reqwest")), "libraries are heard");
    assert!(lines.iter().any(|line| line.contains("another server is asked")), "{lines:#?}");
    shown.add("the log", lines.join("\n"));
    let tokens = tokens.lock().expect("not poisoned").clone();
    let kinds =
        ["at-", "rt-"].map(|kind| tokens.iter().filter(|token| token.starts_with(kind)).count());
    assert!(kinds.iter().all(|count| *count >= 3), "access and refresh tokens: {tokens:?}");
    let secrets: Vec<String> =
        [KEY, PASSWORD, WRONG].map(str::to_owned).into_iter().chain(tokens).collect();
    shown.assert_silent(&secrets);
}
