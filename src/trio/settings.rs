//! What the client needs to know of the configuration.

use std::time::Duration;

use jiff::tz::TimeZone;
use url::Url;

use super::{Secret, certificates::ExtraRoots};
use crate::model::CaseClass;

/// How to reach one Trio and how to behave there.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Bases of the API on each server, such as `https://trio.example/te/api`, the preferred one
    /// first; at least one.
    pub servers: Vec<Url>,
    /// The API client key, sent as it is.
    pub client_key: Secret,
    /// Name of the API user. Everything in it stands in ISO-8859-1.
    pub username: Secret,
    /// Password of the API user. Everything in it stands in ISO-8859-1.
    pub password: Secret,
    /// The zone of times that Trio writes without one.
    pub time_zone: Option<TimeZone>,
    /// The class of cases other than calls that do not say theirs.
    pub default_case_class: Option<CaseClass>,
    /// Authorities trusted besides those of the machine.
    pub extra_roots: ExtraRoots,
    /// Bounds on requests.
    pub limits: Limits,
}

impl Settings {
    /// Takes over the secrets of `newer`; whoever holds a clone of these settings has them from now on.
    pub fn adopt_secrets(&self, newer: &Self) {
        self.client_key.adopt(&newer.client_key);
        self.username.adopt(&newer.username);
        self.password.adopt(&newer.password);
    }
}

/// Bounds on requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time to connect.
    pub connect: Duration,
    /// Time for a whole request, its answer included.
    pub request: Duration,
    /// Time for everything that one collector asks in a cycle.
    pub collector: Duration,
    /// Size of an answer in bytes, decompressed.
    pub body: usize,
    /// Requests a minute on the long run; intervals grow until this holds.
    pub requests_per_minute: u32,
    /// Requests at the same time.
    pub in_flight: usize,
    /// Single cases asked for in a cycle.
    pub follow_cases: usize,
    /// Items asked for in one page; the server may give fewer.
    pub page_size: usize,
    /// An access token is renewed this long before it expires.
    pub renewal_margin: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(10),
            collector: Duration::from_secs(60),
            body: 64 << 20,
            requests_per_minute: 600,
            in_flight: 4,
            follow_cases: 20,
            page_size: 1000,
            renewal_margin: Duration::from_secs(60),
        }
    }
}

/// `text` in ISO-8859-1, or the first character that it cannot hold.
///
/// # Errors
/// A character above U+00FF.
pub fn latin1(text: &str) -> Result<Vec<u8>, char> {
    text.chars().map(|c| u8::try_from(u32::from(c)).map_err(|_| c)).collect()
}
