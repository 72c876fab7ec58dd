//! `/-/log-level`: GET shows the log filter, PUT changes it until the next change or restart.

use std::{fmt::Display, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use tokio::time::timeout;

/// Largest body in bytes; a filter that names every module is shorter.
const MAX_BODY_BYTES: usize = 1024;
/// Time for a client to send the body.
// Clients that begin a body and never end it would be kept for ever: over HTTP/2 a connection with
// one such request is not idle.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Path of the page.
pub(in crate::http) const PATH: &str = "/-/log-level";

/// The log filter of the process, as `app` holds it.
pub trait LogFilter: Clone + Send + Sync + 'static {
    /// Reason why a filter was not taken.
    type Error: Display;

    /// Returns the level or filter in force.
    fn in_force(&self) -> String;

    /// Sets the level or filter and returns the previous one.
    ///
    /// # Errors
    /// The text is not a level or filter; the previous one stays in force.
    fn set(&self, level: &str) -> Result<String, Self::Error>;
}

/// Builds the router of the page that shows and changes `level`.
pub fn log_level<F: LogFilter>(level: F) -> Router {
    Router::new().route(PATH, any(answer::<F>)).with_state(level)
}

// PUT and not POST, against cross-site requests: a page of another site can make a browser send a
// POST here, but a PUT only after a preflight request, which the exporter does not allow.
async fn answer<F: LogFilter>(State(level): State<F>, request: Request) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD => format!("{}\n", level.in_force()).into_response(),
        // Read for this method alone: a body that no one needs is not waited for.
        Method::PUT => match read_body(request.into_body()).await {
            Ok(wanted) => set_level(&level, &wanted),
            Err((status, text)) => (status, text).into_response(),
        },
        _ => {
            let text = "405: send a PUT whose body is the level, such as debug\n";
            (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, PUT")], text)
                .into_response()
        }
    }
}

/// Reads the body of a request.
///
/// # Errors
/// The answer to a body that is too long, no text, or not complete in time.
async fn read_body(body: Body) -> Result<String, (StatusCode, &'static str)> {
    let bytes = timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await.map_err(|_| {
        (StatusCode::REQUEST_TIMEOUT, "408: the body was not complete within five seconds\n")
    })?;
    let bytes = bytes.map_err(|_| {
        (
            StatusCode::PAYLOAD_TOO_LARGE,
            "413: the body is longer than 1024 bytes, or it broke off\n",
        )
    })?;
    String::from_utf8(bytes.to_vec())
        .map_err(|_| (StatusCode::BAD_REQUEST, "400: the body is no text in UTF-8\n"))
}

fn set_level(level: &impl LogFilter, wanted: &str) -> Response {
    match level.set(wanted) {
        Ok(before) => {
            let now = level.in_force();
            tracing::info!(before, now, "the log level was changed");
            format!("{now} (before: {before})\n").into_response()
        }
        Err(error) => {
            let text = format!("400: {error}; {:?} stays in force\n", level.in_force());
            (StatusCode::BAD_REQUEST, text).into_response()
        }
    }
}
