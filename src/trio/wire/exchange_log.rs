//! Observation of the exchanges with a server, as `record` needs them.
//!
//! Logins and renewals are never shown, and of a request only resource and address: no token and no
//! credential takes this way.

use std::{fmt::Debug, time::Duration};

use reqwest::header::HeaderMap;
use url::Url;

use super::answer::{self, Answer};
use crate::{
    model::{RequestFailure, Resource, Stamp},
    trio::error::Error,
};

/// Receives the exchanges with a server.
pub trait ExchangeObserver: Debug + Send + Sync {
    /// Called once a request has ended, with or without an answer.
    fn on_exchange(&self, exchange: Exchange<'_>);
}

/// A GET and its result.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// Resource of the request.
    pub resource: Resource,
    /// Address of the request.
    pub url: &'a Url,
    /// Time at which the answer was complete.
    pub at: Stamp,
    /// Time from request to complete answer.
    pub took: Duration,
    /// The result.
    pub outcome: Outcome<'a>,
}

/// Result of a request.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// An answer with any status.
    Answered {
        /// The HTTP status.
        status: u16,
        /// Headers that describe the answer, by lower-case name.
        headers: &'a [(&'static str, &'a str)],
        /// The body, decompressed, as UTF-8 if its charset could be detected.
        body: &'a [u8],
    },
    /// No answer.
    Failed(RequestFailure),
}

/// Headers that a replay needs to answer as the server did.
// An allow-list: any other header may hold a cookie, a host name or a version that identifies a
// site.
const RECORDED_HEADERS: [&str; 6] =
    ["content-type", "date", "location", "retry-after", answer::PAGINATION, answer::SIMULATED];

/// Shows an exchange to `observer`, unless it is a login.
pub(super) fn notify(
    observer: &dyn ExchangeObserver,
    resource: Resource,
    url: &Url,
    at: Stamp,
    took: Duration,
    answer: Result<&Answer, &Error>,
) {
    // The forms and answers of these two hold the credentials and the tokens.
    if matches!(resource, Resource::Login | Resource::RefreshLogin) {
        return;
    }
    match answer {
        Ok(answer) => {
            let (status, headers) = (answer.status.as_u16(), recorded_headers(&answer.headers));
            let outcome = Outcome::Answered { status, headers: &headers, body: &answer.body };
            observer.on_exchange(Exchange { resource, url, at, took, outcome });
        }
        Err(Error::Request { failure, .. }) => {
            observer.on_exchange(Exchange {
                resource,
                url,
                at,
                took,
                outcome: Outcome::Failed(*failure),
            });
        }
        // No request was sent, or the error is about the content, which was shown with its answer.
        Err(_) => {}
    }
}

/// The recorded ones among `headers`, with values that are text.
fn recorded_headers(headers: &HeaderMap) -> Vec<(&'static str, &str)> {
    let value = |name: &'static str| Some((name, headers.get(name)?.to_str().ok()?));
    RECORDED_HEADERS.into_iter().filter_map(value).collect()
}
