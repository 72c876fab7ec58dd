//! What every request passes before a page sees it: the rate, the login, a free place.

use std::{fmt, sync::Arc};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::watch;

use super::{
    Web,
    credentials::Credentials,
    health,
    limits::{Limits, Places},
    logins::{Login, Logins},
    metrics,
};

/// Lets requests through, or answers in place of the page.
pub(super) struct Guard {
    web: watch::Receiver<Arc<Web>>,
    rate: Option<DefaultDirectRateLimiter>,
    logins: Logins,
    places: Places,
}

/// Why a request is not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    TooFast,
    NoUser { realm: &'static str },
    LoginsBusy,
    TooMany,
}

impl Guard {
    /// A guard by `web` as it is at each request; the rate by what it is now.
    pub(super) fn new(web: watch::Receiver<Arc<Web>>, limits: &Limits) -> Self {
        let rate = web.borrow().rate_limit.and_then(|limit| {
            Some(RateLimiter::direct(Quota::with_period(limit.interval)?.allow_burst(limit.burst)))
        });
        Self { web, rate, logins: Logins::new(), places: Places::new(limits.max_requests) }
    }

    /// The router behind the guard.
    pub(super) fn before(self: Arc<Self>, router: Router) -> Router {
        router.layer(from_fn_with_state(self, admit))
    }

    /// Whether somebody who says to be `given` may see a page, or why not.
    async fn judge(&self, web: &Web, page: Page, given: Option<Credentials>) -> Result<(), Refusal> {
        if self.rate.as_ref().is_some_and(|rate| rate.check().is_err()) {
            return Err(Refusal::TooFast);
        }
        let (users, realm) = match &web.agents_users {
            Some(users) if page == Page::Agents => (users, AGENTS_REALM),
            _ => (&web.users, REALM),
        };
        if users.is_empty() {
            return Ok(());
        }
        let Some(given) = given else { return Err(Refusal::NoUser { realm }) };
        match self.logins.judge(users, given).await {
            Login::Right => Ok(()),
            Login::Wrong => Err(Refusal::NoUser { realm }),
            Login::Busy => Err(Refusal::LoginsBusy),
        }
    }

    async fn answer(&self, web: &Web, request: Request, next: Next) -> Response {
        let (page, given) = (Page::of(&request), Credentials::of(request.headers()));
        if let Err(refusal) = self.judge(web, page, given).await {
            return refusal.into_response();
        }
        if page == Page::Health {
            return next.run(request).await;
        }
        match self.places.take() {
            Some(_place) => next.run(request).await,
            None => Refusal::TooMany.into_response(),
        }
    }
}

/// What makes a difference to the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Agents,
    Health,
    Other,
}

impl Page {
    /// The page that the router has found; it decides, however the path may be written.
    fn of(request: &Request) -> Self {
        match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
            Some(metrics::AGENTS) => Self::Agents,
            Some(health::HEALTHY | health::READY) => Self::Health,
            _ => Self::Other,
        }
    }
}

async fn admit(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let web = guard.web.borrow().clone();
    let mut answer = guard.answer(&web, request, next).await;
    web.headers.apply(answer.headers_mut());
    answer
}

const REALM: &str = "Basic realm=\"trio-exporter\", charset=\"UTF-8\"";
/// Of its own, so that browsers do not mix the users up.
const AGENTS_REALM: &str = "Basic realm=\"trio-exporter agents\", charset=\"UTF-8\"";

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::TooFast => (StatusCode::TOO_MANY_REQUESTS, "429: more requests than rate_limit allows\n"),
            Self::NoUser { .. } => (StatusCode::UNAUTHORIZED, "401: user and password, please\n"),
            Self::LoginsBusy => (StatusCode::SERVICE_UNAVAILABLE, "503: too many logins at once\n"),
            Self::TooMany => (
                StatusCode::SERVICE_UNAVAILABLE,
                "503: more requests at once than --web.max-requests allows\n",
            ),
        };
        let mut response = (status, text).into_response();
        if let Self::NoUser { realm } = self {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(realm));
        }
        response
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guard").field("places", &self.places).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
