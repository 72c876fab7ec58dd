//! A small Trio whose single answers a test can replace, and that remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use trio_exporter::{
    config::Target,
    model::{Clock, ContactCenter},
    stats::Stats,
    trio::{Client, Limits, Root, Route},
};
use wiremock::{
    Mock, Request, Respond, ResponseTemplate,
    matchers::{method, path},
};

use crate::support::{HandWritten, TestApp, target};

/// The client key of [`target`], as it goes over the wire.
pub(super) const BASIC: &str = "Basic Y2xpZW50LWtleQ==";

/// A Trio with one contact centre, two services and three agents.
pub(super) struct Trio(HandWritten);

impl Trio {
    /// One that answers the login and nothing else.
    pub(super) async fn bare() -> Self {
        Self(HandWritten::start().await)
    }

    /// One that answers everything that the exporter asks for, each list in one page.
    pub(super) async fn small() -> Self {
        let this = Self::bare().await;
        for (resource, rows) in [
            ("cc", json!([{"id": 1, "name": "Kundtjänst"}])),
            ("cc/1", json!([])),
            ("cc/1/services", services()),
            ("cc/1/services/state", service_state()),
            ("cc/1/servicegroups", json!([{"id": 7, "name": "Alla"}])),
            ("cc/1/agents", json!([{"id": 1}, {"id": 2}, {"id": 3}])),
            ("cc/1/agents/state", agent_state("free")),
            ("cc/1/services/calls", json!([])),
            ("cc/1/services/cases", json!([])),
            ("cc/1/agentgroups", json!([{"id": 5, "name": "Grupp", "agentIds": [1, 2, 3]}])),
        ] {
            this.0.answer(resource, rows.to_string()).await;
        }
        this
    }

    /// The base of its API.
    pub(super) fn url(&self) -> String {
        self.0.url()
    }

    /// Path of `resource`.
    pub(super) fn path(resource: &str) -> String {
        if resource.is_empty() { "/te/api".to_owned() } else { format!("/te/api/{resource}") }
    }

    /// Replaces an answer of [`Trio::small`], or gives one to [`Trio::bare`]; once for each
    /// resource.
    pub(super) async fn on(&self, verb: &str, resource: &str, response: impl Respond + 'static) {
        Mock::given(method(verb))
            .and(path(Self::path(resource)))
            .respond_with(response)
            .with_priority(1)
            .mount(&self.0.server)
            .await;
    }

    /// Everything it was asked, in order.
    pub(super) async fn requests(&self) -> Vec<Request> {
        self.0.server.received_requests().await.expect("recorded")
    }

    /// Requests for one resource, in order.
    pub(super) async fn asked(&self, verb: &str, resource: &str) -> Vec<Request> {
        let mut requests = self.requests().await;
        let path = Self::path(resource);
        requests.retain(|request| request.method.as_str() == verb && request.url.path() == path);
        requests
    }

    /// Number of requests for one resource.
    pub(super) async fn count(&self, verb: &str, resource: &str) -> usize {
        self.asked(verb, resource).await.len()
    }

    /// Number of logins.
    pub(super) async fn logins(&self) -> usize {
        self.count("POST", "login").await
    }

    /// Number of renewals.
    pub(super) async fn renewals(&self) -> usize {
        self.count("POST", "refreshlogin").await
    }

    /// The exporter is a reader: the end of every test.
    pub(super) async fn was_only_read(&self) {
        for request in self.requests().await {
            let login = ["/te/api/login", "/te/api/refreshlogin"].contains(&request.url.path());
            let allowed = request.method == "GET" || request.method == "POST" && login;
            assert!(allowed, "{} {}", request.method, request.url);
            assert!(
                request.method == "POST" || request.body.is_empty(),
                "{} has a body",
                request.url
            );
        }
    }

    /// An exporter of this Trio.
    pub(super) async fn exporter(&self) -> TestApp {
        TestApp::for_target(target(&self.url())).await
    }

    /// A client of this Trio.
    pub(super) async fn client(&self, limits: Limits) -> Bench {
        let mut target = target(&self.url());
        target.trio.limits = limits;
        Bench::new(target).await
    }
}

/// A client on its own, with the ways to one contact centre.
pub(super) struct Bench {
    pub(super) client: Client,
    pub(super) stats: Arc<Stats>,
    pub(super) root: Root,
    pub(super) route: Route,
}

impl Bench {
    /// A client that has found contact centre 1.
    pub(super) async fn new(target: Target) -> Self {
        let stats = Arc::new(Stats::default());
        let client = Client::new(target.trio, target.dictionary, stats.clone(), Clock::system());
        let client = client.expect("a client");
        let root = client.root().await.expect("documented paths at least");
        let route =
            client.route(&root, &contact_center()).await.expect("documented paths at least");
        Self { client, stats, root, route }
    }
}

/// Answers in turn; the last one stays.
pub(super) struct InTurn(Mutex<VecDeque<ResponseTemplate>>);

impl InTurn {
    pub(super) fn new(answers: impl IntoIterator<Item = ResponseTemplate>) -> Self {
        Self(Mutex::new(answers.into_iter().collect()))
    }
}

impl Respond for InTurn {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let mut answers = self.0.lock().unwrap();
        if answers.len() > 1 { answers.pop_front().expect("one") } else { answers[0].clone() }
    }
}

/// An answer that can be replaced while the server runs.
#[derive(Clone)]
pub(super) struct Changing(Arc<Mutex<ResponseTemplate>>);

impl Changing {
    pub(super) fn new(answer: ResponseTemplate) -> Self {
        Self(Arc::new(Mutex::new(answer)))
    }

    pub(super) fn to(&self, answer: ResponseTemplate) {
        *self.0.lock().unwrap() = answer;
    }
}

impl Respond for Changing {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.0.lock().unwrap().clone()
    }
}

/// An answer with a status and no body.
pub(super) fn status(code: u16) -> ResponseTemplate {
    ResponseTemplate::new(code)
}

/// A good answer.
pub(super) fn ok(body: impl Into<Vec<u8>>) -> ResponseTemplate {
    status(200).set_body_raw(body, "application/json")
}

/// The answer to a login, with an hour to live.
pub(super) fn tokens(access: &str, refresh: Option<&str>) -> ResponseTemplate {
    ok(json!({"access_token": access, "refresh_token": refresh, "expires_in": 3600}).to_string())
}

/// Longer than [`hasty`] waits.
pub(super) fn late(answer: ResponseTemplate) -> ResponseTemplate {
    answer.set_delay(Duration::from_millis(600))
}

/// Limits of a client that gives up soon.
pub(super) fn hasty() -> Limits {
    Limits { request: Duration::from_millis(100), ..Limits::default() }
}

pub(super) fn contact_center() -> ContactCenter {
    ContactCenter { id: "1".into(), name: None }
}

pub(super) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.get(name).map(|value| value.to_str().expect("ASCII"))
}

pub(super) fn bearers(requests: &[Request]) -> Vec<&str> {
    requests
        .iter()
        .map(|request| header(request, "authorization").expect("authorization"))
        .collect()
}

pub(super) fn agent_state(state: &str) -> Value {
    json!([{"id": 1, "state": state}, {"id": 2, "state": state}, {"id": 3, "state": state}])
}

fn services() -> Value {
    json!([{"id": 1, "name": "Växel", "groupId": 7}, {"id": 2, "name": "Faktura", "groupId": 7}])
}

fn service_state() -> Value {
    json!([{"id": 1, "open": true, "queueLength": 0}, {"id": 2, "open": false, "queueLength": 3}])
}
