//! The simulated Trio as a server: clock, lock, sockets.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request as HttpRequest, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HOST};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::api::{Answer, BASE, CONTROL, Gate, Query, Request, TRUTH, Trio, refuse};
use super::truth::Truth;
use super::world::Stay;
use super::{Charset, Options};

/// Tells the real time. The simulator never reads a clock by itself.
pub type WallClock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Says in every answer that none of it is real.
const SIMULATED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-trio-simulated"), HeaderValue::from_static("1"));

/// Larger bodies than this are not read.
const LARGEST_BODY: usize = 64 * 1024;

/// A simulated Trio. Clones are the same Trio.
#[derive(Clone)]
pub struct Simulator(Arc<Shared>);

struct Shared {
    options: Options,
    clock: WallClock,
    trio: Mutex<Trio>,
    gate: watch::Sender<Gate>,
    requests: AtomicU64,
}

impl Simulator {
    /// A Trio in the middle of a busy morning. From now on its time is that of `clock`: each request
    /// finds the world as it is at that moment.
    pub fn new(options: Options, clock: WallClock) -> Self {
        let trio = Mutex::new(Trio::new(options.clone(), clock()));
        let gate = watch::Sender::new(Gate::Open);
        Self(Arc::new(Shared { options, clock, trio, gate, requests: AtomicU64::new(0) }))
    }

    /// The API and the control. To be served with the peer's address
    /// (`into_make_service_with_connect_info::<SocketAddr>()`): without it nobody may control.
    pub fn router(&self) -> Router {
        Router::new().fallback(handle).with_state(self.clone())
    }

    /// How many agents there are, logged in or not.
    pub fn agent_count(&self) -> usize {
        self.trio().world().agents().len()
    }

    /// How many services there are.
    pub fn service_count(&self) -> usize {
        self.trio().world().services().len()
    }

    /// How many requests the API has received so far.
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// What has really happened until now since the simulator was made, or since
    /// [`mark`](Self::mark).
    pub fn truth(&self) -> Truth {
        self.caught_up().truth()
    }

    /// Begins the account of what happens anew.
    pub fn mark(&self) {
        self.caught_up().mark();
    }

    /// Every stay of a case that has ended since the account began. Empty without
    /// [`Options::log`].
    pub fn log(&self) -> Vec<Stay> {
        self.caught_up().log().to_vec()
    }

    fn trio(&self) -> MutexGuard<'_, Trio> {
        self.0.trio.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn api(&self, request: Request) -> Answer {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        if !self.0.options.latency.is_zero() {
            tokio::time::sleep(self.0.options.latency).await;
        }
        let mut gate = self.0.gate.subscribe();
        // The sender lives in this simulator, so waiting cannot fail.
        let state = gate.wait_for(|gate| *gate != Gate::Holding).await.map_or(Gate::Open, |gate| *gate);
        if state == Gate::Refusing {
            return self.trio().out_of_order(&request.host);
        }
        let delay = self.trio().delay(&request);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let now = (self.0.clock)();
        let mut trio = self.trio();
        trio.catch_up(now);
        trio.answer(&request, now)
    }

    fn caught_up(&self) -> MutexGuard<'_, Trio> {
        let now = (self.0.clock)();
        let mut trio = self.trio();
        trio.catch_up(now);
        trio
    }
}

/// Serves a simulator until `stop`; requests that are held by then are refused.
///
/// # Errors
/// Whatever the listener fails with.
pub async fn serve(
    listener: TcpListener,
    simulator: Simulator,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = simulator.router().into_make_service_with_connect_info::<SocketAddr>();
    let stopping = async move {
        stop.await;
        simulator.0.gate.send_if_modified(|gate| {
            let held = *gate == Gate::Holding;
            if held {
                *gate = Gate::Refusing;
            }
            held
        });
    };
    axum::serve(listener, service).with_graceful_shutdown(stopping).await
}

async fn handle(State(simulator): State<Simulator>, request: HttpRequest) -> Response {
    let date = http_date((simulator.0.clock)());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let path = request.uri().path().to_owned();
    let answer = if let Some(rest) = below(&path, BASE) {
        match (charset(&request, simulator.0.options.charset), read(request, rest).await) {
            (Some(charset), Ok(request)) => simulator.api(request).await.written_in(charset),
            (None, _) => no_such_charset(),
            (_, Err(refusal)) => refusal,
        }
    } else if let Some((base, rest)) =
        [CONTROL, TRUTH].iter().find_map(|base| Some((*base, below(&path, base)?)))
    {
        match read(request, rest).await {
            Ok(_) if !is_here(peer) => {
                refuse(StatusCode::FORBIDDEN, "this is for callers on the same machine only")
            }
            Ok(request) if base == TRUTH => simulator.caught_up().tell(&request),
            Ok(request) => simulator.caught_up().control(&request, &simulator.0.gate, (simulator.0.clock)()),
            Err(refusal) => refusal,
        }
    } else {
        refuse(StatusCode::NOT_FOUND, "there is nothing here; the API is at /te/api")
    };
    let mut response = answer.into_response();
    response.headers_mut().insert(SIMULATED.0, SIMULATED.1);
    if let Some(date) = date {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// Whether a caller is on this machine.
fn is_here(peer: Option<SocketAddr>) -> bool {
    peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
}

/// A moment as the header `Date` says it: the simulator's own, which may not be the machine's.
fn http_date(now: SystemTime) -> Option<HeaderValue> {
    let stamp = Timestamp::try_from(now).ok()?;
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&stamp).ok()?;
    HeaderValue::try_from(date).ok()
}

/// The letters that a client wants, if they can be written.
fn charset(request: &HttpRequest, unasked: Charset) -> Option<Charset> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    Charset::wanted(header(ACCEPT), header(CONTENT_TYPE), unasked)
}

fn no_such_charset() -> Answer {
    let message = "this simulated Trio writes JSON in UTF-8 or ISO-8859-1 and nothing else";
    refuse(StatusCode::NOT_ACCEPTABLE, message)
}

/// The parts of a path below a base.
fn below(path: &str, base: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    Some(rest.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

async fn read(request: HttpRequest, path: Vec<String>) -> Result<Request, Answer> {
    let (parts, body): (_, Body) = request.into_parts();
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = to_bytes(body, LARGEST_BODY).await;
    let body =
        body.map_err(|_| refuse(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or was cut off"))?;
    Ok(Request {
        query: Query::parse(parts.uri.query().unwrap_or_default().as_bytes()),
        host: header(HOST).unwrap_or_else(|| "localhost".to_owned()),
        authorization: header(AUTHORIZATION),
        method: parts.method,
        path,
        body: body.to_vec(),
    })
}

#[cfg(test)]
mod tests;
