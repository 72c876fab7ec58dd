//! `/-/log-level`: GET shows the log filter, PUT changes it until the next change or restart.

use std::fmt::Display;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};

/// Largest body in bytes; a filter that names every module is shorter.
const MAX_BODY_BYTES: usize = 4096;

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
    let page = any(answer::<F>).layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    Router::new().route(PATH, page).with_state(level)
}

// PUT and not POST, against cross-site requests: a page of another site can make a browser send a
// POST here, but a PUT only after a preflight request, which the exporter does not allow.
async fn answer<F: LogFilter>(State(level): State<F>, method: Method, body: String) -> Response {
    match method {
        Method::GET | Method::HEAD => format!("{}\n", level.in_force()).into_response(),
        Method::PUT => set_level(&level, &body),
        _ => {
            let text = "405: send a PUT whose body is the level, such as debug\n";
            (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, PUT")], text)
                .into_response()
        }
    }
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
