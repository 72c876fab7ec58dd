//! The web server: metrics for scrapers, health for supervisors, a landing page for people; and who gets
//! them: TLS, users, limits.
//!
//! Does not belong here: what a metric is called or means (`metrics`). Nothing here waits for Trio.

mod credentials;
mod encoding;
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
    routing::{any, get},
};

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
}

/// Every page that the exporter serves.
pub fn router(exposition: Arc<Exposition>, readiness: Readiness, landing: Landing, reload: Reload) -> Router {
    let shared = Shared { exposition, readiness: Arc::new(readiness), landing: Arc::new(landing), reload };
    Router::new()
        .route("/", get(landing::page))
        .route("/metrics", get(metrics::main))
        .route(metrics::AGENTS, get(metrics::agents))
        .route(health::HEALTHY, get(health::healthy))
        .route(health::READY, get(health::ready))
        .route("/status", get(status::page))
        .route("/status.json", get(status::json))
        .route("/-/reload", any(reload::reload))
        .fallback(not_found)
        .with_state(shared)
}

async fn not_found(uri: Uri) -> Response {
    let text = format!("404: nothing at {:?}; the pages are listed at /\n", uri.path());
    (StatusCode::NOT_FOUND, text).into_response()
}
