//! Slots for the work that requests cause, and the answer to requests that get none.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Slots for requests that are worked on at the same time; `None`: no limit. Clones share them.
#[derive(Clone, Debug)]
pub(in crate::http) struct RequestSlots(Option<Arc<Semaphore>>);

/// A slot, released when dropped: also when the client goes away and its request is cancelled.
#[derive(Debug)]
pub(in crate::http) struct RequestSlot(
    #[allow(dead_code, reason = "it is held")] Option<OwnedSemaphorePermit>,
);

impl RequestSlots {
    pub(in crate::http) fn new(max_requests: usize) -> Self {
        let slots = || Arc::new(Semaphore::new(max_requests.min(Semaphore::MAX_PERMITS)));
        Self((max_requests > 0).then(slots))
    }

    /// Takes a slot; `None` if all are in use.
    // Requests over the limit are refused, not queued: scrapes that pile up would be late anyway,
    // and a queue lets one client fill the memory.
    pub(in crate::http) fn try_acquire(&self) -> Option<RequestSlot> {
        match &self.0 {
            None => Some(RequestSlot(None)),
            Some(slots) => {
                slots.clone().try_acquire_owned().ok().map(|permit| RequestSlot(Some(permit)))
            }
        }
    }
}

/// Returns the answer to a request for which there is no slot.
pub(in crate::http) fn too_many_requests() -> Response {
    let text = "503: more requests at once than --web.max-requests allows\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}
