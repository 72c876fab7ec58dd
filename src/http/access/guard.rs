//! Middleware in front of all pages: rate limit, basic authentication, origin of requests that
//! change something, limit of concurrent requests; and the limits for clients that are configured.

#[cfg(test)]
mod tests;

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::watch;

use super::{
    logins::{ClientAddress, Credentials, PasswordVerifier, Verdict},
    own_hosts::OwnHosts,
    slots::{RequestSlots, too_many_requests},
};
use crate::http::{
    RELOAD_PATH, Web,
    pages::{health, log_level, metrics},
};

/// Lets requests through to the pages, or answers them with a refusal.
pub(in crate::http) struct Guard {
    web: watch::Receiver<Arc<Web>>,
    rate: Option<DefaultDirectRateLimiter>,
    passwords: PasswordVerifier,
    hosts: OwnHosts,
    slots: RequestSlots,
}

/// Reason for which a request does not reach its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    RateLimited,
    Unauthorized { realm: &'static str },
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
        Self { web, rate, passwords: PasswordVerifier::new(), hosts, slots }
    }

    /// Puts the guard in front of `router`.
    pub(in crate::http) fn wrap(self: Arc<Self>, router: Router) -> Router {
        router.layer(from_fn_with_state(self, admit))
    }

    /// Checks the rate limit and the credentials for a page.
    async fn authorize(
        &self,
        web: &Web,
        page: Page,
        sent: Option<Credentials>,
        client: ClientAddress,
    ) -> Result<(), Refusal> {
        // The rate comes before the password: each bcrypt comparison costs about 70 ms of a
        // processor, so guessing and flooding have to be stopped before it.
        if self.rate.as_ref().is_some_and(|rate| rate.check().is_err()) {
            return Err(Refusal::RateLimited);
        }
        let (users, realm) = match &web.agents_users {
            Some(users) if page == Page::Agents => (users, AGENTS_REALM),
            _ => (&web.users, REALM),
        };
        // No users configured: every client may see the page.
        if users.is_empty() {
            return Ok(());
        }
        let Some(sent) = sent else { return Err(Refusal::Unauthorized { realm }) };
        match self.passwords.verify(users, sent, client).await {
            Verdict::Accepted => Ok(()),
            Verdict::Rejected => Err(Refusal::Unauthorized { realm }),
            Verdict::Busy => Err(Refusal::TooManyLogins),
        }
    }

    async fn answer(&self, web: &Web, mut request: Request, next: Next) -> Response {
        let (page, sent) =
            (Page::from_request(&request), Credentials::from_headers(request.headers()));
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let client = ClientAddress::new(address.map(|ConnectInfo(address)| address.ip()));
        if let Err(refusal) = self.authorize(web, page, sent, client).await {
            return refusal.into_response();
        }
        if !self.hosts.admits(request.method(), request.uri(), request.headers()) {
            return Refusal::Foreign.into_response();
        }
        match page {
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
            Page::Other => match self.slots.try_acquire() {
                Some(_slot) => next.run(request).await,
                None => too_many_requests(),
            },
        }
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
            _ => Self::Other,
        }
    }
}

async fn admit(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let web = guard.web.borrow().clone();
    let mut answer = guard.answer(&web, request, next).await;
    // Refusals get the headers as well.
    web.headers.apply(answer.headers_mut());
    answer
}

/// Realm of all other pages.
const REALM: &str = "Basic realm=\"trio-exporter\", charset=\"UTF-8\"";
/// Realm of the per-agent page. Browsers keep one password per realm: with a common one they would
/// send the wrong user to one of the two.
const AGENTS_REALM: &str = "Basic realm=\"trio-exporter agents\", charset=\"UTF-8\"";

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::RateLimited => {
                (StatusCode::TOO_MANY_REQUESTS, "429: more requests than rate_limit allows\n")
            }
            Self::Unauthorized { .. } => {
                (StatusCode::UNAUTHORIZED, "401: user and password, please\n")
            }
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
        if let Self::Unauthorized { realm } = self {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(realm));
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
