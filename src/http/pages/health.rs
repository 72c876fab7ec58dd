//! Health endpoints: liveness (`/-/healthy`) and readiness (`/-/ready`), by the names that
//! Prometheus uses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    http::Shared,
    metrics::Exposition,
    model::{Clock, Stamp},
};

/// Path of the liveness page.
pub(in crate::http) const HEALTHY_PATH: &str = "/-/healthy";
/// Path of the readiness page.
pub(in crate::http) const READY_PATH: &str = "/-/ready";

/// Longest wait for the first steps. One target that is slow or down must not keep the others from
/// being scraped.
const MAX_STARTUP: Duration = Duration::from_secs(30);

/// Readiness of the exporter: from the first publication of each target, with states or without, or 30 s
/// after the start, until it drains.
// It latches and does not follow Trio: an outage of Trio must be scraped, and a supervisor that
// restarts or removes the exporter for it would lose the counters.
#[derive(Debug)]
pub struct Readiness {
    clock: Clock,
    started: Stamp,
    reached: AtomicBool,
    draining: Arc<AtomicBool>,
}

impl Readiness {
    /// Readiness of a process that starts now and drains once `draining` is set by `app`.
    pub fn new(clock: Clock, draining: Arc<AtomicBool>) -> Self {
        let started = clock.now();
        Self { clock, started, reached: AtomicBool::new(false), draining }
    }

    /// Returns the text of the 503, or `None` if the exporter is ready.
    fn check(&self, exposition: &Exposition) -> Option<&'static str> {
        if self.draining.load(Ordering::Relaxed) {
            // Kubernetes takes the pod out of its Services before the port closes.
            return Some("draining\n");
        }
        if !self.reached.load(Ordering::Relaxed) {
            let waited = self.clock.now().since(self.started);
            if !exposition.first_steps_done() && waited < MAX_STARTUP {
                return Some("starting: a target has not published its first states\n");
            }
            self.reached.store(true, Ordering::Relaxed);
        }
        None
    }
}

/// Answers `healthy` as long as the process serves requests, independent of Trio.
pub(in crate::http) async fn healthy() -> &'static str {
    "healthy\n"
}

pub(in crate::http) async fn ready(State(shared): State<Shared>) -> Response {
    match shared.readiness.check(&shared.exposition) {
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason).into_response(),
        None => "ready\n".into_response(),
    }
}
