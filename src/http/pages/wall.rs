//! `/wall`: the queues at a glance, for supervisors and screens on the wall.
//!
//! | address | answer |
//! | --- | --- |
//! | `/wall` | the page; `?target=`, `?contact_center=`, `?service_group=` select, `?lang=` chooses `en` or `sv` |
//! | `/wall/events` | server-sent events, each with the part of that page that changes |
//! | `/wall.js`, `/wall.css` | script and style of the page |
//!
//! All rows, words and sums come from one pure function ([`rows`]) over the figures that `/metrics`
//! shows. No person is on the page: of people it shows numbers of a contact centre, and only if at
//! least `agents.min_group_size` are logged on.

mod board;
mod level;
mod page;
mod rows;
mod selection;
mod shown;
mod steady;
mod streams;
mod texts;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use tokio::task::spawn_blocking;

use crate::{
    http::{Shared, pages::joined},
    metrics::wants_gzip,
};
use board::{Boards, Rendering};
use selection::WallQuery;
use streams::Source;
pub use streams::Streams;
use texts::Language;

/// Path of the page.
pub(in crate::http) const PATH: &str = "/wall";
/// Path of its events. The answer does not end by itself.
pub const EVENTS_PATH: &str = "/wall/events";
/// Path of its script.
pub(in crate::http) const SCRIPT_PATH: &str = "/wall.js";
/// Path of its style.
pub(in crate::http) const STYLE_PATH: &str = "/wall.css";

/// Content security policy: script, style and events from this site alone.
// The page shows names from Trio. maud escapes them; if that ever failed, the policy still lets no
// script run that is not the file of this path.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The wallboard: its boards and streams.
#[derive(Debug)]
pub(in crate::http) struct Wall {
    boards: Arc<Boards>,
    streams: Streams,
}

impl Wall {
    pub(in crate::http) fn new(streams: Streams) -> Self {
        Self { boards: Arc::default(), streams }
    }
}

/// Serves the page.
pub(in crate::http) async fn page(
    State(shared): State<Shared>,
    Query(query): Query<WallQuery>,
    headers: HeaderMap,
) -> Response {
    let source = source(&shared, query, &headers);
    let (selection, language) = (source.selection.clone(), source.language);
    let response = match render(source).await {
        Ok(Rendering { title, board, .. }) => {
            let board = String::from_utf8_lossy(&board);
            let html = page::page(&board, &title, &selection, language);
            let zipped = wants_gzip(&joined(&headers, header::ACCEPT_ENCODING));
            let mut response = compressed(html.into_bytes(), zipped);
            let set = response.headers_mut();
            set.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            set.insert(header::CONTENT_SECURITY_POLICY, POLICY);
            response
        }
        Err(refusal) => refusal,
    };
    uncached(response)
}

/// Serves the events.
pub(in crate::http) async fn events(
    State(shared): State<Shared>,
    Query(query): Query<WallQuery>,
    headers: HeaderMap,
) -> Response {
    let Some(permit) = shared.wall.streams.try_acquire() else {
        // The page then asks for itself again every few seconds.
        let text = "503: more streams at once than --web.max-streams allows\n";
        return uncached((StatusCode::SERVICE_UNAVAILABLE, text).into_response());
    };
    let source = source(&shared, query, &headers);
    let response = match render(source.clone()).await {
        Ok(rendering) => {
            let body = shared.wall.streams.body(permit, source, rendering.event);
            let mut response = Response::new(body);
            let set = response.headers_mut();
            set.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
            // nginx collects answers before it passes them on, unless it is asked not to.
            set.insert("x-accel-buffering", HeaderValue::from_static("no"));
            response
        }
        Err(refusal) => refusal,
    };
    uncached(response)
}

/// Serves the script.
pub(in crate::http) async fn script(headers: HeaderMap) -> Response {
    asset(include_str!("wall/wall.js"), "text/javascript; charset=utf-8", &headers)
}

/// Serves the style.
pub(in crate::http) async fn style(headers: HeaderMap) -> Response {
    asset(include_str!("wall/wall.css"), "text/css; charset=utf-8", &headers)
}

fn asset(text: &'static str, content_type: &'static str, headers: &HeaderMap) -> Response {
    let zipped = wants_gzip(&joined(headers, header::ACCEPT_ENCODING));
    let mut response = compressed(text.as_bytes().to_vec(), zipped);
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    set.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    // Asked for again with each page: page, script and style of two versions do not fit together.
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Returns what a query asks for, in the language that it names or that the browser prefers.
fn source(shared: &Shared, query: WallQuery, headers: &HeaderMap) -> Source {
    let (selection, language) = query.into_parts();
    let language = language
        .unwrap_or_else(|| Language::from_accept(&joined(headers, header::ACCEPT_LANGUAGE)));
    Source {
        exposition: shared.exposition.clone(),
        boards: shared.wall.boards.clone(),
        selection,
        language,
    }
}

/// Renders the board off the async threads.
async fn render(source: Source) -> Result<Rendering, Response> {
    // A board of thousands of services would delay the requests of others.
    match spawn_blocking(move || source.render()).await {
        Ok(Ok(rendering)) => Ok(rendering),
        Ok(Err(unknown)) => Err((StatusCode::NOT_FOUND, unknown).into_response()),
        Err(error) => {
            tracing::error!(%error, "the wallboard could not be rendered");
            Err(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

/// Returns a body, compressed with gzip if the client wants it.
fn compressed(bytes: Vec<u8>, zipped: bool) -> Response {
    if zipped {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let written = std::io::Write::write_all(&mut encoder, &bytes);
        // Writing to memory does not fail; if it did, the plain bytes are right as well.
        if let (Ok(()), Ok(zipped)) = (written, encoder.finish()) {
            let mut response = Response::new(Body::from(zipped));
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            return response;
        }
    }
    Response::new(Body::from(bytes))
}

fn uncached(mut response: Response) -> Response {
    let set = response.headers_mut();
    // Ages are counted from the moment of the answer, and the language is that of one browser.
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set.insert(header::VARY, HeaderValue::from_static("Accept-Language, Accept-Encoding"));
    response
}
