//! Lets somebody see what a server answers, as it came: `record` has no other way to it.
//!
//! Logins and renewals are never shown, and of a request nothing but what was asked for: no token
//! and no credential comes this way.

use std::{fmt::Debug, time::Duration};

use reqwest::header::HeaderMap;
use url::Url;

use super::{error::Error, paging, transport::Answer};
use crate::model::{RequestFailure, Resource, Stamp};

/// Whoever wants to see the exchanges with a server.
pub trait Witness: Debug + Send + Sync {
    /// A request came to its end.
    fn saw(&self, exchange: Exchange<'_>);
}

/// A GET and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// What was asked for.
    pub resource: Resource,
    /// The address that was asked.
    pub url: &'a Url,
    /// When the answer was complete.
    pub at: Stamp,
    /// How long it took.
    pub took: Duration,
    /// What came.
    pub outcome: Outcome<'a>,
}

/// What a request brought.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// An answer with any status.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The headers that matter, by their names in small letters.
        headers: &'a [(&'static str, &'a str)],
        /// The body, decompressed, as UTF-8 wherever its charset could be told.
        body: &'a [u8],
    },
    /// None.
    Failed(RequestFailure),
}

/// The headers that say something of an answer.
const TELLING: [&str; 6] =
    ["content-type", "date", "location", "retry-after", paging::HEADER, super::transport::SIMULATED];

/// Shows an exchange to `witness`, unless it is a login.
pub(super) fn show(
    witness: &dyn Witness,
    resource: Resource,
    url: &Url,
    at: Stamp,
    took: Duration,
    answer: Result<&Answer, &Error>,
) {
    if matches!(resource, Resource::Login | Resource::RefreshLogin) {
        return;
    }
    match answer {
        Ok(answer) => {
            let (status, headers) = (answer.status.as_u16(), telling(&answer.headers));
            let outcome = Outcome::Answered { status, headers: &headers, body: &answer.body };
            witness.saw(Exchange { resource, url, at, took, outcome });
        }
        Err(Error::Request { failure, .. }) => {
            witness.saw(Exchange { resource, url, at, took, outcome: Outcome::Failed(*failure) });
        }
        Err(_) => {}
    }
}

fn telling(headers: &HeaderMap) -> Vec<(&'static str, &str)> {
    let value = |name: &'static str| Some((name, headers.get(name)?.to_str().ok()?));
    TELLING.into_iter().filter_map(value).collect()
}
