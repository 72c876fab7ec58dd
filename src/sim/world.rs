//! The simulated contact centres: a pure state machine. No clock, no I/O, no Trio vocabulary.
//!
//! Time is what has passed since world time zero. Every event has its exact time, and chance is
//! drawn only when an event happens, so `step(a); step(b)` and `step(a + b)` give the same world.

mod account;
mod agent;
mod arrivals;
mod build;
mod case;
mod change;
mod demand;
mod dispatch;
mod duty;
mod event;
mod habits;
mod law;
mod moves;
mod names;
mod profile;
mod service;
mod stated;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;

use super::Numbers;
use account::Account;
pub use account::{Outcome, Stay};
pub use agent::Activity;
pub(crate) use agent::{Agent, Center, Group};
pub use case::Class;
pub(crate) use case::{Case, Stage};
pub(crate) use change::Refusal;
pub use demand::Demand;
use event::{Agenda, Event};
pub use habits::Habits;
pub use law::Law;
pub use profile::{Opening, Season};
pub(crate) use service::{Channel, Service};

/// What a world is made from.
#[derive(Clone, Debug)]
pub(crate) struct WorldOptions {
    pub(crate) seed: u64,
    pub(crate) contact_centers: usize,
    /// Services in all contact centres together.
    pub(crate) services: usize,
    /// Agents in all contact centres together.
    pub(crate) agents: usize,
    pub(crate) numbers: Numbers,
}

/// How many cases came and went since the world began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) arrived: u64,
    pub(crate) served: u64,
    pub(crate) abandoned: u64,
    pub(crate) removed: u64,
}

/// The simulated world.
#[derive(Debug)]
pub(crate) struct World {
    now: Duration,
    /// The time of day at world time zero.
    begins: Duration,
    rng: ChaCha8Rng,
    agenda: Agenda,
    /// Arrivals as a multiple of the usual.
    pace: f64,
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
    ledger: Ledger,
    account: Account,
}

/// How long a new world runs before it looks like a busy morning.
const WARM_UP: Duration = Duration::from_secs(15 * 60);

impl World {
    /// Lets the world run until queues have formed and agents are in every state: about a quarter of
    /// an hour, at most half of one. Its account begins then.
    pub(crate) fn warm_up(&mut self) {
        self.step(WARM_UP);
        for _ in 0..WARM_UP.as_secs() {
            if self.is_lively() {
                break;
            }
            self.step(Duration::from_secs(1));
        }
        self.mark();
    }

    /// Lets time pass.
    pub(crate) fn step(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some((at, event)) = self.agenda.next_until(until) {
            self.now = at;
            self.happen(event);
        }
        self.now = until;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrival { service, generation } => self.arrive(service, generation),
            Event::GivesUp { job, visit } => self.give_up(job, visit),
            Event::Overflows { job, visit } => self.overflow(job, visit),
            Event::AsksForCallback { job, visit } => self.ask_for_callback(job, visit),
            Event::ActivityEnds { agent, generation } => self.end_activity(agent, generation),
            Event::PauseDue { agent, login } => self.pause_due(agent, login),
            Event::ShiftStarts { agent } => self.start_shift(agent),
            Event::ShiftEnds { agent } => self.end_shift(agent),
        }
    }

    fn is_lively(&self) -> bool {
        let seen = |activity| self.agents.values().any(|agent| agent.activity == activity);
        self.cases.values().any(|case| case.stage == Stage::Queued) && Activity::ALL.into_iter().all(seen)
    }

    /// The world time.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// What the clock on the wall shows in the world: the time since some midnight.
    fn clock(&self) -> Duration {
        self.begins + self.now
    }

    /// Arrivals as a multiple of the usual.
    pub(crate) fn pace(&self) -> f64 {
        self.pace
    }

    /// How many cases came and went.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
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

    /// Whether a service takes cases now.
    pub(crate) fn is_open(&self, service: &Service) -> bool {
        service.opening.is_open(self.clock())
    }

    /// How long the case that has waited longest at a service has waited; zero when none waits.
    pub(crate) fn longest_wait(&self, service: &Service) -> Duration {
        let oldest = service.waiting.first().and_then(|(_, job)| self.cases.get(job));
        oldest.map_or(Duration::ZERO, |case| case.waited(self.now))
    }
}
