//! Limits for clients: concurrent requests and time-outs.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Limits of the web server, from `--web.max-requests`, `--web.header-timeout` and
/// `--web.idle-timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests answered at the same time; 0: no limit. Health pages do not count.
    pub max_requests: usize,
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
