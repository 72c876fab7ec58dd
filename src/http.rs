//! The web server of the exporter, and the TLS, users and limits in front of it.
//!
//! | endpoint | answer |
//! | --- | --- |
//! | `GET /` | landing page: a table of these addresses |
//! | `GET /wall` | the queues at a glance; `?target=`, `?contact_center=`, `?service_group=` select, `?lang=` is `en`, `sv`, `nb`, `da` or `fi` |
//! | `GET /wall/events` | the same as server-sent events; 503 above `--web.max-streams` |
//! | `GET /wall/NAME`, `GET /wall/NAME/events` | a wallboard of the configuration |
//! | `GET /api/v1/queues` | the values of `/wall` as JSON |
//! | `GET /api/v1/wallboards/NAME` | those of a wallboard of the configuration |
//! | `GET /wall.js`, `GET /wall.css` | script and style of the wallboard |
//! | `GET /metrics` | metrics of every target and of the exporter; `?target=NAME`: of that target alone |
//! | `GET /metrics/agents` | per-agent metrics; 404 while `agents.identity` is `none`; takes `?target=NAME` |
//! | `GET /metrics/exporter` | metrics of the exporter itself, for jobs that scrape each target separately |
//! | `GET /sd` | targets for Prometheus' HTTP service discovery, JSON |
//! | `GET /-/healthy` | 200 `healthy` while the process answers; independent of Trio |
//! | `GET /-/ready` | 200 `ready` once the first step of each target has ended, or 30 s after the start; 503 before and while draining |
//! | `GET /status` | report per target as HTML, or as JSON by `Accept`; takes `?target=NAME&service=NAME` |
//! | `GET /status.json` | the same report as JSON |
//! | `POST /-/reload` | reloads the configuration (`PUT` as well); 500 with the mistakes if it is invalid, 409 where there is none |
//! | `GET`, `PUT /-/log-level` | shows and changes the log filter; added by `app` through [`log_level()`] |
//!
//! Each request passes `guard` first: rate limit, basic authentication, origin of requests that
//! change something, and limit of concurrent requests (not for health and administration). No
//! handler waits for Trio; all answer from the last published data. Names and HELP of metrics are
//! in `metrics`.

mod access;
mod pages;
mod serve;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get},
};

pub use access::{
    guard::Limits,
    headers::{BadHeader, CONFIGURABLE, Headers},
    tls::{Algorithms, Authorities, Chain, Clients, Key, Tls, TlsError, TlsSettings, Version},
    users::{BadHash, PasswordHash, UnusablePassword, Users},
    web::{RateLimit, Reloader, WatchedFile, Web, WebFiles, WebReading},
};
use pages::{discovery, health, landing, metrics, reload, status, wall, wall::paths};
pub use pages::{
    discovery::{BadExternalUrl, ExternalUrl},
    health::Readiness,
    landing::Landing,
    log_level::{LogFilter, log_level},
    reload::{NotReloaded, Reload, Reloaded, Reply},
    wall::{
        Streams, WallSettings,
        paths::{EVENTS_PATH, Wallboards},
    },
};
pub use serve::{
    Server, Settings,
    listen::{BadAddress, CannotListen, Listen, ListenAddress},
    serve,
};

use crate::metrics::Exposition;

/// Path of the page that reloads the configuration.
const RELOAD_PATH: &str = "/-/reload";

/// State shared by the page handlers.
#[derive(Clone)]
struct Shared {
    exposition: Arc<Exposition>,
    readiness: Arc<Readiness>,
    landing: Arc<Landing>,
    reload: Reload,
    external: Option<ExternalUrl>,
    wall: Arc<wall::Wall>,
    serves_wall: bool,
}

/// Path and handler of each page. [`router`] leaves out the wallboard if it is switched off; `app`
/// adds the log level.
fn pages() -> Vec<(&'static str, MethodRouter<Shared>)> {
    vec![
        ("/", get(landing::page)),
        (paths::PATH, get(wall::page)),
        (EVENTS_PATH, get(wall::events)),
        (paths::SCRIPT_PATH, get(wall::script)),
        (paths::STYLE_PATH, get(wall::style)),
        (paths::BOARD_PATH, get(wall::board_page)),
        (paths::BOARD_EVENTS_PATH, get(wall::board_events)),
        (paths::QUEUES_PATH, get(wall::queues)),
        (paths::JSON_PATH, get(wall::board_json)),
        (metrics::PATH, get(metrics::main)),
        (metrics::AGENTS_PATH, get(metrics::agents)),
        (metrics::EXPORTER_PATH, get(metrics::exporter)),
        (discovery::PATH, get(discovery::page)),
        (health::HEALTHY_PATH, get(health::healthy)),
        (health::READY_PATH, get(health::ready)),
        ("/status", get(status::page)),
        ("/status.json", get(status::json)),
        // `any`, because the handler answers other methods itself: with a hint instead of a bare
        // 405.
        (RELOAD_PATH, any(reload::reload)),
    ]
}

/// Returns the paths of all pages, that of [`log_level()`] included, for tests that visit each of
/// them.
pub fn paths() -> Vec<&'static str> {
    pages().into_iter().map(|(path, _)| path).chain([pages::log_level::PATH]).collect()
}

/// Builds the router of the pages. `/sd` lists targets at `external` if that is configured, else at
/// the host and port of the request for `/sd`. Without `wall` there are no pages of the wallboard.
pub fn router(
    exposition: Arc<Exposition>,
    readiness: Readiness,
    landing: Landing,
    reload: Reload,
    external: Option<ExternalUrl>,
    wall: Option<WallSettings>,
) -> Router {
    let (readiness, landing) = (Arc::new(readiness), Arc::new(landing));
    let serves_wall = wall.is_some();
    let wall = Arc::new(wall::Wall::new(wall.unwrap_or_else(WallSettings::without_server)));
    let shared = Shared { exposition, readiness, landing, reload, external, wall, serves_wall };
    let is_served = |path: &str| serves_wall || !paths::is_page(path);
    let pages = pages().into_iter().filter(|(path, _)| is_served(path));
    pages
        .fold(Router::new(), |router, (path, page)| router.route(path, page))
        .fallback(not_found)
        .with_state(shared)
}

// The path is printed with `{:?}`: control characters of a request do not reach a terminal
// unescaped.
async fn not_found(uri: Uri) -> Response {
    // The address of exporters that read their targets when they are scraped.
    if uri.path() == "/probe" {
        let text = "404: there is no /probe, because targets are read in the background; scrape \
                    /metrics?target=NAME for a target alone, or /metrics for all\n";
        return (StatusCode::NOT_FOUND, text).into_response();
    }
    let text = format!("404: nothing at {:?}; the pages are listed at /\n", uri.path());
    (StatusCode::NOT_FOUND, text).into_response()
}
