//! Handlers of the metrics pages: `/metrics`, `/metrics/agents`, `/metrics/exporter`.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Deserialize;

use crate::{
    http::{
        Shared,
        access::slots::{RequestSlots, too_many_requests},
        pages::joined,
    },
    metrics::{Encoded, Exposition, ExpositionError, MetricsPage, negotiate, wants_gzip},
};

/// Path of the metrics.
pub(in crate::http) const PATH: &str = "/metrics";

/// Path of the per-agent metrics.
pub(in crate::http) const AGENTS_PATH: &str = "/metrics/agents";

/// Path of the exporter's own metrics, for jobs that scrape each target separately.
pub(in crate::http) const EXPORTER_PATH: &str = "/metrics/exporter";

/// Query parameters.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct TargetQuery {
    /// Name of the only target to show.
    target: Option<String>,
}

pub(in crate::http) async fn main(
    State(shared): State<Shared>,
    Query(query): Query<TargetQuery>,
    slots: Option<Extension<RequestSlots>>,
    headers: HeaderMap,
) -> Response {
    answer(&shared.exposition, MetricsPage::Main, &query, &headers, slots).await
}

pub(in crate::http) async fn agents(
    State(shared): State<Shared>,
    Query(query): Query<TargetQuery>,
    slots: Option<Extension<RequestSlots>>,
    headers: HeaderMap,
) -> Response {
    if !shared.exposition.shows_agents() {
        let text = "404: there are no per-agent metrics, because agents.identity is none\n";
        return (StatusCode::NOT_FOUND, text).into_response();
    }
    answer(&shared.exposition, MetricsPage::Agents, &query, &headers, slots).await
}

pub(in crate::http) async fn exporter(
    State(shared): State<Shared>,
    slots: Option<Extension<RequestSlots>>,
    headers: HeaderMap,
) -> Response {
    answer(
        &shared.exposition,
        MetricsPage::Exporter,
        &TargetQuery { target: None },
        &headers,
        slots,
    )
    .await
}

async fn answer(
    exposition: &Exposition,
    page: MetricsPage,
    query: &TargetQuery,
    headers: &HeaderMap,
    slots: Option<Extension<RequestSlots>>,
) -> Response {
    match body(exposition, page, query, headers, slots).await {
        Ok(response) => response,
        Err(error) => error_response(&error),
    }
}

async fn body(
    exposition: &Exposition,
    page: MetricsPage,
    query: &TargetQuery,
    headers: &HeaderMap,
    slots: Option<Extension<RequestSlots>>,
) -> Result<Response, ExpositionError> {
    let negotiated = negotiate(&joined(headers, header::ACCEPT));
    // Without the guard, as in tests, there is no limit.
    let slots = slots.map_or_else(|| RequestSlots::new(0), |Extension(slots)| slots);
    let admit = move || slots.try_acquire();
    let encoded =
        exposition.get_admitted(page, query.target.as_deref(), negotiated.format, admit).await?;
    let zipped = wants_gzip(&joined(headers, header::ACCEPT_ENCODING));
    let (body, length) = if zipped { gzip_body(&encoded) } else { text_body(&encoded) };
    let mut response = Response::new(body);
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(negotiated.content_type));
    // A client that gets less than this knows that it is not the whole.
    set.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    // A cache between scraper and exporter must not hand one scraper's format to another.
    set.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    if zipped {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

fn error_response(error: &ExpositionError) -> Response {
    let status = match error {
        ExpositionError::Busy => return too_many_requests(),
        ExpositionError::UnknownTarget { .. } | ExpositionError::OtherShard { .. } => {
            StatusCode::NOT_FOUND
        }
        ExpositionError::Failed(cause) => {
            tracing::error!(error = %cause, "the metrics could not be encoded");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status, format!("{}: {error}\n", status.as_u16())).into_response()
}

/// Returns the compressed text and its length.
fn gzip_body(encoded: &Encoded) -> (Body, usize) {
    // The bytes are shared with the cache of the exposition: no answer copies them.
    let pieces = encoded.gzip().clone().map(|piece| Bytes::from_owner(SharedBytes(piece)));
    let length = pieces.iter().map(Bytes::len).sum();
    (Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>))), length)
}

/// Returns the text, unpacked while it is sent, and its length.
fn text_body(encoded: &Encoded) -> (Body, usize) {
    (Body::from_stream(stream::iter(encoded.text_blocks())), encoded.text_len())
}

/// Owner of the bytes of a body, for [`Bytes::from_owner`].
struct SharedBytes<T>(Arc<T>);

impl<T: AsRef<[u8]>> AsRef<[u8]> for SharedBytes<T> {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}
