//! A service: its queue, its demand and the counts of its state.

use std::collections::BTreeSet;
use std::time::Duration;

use super::case::Class;
use super::demand::{Channel, Demand};
use super::profile::{ArrivalProfile, OpeningHours};
use super::rerouting::Rerouting;

/// A service and its queue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Service {
    pub(crate) id: u32,
    pub(crate) center: u32,
    pub(crate) group: u32,
    pub(crate) name: String,
    pub(crate) channel: Channel,
    pub(crate) opening_hours: OpeningHours,
    pub(crate) arrival_profile: ArrivalProfile,
    /// Arrivals per second at the busiest time.
    pub(crate) rate: f64,
    pub(crate) demands: Vec<Demand>,
    pub(crate) rerouting: Rerouting,
    /// Mean seconds of an agent's time per case.
    pub(crate) cycle: f64,
    /// Generation of the arrival event that is valid.
    pub(crate) generation: u64,
    /// Queued cases that ring nowhere: start of the wait, job number.
    pub(crate) queue: BTreeSet<(Duration, u64)>,
    /// Waiting cases: the queue and those that ring.
    pub(crate) waiting: BTreeSet<(Duration, u64)>,
    /// Job numbers of all live cases.
    pub(crate) live: BTreeSet<u64>,
    /// Agents ready for a case, longest idle first.
    pub(crate) idle: BTreeSet<(Duration, u32)>,
    pub(crate) logged_on: usize,
    pub(crate) available: usize,
    pub(crate) busy: usize,
}

impl Service {
    /// Estimated wait of a new case: waiting cases × mean cycle ÷ agents logged on.
    pub(crate) fn estimated_wait(&self) -> Duration {
        // At least one: without agents the quotient would be infinite, and `from_secs_f64` panics.
        let each = self.cycle / self.logged_on.max(1) as f64;
        Duration::from_secs_f64(self.waiting.len() as f64 * each)
    }

    /// Demand of a class; the demo's defaults for a class that only arrives by rerouting.
    pub(crate) fn demand(&self, class: Class) -> Demand {
        let known = self.demands.iter().find(|demand| demand.class == class);
        known.copied().unwrap_or_else(|| Demand::typical(class, 0.0))
    }
}
