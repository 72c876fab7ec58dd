//! Replay: serves the recorded answers of a real Trio.
//!
//! The reader follows `docs/dev/simulator.md` and shares nothing with the room that writes
//! recordings. Each session starts at the first cycle and proceeds at the recorded pace; the last
//! cycle stays, since starting over would show changes that never happened.

mod answer;
mod lookup;
mod recording;
mod times;

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::net::TcpListener;

use super::api::{
    Answer, BASE_PATH, Query, Refusal, SIMULATED_HEADER, TokenSource, credentials, refusal,
};
use super::simulator::{FALLBACK_HOST, MAX_BODY, WallClock};
use answer::ReplyContext;
use lookup::Lookup;
use recording::Recording;
pub use recording::RecordingError;

/// Limit of tokens, two per session. At the limit all sessions are dropped and clients log in
/// again: logins need no credentials here and must not fill the memory.
const MAX_TOKENS: usize = 10_000;
/// Life of an access token as reported to the client, in seconds. Tokens do not expire.
const TOKEN_LIFE_SECONDS: u64 = 3600;

/// A recorded Trio. Clones share their sessions.
#[derive(Clone)]
pub struct Replay(Arc<Shared>);

struct Shared {
    recording: Recording,
    clock: WallClock,
    latency: Duration,
    sessions: Mutex<Sessions>,
}

/// Start time of each session, by its access and its refresh token. Every login succeeds.
struct Sessions {
    source: TokenSource,
    login_times: HashMap<String, SystemTime>,
}

impl Replay {
    /// Reads the recording in `folder`. Its time starts at each login, by `clock`.
    pub fn open(
        folder: &Path,
        clock: WallClock,
        latency: Duration,
    ) -> Result<Self, RecordingError> {
        let recording = Recording::read(folder)?;
        let sessions =
            Sessions { source: TokenSource::new(0, clock()), login_times: HashMap::new() };
        Ok(Self(Arc::new(Shared { recording, clock, latency, sessions: Mutex::new(sessions) })))
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

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        // A panic in one request must not end the replay for all others.
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a login or a renewal, which keeps the start of the session. All credentials are
    /// accepted: a recording holds none to compare them with.
    fn log_in(&self, form: &[u8]) -> Result<Response, Refusal> {
        let form = Query::parse(form);
        let now = (self.0.clock)();
        let mut sessions = self.sessions();
        let login_time = match form.get("refresh_token") {
            Some(token) => sessions.login_times.remove(token),
            None => Some(now),
        };
        let login_time = login_time
            .ok_or(refusal(StatusCode::BAD_REQUEST, "the refresh token is unknown; log in"))?;
        if sessions.login_times.len() >= MAX_TOKENS {
            sessions.login_times.clear();
        }
        let tokens = sessions.source.issue();
        let body = json!({
            "access_token": tokens.access, "refresh_token": tokens.refresh,
            "expires_in": TOKEN_LIFE_SECONDS, "token_type": "bearer", "links": [], "data": {},
        });
        sessions
            .login_times
            .extend([tokens.access, tokens.refresh].map(|token| (token, login_time)));
        Ok(Answer::ok(body).into_response())
    }

    /// Start of the session whose access token an `Authorization` header carries.
    fn login_time(&self, header: &str) -> Option<SystemTime> {
        self.sessions().login_times.get(credentials(header, "bearer")?).copied()
    }

    fn read(&self, path: &str, query: &str, headers: &HeaderMap) -> Result<Response, Refusal> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let host = text(header::HOST).unwrap_or(FALLBACK_HOST);
        let now = (self.0.clock)();
        let login_time = text(header::AUTHORIZATION).and_then(|header| self.login_time(header));
        // The Api resource needs no login, as documented.
        if login_time.is_none() && path != BASE_PATH {
            let message = "a token is needed: log in with any credentials";
            return Err(refusal(StatusCode::UNAUTHORIZED, message));
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
        let found = lookup::find(recording, &lookup)
            .ok_or(refusal(StatusCode::NOT_FOUND, "the recording does not hold this"))?;
        answer::build_response(recording, &lookup, found, context)
    }

    async fn answer(&self, request: HttpRequest) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        match parts.method {
            // A POST is always a login: the recorded client sends no other.
            Method::POST => {
                let form = to_bytes(body, MAX_BODY).await.map_err(|_| {
                    let message = "the body is too large or was cut off";
                    refusal(StatusCode::PAYLOAD_TOO_LARGE, message)
                })?;
                self.log_in(&form)
            }
            Method::GET | Method::HEAD => {
                // A recording holds the base as `/te/api`, and clients may ask for `/te/api/`.
                let path = parts.uri.path().trim_end_matches('/');
                self.read(path, parts.uri.query().unwrap_or_default(), &parts.headers)
            }
            _ => Err(refusal(StatusCode::METHOD_NOT_ALLOWED, "a recording can only be read")),
        }
    }
}

async fn handle(State(replay): State<Replay>, request: HttpRequest) -> Response {
    if !replay.0.latency.is_zero() {
        tokio::time::sleep(replay.0.latency).await;
    }
    let mut response = replay.answer(request).await.unwrap_or_else(|refusal| {
        let data = json!({ "status": refusal.status.as_u16(), "message": refusal.message });
        refusal.with_body(json!({ "links": [], "data": data })).into_response()
    });
    response.headers_mut().insert(SIMULATED_HEADER.0, SIMULATED_HEADER.1);
    response
}
