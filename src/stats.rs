//! Counters of the exporter about itself.
//!
//! Counters and gauges are atomics, so recording and encoding do not block each other. The list of
//! servers and the expiry of certificates are behind locks that are held briefly.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hash, RandomState},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::model::{AuthFailure, RequestFailure, Resource, RetryReason, ServerUse, Token};

/// Upper edges of the request duration histogram, in seconds.
// Chosen so that these can be distinguished: a healthy server nearby (up to 0.05 s), a slow server
// (0.25 s), a slow page (1 s), a request longer than the interval of states (5 s) and a timeout (10
// s).
pub const DURATION_EDGES: [f64; 8] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0];

/// Status codes that HTTP allows.
const STATUS_CODES: std::ops::Range<u16> = 100..600;

/// Memory of the credentials that gave a token last.
// It is here because it has to outlive a client: after a reload during an outage the same
// credentials are still beyond doubt. A fingerprint is kept instead of a flag, because the texts
// change under a running process, and instead of the texts, because those are secret.
#[derive(Debug, Default)]
pub struct ProvenCredentials {
    hasher: RandomState,
    last: Mutex<Option<u64>>,
}

impl ProvenCredentials {
    /// Records that these texts gave a token.
    pub fn record(&self, texts: impl Hash) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(self.hasher.hash_one(texts));
    }

    /// Returns true if these texts gave a token last.
    pub fn are(&self, texts: impl Hash) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last == Some(self.hasher.hash_one(texts))
    }
}

/// Counters and gauges of one target.
#[derive(Debug)]
pub struct Stats {
    resources: [ResourceStats; Resource::COUNT],
    /// Login attempts.
    pub logins: Counter,
    /// Attempts to renew a token.
    pub refreshes: Counter,
    auth_failures: [Counter; AuthFailure::COUNT],
    token_expiry: [Gauge; Token::COUNT],
    /// Time when the next login may be tried after one that failed, in seconds since 1970.
    pub login_retry: Gauge,
    /// Credentials that gave a token last.
    pub credentials: ProvenCredentials,
    retries: [Counter; RetryReason::COUNT],
    servers: RwLock<Arc<[ServerUse]>>,
    /// Changes to another server.
    pub failovers: Counter,
    /// Cycles that were skipped, because the previous one had not ended.
    pub polls_missed: Counter,
    /// Restarts of the target's poller after a panic.
    pub restarts: Counter,
    /// Requests per minute allowed in the long run.
    pub request_budget: Gauge,
    /// Seconds by which the server's clock is ahead of ours, according to its last answer.
    pub clock_skew: Gauge,
    certificate_expiry: Mutex<BTreeMap<String, f64>>,
}

/// Results of configuration reloads, once for the process.
#[derive(Debug, Default)]
pub struct ReloadStats {
    /// 1 if the last reload succeeded, else 0.
    pub successful: Gauge,
    /// Time of the last successful reload, in seconds since 1970.
    pub last_success: Gauge,
}

/// Results of writing the state file, once for the process.
#[derive(Debug, Default)]
pub struct StateFileStats {
    /// Time of the last successful write, in seconds since 1970.
    pub last_success: Gauge,
    /// Failures to use or write it.
    pub errors: Counter,
}

/// Counters of the requests for one resource of a target.
#[derive(Debug)]
pub struct ResourceStats {
    by_status: Box<[Counter]>,
    by_failure: [Counter; RequestFailure::COUNT],
    // One counter per bucket, not cumulative: one addition per request. The encoder adds them up.
    durations: [Counter; DURATION_EDGES.len() + 1],
    // An integer, because an atomic cannot add to a float.
    duration_micros: Counter,
    /// Bytes of answer bodies.
    pub response_bytes: Counter,
    /// Requests that were sent a second time, because the connection broke. A request is one
    /// finished request all the same.
    pub repeated: Counter,
    /// Items seen twice and totals that changed while the pages of a list were read.
    pub drift: Counter,
}

/// Number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `count`.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// Returns the current value.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Number that is replaced, or unknown.
// Stored as the bits of a float; NaN is "unknown", so value and presence change in one step.
#[derive(Debug)]
pub struct Gauge(AtomicU64);

impl Default for Gauge {
    fn default() -> Self {
        Self(AtomicU64::new(f64::NAN.to_bits()))
    }
}

impl Gauge {
    /// Sets the value; `None`: unknown.
    pub fn set(&self, value: Option<f64>) {
        self.0.store(value.unwrap_or(f64::NAN).to_bits(), Ordering::Relaxed);
    }

    /// Returns the value; `None`: unknown.
    pub fn get(&self) -> Option<f64> {
        let value = f64::from_bits(self.0.load(Ordering::Relaxed));
        (!value.is_nan()).then_some(value)
    }
}

/// Outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestCode {
    /// An HTTP status.
    Status(u16),
    /// No usable answer.
    Failure(RequestFailure),
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            resources: std::array::from_fn(|_| ResourceStats::new()),
            logins: Counter::default(),
            refreshes: Counter::default(),
            auth_failures: Default::default(),
            token_expiry: Default::default(),
            login_retry: Gauge::default(),
            credentials: ProvenCredentials::default(),
            retries: Default::default(),
            servers: RwLock::new(Arc::new([])),
            failovers: Counter::default(),
            polls_missed: Counter::default(),
            restarts: Counter::default(),
            request_budget: Gauge::default(),
            clock_skew: Gauge::default(),
            certificate_expiry: Mutex::default(),
        }
    }
}

impl Stats {
    /// Returns the counters of `resource`.
    pub fn resource(&self, resource: Resource) -> &ResourceStats {
        &self.resources[resource.index()]
    }

    /// Sets the expiry of the certificate of a server, in seconds since 1970.
    pub fn set_certificate_expiry(&self, server: &str, expiry: f64) {
        let mut known = self.certificate_expiry.lock().unwrap_or_else(PoisonError::into_inner);
        // Each answer over TLS calls this; the server's name is copied only when something changed.
        if known.get(server) != Some(&expiry) {
            known.insert(server.to_owned(), expiry);
        }
    }

    /// Returns the expiry of the certificate of each server, in seconds since 1970.
    pub fn certificate_expiries(&self) -> BTreeMap<String, f64> {
        self.certificate_expiry.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the number of login and renewal attempts. After each of them the user's rights may
    /// be different.
    pub fn auth_attempts(&self) -> u64 {
        self.logins.get() + self.refreshes.get()
    }

    /// Counts a failed login or renewal.
    pub fn record_auth_failure(&self, reason: AuthFailure) {
        self.auth_failures[reason.index()].add(1);
    }

    /// Returns the failed logins and renewals by reason.
    pub fn auth_failures(&self, reason: AuthFailure) -> u64 {
        self.auth_failures[reason.index()].get()
    }

    /// Counts a request that was sent again.
    pub fn record_retry(&self, reason: RetryReason) {
        self.retries[reason.index()].add(1);
    }

    /// Returns the requests that were sent again, by reason.
    pub fn retries(&self, reason: RetryReason) -> u64 {
        self.retries[reason.index()].get()
    }

    /// Replaces the list of the target's servers and their state.
    pub fn set_servers(&self, servers: Arc<[ServerUse]>) {
        *self.servers.write().unwrap_or_else(PoisonError::into_inner) = servers;
    }

    /// Returns the target's servers and their last known state.
    pub fn servers(&self) -> Arc<[ServerUse]> {
        self.servers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the expiry of a token, in seconds since 1970; `None`: there is no such token.
    pub fn set_token_expiry(&self, token: Token, expiry: Option<f64>) {
        self.token_expiry[token.index()].set(expiry);
    }

    /// Returns the expiry of a token, in seconds since 1970; `None`: there is no such token.
    pub fn token_expiry(&self, token: Token) -> Option<f64> {
        self.token_expiry[token.index()].get()
    }
}

impl ResourceStats {
    fn new() -> Self {
        Self {
            by_status: STATUS_CODES.map(|_| Counter::default()).collect(),
            by_failure: Default::default(),
            durations: Default::default(),
            duration_micros: Counter::default(),
            response_bytes: Counter::default(),
            repeated: Counter::default(),
            drift: Counter::default(),
        }
    }

    /// Counts a finished request and its duration. A status outside 100–599 is not counted by
    /// status, because HTTP has none; its duration is still counted.
    pub fn record_request(&self, code: RequestCode, took: Duration) {
        match code {
            RequestCode::Status(status) => {
                if let Some(counter) =
                    self.by_status.get(usize::from(status.wrapping_sub(STATUS_CODES.start)))
                {
                    counter.add(1);
                }
            }
            RequestCode::Failure(failure) => self.by_failure[failure.index()].add(1),
        }
        let bucket = DURATION_EDGES.partition_point(|edge| *edge < took.as_secs_f64());
        self.durations[bucket].add(1);
        self.duration_micros.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Returns the number of requests that the server got: finished ones, and those whose connection
    /// broke before they were sent again.
    pub fn sent_requests(&self) -> u64 {
        self.durations.iter().map(Counter::get).sum::<u64>() + self.repeated.get()
    }

    /// Iterates over the numbers of requests by outcome, without those that are 0.
    pub fn requests(&self) -> impl Iterator<Item = (RequestCode, u64)> + '_ {
        let statuses = STATUS_CODES.map(RequestCode::Status).zip(self.by_status.iter());
        let failures =
            RequestFailure::ALL.map(RequestCode::Failure).into_iter().zip(self.by_failure.iter());
        statuses
            .chain(failures)
            .map(|(code, count)| (code, count.get()))
            .filter(|(_, count)| *count > 0)
    }

    /// Returns the finished requests per bucket of [`DURATION_EDGES`], not cumulative (the last:
    /// above all edges), and the sum of their durations in seconds.
    pub fn durations(&self) -> ([u64; DURATION_EDGES.len() + 1], f64) {
        let buckets = std::array::from_fn(|bucket| self.durations[bucket].get());
        (buckets, self.duration_micros.get() as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_is_counted_by_code_and_bucket() {
        let stats = Stats::default();
        let resource = stats.resource(Resource::Agents);
        resource.record_request(RequestCode::Status(200), Duration::from_millis(10));
        resource.record_request(RequestCode::Status(599), Duration::from_millis(11));
        resource
            .record_request(RequestCode::Failure(RequestFailure::Timeout), Duration::from_secs(20));
        let requests: Vec<_> = resource.requests().collect();
        assert_eq!(
            requests,
            [
                (RequestCode::Status(200), 1),
                (RequestCode::Status(599), 1),
                (RequestCode::Failure(RequestFailure::Timeout), 1)
            ]
        );
        let (buckets, sum) = resource.durations();
        assert_eq!(buckets, [1, 1, 0, 0, 0, 0, 0, 0, 1]);
        assert!((sum - 20.021).abs() < 1e-9);
    }

    #[test]
    fn missing_token_has_no_expiry() {
        let stats = Stats::default();
        stats.set_token_expiry(Token::Access, Some(12.5));
        assert_eq!(stats.token_expiry(Token::Access), Some(12.5));
        stats.set_token_expiry(Token::Access, None);
        assert_eq!(stats.token_expiry(Token::Access), None);
        assert_eq!(stats.token_expiry(Token::Refresh), None);
    }
}
