//! What the exporter counts about itself: atomics, written where things happen, read when encoded.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::model::{AuthFailure, RequestFailure, Resource, RetryReason, ServerUse, Token};

/// Upper edges, in seconds, of the request duration histogram: a healthy local server, a slow one,
/// a slow page, and the limits at which cycles get missed and requests get given up.
pub const DURATION_EDGES: [f64; 8] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0];

const STATUS_CODES: std::ops::Range<u16> = 100..600;

/// The counts of one target.
#[derive(Debug)]
pub struct Stats {
    resources: [ResourceStats; Resource::COUNT],
    /// Logins tried.
    pub logins: Counter,
    /// Renewals tried.
    pub refreshes: Counter,
    auth_failures: [Counter; AuthFailure::COUNT],
    token_expiry: [Counter; Token::COUNT],
    retries: [Counter; RetryReason::COUNT],
    servers: RwLock<Arc<[ServerUse]>>,
    /// Times at which another server than before was asked.
    pub failovers: Counter,
    /// Times at which the poller should have begun a cycle but was still busy with the one before.
    pub polls_missed: Counter,
    /// Restarts of the target's poller after a panic.
    pub restarts: Counter,
    /// Requests a minute that are allowed on the long run.
    pub request_budget: Measure,
    /// Seconds by which the server's clock is ahead of ours, by its last answer.
    pub clock_skew: Measure,
    certificate_expiry: Mutex<BTreeMap<String, f64>>,
}

/// How reading the configuration anew went: one for the whole process.
#[derive(Debug, Default)]
pub struct ReloadStats {
    /// 1 if the configuration in use is what was read last, else 0.
    pub successful: Measure,
    /// When it was last read well, seconds since 1970.
    pub last_success: Measure,
}

/// What became of the file that carries counters over a restart: one for the whole process.
#[derive(Debug, Default)]
pub struct StateFileStats {
    /// When it was last written, seconds since 1970.
    pub last_success: Measure,
    /// Times at which it could not be used or written.
    pub errors: Counter,
}

/// The counts of one resource of a target.
#[derive(Debug)]
pub struct ResourceStats {
    by_status: Box<[Counter]>,
    by_failure: [Counter; RequestFailure::COUNT],
    durations: [Counter; DURATION_EDGES.len() + 1],
    duration_micros: Counter,
    /// Bytes of answer bodies, as received.
    pub response_bytes: Counter,
    /// Signs that a list changed while its pages were read.
    pub drift: Counter,
}

/// A number that only ever grows (or, for an expiry, is replaced).
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `count`.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// The present value.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that is replaced, or not known.
#[derive(Debug)]
pub struct Measure(AtomicU64);

impl Default for Measure {
    fn default() -> Self {
        Self(AtomicU64::new(f64::NAN.to_bits()))
    }
}

impl Measure {
    /// Replaces the number.
    pub fn set(&self, value: Option<f64>) {
        self.0.store(value.unwrap_or(f64::NAN).to_bits(), Ordering::Relaxed);
    }

    /// The number, where it is known.
    pub fn get(&self) -> Option<f64> {
        let value = f64::from_bits(self.0.load(Ordering::Relaxed));
        (!value.is_nan()).then_some(value)
    }
}

/// How a request ended.
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
            retries: Default::default(),
            servers: RwLock::new(Arc::new([])),
            failovers: Counter::default(),
            polls_missed: Counter::default(),
            restarts: Counter::default(),
            request_budget: Measure::default(),
            clock_skew: Measure::default(),
            certificate_expiry: Mutex::default(),
        }
    }
}

impl Stats {
    /// The counts of `resource`.
    pub fn resource(&self, resource: Resource) -> &ResourceStats {
        &self.resources[resource.index()]
    }

    /// Notes when the certificate of a server expires, in seconds since 1970.
    pub fn set_certificate_expiry(&self, server: &str, expiry: f64) {
        let mut known = self.certificate_expiry.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(server) != Some(&expiry) {
            known.insert(server.to_owned(), expiry);
        }
    }

    /// When the certificate of each server expires, in seconds since 1970.
    pub fn certificate_expiries(&self) -> BTreeMap<String, f64> {
        self.certificate_expiry.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Logins and renewals tried: what a client may see can change with each.
    pub fn session_changes(&self) -> u64 {
        self.logins.get() + self.refreshes.get()
    }

    /// Counts a failed login or renewal.
    pub fn auth_failed(&self, reason: AuthFailure) {
        self.auth_failures[reason.index()].add(1);
    }

    /// Failed logins and renewals by reason.
    pub fn auth_failures(&self, reason: AuthFailure) -> u64 {
        self.auth_failures[reason.index()].get()
    }

    /// Counts a request that was sent again after the wait that the server had asked for.
    pub fn retried(&self, reason: RetryReason) {
        self.retries[reason.index()].add(1);
    }

    /// Requests that were sent again, by reason.
    pub fn retries(&self, reason: RetryReason) -> u64 {
        self.retries[reason.index()].get()
    }

    /// Puts up what is known of the target's servers, as a whole.
    pub fn set_servers(&self, servers: Arc<[ServerUse]>) {
        *self.servers.write().unwrap_or_else(PoisonError::into_inner) = servers;
    }

    /// The target's servers, as they were last found.
    pub fn servers(&self) -> Arc<[ServerUse]> {
        self.servers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes when a token expires, in seconds since 1970; `None` when there is no such token.
    pub fn set_token_expiry(&self, token: Token, expiry: Option<f64>) {
        let bits = expiry.map_or(0, f64::to_bits);
        self.token_expiry[token.index()].0.store(bits, Ordering::Relaxed);
    }

    /// When a token expires, in seconds since 1970.
    pub fn token_expiry(&self, token: Token) -> Option<f64> {
        let bits = self.token_expiry[token.index()].get();
        (bits != 0).then(|| f64::from_bits(bits))
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
            drift: Counter::default(),
        }
    }

    /// Counts a finished request. A status outside 100–599 cannot arrive over HTTP and is ignored.
    pub fn finished(&self, code: RequestCode, took: Duration) {
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

    /// Finished requests.
    pub fn finished_requests(&self) -> u64 {
        self.durations.iter().map(Counter::get).sum()
    }

    /// Requests by how they ended; only what has happened at least once.
    pub fn requests(&self) -> impl Iterator<Item = (RequestCode, u64)> + '_ {
        let statuses = STATUS_CODES.map(RequestCode::Status).zip(self.by_status.iter());
        let failures = RequestFailure::ALL.map(RequestCode::Failure).into_iter().zip(self.by_failure.iter());
        statuses.chain(failures).map(|(code, count)| (code, count.get())).filter(|(_, count)| *count > 0)
    }

    /// Finished requests per bucket of [`DURATION_EDGES`] (the last: above all edges), not cumulated,
    /// and the sum of their durations in seconds.
    pub fn durations(&self) -> ([u64; DURATION_EDGES.len() + 1], f64) {
        let buckets = std::array::from_fn(|bucket| self.durations[bucket].get());
        (buckets, self.duration_micros.get() as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_once_under_its_code_and_its_bucket() {
        let stats = Stats::default();
        let resource = stats.resource(Resource::Agents);
        resource.finished(RequestCode::Status(200), Duration::from_millis(10));
        resource.finished(RequestCode::Status(599), Duration::from_millis(11));
        resource.finished(RequestCode::Failure(RequestFailure::Timeout), Duration::from_secs(20));
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
    fn a_token_that_is_not_there_has_no_expiry() {
        let stats = Stats::default();
        stats.set_token_expiry(Token::Access, Some(12.5));
        assert_eq!(stats.token_expiry(Token::Access), Some(12.5));
        stats.set_token_expiry(Token::Access, None);
        assert_eq!(stats.token_expiry(Token::Access), None);
        assert_eq!(stats.token_expiry(Token::Refresh), None);
    }
}
