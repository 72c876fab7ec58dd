//! The simulated contact centres: a discrete-event simulation without a clock, I/O or Trio's
//! vocabulary.
//!
//! World time is the time since world time zero. Each event has an exact time, and random numbers
//! are drawn only when an event happens, so `step(a); step(b)` and `step(a + b)` produce the same
//! world.

mod agent;
mod arrivals;
mod behaviour;
mod build;
mod case;
mod change;
mod demand;
mod dispatch;
mod distribution;
mod duty;
mod event;
mod from_scenario;
mod names;
mod profile;
mod rerouting;
mod service;
#[cfg(test)]
mod tests;
mod truth_recorder;

use std::collections::BTreeMap;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;

use super::IdOffsets;
pub use agent::Activity;
pub(crate) use agent::{Agent, Center, Group};
pub use behaviour::Behaviour;
pub use case::Class;
pub(crate) use case::{Case, Stage};
pub(crate) use change::ChangeError;
pub(crate) use demand::Channel;
pub use demand::Demand;
pub use distribution::Distribution;
use event::{Event, EventQueue};
pub use profile::{ArrivalProfile, OpeningHours};
pub use rerouting::{Callback, Overflow, Rerouting, Transfer};
pub(crate) use service::Service;
use truth_recorder::TruthRecorder;
pub use truth_recorder::{Disposition, Segment};

/// Size and seed of a generated world.
#[derive(Clone, Debug)]
pub(crate) struct WorldOptions {
    pub(crate) seed: u64,
    pub(crate) contact_centers: usize,
    /// Services in all contact centres together.
    pub(crate) services: usize,
    /// Agents in all contact centres together.
    pub(crate) agents: usize,
    pub(crate) id_offsets: IdOffsets,
}

/// Cases since the world began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CaseCounts {
    pub(crate) arrived: u64,
    pub(crate) served: u64,
    pub(crate) abandoned: u64,
    pub(crate) removed: u64,
}

/// The state of all contact centres, and the events to come.
#[derive(Debug)]
pub(crate) struct World {
    now: Duration,
    /// Time of day at world time zero.
    start_time: Duration,
    rng: ChaCha8Rng,
    events: EventQueue,
    /// Arrival rate as a multiple of the configured one; 0 stops arrivals.
    arrival_factor: f64,
    // Ordered maps: the order of iteration decides the order of random draws and of items in
    // answers.
    centers: BTreeMap<u32, Center>,
    services: BTreeMap<u32, Service>,
    service_groups: BTreeMap<u32, Group>,
    agents: BTreeMap<u32, Agent>,
    agent_groups: BTreeMap<u32, Group>,
    /// Live cases by job number.
    cases: BTreeMap<u64, Case>,
    last_job: u64,
    last_service: u32,
    last_agent: u32,
    first_customer: u64,
    case_counts: CaseCounts,
    recorder: TruthRecorder,
}

/// World time before a generated world is shown, so that queues and every agent state exist.
const WARM_UP: Duration = Duration::from_secs(15 * 60);

impl World {
    /// Runs the world until queues have formed and each agent state occurs: 15 to 30 minutes of
    /// world time. Then resets the truth.
    pub(crate) fn warm_up(&mut self) {
        self.step(WARM_UP);
        // A small world may by chance lack a state after the warm-up. Twice the time bounds the
        // search.
        for _ in 0..WARM_UP.as_secs() {
            if self.is_warmed_up() {
                break;
            }
            self.step(Duration::from_secs(1));
        }
        self.reset_truth();
    }

    /// Advances world time and handles every event that is due.
    pub(crate) fn step(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some((at, event)) = self.events.pop_until(until) {
            self.now = at;
            self.handle(event);
        }
        self.now = until;
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Arrival { service, generation } => self.arrive(service, generation),
            Event::Abandonment { job, segment } => self.abandon(job, segment),
            Event::Overflow { job, segment } => self.overflow(job, segment),
            Event::CallbackRequest { job, segment } => self.convert_to_callback(job, segment),
            Event::ActivityEnd { agent, generation } => self.end_activity(agent, generation),
            Event::PauseDue { agent, login } => self.request_pause(agent, login),
            Event::ShiftStart { agent } => self.start_shift(agent),
            Event::ShiftEnd { agent } => self.end_shift(agent),
        }
    }

    fn is_warmed_up(&self) -> bool {
        let seen = |activity| self.agents.values().any(|agent| agent.activity == activity);
        self.cases.values().any(|case| case.stage == Stage::Queued)
            && Activity::ALL.into_iter().all(seen)
    }

    /// World time.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// Wall-clock time in the world, since some midnight.
    fn wall_clock(&self) -> Duration {
        self.start_time + self.now
    }

    /// Arrival rate as a multiple of the configured one.
    pub(crate) fn arrival_factor(&self) -> f64 {
        self.arrival_factor
    }

    /// Cases since the world began, by their end.
    pub(crate) fn case_counts(&self) -> &CaseCounts {
        &self.case_counts
    }

    /// Contact centres by id.
    pub(crate) fn centers(&self) -> &BTreeMap<u32, Center> {
        &self.centers
    }

    /// Services by id, over all contact centres.
    pub(crate) fn services(&self) -> &BTreeMap<u32, Service> {
        &self.services
    }

    /// Service groups by id.
    pub(crate) fn service_groups(&self) -> &BTreeMap<u32, Group> {
        &self.service_groups
    }

    /// Agents by id, over all contact centres.
    pub(crate) fn agents(&self) -> &BTreeMap<u32, Agent> {
        &self.agents
    }

    /// Agent groups by id.
    pub(crate) fn agent_groups(&self) -> &BTreeMap<u32, Group> {
        &self.agent_groups
    }

    /// Live cases by job number.
    pub(crate) fn cases(&self) -> &BTreeMap<u64, Case> {
        &self.cases
    }

    /// Returns true during the opening hours of the service.
    pub(crate) fn is_open(&self, service: &Service) -> bool {
        service.opening_hours.is_open(self.wall_clock())
    }

    /// Wait of the oldest waiting case of a service; zero without one.
    pub(crate) fn longest_wait(&self, service: &Service) -> Duration {
        let oldest = service.waiting.first().and_then(|(_, job)| self.cases.get(job));
        oldest.map_or(Duration::ZERO, |case| case.waited(self.now))
    }
}
