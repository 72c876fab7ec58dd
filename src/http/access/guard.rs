//! Middleware in front of all pages: rate limit, basic authentication, limit of concurrent
//! requests; and the limits for clients that are configured.

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use super::logins::{Credentials, PasswordVerifier, Verdict};
use crate::http::{
    Web,
    pages::{health, metrics},
};

/// Lets requests through to the pages, or answers them with a refusal.
pub(in crate::http) struct Guard {
    web: watch::Receiver<Arc<Web>>,
    rate: Option<DefaultDirectRateLimiter>,
    passwords: PasswordVerifier,
    slots: RequestSlots,
}

/// Reason for which a request does not reach its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    RateLimited,
    Unauthorized { realm: &'static str },
    TooManyLogins,
    TooManyRequests,
}

impl Guard {
    /// Users and headers follow `web` at each request. The rate limit is fixed here: a limiter that
    /// is built again at a reload would grant a full burst each time.
    pub(in crate::http) fn new(web: watch::Receiver<Arc<Web>>, limits: &Limits) -> Self {
        let rate = web.borrow().rate_limit.and_then(|limit| {
            Some(RateLimiter::direct(Quota::with_period(limit.interval)?.allow_burst(limit.burst)))
        });
        let slots = RequestSlots::new(limits.max_requests);
        Self { web, rate, passwords: PasswordVerifier::new(), slots }
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
        match self.passwords.verify(users, sent).await {
            Verdict::Accepted => Ok(()),
            Verdict::Rejected => Err(Refusal::Unauthorized { realm }),
            Verdict::Busy => Err(Refusal::TooManyLogins),
        }
    }

    async fn answer(&self, web: &Web, request: Request, next: Next) -> Response {
        let (page, sent) =
            (Page::from_request(&request), Credentials::from_headers(request.headers()));
        if let Err(refusal) = self.authorize(web, page, sent).await {
            return refusal.into_response();
        }
        // Health pages take no slot: if slow clients hold all of them, a supervisor would restart a
        // healthy exporter and lose its counters.
        if page == Page::Health {
            return next.run(request).await;
        }
        match self.slots.try_acquire() {
            Some(_slot) => next.run(request).await,
            None => Refusal::TooManyRequests.into_response(),
        }
    }
}

/// Kinds of pages that the guard treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Agents,
    Health,
    Other,
}

impl Page {
    /// Takes the route that the router matched, never the raw path.
    // `/metrics/%61gents` or `//host/metrics/agents` must not reach the page of agents as another
    // user.
    fn from_request(request: &Request) -> Self {
        match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
            Some(metrics::AGENTS_PATH) => Self::Agents,
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
            Self::TooManyRequests => (
                StatusCode::SERVICE_UNAVAILABLE,
                "503: more requests at once than --web.max-requests allows\n",
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
    /// Requests answered at the same time; 0: no limit. Health pages do not count.
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

/// Slots for requests that are answered at the same time; `None`: no limit.
#[derive(Debug)]
pub(super) struct RequestSlots(Option<Semaphore>);

/// A slot, released when dropped: also when the client goes away and its request is cancelled.
#[derive(Debug)]
pub(super) struct RequestSlot<'a>(
    #[allow(dead_code, reason = "it is held")] Option<SemaphorePermit<'a>>,
);

impl RequestSlots {
    pub(in crate::http) fn new(max_requests: usize) -> Self {
        Self((max_requests > 0).then(|| Semaphore::new(max_requests.min(Semaphore::MAX_PERMITS))))
    }

    /// Takes a slot; `None` if all are in use.
    // Requests over the limit are refused, not queued: scrapes that pile up would be late anyway,
    // and a queue lets one client fill the memory.
    pub(super) fn try_acquire(&self) -> Option<RequestSlot<'_>> {
        match &self.0 {
            None => Some(RequestSlot(None)),
            Some(slots) => slots.try_acquire().ok().map(|permit| RequestSlot(Some(permit))),
        }
    }
}
