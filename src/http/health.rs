//! Is the process alive, and is it worth scraping?

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

use super::Shared;
use crate::{
    metrics::Exposition,
    model::{Clock, Stamp},
};

/// Where the process says that it turns.
pub(super) const HEALTHY: &str = "/-/healthy";
/// Where it says that it is ready.
pub(super) const READY: &str = "/-/ready";

/// A target that has not answered by then does not keep the others from being scraped.
const PATIENCE: Duration = Duration::from_secs(30);

/// When the exporter is ready: once every target has finished its first step, well or badly, or after
/// half a minute; from then on until it drains. Trio being down does not make it unready.
#[derive(Debug)]
pub struct Readiness {
    clock: Clock,
    started: Stamp,
    reached: AtomicBool,
    draining: Arc<AtomicBool>,
}

impl Readiness {
    /// Readiness of a process that starts now and drains once `draining` is set.
    pub fn new(clock: Clock, draining: Arc<AtomicBool>) -> Self {
        let started = clock.now();
        Self { clock, started, reached: AtomicBool::new(false), draining }
    }

    fn refusal(&self, exposition: &Exposition) -> Option<&'static str> {
        if self.draining.load(Ordering::Relaxed) {
            return Some("draining\n");
        }
        if !self.reached.load(Ordering::Relaxed) {
            let waited = self.clock.now().since(self.started);
            if !exposition.first_steps_done() && waited < PATIENCE {
                return Some("starting: a target has not finished its first step\n");
            }
            self.reached.store(true, Ordering::Relaxed);
        }
        None
    }
}

/// Says that the process turns, and nothing about Trio.
pub(super) async fn healthy() -> &'static str {
    "healthy\n"
}

pub(super) async fn ready(State(shared): State<Shared>) -> Response {
    match shared.readiness.refusal(&shared.exposition) {
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
        None => "ready\n".into_response(),
    }
}
