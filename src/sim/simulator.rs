//! The simulated Trio as a server: clock, lock and sockets.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HOST};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::api::{
    Answer, AnswerMode, BASE_PATH, CONTROL_PATH, HELP_PATH, HelpPage, Query, Refusal, Request,
    SIMULATED_HEADER, TRUTH_PATH, Trio, http_date, refusal,
};
use super::{Charset, Options, Segment, Truth};

/// Source of the real time. The simulator reads no clock by itself, so that tests set its time.
pub type WallClock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Limit of a request body: logins and orders take far less.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// Host of links for a request without a `Host` header.
pub(super) const FALLBACK_HOST: &str = "localhost";

/// A simulated Trio. Clones share their state.
#[derive(Clone)]
pub struct Simulator(Arc<Shared>);

struct Shared {
    options: Options,
    clock: WallClock,
    trio: Mutex<Trio>,
    answer_mode: watch::Sender<AnswerMode>,
    requests: AtomicU64,
    help_requests: AtomicU64,
}

impl Simulator {
    /// Returns a Trio with a warmed-up world. From now on each request finds the world as it is at
    /// the time of `clock`.
    pub fn new(options: Options, clock: WallClock) -> Self {
        let trio = Mutex::new(Trio::new(options.clone(), clock()));
        let answer_mode = watch::Sender::new(AnswerMode::Answering);
        Self(Arc::new(Shared {
            options,
            clock,
            trio,
            answer_mode,
            requests: AtomicU64::new(0),
            help_requests: AtomicU64::new(0),
        }))
    }

    /// Router of the API and `/sim`. Serve it with the peer's address
    /// (`into_make_service_with_connect_info::<SocketAddr>()`): without it `/sim` is refused to
    /// everyone.
    pub fn router(&self) -> Router {
        Router::new().fallback(handle).with_state(self.clone())
    }

    /// Number of agents, logged in or not.
    pub fn agent_count(&self) -> usize {
        self.lock().world.agents.len()
    }

    /// Number of services.
    pub fn service_count(&self) -> usize {
        self.lock().world.services.len()
    }

    /// Requests that the API has received.
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Requests for help pages.
    pub fn help_requests(&self) -> u64 {
        self.0.help_requests.load(Ordering::Relaxed)
    }

    /// Answers a request for a help page; `None` for any other request.
    fn help(&self, request: &HttpRequest) -> Option<HelpPage> {
        // IIS does not tell upper from lower case.
        let path = request.uri().path();
        let start = path.get(..HELP_PATH.len())?;
        let rest = &path[HELP_PATH.len()..];
        let is_below = rest.is_empty() || rest.starts_with('/');
        if !start.eq_ignore_ascii_case(HELP_PATH) || !is_below {
            return None;
        }
        self.0.help_requests.fetch_add(1, Ordering::Relaxed);
        let query = Query::parse(request.uri().query().unwrap_or_default().as_bytes());
        let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let mut trio = self.lock();
        let has_token = trio.knows_token(token, (self.0.clock)());
        Some(trio.help(rest, &query, has_token))
    }

    /// Exact figures since the start or the last [`reset_truth`](Self::reset_truth).
    pub fn truth(&self) -> Truth {
        self.lock_current().world.truth()
    }

    /// Resets the truth and the segment log.
    pub fn reset_truth(&self) {
        self.lock_current().world.reset_truth();
    }

    /// Segments that ended since the last reset. Empty without [`Options::segment_log`].
    pub fn segment_log(&self) -> Vec<Segment> {
        self.lock_current().world.segment_log().to_vec()
    }

    fn lock(&self) -> MutexGuard<'_, Trio> {
        // A panic in one request must not end the simulator for all others.
        self.0.trio.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: HttpRequest) -> Result<Answer, Refusal> {
        let path = request.uri().path().to_owned();
        if let Some(rest) = strip_base(&path, BASE_PATH) {
            let charset = negotiate_charset(&request, self.0.options.charset);
            let request = read_request(request, rest).await;
            let message = "this simulated Trio writes JSON in UTF-8 or ISO-8859-1 and nothing else";
            let charset = charset.ok_or(refusal(StatusCode::NOT_ACCEPTABLE, message))?;
            return Ok(self.answer_api(request?).await.with_charset(charset));
        }
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        let own = [CONTROL_PATH, TRUTH_PATH];
        let Some((base, rest)) =
            own.iter().find_map(|base| Some((*base, strip_base(&path, base)?)))
        else {
            let message = "there is nothing here; the API is at /te/api";
            return Err(refusal(StatusCode::NOT_FOUND, message));
        };
        let request = read_request(request, rest).await?;
        // `/sim` needs no login and changes what all clients see.
        if !is_loopback(peer) {
            let message = "this is for callers on the same machine only";
            return Err(refusal(StatusCode::FORBIDDEN, message));
        }
        if base == TRUTH_PATH {
            return self.lock_current().answer_truth(&request);
        }
        let now = (self.0.clock)();
        self.lock_current().handle_control(&request, &self.0.answer_mode, now)
    }

    async fn answer_api(&self, request: Request) -> Answer {
        // Counted before any delay: a test waits for this count to know that a held request has
        // arrived.
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        if !self.0.options.latency.is_zero() {
            tokio::time::sleep(self.0.options.latency).await;
        }
        let mut answer_mode = self.0.answer_mode.subscribe();
        // The sender is a part of this simulator, so waiting cannot fail.
        let state = answer_mode
            .wait_for(|answer_mode| *answer_mode != AnswerMode::Holding)
            .await
            .map_or(AnswerMode::Answering, |answer_mode| *answer_mode);
        if state == AnswerMode::Refusing {
            let message = "the simulated Trio does not answer";
            let refusal = refusal(StatusCode::SERVICE_UNAVAILABLE, message);
            return self.lock().problem(&request.host, refusal);
        }
        // The lock is released before each sleep: other requests are answered meanwhile.
        let delay = self.lock().take_delay(&request);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let now = (self.0.clock)();
        let mut trio = self.lock();
        trio.catch_up(now);
        trio.answer(&request, now)
    }

    /// Locks the Trio as it is at this moment.
    fn lock_current(&self) -> MutexGuard<'_, Trio> {
        let now = (self.0.clock)();
        let mut trio = self.lock();
        trio.catch_up(now);
        trio
    }
}

/// Serves a simulator until `stop`; requests that are held by then are refused.
///
/// # Errors
/// Any error of the listener.
pub async fn serve(
    listener: TcpListener,
    simulator: Simulator,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = simulator.router().into_make_service_with_connect_info::<SocketAddr>();
    let stopping = async move {
        stop.await;
        // A graceful shutdown waits for requests under way, and held ones would never end.
        simulator.0.answer_mode.send_if_modified(|answer_mode| {
            let held = *answer_mode == AnswerMode::Holding;
            if held {
                *answer_mode = AnswerMode::Refusing;
            }
            held
        });
    };
    axum::serve(listener, service).with_graceful_shutdown(stopping).await
}

async fn handle(State(simulator): State<Simulator>, request: HttpRequest) -> Response {
    let date = http_date((simulator.0.clock)());
    let mut response = match simulator.help(&request) {
        Some(page) => page.into_response(),
        None => simulator.answer(request).await.unwrap_or_else(Answer::from).into_response(),
    };
    response.headers_mut().insert(SIMULATED_HEADER.0, SIMULATED_HEADER.1);
    // Set here because hyper would write the machine's clock, while a client compares it with the
    // simulator's.
    if let Some(date) = date {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// Returns true when the caller is on this machine.
fn is_loopback(peer: Option<SocketAddr>) -> bool {
    // A dual-stack socket reports an IPv4 peer as `::ffff:127.0.0.1`; `to_canonical` makes it IPv4.
    peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
}

/// Charset of the answer; `None` if the client accepts none that exists.
fn negotiate_charset(request: &HttpRequest, fallback: Charset) -> Option<Charset> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    Charset::negotiate(header(ACCEPT), header(CONTENT_TYPE), fallback)
}

/// Path segments below a base; `None` for other paths.
fn strip_base(path: &str, base: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    Some(rest.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

async fn read_request(request: HttpRequest, path: Vec<String>) -> Result<Request, Refusal> {
    let (parts, body): (_, Body) = request.into_parts();
    let header =
        |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = to_bytes(body, MAX_BODY).await;
    let body = body.map_err(|_| {
        refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or was cut off")
    })?;
    Ok(Request {
        query: Query::parse(parts.uri.query().unwrap_or_default().as_bytes()),
        host: header(HOST).unwrap_or_else(|| FALLBACK_HOST.to_owned()),
        authorization: header(AUTHORIZATION),
        method: parts.method,
        path,
        body: body.to_vec(),
    })
}

#[cfg(test)]
mod tests;
