//! A simulated Trio that names people in every answer that it can, above all in bad ones.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use trio_exporter::{
    config::Target,
    metrics::Identity,
    model::Clock,
    sim::{Dialect, Options, Simulator},
    trio::Dictionary,
};

use super::{Persons, persons::NUMBERS};
use crate::support::{TestApp, config, reqwest_client, target};

/// A person whose name is an attack on any program that prints it.
pub(super) const HOSTILE: [&str; 2] =
    ["Zorro\"} 1\ntrio_up{target=\"x", "Skurkberg</td><script>alert(1)</script>%0d%0a"];
/// A person who is in every bad answer, with a number of each kind.
const ECHO: &str = "Vilhelmina Ekoström 731900001 846200000001 555010000001";

/// Kind of answer to all but logins and controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// As they should be.
    Well,
    /// This status, and a body that names somebody.
    Refusing(u16),
    /// Cut off in the middle of somebody's name.
    Cut,
    /// Somebody's name in place of every word and time, where agents are listed.
    Muddled,
    /// Another address, with somebody's name in it.
    Redirecting,
}

/// The server.
pub(super) struct Talkative {
    pub(super) addr: SocketAddr,
    options: Options,
    mood: Arc<Mutex<Mood>>,
}

impl Talkative {
    /// One that speaks `dialect`, with more cases than its lists show.
    pub(super) async fn start(dialect: Dialect, clock: Clock) -> Self {
        let options = Options {
            dialect,
            id_offsets: NUMBERS,
            calls_limited: true,
            services: 3,
            agents: 30,
            ..Options::default()
        };
        let simulator = Simulator::new(options.clone(), Arc::new(move || clock.now().wall));
        let mood = Arc::new(Mutex::new(Mood::Well));
        let now = mood.clone();
        let router = simulator.router().layer(from_fn(move |request: Request, next: Next| {
            let mood = *now.lock().expect("not poisoned");
            answer(mood, request, next)
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
        });
        let this = Self { addr, options, mood };
        let [first_name, last_name] = HOSTILE;
        this.order("agents", &json!({"first_name": first_name, "last_name": last_name})).await;
        this.order("arrivals", &json!({"factor": 12.0})).await;
        this
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/te/api", self.addr)
    }

    /// Sets the kind of its answers from now on.
    pub(super) fn set_mood(&self, mood: Mood) {
        *self.mood.lock().expect("not poisoned") = mood;
    }

    pub(super) async fn order(&self, path: &str, order: &Value) {
        let url = format!("http://{}/sim/control/{path}", self.addr);
        let request = reqwest_client().post(url).header("content-type", "application/json");
        let answer = request.body(order.to_string()).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path} {order}");
    }

    /// The fields file of its dialect, if that needs one.
    pub(super) fn fields_file(&self) -> Option<String> {
        self.options.dialect.needs_fields_file().then(|| self.options.dialect.fields_file())
    }

    pub(super) fn target(&self) -> Target {
        let mut target = target(&self.url());
        target.trio.client_key = self.options.client_key.clone().into();
        target.trio.username = self.options.username.clone().into();
        target.trio.password = self.options.password.clone().into();
        if let Some(fields) = self.fields_file() {
            target.dictionary =
                Arc::new(Dictionary::with_user_file("foreign.yml", &fields).expect("valid"));
        }
        target
    }

    /// Its people, by the eyes of an exporter that may name them.
    pub(super) async fn persons(&self, clock: Clock) -> Persons {
        let mut app = TestApp::start_at(config(self.target(), Identity::Name), clock).await;
        app.step().await;
        let page = app.get("/metrics/agents").await;
        let shown = page.lines().filter(|line| line.starts_with("trio_agent_info{"));
        let names: Vec<&str> = shown
            .filter_map(|line| Some(line.split_once("agent_name=\"")?.1.rsplit_once("\"} 1")?.0))
            .collect();
        assert_eq!(names.len(), 31, "{page}");
        let persons =
            Persons::with_names(names.into_iter().filter(|name| !name.contains("Zorro")).chain([
                "Zorro",
                "Skurkberg",
                "Vilhelmina Ekoström",
            ]));
        assert!(persons.found_in(&page).is_some(), "where names may be, they are found");
        persons
    }
}

async fn answer(mood: Mood, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_ordinary = path.starts_with("/te/api") && !path.ends_with("login");
    let lists_people = path.split('/').any(|part| part == "agents");
    let answer = next.run(request).await;
    match mood {
        _ if !is_ordinary => answer,
        Mood::Well => answer,
        Mood::Refusing(status) => {
            let status = StatusCode::from_u16(status).expect("a status");
            let body =
                json!({"error": format!("{ECHO} may not be read"), "message": ECHO, "agent": ECHO});
            (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
        }
        Mood::Cut => {
            let body = format!("{{\"data\":[{{\"name\":\"{ECHO}\",\"first");
            ([(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Mood::Muddled if lists_people => {
            let (mut parts, body) = answer.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.expect("a body");
            let mut value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            muddle(&mut value);
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(value.to_string()))
        }
        Mood::Muddled => answer,
        Mood::Redirecting => {
            let to = HeaderValue::from_static(
                "/te/api/people/731900001?name=Vilhelmina%20Ekostr%F6m&jobno=846200000001",
            );
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
        }
    }
}

/// Links and ids stay, so that the client goes on.
fn muddle(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(muddle),
        Value::Object(members) => members.values_mut().for_each(muddle),
        Value::String(text) if text.starts_with("http") || text.parse::<u64>().is_ok() => {}
        Value::String(_) => *value = Value::from(ECHO),
        Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}
