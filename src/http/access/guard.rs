//! Middleware in front of all pages: rate limit, basic authentication, tokens of wallboards, origin
//! of requests that change something, limit of concurrent requests; and the limits for clients that
//! are configured.

#[cfg(test)]
mod tests;

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::watch;

use super::{
    boards::{BoardAccess, BoardRequest, SentToken},
    grant::Grant,
    logins::{ClientAddress, Credentials, PasswordVerifier, Verdict},
    own_hosts::OwnHosts,
    slots::{RequestSlots, too_many_requests},
};
use crate::http::{
    RELOAD_PATH, Web,
    pages::{
        health, log_level, metrics,
        wall::paths::{self, Wallboards},
    },
};

/// Lets requests through to the pages, or answers them with a refusal.
pub(in crate::http) struct Guard {
    web: watch::Receiver<Arc<Web>>,
    rate: Option<DefaultDirectRateLimiter>,
    passwords: PasswordVerifier,
    boards: BoardAccess,
    hosts: OwnHosts,
    slots: RequestSlots,
}

/// The credentials that opened a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admitted {
    /// None: everyone may see it.
    Anyone,
    User,
    /// The token of the wallboard, or its cookie.
    Token,
}

/// Reason for which a request does not reach its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    RateLimited,
    Unauthorized {
        realm: &'static str,
    },
    /// No token of a wallboard, where there are no users.
    NoToken,
    TooManyLogins,
    Foreign,
}

impl Guard {
    /// Users and headers follow `web` at each request. The rate limit is fixed here: a limiter that
    /// is built again at a reload would grant a full burst each time.
    pub(in crate::http) fn new(
        web: watch::Receiver<Arc<Web>>,
        limits: &Limits,
        hosts: OwnHosts,
    ) -> Self {
        let rate = web.borrow().rate_limit.and_then(|limit| {
            Some(RateLimiter::direct(Quota::with_period(limit.interval)?.allow_burst(limit.burst)))
        });
        let slots = RequestSlots::new(limits.max_requests);
        let (passwords, boards) = (PasswordVerifier::new(), BoardAccess::default());
        Self { web, rate, passwords, boards, hosts, slots }
    }

    /// Lets the tokens of wallboards open them.
    pub(in crate::http) fn with_boards(self, boards: BoardAccess) -> Self {
        Self { boards, ..self }
    }

    /// Puts the guard in front of `router`.
    pub(in crate::http) fn wrap(self: Arc<Self>, router: Router) -> Router {
        router.layer(from_fn_with_state(self, admit))
    }

    /// Checks the rate limit and the credentials for a page.
    async fn authorize(
        &self,
        web: &Web,
        boards: &Wallboards,
        asked: &mut Asked,
        client: ClientAddress,
    ) -> Result<Admitted, Refusal> {
        // The rate comes before the password: each bcrypt comparison costs about 70 ms of a
        // processor, so guessing and flooding have to be stopped before it.
        if self.rate.as_ref().is_some_and(|rate| rate.check().is_err()) {
            return Err(Refusal::RateLimited);
        }
        let (users, realm) = match &web.agents_users {
            Some(users) if asked.page == Page::Agents => (users, AGENTS_REALM),
            _ => (&web.users, REALM),
        };
        let refusal = if users.is_empty() {
            // No users configured: every client may see the page, unless it is that of a wallboard
            // with a token.
            if !asked.board.as_ref().is_some_and(|board| board.is_closed(boards)) {
                return Ok(Admitted::Anyone);
            }
            Refusal::NoToken
        } else if asked.is_file && boards.iter().any(|board| board.token.is_some()) {
            // The page of a screen needs its script and style, and browsers send the cookie of its
            // wallboard to no other address. Both are the same everywhere.
            return Ok(Admitted::Anyone);
        } else {
            Refusal::Unauthorized { realm }
        };
        if let Some(sent) = asked.credentials.take().filter(|_| !users.is_empty()) {
            match self.passwords.verify(users, sent, client).await {
                Verdict::Accepted => return Ok(Admitted::User),
                Verdict::Rejected => {}
                Verdict::Busy => return Err(Refusal::TooManyLogins),
            }
        }
        let (Some(board), Some(sent)) = (&asked.board, asked.sent.take()) else {
            return Err(refusal);
        };
        let token = board.board(boards).and_then(|board| board.token.as_ref());
        let decoy = web.users.decoy();
        match self.passwords.verify_token(&board.name, token, sent, decoy, client).await {
            Verdict::Accepted => Ok(Admitted::Token),
            Verdict::Rejected => Err(refusal),
            Verdict::Busy => Err(Refusal::TooManyLogins),
        }
    }

    async fn answer(&self, mut grant: Grant, mut request: Request, next: Next) -> Response {
        // Seen from here on: a stream ends if they change after it was asked for.
        let web = grant.web.borrow_and_update().clone();
        let boards = grant.boards.borrow_and_update().clone();
        let mut asked = Asked::from_request(&mut request).await;
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let client = ClientAddress::new(address.map(|ConnectInfo(address)| address.ip()));
        let admitted = match self.authorize(&web, &boards, &mut asked, client).await {
            Ok(admitted) => admitted,
            Err(refusal) => return refusal.into_response(),
        };
        if !self.hosts.admits(request.method(), request.uri(), request.headers()) {
            return Refusal::Foreign.into_response();
        }
        match asked.page {
            // Health pages take no slot: if slow clients hold all of them, a supervisor would
            // restart a healthy exporter and lose its counters. Administration waits for the body of
            // a client or for files, and has limits of its own.
            Page::Health | Page::Administration => next.run(request).await,
            // The page takes a slot for making an encoding, and none for waiting for one that is
            // being made.
            Page::Metrics | Page::Agents => {
                request.extensions_mut().insert(self.slots.clone());
                next.run(request).await
            }
            Page::Wall | Page::Other => {
                let Some(_slot) = self.slots.try_acquire() else { return too_many_requests() };
                let board = asked.board.as_ref();
                let found = board.and_then(|asked| Some((asked, asked.board(&boards)?)));
                let without_token =
                    found.and_then(|(asked, board)| asked.redirect(board, request.uri()));
                grant.is_user = admitted == Admitted::User;
                request.extensions_mut().insert(grant);
                let mut response = match without_token {
                    Some(redirect) => redirect,
                    None => next.run(request).await,
                };
                let cookie = found
                    .filter(|_| admitted == Admitted::Token)
                    .and_then(|(asked, board)| asked.cookie(board, self.boards.is_secure));
                if let Some(cookie) = cookie {
                    response.headers_mut().insert(header::SET_COOKIE, cookie);
                }
                response
            }
        }
    }
}

/// A request as far as it decides who may see the answer.
#[derive(Debug)]
struct Asked {
    page: Page,
    /// True for script and style of the wallboard.
    is_file: bool,
    credentials: Option<Credentials>,
    board: Option<BoardRequest>,
    /// The token of the request, if it has one that may be used for it.
    sent: Option<SentToken>,
}

impl Asked {
    async fn from_request(request: &mut Request) -> Self {
        let (page, credentials) =
            (Page::from_request(request), Credentials::from_headers(request.headers()));
        let board = BoardRequest::from_request(request).await;
        let sent = board.as_ref().and_then(|board| board.sent(request));
        let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let is_file = matches!(path, Some(paths::SCRIPT_PATH | paths::STYLE_PATH));
        Self { page, is_file, credentials, board, sent }
    }
}

/// Kinds of pages that the guard treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Metrics,
    Agents,
    Health,
    /// Reload and log level.
    Administration,
    /// The wallboards, their events, JSON and files.
    Wall,
    Other,
}

impl Page {
    /// Takes the route that the router matched, never the raw path.
    // `/metrics/%61gents` or `//host/metrics/agents` must not reach the page of agents as another
    // user.
    fn from_request(request: &Request) -> Self {
        match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
            Some(metrics::AGENTS_PATH) => Self::Agents,
            Some(metrics::PATH | metrics::EXPORTER_PATH) => Self::Metrics,
            Some(RELOAD_PATH | log_level::PATH) => Self::Administration,
            Some(health::HEALTHY_PATH | health::READY_PATH) => Self::Health,
            Some(path) if paths::is_page(path) => Self::Wall,
            _ => Self::Other,
        }
    }
}

async fn admit(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let web = guard.web.borrow().clone();
    let is_wall = Page::from_request(&request) == Page::Wall;
    let grant =
        Grant { is_user: false, web: guard.web.clone(), boards: guard.boards.boards.clone() };
    let mut answer = guard.answer(grant, request, next).await;
    let headers = answer.headers_mut();
    if is_wall {
        for (name, value) in WALL_HEADERS {
            headers.insert(name, value);
        }
    }
    // Refusals get the headers as well.
    web.headers.apply(headers);
    answer
}

/// Headers of all answers of the wallboard: no other site sees its address, which can hold a token,
/// and no search engine lists it.
const WALL_HEADERS: [(HeaderName, HeaderValue); 2] = [
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
];

/// Realm of all other pages.
const REALM: &str = "Basic realm=\"trio-exporter\", charset=\"UTF-8\"";
/// Realm of the per-agent page. Browsers keep one password per realm: with a common one they would
/// send the wrong user to one of the two.
const AGENTS_REALM: &str = "Basic realm=\"trio-exporter agents\", charset=\"UTF-8\"";
/// Realm of wallboards with a token, where there are no users. Browsers ask for nothing then.
const TOKEN_REALM: &str = "Bearer realm=\"trio-exporter wallboard\"";

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::RateLimited => {
                (StatusCode::TOO_MANY_REQUESTS, "429: more requests than rate_limit allows\n")
            }
            Self::Unauthorized { .. } => {
                (StatusCode::UNAUTHORIZED, "401: user and password, please\n")
            }
            // The same for a wallboard that does not exist.
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                "401: this wallboard needs its token, or there is none of this name\n",
            ),
            Self::TooManyLogins => {
                (StatusCode::SERVICE_UNAVAILABLE, "503: too many logins at once\n")
            }
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "403: a request that changes something must name this exporter by its address, and must not come from \
                 the page of another site; start it with --web.external-url to call it by another name\n",
            ),
        };
        let mut response = (status, text).into_response();
        let scheme = match self {
            Self::Unauthorized { realm } => Some(realm),
            Self::NoToken => Some(TOKEN_REALM),
            Self::RateLimited | Self::TooManyLogins | Self::Foreign => None,
        };
        if let Some(scheme) = scheme {
            let scheme = HeaderValue::from_static(scheme);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guard").field("slots", &self.slots).finish_non_exhaustive()
    }
}

/// Limits of the web server, from `--web.max-requests`, `--web.max-streams`, `--web.header-timeout` and
/// `--web.idle-timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests worked on at the same time; 0: no limit. Not counted: health pages, administration,
    /// and scrapes that wait for an encoding which another one has asked for.
    pub max_requests: usize,
    /// Streams of the wallboard that are open at the same time.
    pub max_streams: usize,
    /// Time for the TLS handshake, and then again for the head of the first request.
    pub header_timeout: Duration,
    /// Longest silence of a connection, between two requests or while it receives an answer.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // The default of --web.max-requests in node_exporter.
            max_requests: 40,
            // A hall full of screens, and no more than a fraction of the files that a process may
            // open.
            max_streams: 250,
            // Clients that connect and send nothing, or one byte at a time (slowloris), hold a
            // descriptor each.
            header_timeout: Duration::from_secs(10),
            // Longer than common scrape intervals, so that Prometheus keeps its connection between
            // scrapes.
            idle_timeout: Duration::from_secs(300),
        }
    }
}
