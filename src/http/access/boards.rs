//! Access to the wallboards of the configuration by their tokens.
//!
//! A token is sent in three ways: in the address of the page, which is answered with a cookie and
//! the address without it; in that cookie, by the page and its events; and as
//! `Authorization: Bearer`, by programs. It opens one wallboard, for GET and HEAD alone.

use axum::{
    RequestExt,
    extract::{MatchedPath, Path, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretSlice};
use tokio::sync::watch;

use crate::{
    http::pages::wall::paths::{BOARD_EVENTS_PATH, BOARD_PATH, JSON_PATH, PATH, Wallboards},
    model::{BoardToken, Wallboard},
};

/// Name of the cookie.
const COOKIE: &str = "trio_wallboard";
/// Parameter of the address that holds the token.
const PARAMETER: &str = "token";
/// Time for which a browser keeps the cookie, in seconds: 30 days. Each answer to it sets it again.
const COOKIE_AGE: u32 = 30 * 24 * 3600;

/// The wallboards, and how their cookies are sent.
#[derive(Clone, Debug)]
pub(in crate::http) struct BoardAccess {
    /// The wallboards of the configuration.
    pub(in crate::http) boards: watch::Receiver<Wallboards>,
    /// True if browsers reach this exporter by TLS.
    pub(in crate::http) is_secure: bool,
}

impl Default for BoardAccess {
    /// No wallboards.
    fn default() -> Self {
        Self { boards: watch::channel(Wallboards::default()).1, is_secure: false }
    }
}

/// Pages of a wallboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Page,
    Events,
    Json,
}

/// Request for a page of a wallboard of the configuration.
#[derive(Debug)]
pub(super) struct BoardRequest {
    /// Name in the address; there may be no such wallboard.
    pub(super) name: String,
    part: Part,
}

/// Token or cookie of a request for a wallboard. `Debug` does not print it.
#[derive(Debug)]
pub(super) enum SentToken {
    /// The token itself.
    Token(SecretSlice<u8>),
    /// The cookie in its place.
    Cookie(SecretSlice<u8>),
    /// Several tokens: at most one of them is right, so none is taken.
    Several,
}

impl SentToken {
    /// Returns its kind and its text.
    pub(super) fn parts(&self) -> (&'static [u8], &[u8]) {
        match self {
            Self::Token(text) => (b"token", text.expose_secret()),
            Self::Cookie(text) => (b"cookie", text.expose_secret()),
            Self::Several => (b"several", b""),
        }
    }

    /// Returns true if it opens the `board` of `token`.
    pub(super) fn opens(&self, token: &BoardToken, board: &str) -> bool {
        match self {
            Self::Token(text) => token.is_token(text.expose_secret()),
            Self::Cookie(text) => token.is_cookie(board, text.expose_secret()),
            Self::Several => false,
        }
    }
}

impl BoardRequest {
    /// Reads a request; `None` if it is for no page of a wallboard of the configuration.
    pub(super) async fn from_request(request: &mut Request) -> Option<Self> {
        // The route that the router matched, and the name that the page will see: a name that is
        // written in another way must not be judged as another wallboard.
        let part = match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
            Some(BOARD_PATH) => Part::Page,
            Some(BOARD_EVENTS_PATH) => Part::Events,
            Some(JSON_PATH) => Part::Json,
            _ => return None,
        };
        let name = request.extract_parts::<Path<String>>().await;
        // The page refuses a name that is no text as well.
        let name = name.map(|Path(name)| name).unwrap_or_default();
        Some(Self { name, part })
    }

    /// Returns the token of the request, if it has one that may be used for it.
    pub(super) fn sent(&self, request: &Request) -> Option<SentToken> {
        sent(self.part, request.method(), request.uri(), request.headers())
    }

    /// Finds the wallboard.
    pub(super) fn board<'a>(&self, boards: &'a Wallboards) -> Option<&'a Wallboard> {
        boards.iter().map(AsRef::as_ref).find(|board| *board.name == *self.name)
    }

    /// Returns true if no one may see this address who has neither a token nor a user.
    // Beside wallboards with a token also one that does not exist: else 404 and 401 would tell which
    // names there are.
    pub(super) fn is_closed(&self, boards: &Wallboards) -> bool {
        match self.board(boards) {
            Some(board) => board.token.is_some(),
            None => boards.iter().any(|board| board.token.is_some()),
        }
    }

    /// Returns the address without the token if the request has one in its address, and may see
    /// `board`.
    pub(super) fn redirect(&self, board: &Wallboard, uri: &Uri) -> Option<Response> {
        if self.part != Part::Page || !pairs(uri).any(|(key, _)| key == PARAMETER) {
            return None;
        }
        let others = pairs(uri).filter(|(key, _)| key != PARAMETER).map(|(_, pair)| pair);
        let query = others.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        let location = format!("{PATH}/{}{mark}{query}", board.name);
        let location = HeaderValue::from_str(&location).ok()?;
        let headers = [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Some((StatusCode::SEE_OTHER, headers).into_response())
    }

    /// Returns the header that sets the cookie of `board`, for a request with its token or cookie;
    /// `None` for the JSON, which no cookie opens.
    // Also in the answer to the cookie, and to each stream of events: the browser of a screen that
    // is on all year would lose it after 30 days.
    pub(super) fn cookie(&self, board: &Wallboard, is_secure: bool) -> Option<HeaderValue> {
        let token = board.token.as_ref().filter(|_| self.part != Part::Json)?;
        let secure = if is_secure { "; Secure" } else { "" };
        let cookie = format!(
            "{COOKIE}={}; Path={PATH}/{}; Max-Age={COOKIE_AGE}; HttpOnly; SameSite=Strict{secure}",
            token.cookie(&board.name),
            board.name
        );
        HeaderValue::from_str(&cookie).ok()
    }
}

/// Returns what a request sent to open a wallboard.
fn sent(part: Part, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<SentToken> {
    // A screen only reads.
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let secret = |bytes: &[u8]| SecretSlice::from(bytes.to_vec());
    // In the address of the page alone, which then loses it. Addresses end up in logs and histories.
    if part == Part::Page {
        let mut tokens = pairs(uri).filter(|(key, _)| key == PARAMETER);
        if let Some((_, pair)) = tokens.next() {
            if tokens.next().is_some() {
                return Some(SentToken::Several);
            }
            let text = pair.split_once('=').map_or("", |(_, text)| text);
            // A token has no spaces, so a plus sign is one, although forms write spaces so.
            return Some(SentToken::Token(percent_decode_str(text).collect::<Vec<_>>().into()));
        }
    }
    let bearer = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    if let Some((scheme, token)) = bearer.and_then(|it| it.split_at_checked("Bearer ".len()))
        && scheme.eq_ignore_ascii_case(b"Bearer ")
    {
        return Some(SentToken::Token(secret(token.trim_ascii())));
    }
    // Browsers send the cookie to no other address; a page of another site must not read the JSON
    // with it either.
    let cookie = cookie(headers).filter(|_| part != Part::Json)?;
    Some(SentToken::Cookie(secret(cookie.as_bytes())))
}

/// Returns the value of the first cookie of our name, which is that of the longest path.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|it| it.split_once('='));
    pairs.find_map(|(name, value)| (name.trim() == COOKIE).then_some(value.trim()))
}

/// Returns the parts of a query: the decoded key of each, and the part as it was sent.
fn pairs(uri: &Uri) -> impl Iterator<Item = (String, &str)> {
    let parts = uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty());
    parts.map(|part| {
        let key = part.split_once('=').map_or(part, |(key, _)| key);
        (percent_decode_str(key).decode_utf8_lossy().into_owned(), part)
    })
}
