//! The web server: metrics for scrapers, health for supervisors, a landing page for people; and who gets
//! them: TLS, users, limits.
//!
//! Does not belong here: what a metric is called or means (`metrics`). Nothing here waits for Trio.

mod credentials;
mod discovery;
mod encoding;
mod external;
mod guard;
mod headers;
mod health;
mod landing;
mod limits;
mod listen;
mod log_level;
mod logins;
mod metrics;
mod negotiate;
mod patience;
mod reload;
mod server;
mod sockets;
mod status;
mod tls;
mod users;
mod web;
mod web_files;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get},
};

pub use external::{ExternalUrl, NotExternal};
pub use headers::{BadHeader, CONFIGURABLE, Headers};
pub use health::Readiness;
pub use landing::Landing;
pub use limits::Limits;
pub use listen::{BadAddress, ListenAddress};
pub use log_level::log_level;
pub use reload::{Reload, Reloaded, Reply};
pub use server::{Server, Settings, serve};
pub use sockets::{CannotListen, Listen};
pub use tls::{Algorithms, Authorities, Chain, Clients, Key, Tls, TlsSettings, Version};
pub use users::{NoHash, PasswordHash, Users};
pub use web::{RateLimit, Web};
pub use web_files::{Reading, Reloader, Watched, WebFiles};

use crate::metrics::Exposition;

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    exposition: Arc<Exposition>,
    readiness: Arc<Readiness>,
    landing: Arc<Landing>,
    reload: Reload,
    external: Option<ExternalUrl>,
}

/// Every page that the exporter serves: where it is, and what answers there.
fn pages() -> Vec<(&'static str, MethodRouter<Shared>)> {
    vec![
        ("/", get(landing::page)),
        ("/metrics", get(metrics::main)),
        (metrics::AGENTS, get(metrics::agents)),
        (metrics::EXPORTER, get(metrics::exporter)),
        (discovery::PATH, get(discovery::page)),
        (health::HEALTHY, get(health::healthy)),
        (health::READY, get(health::ready)),
        ("/status", get(status::page)),
        ("/status.json", get(status::json)),
        ("/-/reload", any(reload::reload)),
    ]
}

/// Where the pages are, for whoever wants to look at all of them.
pub fn paths() -> Vec<&'static str> {
    pages().into_iter().map(|(path, _)| path).collect()
}

/// The pages. Scrapers that ask `/sd` are sent to `external`, if that is configured, else to where they
/// found `/sd` itself.
pub fn router(
    exposition: Arc<Exposition>,
    readiness: Readiness,
    landing: Landing,
    reload: Reload,
    external: Option<ExternalUrl>,
) -> Router {
    let (readiness, landing) = (Arc::new(readiness), Arc::new(landing));
    let shared = Shared { exposition, readiness, landing, reload, external };
    let pages = pages().into_iter();
    pages
        .fold(Router::new(), |router, (path, page)| router.route(path, page))
        .fallback(not_found)
        .with_state(shared)
}

async fn not_found(uri: Uri) -> Response {
    let text = format!("404: nothing at {:?}; the pages are listed at /\n", uri.path());
    (StatusCode::NOT_FOUND, text).into_response()
}
