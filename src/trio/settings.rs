//! Settings of the client.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::tz::TimeZone;
use url::Url;

use super::{secret::Secret, wire::certificates::ExtraRoots};
use crate::model::CaseClass;

/// Servers, credentials and limits of one Trio.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Bases of the API on each server, such as `https://trio.example/te/api`, the preferred one
    /// first; at least one.
    pub servers: Vec<Url>,
    /// The API client key, Base64 of `NAME:SECRET`; sent as it is.
    pub client_key: Secret,
    /// Name of the API user; ISO-8859-1 characters only.
    pub username: Secret,
    /// Password of the API user; ISO-8859-1 characters only.
    pub password: Secret,
    /// Time zone of times that Trio writes without one.
    pub time_zone: Option<TimeZone>,
    /// Class of cases in `services/cases` that do not name theirs.
    pub default_case_class: Option<CaseClass>,
    /// Certificate authorities trusted in addition to those of the machine.
    pub extra_roots: ExtraRoots,
    /// Bounds on requests.
    pub limits: Limits,
    /// Reloads of the configuration.
    pub reloads: Reloads,
}

/// Number of reloads of the configuration that kept these settings; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Reloads(Arc<AtomicU64>);

// Settings that differ in nothing else are the same: a reload must not restart the target.
impl PartialEq for Reloads {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Reloads {
    pub(in crate::trio) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Settings {
    /// Settings of an account on these servers; the rest has its defaults.
    pub fn new(servers: Vec<Url>, client_key: Secret, username: Secret, password: Secret) -> Self {
        Self {
            servers,
            client_key,
            username,
            password,
            time_zone: None,
            default_case_class: None,
            extra_roots: ExtraRoots::default(),
            limits: Limits::default(),
            reloads: Reloads::default(),
        }
    }

    /// Takes over the secrets of `newer`, also for every clone of these settings, and ends every
    /// wait: the operator wants an answer now.
    pub fn adopt_secrets(&self, newer: &Self) {
        self.reloads.0.fetch_add(1, Ordering::Relaxed);
        self.client_key.adopt(&newer.client_key);
        self.username.adopt(&newer.username);
        self.password.adopt(&newer.password);
    }
}

/// Bounds on requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time limit for a connection.
    pub connect: Duration,
    /// Time limit for a request and its complete answer.
    pub request: Duration,
    /// Size of an answer in bytes, decompressed.
    pub body: usize,
    /// Requests in flight at the same time.
    pub in_flight: usize,
    /// Items asked for in one page; the server may give fewer.
    pub page_size: usize,
    /// Time before expiry at which an access token is renewed.
    pub renewal_margin: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(10),
            // 64 MiB is far above any answer expected; it stops one that does not end from filling
            // the memory.
            body: 64 << 20,
            in_flight: 4,
            // The documented default of ten would make 100 requests of 1000 agents; a lower cap is
            // found out.
            page_size: 1000,
            renewal_margin: Duration::from_secs(60),
        }
    }
}

/// Encodes `text` in ISO-8859-1.
///
/// # Errors
/// The first character above U+00FF.
pub fn latin1(text: &str) -> Result<Vec<u8>, char> {
    text.chars().map(|c| u8::try_from(u32::from(c)).map_err(|_| c)).collect()
}
