//! Replay: serves the recorded answers of a real Trio.
//!
//! The reader follows `docs/dev/simulator.md` and shares nothing with the room that writes
//! recordings. Each session starts at the first cycle and proceeds at the recorded pace; the last
//! cycle stays, since starting over would show changes that never happened.

mod answer;
mod collected_list;
mod item;
mod lookup;
mod recording;
mod session_stub;
mod times;

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use tokio::net::TcpListener;

use super::{WallClock, api::BASE_PATH};
use answer::{ReplyContext, problem};
use lookup::Lookup;
use recording::Recording;
pub use recording::RecordingError;
use session_stub::SessionStub;

/// Limit of a request body: a login form takes far less.
const MAX_BODY: usize = 64 * 1024;
/// Host of links for a request without a `Host` header.
const FALLBACK_HOST: &str = "localhost";

/// A recorded Trio. Clones share their sessions.
#[derive(Clone)]
pub struct Replay(Arc<Shared>);

struct Shared {
    recording: Recording,
    clock: WallClock,
    latency: Duration,
    sessions: Mutex<SessionStub>,
}

impl Replay {
    /// Reads the recording in `folder`. Its time starts at each login, by `clock`.
    pub fn open(
        folder: &Path,
        clock: WallClock,
        latency: Duration,
    ) -> Result<Self, RecordingError> {
        let recording = Recording::read(folder)?;
        let sessions = Mutex::new(SessionStub::new(clock()));
        Ok(Self(Arc::new(Shared { recording, clock, latency, sessions })))
    }

    /// Number of recorded cycles.
    pub fn cycles(&self) -> usize {
        self.0.recording.cycles()
    }

    /// Router of the API.
    pub fn router(&self) -> Router {
        Router::new().fallback(handle).with_state(self.clone())
    }

    /// Serves the API until `stop`.
    ///
    /// # Errors
    /// Any error of the listener.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stop).await
    }

    fn sessions(&self) -> MutexGuard<'_, SessionStub> {
        // A panic in one request must not end the replay for all others.
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a login. All credentials are accepted: a recording holds none to compare them with.
    fn log_in(&self, form: &[u8]) -> Response {
        match self.sessions().answer_login(form, (self.0.clock)()) {
            Some(tokens) => answer::json(StatusCode::OK, &tokens),
            None => problem(StatusCode::BAD_REQUEST, "the refresh token is unknown; log in"),
        }
    }

    fn read(&self, path: &str, query: &str, headers: &HeaderMap) -> Response {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let host = text(header::HOST).unwrap_or(FALLBACK_HOST);
        let now = (self.0.clock)();
        let login_time =
            text(header::AUTHORIZATION).and_then(|header| self.sessions().login_time(header));
        // The Api resource needs no login, as documented.
        if login_time.is_none() && path != BASE_PATH {
            return problem(
                StatusCode::UNAUTHORIZED,
                "a token is needed: log in with any credentials",
            );
        }
        let recording = &self.0.recording;
        let age = login_time
            .and_then(|login_time| now.duration_since(login_time).ok())
            .unwrap_or_default();
        let lookup = Lookup::new(path, query, recording.cycle_at(age));
        let context = ReplyContext {
            host,
            now,
            shift: login_time.map(|login_time| recording.shift_to(login_time)).unwrap_or_default(),
        };
        match lookup::find(recording, &lookup) {
            Some(found) => answer::build_response(recording, &lookup, found, context),
            None => problem(StatusCode::NOT_FOUND, "the recording does not hold this"),
        }
    }
}

async fn handle(State(replay): State<Replay>, request: HttpRequest) -> Response {
    if !replay.0.latency.is_zero() {
        tokio::time::sleep(replay.0.latency).await;
    }
    let (parts, body) = request.into_parts();
    match parts.method {
        // A POST is always a login: the recorded client sends no other.
        Method::POST => match to_bytes(body, MAX_BODY).await {
            Ok(form) => replay.log_in(&form),
            Err(_) => {
                problem(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or was cut off")
            }
        },
        Method::GET | Method::HEAD => {
            // A recording holds the base as `/te/api`, and clients may ask for `/te/api/`.
            let path = parts.uri.path().trim_end_matches('/');
            replay.read(path, parts.uri.query().unwrap_or_default(), &parts.headers)
        }
        _ => problem(StatusCode::METHOD_NOT_ALLOWED, "a recording can only be read"),
    }
}
