//! `/wall`: the queues at a glance, for supervisors and screens on the wall.
//!
//! | address | answer |
//! | --- | --- |
//! | `/wall` | the page; `?target=`, `?contact_center=`, `?service_group=` select, `?lang=` chooses `en` or `sv`; links to the wallboards of the configuration |
//! | `/wall/events` | server-sent events, each with the part of that page that changes |
//! | `/wall/NAME`, `/wall/NAME/events` | the same of a wallboard of the configuration |
//! | `/api/v1/queues` | the values of `/wall` as JSON; the same selections |
//! | `/api/v1/wallboards/NAME` | those of a wallboard of the configuration |
//! | `/wall.js`, `/wall.css` | script and style of the page |
//!
//! All rows, words and sums come from one pure function ([`rows`]) over the figures that `/metrics`
//! shows. No person is on the page: of people it shows numbers of a contact centre, and only if at
//! least `agents.min_group_size` are logged on.

mod board;
mod json;
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
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use tokio::{sync::watch, task::spawn_blocking};

use crate::{
    http::{Shared, pages::joined},
    metrics::wants_gzip,
    model::{Language, Wallboard},
};
use board::{Boards, Rendering};
use selection::{BoardQuery, Selection, WallQuery};
pub use streams::Streams;
use streams::{Changes, Source};

/// Path of the page.
pub(in crate::http) const PATH: &str = "/wall";
/// Path of its events. The answer does not end by itself.
pub const EVENTS_PATH: &str = "/wall/events";
/// Path of a wallboard of the configuration.
pub(in crate::http) const BOARD_PATH: &str = "/wall/{name}";
/// Path of its events.
pub(in crate::http) const BOARD_EVENTS_PATH: &str = "/wall/{name}/events";
/// Path of the JSON of all queues.
pub(in crate::http) const QUEUES_PATH: &str = "/api/v1/queues";
/// Path of the JSON of a wallboard of the configuration.
pub(in crate::http) const JSON_PATH: &str = "/api/v1/wallboards/{name}";
/// Path of its script.
pub(in crate::http) const SCRIPT_PATH: &str = "/wall.js";
/// Path of its style.
pub(in crate::http) const STYLE_PATH: &str = "/wall.css";

/// Returns true if a path is one of the wallboard.
pub(in crate::http) fn is_page(path: &str) -> bool {
    path.starts_with(PATH) || path.starts_with("/api/v1/")
}

/// Content security policy without the sites that may show the page in a frame: script, style and
/// events from this site alone.
// The page shows names from Trio. maud escapes them; if that ever failed, the policy still lets no
// script run that is not the file of this path.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors";

/// The wallboards of the configuration, in its order.
pub type Wallboards = Arc<[Arc<Wallboard>]>;

/// Settings of the wallboard pages.
#[derive(Clone, Debug)]
pub struct WallSettings {
    /// Streams of events.
    pub streams: Streams,
    /// The wallboards of the configuration; a reload replaces them.
    pub boards: watch::Receiver<Wallboards>,
}

impl WallSettings {
    /// Returns settings without configured wallboards, for pages that no server serves.
    pub fn without_server() -> Self {
        Self { streams: Streams::without_server(), boards: watch::channel(Arc::default()).1 }
    }
}

/// The wallboard: its boards and streams.
#[derive(Debug)]
pub(in crate::http) struct Wall {
    boards: Arc<Boards>,
    settings: WallSettings,
}

impl Wall {
    pub(in crate::http) fn new(settings: WallSettings) -> Self {
        Self { boards: Arc::default(), settings }
    }

    fn configured(&self) -> Wallboards {
        self.settings.boards.borrow().clone()
    }

    /// Returns the changes of the configuration that end a stream, from now on.
    fn changes(&self) -> Changes {
        self.settings.streams.changes(&self.settings.boards)
    }

    /// Returns the selection of a wallboard of the configuration.
    ///
    /// # Errors
    /// The text of the 404: there is none of this name.
    fn selection(&self, name: &str) -> Result<(Arc<Wallboard>, Selection), String> {
        match self.configured().iter().find(|board| *board.name == *name) {
            Some(board) => Ok((board.clone(), Selection::of_board(board.clone()))),
            None => Err(format!(
                "404: there is no wallboard {name:?}; {PATH} links to those that exist\n"
            )),
        }
    }
}

/// Serves the page.
pub(in crate::http) async fn page(
    State(shared): State<Shared>,
    Query(query): Query<WallQuery>,
    headers: HeaderMap,
) -> Response {
    let (selection, language) = query.into_parts();
    page_of(&shared, selection, language, &headers).await
}

/// Serves the page of a wallboard of the configuration.
pub(in crate::http) async fn board_page(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Query(BoardQuery { lang }): Query<BoardQuery>,
    headers: HeaderMap,
) -> Response {
    match shared.wall.selection(&name) {
        Ok((board, selection)) => {
            page_of(&shared, selection, lang.or(board.language), &headers).await
        }
        Err(unknown) => not_found(unknown),
    }
}

async fn page_of(
    shared: &Shared,
    selection: Selection,
    language: Option<Language>,
    headers: &HeaderMap,
) -> Response {
    let source = source(shared, selection, language, headers);
    let (selection, language) = (source.selection.clone(), source.language);
    let response = match render(source).await {
        Ok(Rendering { title, board, .. }) => {
            let board = String::from_utf8_lossy(&board);
            // A wallboard of the configuration may be shown to those who should not know the others.
            let links =
                if selection.is_everything() { shared.wall.configured() } else { Arc::default() };
            let html = page::page(&board, &title, &selection, language, &links);
            let zipped = wants_gzip(&joined(headers, header::ACCEPT_ENCODING));
            let mut response = compressed(html.into_bytes(), zipped);
            let set = response.headers_mut();
            set.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            set.insert(header::CONTENT_SECURITY_POLICY, policy(selection.board()));
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
    let changes = shared.wall.changes();
    let (selection, language) = query.into_parts();
    events_of(&shared, selection, language, changes, &headers).await
}

/// Serves the events of a wallboard of the configuration.
pub(in crate::http) async fn board_events(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Query(BoardQuery { lang }): Query<BoardQuery>,
    headers: HeaderMap,
) -> Response {
    let changes = shared.wall.changes();
    match shared.wall.selection(&name) {
        Ok((board, selection)) => {
            events_of(&shared, selection, lang.or(board.language), changes, &headers).await
        }
        Err(unknown) => not_found(unknown),
    }
}

async fn events_of(
    shared: &Shared,
    selection: Selection,
    language: Option<Language>,
    changes: Changes,
    headers: &HeaderMap,
) -> Response {
    let streams = &shared.wall.settings.streams;
    let Some(permit) = streams.try_acquire() else {
        // The page then asks for itself again every few seconds.
        let text = "503: more streams at once than --web.max-streams allows\n";
        return uncached((StatusCode::SERVICE_UNAVAILABLE, text).into_response());
    };
    let source = source(shared, selection, language, headers);
    let response = match render(source.clone()).await {
        Ok(rendering) => {
            let body = streams.body(permit, source, changes, rendering.event);
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

/// Serves the values of all queues as JSON.
pub(in crate::http) async fn queues(
    State(shared): State<Shared>,
    Query(query): Query<WallQuery>,
    headers: HeaderMap,
) -> Response {
    // The same in every language; a language in the address chooses none.
    let (selection, _) = query.into_parts();
    json_of(&shared, selection, &headers).await
}

/// Serves the values of a wallboard of the configuration as JSON.
pub(in crate::http) async fn board_json(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (board, selection) = match shared.wall.selection(&name) {
        Ok(found) => found,
        Err(unknown) => return not_found(unknown),
    };
    let mut response = json_of(&shared, selection, &headers).await;
    let set = response.headers_mut();
    // Also without an origin, or a cache would give the answer for one site to another.
    set.append(header::VARY, HeaderValue::from_static("Origin"));
    // Without credentials: a page of another site must not read with the password of its visitor.
    if let Some(origin) = headers.get(header::ORIGIN)
        && board.allowed_origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes())
    {
        set.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

async fn json_of(shared: &Shared, selection: Selection, headers: &HeaderMap) -> Response {
    let source = source(shared, selection, None, headers);
    let response = match blocking(move || source.json()).await {
        Ok(json) => {
            let zipped = wants_gzip(&joined(headers, header::ACCEPT_ENCODING));
            let mut response = compressed(json.to_vec(), zipped);
            let set = response.headers_mut();
            set.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Err(refusal) => refusal,
    };
    uncached(response)
}

/// Returns the content security policy of a page.
fn policy(board: Option<&Wallboard>) -> HeaderValue {
    let frames = board.map(|board| board.frame_ancestors.join(" ")).filter(|it| !it.is_empty());
    let policy = format!("{POLICY} {}", frames.as_deref().unwrap_or("'none'"));
    // The configuration takes origins alone, which are ASCII; with anything else no site may.
    HeaderValue::from_str(&policy)
        .unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
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

/// Returns what a request asks for, in its language or in that which the browser prefers.
fn source(
    shared: &Shared,
    selection: Selection,
    language: Option<Language>,
    headers: &HeaderMap,
) -> Source {
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
    blocking(move || source.render()).await
}

async fn blocking<T: Send + 'static>(
    render: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Response> {
    // A board of thousands of services would delay the requests of others.
    match spawn_blocking(render).await {
        Ok(Ok(rendering)) => Ok(rendering),
        Ok(Err(unknown)) => Err((StatusCode::NOT_FOUND, unknown).into_response()),
        Err(error) => {
            tracing::error!(%error, "the wallboard could not be rendered");
            Err(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

fn not_found(text: String) -> Response {
    uncached((StatusCode::NOT_FOUND, text).into_response())
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
