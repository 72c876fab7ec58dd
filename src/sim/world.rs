//! The simulated contact centres: a discrete-event simulation without a clock, I/O or Trio's
//! vocabulary.
//!
//! World time is the time since world time zero. Each event has an exact time, and random numbers
//! are drawn only when an event happens, so `step(a); step(b)` and `step(a + b)` produce the same
//! world. Reading order: `build` makes a world; `case` and `routing` are the life of a case,
//! `agent` that of an agent, `service` what both meet at; `demand`, `behaviour` and `distribution` are
//! what is drawn at random, `profile` is the working day; `change` holds the orders from outside;
//! `truth_recorder` counts.

mod agent;
mod behaviour;
mod build;
mod case;
mod change;
mod demand;
mod distribution;
mod names;
mod profile;
mod routing;
mod service;
#[cfg(test)]
mod tests;
mod truth_recorder;

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use rand_chacha::ChaCha8Rng;

pub use agent::Activity;
pub(crate) use agent::Agent;
pub use behaviour::Behaviour;
pub use case::Disposition;
pub(crate) use case::{Case, Stage};
pub(crate) use change::ChangeError;
pub(crate) use demand::mean_handling;
pub use demand::{Class, Demand};
pub use distribution::Distribution;
pub use profile::{ArrivalProfile, OpeningHours};
pub use service::{Callback, Overflow, Rerouting, Transfer};
pub(crate) use service::{Channel, Service};
pub use truth_recorder::Segment;
use truth_recorder::TruthRecorder;

/// Cases since the world began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CaseCounts {
    pub(crate) arrived: u64,
    pub(crate) served: u64,
    pub(crate) abandoned: u64,
    pub(crate) removed: u64,
}

/// An agent group or a service group of a contact centre.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) id: u32,
    pub(crate) center: u32,
    pub(crate) name: String,
}

/// The state of all contact centres, and the events to come. Only methods of the world change it.
#[derive(Debug)]
pub(crate) struct World {
    /// World time.
    pub(crate) now: Duration,
    /// Time of day at world time zero.
    start_time: Duration,
    rng: ChaCha8Rng,
    events: EventQueue,
    /// Arrival rate as a multiple of the configured one; 0 stops arrivals.
    pub(crate) arrival_factor: f64,
    // Ordered maps: the order of iteration decides the order of random draws and of items in
    // answers.
    /// Names of the contact centres.
    pub(crate) centers: BTreeMap<u32, String>,
    pub(crate) services: BTreeMap<u32, Service>,
    pub(crate) service_groups: BTreeMap<u32, Group>,
    pub(crate) agents: BTreeMap<u32, Agent>,
    pub(crate) agent_groups: BTreeMap<u32, Group>,
    /// Live cases by job number.
    pub(crate) cases: BTreeMap<u64, Case>,
    last_job: u64,
    last_service: u32,
    last_agent: u32,
    first_customer: u64,
    pub(crate) case_counts: CaseCounts,
    recorder: TruthRecorder,
}

/// World time before a generated world is shown, so that queues and every agent state exist.
const WARM_UP: Duration = Duration::from_secs(15 * 60);

impl World {
    /// Runs the world until queues have formed and each agent state occurs: 15 to 30 minutes of
    /// world time. Then resets the truth.
    fn warmed_up(mut self) -> Self {
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
        self
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

    /// Schedules an event after a time from now.
    fn schedule(&mut self, after: Duration, event: Event) {
        // A tiny arrival rate may draw a time beyond the range of `Duration`.
        self.events.schedule(self.now.saturating_add(after), event);
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

    /// Wall-clock time in the world, since some midnight.
    fn wall_clock(&self) -> Duration {
        self.start_time + self.now
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

/// An event at an exact world time.
///
/// It refers to its subject by id, and carries the generation or segment that it was scheduled for.
/// Events are never cancelled: an outdated one finds another generation, or no subject, and does
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// Candidate arrival at a service; the hour decides whether it becomes a case.
    Arrival { service: u32, generation: u64 },
    /// The customer's patience is over.
    Abandonment { job: u64, segment: u32 },
    /// A call that still waits overflows to another service.
    Overflow { job: u64, segment: u32 },
    /// A caller who still waits asks for a callback.
    CallbackRequest { job: u64, segment: u32 },
    /// The ringing, handling, wrap-up or pause of an agent ends.
    ActivityEnd { agent: u32, generation: u64 },
    /// A pause of an agent is due.
    PauseDue { agent: u32, login: u64 },
    /// A shift starts.
    ShiftStart { agent: u32 },
    /// A shift ends.
    ShiftEnd { agent: u32 },
}

/// Priority queue of events: by time, then by the order of scheduling.
#[derive(Debug, Default)]
struct EventQueue {
    // A `BinaryHeap` is a max-heap; `Reverse` makes the earliest event its top.
    heap: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    // Breaks ties in the order of scheduling; without it the order of `Event`'s variants would
    // decide.
    scheduled: u64,
}

impl EventQueue {
    /// Schedules an event at a world time.
    fn schedule(&mut self, at: Duration, event: Event) {
        self.scheduled += 1;
        self.heap.push(Reverse((at, self.scheduled, event)));
    }

    /// Removes and returns the next event at or before `until`.
    fn pop_until(&mut self, until: Duration) -> Option<(Duration, Event)> {
        let next = self.heap.peek_mut().filter(|next| next.0.0 <= until)?;
        let Reverse((at, _, event)) = PeekMut::pop(next);
        Some((at, event))
    }
}
