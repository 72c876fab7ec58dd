//! The two surfaces of the metrics.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{Shared, encoding::wants_gzip, negotiate::negotiate};
use crate::metrics::{Exposition, NotServed, Surface};

/// Where the metrics of single agents are.
pub(super) const AGENTS: &str = "/metrics/agents";

/// Where the exporter itself is, for scrapers that come for each target by itself.
pub(super) const EXPORTER: &str = "/metrics/exporter";

/// What may be asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// One target alone.
    target: Option<String>,
}

pub(super) async fn main(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    answer(&shared.exposition, Surface::Main, &asked, &headers).await
}

pub(super) async fn agents(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    if !shared.exposition.shows_agents() {
        let why = "404: there are no per-agent metrics, because agents.identity is none\n";
        return (StatusCode::NOT_FOUND, why).into_response();
    }
    answer(&shared.exposition, Surface::Agents, &asked, &headers).await
}

pub(super) async fn exporter(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    answer(&shared.exposition, Surface::Exporter, &Asked { target: None }, &headers).await
}

async fn answer(exposition: &Exposition, surface: Surface, asked: &Asked, headers: &HeaderMap) -> Response {
    match body(exposition, surface, asked, headers).await {
        Ok(response) => response,
        Err(error) => refusal(&error),
    }
}

async fn body(
    exposition: &Exposition,
    surface: Surface,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Response, NotServed> {
    let negotiated = negotiate(&joined(headers, header::ACCEPT));
    let encoded = exposition.get(surface, asked.target.as_deref(), negotiated.format).await?;
    let zipped = wants_gzip(&joined(headers, header::ACCEPT_ENCODING));
    let body = if zipped {
        Bytes::from_owner(encoded.gzip().await?.clone())
    } else {
        Bytes::from_owner(Utf8(encoded.text().clone()))
    };
    let mut response = Response::new(Body::from(body));
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(negotiated.content_type));
    set.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    if zipped {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

fn refusal(error: &NotServed) -> Response {
    let status = match error {
        NotServed::UnknownTarget { .. } | NotServed::Elsewhere { .. } => StatusCode::NOT_FOUND,
        NotServed::Failed(cause) => {
            tracing::error!(error = %cause, "the metrics could not be encoded");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status, format!("{}: {error}\n", status.as_u16())).into_response()
}

/// A header may come in several lines; together they are one list.
fn joined(headers: &HeaderMap, name: header::HeaderName) -> String {
    let lines: Vec<_> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    lines.join(",")
}

/// Lends the bytes of a shared text.
struct Utf8(Arc<str>);

impl AsRef<[u8]> for Utf8 {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}
