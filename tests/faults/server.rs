//! A Trio without sockets that goes from one fault to the next.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use axum::http;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::{Method, Request, Response};
use serde_json::{Value, json};
use trio_exporter::{
    model::{Clock, RequestFailure},
    trio::{NoAnswer, Responder},
};
use url::Url;

pub(crate) const PASSWORD: &str = "hemligt-lösenord";
pub(crate) const CLIENT_KEY: &str = "aGVtbGlnOm55Y2tlbA==";
/// Beginning of every token, which must be nowhere in the log and the metrics.
pub(crate) const TOKEN: &str = "hemlig-token-";
pub(crate) const AGENTS: u64 = 25;
pub(crate) const SERVICES: u64 = 3;
const PAGE: usize = 10;

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    UnauthorizedAll,
    ForbiddenAll,
    ForbiddenOne,
    RedirectToPage,
    ServerError,
    EmptyAnswers,
    Truncated,
    AccountRefused,
    LoginFails,
    LoginPage,
    TokensForgotten,
    Failover,
    TooMany,
    TooManyWithWait,
    Unavailable,
    PagesLeftOut,
    LaterPagesLost,
    NullLists,
    BrokenText,
    BrokenIds,
    NoConnection,
    ConnectionLost,
    Timeout,
    HugeTotals,
    WebPages,
    ErrorDocuments,
}

pub(crate) const FAULTS: [Fault; 26] = [
    Fault::UnauthorizedAll,
    Fault::ForbiddenAll,
    Fault::ForbiddenOne,
    Fault::RedirectToPage,
    Fault::ServerError,
    Fault::EmptyAnswers,
    Fault::Truncated,
    Fault::AccountRefused,
    Fault::LoginFails,
    Fault::LoginPage,
    Fault::TokensForgotten,
    Fault::Failover,
    Fault::TooMany,
    Fault::TooManyWithWait,
    Fault::Unavailable,
    Fault::PagesLeftOut,
    Fault::LaterPagesLost,
    Fault::NullLists,
    Fault::BrokenText,
    Fault::BrokenIds,
    Fault::NoConnection,
    Fault::ConnectionLost,
    Fault::Timeout,
    Fault::HugeTotals,
    Fault::WebPages,
    Fault::ErrorDocuments,
];

impl Fault {
    /// Longest time after its end until the exporter may ask again.
    pub(crate) fn longest_wait(self) -> Duration {
        match self {
            // The account, and lists that are refused: 15 minutes.
            Self::UnauthorizedAll
            | Self::ForbiddenAll
            | Self::ForbiddenOne
            | Self::RedirectToPage
            | Self::AccountRefused
            | Self::WebPages
            | Self::ErrorDocuments
            | Self::TooManyWithWait
            | Self::Unavailable => Duration::from_secs(15 * 60),
            _ => Duration::from_secs(60),
        }
    }
}

#[derive(Debug)]
pub(crate) struct FaultyTrio {
    clock: Clock,
    /// Host and port of both servers.
    hosts: [String; 2],
    state: Mutex<State>,
}

#[derive(Debug)]
pub(crate) struct State {
    rng: ChaCha8Rng,
    pub(crate) fault: Option<Fault>,
    /// Tokens that are accepted, with their host and the second of their end.
    tokens: HashMap<String, (usize, u64)>,
    given: u64,
    active: usize,
    /// Seconds at which a login arrived.
    pub(crate) logins: Vec<u64>,
    pub(crate) requests: u64,
    /// Present calls.
    pub(crate) calls: Vec<u64>,
    next_call: u64,
    /// Lists whose second page was empty the last time.
    emptied: HashMap<String, bool>,
}

impl FaultyTrio {
    pub(crate) fn new(seed: u64, hosts: [String; 2], clock: Clock) -> Self {
        let state = State {
            rng: ChaCha8Rng::seed_from_u64(seed),
            fault: None,
            tokens: HashMap::new(),
            given: 0,
            active: 0,
            logins: Vec::new(),
            requests: 0,
            calls: Vec::new(),
            next_call: 1000,
            emptied: HashMap::new(),
        };
        Self { clock, hosts, state: Mutex::new(state) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("not poisoned")
    }

    fn now(&self) -> u64 {
        self.clock.now().mono.as_secs()
    }

    /// Begins a fault.
    pub(crate) fn begin(&self, fault: Fault) {
        let mut state = self.state();
        state.fault = Some(fault);
        match fault {
            Fault::TokensForgotten => state.tokens.clear(),
            Fault::Failover => state.active = 1 - state.active,
            _ => {}
        }
    }

    /// Some calls end, and others come.
    pub(crate) fn live(&self) {
        let mut state = self.state();
        let gone = state.rng.random_range(0..4).min(state.calls.len());
        state.calls.drain(..gone);
        for _ in 0..state.rng.random_range(0..5) {
            let call = state.next_call;
            state.next_call += 1;
            if state.calls.len() < 35 {
                state.calls.push(call);
            }
        }
    }
}

fn answer(status: u16, body: impl Into<Vec<u8>>, headers: &[(&str, String)]) -> Response {
    let mut response =
        http::Response::builder().status(status).header("content-type", "application/json");
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(body.into()).expect("an answer").into()
}

fn no_answer(failure: RequestFailure, sent: bool) -> Result<Response, NoAnswer> {
    Err(NoAnswer { failure, sent })
}

impl Responder for FaultyTrio {
    fn respond(&self, request: &Request) -> Result<Response, NoAnswer> {
        let now = self.now();
        let mut state = self.state();
        state.requests += 1;
        let url = request.url();
        let here =
            self.hosts.iter().position(|host| url.authority() == host).expect("a known host");
        let path = url.path().trim_start_matches("/te/api").trim_start_matches('/');
        let fault = state.fault;
        match fault {
            Some(Fault::NoConnection) => return no_answer(RequestFailure::Connect, false),
            Some(Fault::ConnectionLost) if state.rng.random_bool(0.6) => {
                return no_answer(RequestFailure::Connect, true);
            }
            Some(Fault::Timeout) => return no_answer(RequestFailure::Timeout, true),
            _ => {}
        }
        // A passive server answers 307 to all but the plain Api resource.
        let asks_for_itself = url.query().is_some_and(|query| query.contains("redirect=false"));
        if here != state.active && !asks_for_itself {
            let to = format!("http://{}/te/api/{path}", self.hosts[state.active]);
            return Ok(answer(307, "", &[("location", to)]));
        }
        if request.method() == Method::POST {
            return Ok(state.login(path, here, now, request));
        }
        if path.is_empty() {
            let status = if fault == Some(Fault::ServerError) { 502 } else { 200 };
            return Ok(answer(status, r#"{"links":[],"data":{}}"#, &[]));
        }
        Ok(state.read(path, url, here, now, request))
    }
}

impl State {
    fn login(&mut self, path: &str, here: usize, now: u64, request: &Request) -> Response {
        if path == "login" {
            self.logins.push(now);
        }
        match self.fault {
            Some(Fault::AccountRefused) => {
                let status = [400, 401, 403, 423, 200][self.rng.random_range(0..5)];
                return answer(status, r#"{"error":"invalid_grant"}"#, &[]);
            }
            Some(Fault::LoginFails | Fault::ServerError) => return answer(500, "", &[]),
            Some(Fault::LoginPage | Fault::WebPages) => {
                return answer(200, "<html>Logga in</html>", &[]);
            }
            _ => {}
        }
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        assert!(body.starts_with(b"username=") || body.starts_with(b"refresh_token="));
        self.given += 1;
        let token = format!("{TOKEN}{}", self.given);
        let life = self.rng.random_range(600..3600);
        self.tokens.insert(token.clone(), (here, now + life));
        let answered = json!({"access_token": token, "refresh_token": format!("{TOKEN}r{}", self.given), "expires_in": life});
        answer(200, answered.to_string(), &[])
    }

    fn read(
        &mut self,
        path: &str,
        url: &Url,
        here: usize,
        now: u64,
        request: &Request,
    ) -> Response {
        let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let is_valid =
            self.tokens.get(token).is_some_and(|(host, end)| *host == here && now < *end);
        if !is_valid {
            return answer(401, "", &[]);
        }
        match self.fault {
            Some(Fault::UnauthorizedAll) => return answer(401, "", &[]),
            Some(Fault::ForbiddenAll) => return answer(403, "", &[]),
            Some(Fault::ForbiddenOne) if path == "cc/1/agents/state" => {
                return answer(403, "", &[]);
            }
            Some(Fault::RedirectToPage) => {
                return answer(302, "", &[("location", "/Account/Login".to_owned())]);
            }
            Some(Fault::ServerError) => {
                return answer([500, 502, 504][self.rng.random_range(0..3)], "", &[]);
            }
            Some(Fault::EmptyAnswers) => return answer(200, "", &[]),
            Some(Fault::TooMany) => return answer(429, "", &[]),
            Some(Fault::TooManyWithWait) => {
                let wait = self.rng.random_range(1..2000);
                return answer(429, "", &[("retry-after", wait.to_string())]);
            }
            Some(Fault::Unavailable) => {
                let wait = self.rng.random_range(1..2000);
                return answer(503, "", &[("retry-after", wait.to_string())]);
            }
            Some(Fault::WebPages) => return answer(200, "<!DOCTYPE html><p>Anna Ek</p>", &[]),
            Some(Fault::ErrorDocuments) => {
                return answer(200, json!({"error": format!("expired {token}")}).to_string(), &[]);
            }
            _ => {}
        }
        let Some(rows) = self.rows(path) else { return answer(404, "", &[]) };
        self.page(rows, url)
    }

    fn rows(&self, path: &str) -> Option<Vec<Value>> {
        let moment = self.calls.len() as u64;
        Some(match path {
            "cc" => vec![json!({"id": 1, "name": "Kundtjänst"})],
            "cc/1" => vec![json!({"id": 1})],
            "cc/1/services" => {
                (1..=SERVICES).map(|id| json!({"id": id, "name": format!("Tjänst {id}")})).collect()
            }
            "cc/1/services/state" => (1..=SERVICES)
                .map(|id| json!({"id": id, "open": true, "queueLength": moment, "longestWaitTime": 5}))
                .collect(),
            "cc/1/agents" => (1..=AGENTS).map(|id| json!({"id": id, "name": format!("Handläggare {id}")})).collect(),
            "cc/1/agents/state" => (1..=AGENTS)
                .map(|id| json!({"id": id, "state": if (id + moment).is_multiple_of(3) { "busy" } else { "free" }}))
                .collect(),
            "cc/1/agentgroups" => vec![json!({"id": 7, "name": "Grupp", "agentIds": (1..=AGENTS).collect::<Vec<_>>()})],
            "cc/1/servicegroups" => vec![json!({"id": 9, "name": "Alla"})],
            "cc/1/services/calls" => self
                .calls
                .iter()
                .map(|id| json!({"id": id, "serviceId": 1 + id % SERVICES, "state": "waiting"}))
                .collect(),
            "cc/1/services/cases" => Vec::new(),
            _ => return None,
        })
    }

    fn page(&mut self, rows: Vec<Value>, url: &Url) -> Response {
        let number = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs.find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<usize>().ok())
        };
        let (page, total) = (number("page").unwrap_or(1).max(1), rows.len());
        let size = number("pageSize").unwrap_or(PAGE).clamp(1, PAGE);
        let pages = total.div_ceil(size).max(1);
        let mut shown: Vec<Value> = rows.into_iter().skip((page - 1) * size).take(size).collect();
        let mut header = json!({"totalCount": total, "pageSize": size, "totalPages": pages,
            "nextPageLink": if page < pages { "/next" } else { "" }});
        match self.fault {
            // The second page is empty, or a short one; the total is the true one. Two readings that
            // agree would show rows that no one may see.
            Some(Fault::PagesLeftOut) if page == 2 => {
                let is_empty = self.emptied.entry(url.path().to_owned()).or_default();
                // The end of a list that moves may be a row short: a row went meanwhile.
                let may_move = url.path().ends_with("calls") && page == pages;
                *is_empty = !*is_empty || may_move;
                shown.truncate(usize::from(!*is_empty));
            }
            Some(Fault::LaterPagesLost) if page > 1 && total > 0 => {
                return answer(200, "", &[]);
            }
            Some(Fault::HugeTotals) => {
                header = json!({"totalCount": 1_000_000_000_u64, "pageSize": 1, "totalPages": 1_000_000_000_u64});
            }
            // Each claims its rows: none of these is an empty list.
            Some(Fault::NullLists) if total > 0 => {
                return answer(200, "null", &[("x-pagination", header.to_string())]);
            }
            _ => {}
        }
        let mut body = json!({"links": [], "data": shown}).to_string();
        match self.fault {
            Some(Fault::BrokenText) => {
                body = body
                    .replace("\"Tjänst", "\"\\ud83d Tjänst")
                    .replace("\"name\"", "\"x\":NaN,\"name\"");
            }
            Some(Fault::BrokenIds) => {
                body = body.replace("\"id\":2", "\"id\":\"\\ud83d2\",\"y\":2");
            }
            Some(Fault::Truncated) => {
                let end = self.rng.next_u64() as usize % body.len();
                body = String::from_utf8_lossy(&body.as_bytes()[..end]).into_owned();
            }
            _ => {}
        }
        answer(200, body, &[("x-pagination", header.to_string())])
    }
}
