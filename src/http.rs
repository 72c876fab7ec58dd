//! The web server: metrics for scrapers, health for supervisors, a landing page for people.
//!
//! Does not belong here: what a metric is called or means (`metrics`). Nothing here waits for Trio.

mod encoding;
mod health;
mod landing;
mod listen;
mod metrics;
mod negotiate;
mod reload;
mod serve;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{any, get},
};

pub use health::Readiness;
pub use landing::Landing;
pub use listen::{BadAddress, ListenAddress};
pub use reload::{Reload, Reloaded, Reply};
pub use serve::serve;

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
        .route("/metrics/agents", get(metrics::agents))
        .route("/-/healthy", get(health::healthy))
        .route("/-/ready", get(health::ready))
        .route("/-/reload", any(reload::reload))
        .fallback(not_found)
        .layer(map_response(no_sniffing))
        .with_state(shared)
}

async fn not_found(uri: Uri) -> Response {
    let text = format!("404: nothing at {:?}; the pages are listed at /\n", uri.path());
    (StatusCode::NOT_FOUND, text).into_response()
}

/// Names from Trio stand in every answer: no browser may take one for a script.
async fn no_sniffing(mut response: Response) -> Response {
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}
