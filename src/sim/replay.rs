//! A recording, served as a Trio: what a real server answered once, to whoever logs in.
//!
//! The format is read by what `docs/dev/recording-format.md` says of it; nothing is shared with the room that
//! writes it. Each session begins at the first cycle and goes on as fast as the recorded one did; the
//! last cycle stays.

mod answer;
mod doors;
mod find;
mod item;
mod pages;
mod recording;
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

use super::{WallClock, api::BASE};
use answer::{Here, problem};
use doors::Doors;
use find::Question;
use recording::Recording;
pub use recording::Unusable;

/// Larger bodies than this are not read.
const LARGEST_BODY: usize = 64 * 1024;
/// The host of links where the client does not say which one it asked.
const NO_HOST: &str = "localhost";

/// A recorded Trio. Clones are the same Trio.
#[derive(Clone)]
pub struct Replay(Arc<Shared>);

struct Shared {
    recording: Recording,
    clock: WallClock,
    latency: Duration,
    doors: Mutex<Doors>,
}

impl Replay {
    /// Reads the recording in `folder`; its time begins with each login, by `clock`.
    ///
    /// # Errors
    /// The folder is no recording, or a damaged one.
    pub fn open(folder: &Path, clock: WallClock, latency: Duration) -> Result<Self, Unusable> {
        let recording = Recording::read(folder)?;
        let doors = Mutex::new(Doors::new(clock()));
        Ok(Self(Arc::new(Shared { recording, clock, latency, doors })))
    }

    /// How many cycles it holds.
    pub fn cycles(&self) -> usize {
        self.0.recording.cycles()
    }

    /// The API.
    pub fn router(&self) -> Router {
        Router::new().fallback(handle).with_state(self.clone())
    }

    /// Serves it until `stop`.
    ///
    /// # Errors
    /// Whatever the listener fails with.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stop).await
    }

    fn doors(&self) -> MutexGuard<'_, Doors> {
        self.0.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Any client key, user name and password will do.
    fn log_in(&self, form: &[u8]) -> Response {
        match self.doors().enter(form, (self.0.clock)()) {
            Some(tokens) => answer::json(StatusCode::OK, &tokens),
            None => problem(StatusCode::BAD_REQUEST, "the refresh token is unknown; log in"),
        }
    }

    fn read(&self, path: &str, query: &str, headers: &HeaderMap) -> Response {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let host = text(header::HOST).unwrap_or(NO_HOST);
        let now = (self.0.clock)();
        let born = text(header::AUTHORIZATION).and_then(|header| self.doors().born(header));
        // Only the Api resource needs no login.
        if born.is_none() && path != BASE {
            return problem(StatusCode::UNAUTHORIZED, "a token is needed: log in, with whatever credentials");
        }
        let recording = &self.0.recording;
        let age = born.and_then(|born| now.duration_since(born).ok()).unwrap_or_default();
        let question = Question::new(path, query, recording.cycle_at(age));
        let here = Here { host, now, shift: born.map(|born| recording.shift_to(born)).unwrap_or_default() };
        match find::find(recording, &question) {
            Some(found) => answer::give(recording, &question, found, here),
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
        Method::POST => match to_bytes(body, LARGEST_BODY).await {
            Ok(form) => replay.log_in(&form),
            Err(_) => problem(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or was cut off"),
        },
        Method::GET | Method::HEAD => {
            let path = parts.uri.path().trim_end_matches('/');
            replay.read(path, parts.uri.query().unwrap_or_default(), &parts.headers)
        }
        _ => problem(StatusCode::METHOD_NOT_ALLOWED, "a recording can only be read"),
    }
}
