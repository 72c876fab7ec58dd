//! How much clients may ask for at once, and how long they may take.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// What is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests that are answered at the same time; 0 for any number. Health pages do not count.
    pub max_requests: usize,
    /// Time for the handshake, and from then until the head of the first request is there.
    pub header_timeout: Duration,
    /// How long a connection may be silent, between two requests or while it takes an answer.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_requests: 40,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(300),
        }
    }
}

/// The places for requests that are being answered.
#[derive(Debug)]
pub(super) struct Places(Option<Semaphore>);

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(#[allow(dead_code, reason = "it is held")] Option<SemaphorePermit<'a>>);

impl Places {
    pub(super) fn new(max_requests: usize) -> Self {
        Self((max_requests > 0).then(|| Semaphore::new(max_requests.min(Semaphore::MAX_PERMITS))))
    }

    /// A place, if one is free.
    pub(super) fn take(&self) -> Option<Place<'_>> {
        match &self.0 {
            None => Some(Place(None)),
            Some(places) => places.try_acquire().ok().map(|permit| Place(Some(permit))),
        }
    }
}
