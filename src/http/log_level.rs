//! `/-/log-level`: GET shows the log filter, PUT changes it until the next change or restart.

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};

use crate::telemetry::LogLevel;

/// Largest body in bytes; a filter that names every module is shorter.
const MAX_BODY_BYTES: usize = 4096;

/// Path of the page.
pub(super) const PATH: &str = "/-/log-level";

/// Builds the router of the page that shows and changes `level`.
pub fn log_level(level: LogLevel) -> Router {
    let page = any(answer).layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    Router::new().route(PATH, page).with_state(level)
}

// PUT and not POST, against cross-site requests: a page of another site can make a browser send a
// POST here, but a PUT only after a preflight request, which the exporter does not allow.
async fn answer(State(level): State<LogLevel>, method: Method, body: String) -> Response {
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

fn set_level(level: &LogLevel, wanted: &str) -> Response {
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

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::Request,
    };
    use pretty_assertions::assert_eq;
    use tower::ServiceExt;
    use tracing_subscriber::{Registry, layer::SubscriberExt};

    use super::*;
    use crate::telemetry;

    async fn ask(level: &LogLevel, method: &str, body: &str) -> (u16, String) {
        let request =
            Request::builder().method(method).uri("/-/log-level").body(Body::from(body.to_owned()));
        let answer = log_level(level.clone())
            .oneshot(request.expect("a request"))
            .await
            .expect("infallible");
        let (parts, body) = answer.into_parts();
        let text = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        (parts.status.as_u16(), String::from_utf8(text).expect("UTF-8"))
    }

    #[tokio::test]
    async fn put_changes_level_and_invalid_level_keeps_it() {
        let (filter, level) = telemetry::filter("info").expect("a level");
        let _guard = tracing::subscriber::set_default(Registry::default().with(filter));
        let is_debug = || tracing::enabled!(target: "trio_exporter::x", tracing::Level::DEBUG);
        assert_eq!(ask(&level, "GET", "").await, (200, "info\n".to_owned()));
        assert!(!is_debug());
        assert_eq!(ask(&level, "PUT", "debug\n").await, (200, "debug (before: info)\n".to_owned()));
        assert!(is_debug());
        let (status, text) = ask(&level, "PUT", "loud").await;
        assert_eq!(status, 400);
        assert!(
            text.starts_with("400: \"loud\" is no level; use error, warn, info, debug or trace"),
            "{text}"
        );
        assert!(text.ends_with("; \"debug\" stays in force\n"), "{text}");
        for method in ["POST", "DELETE"] {
            assert_eq!(ask(&level, method, "info").await.0, 405, "{method}");
        }
        assert_eq!(ask(&level, "PUT", &"debug,".repeat(1000)).await.0, 413);
        assert!(is_debug());
    }
}
