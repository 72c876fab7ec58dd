//! A service: a queue, who can serve it, and the counts that its state shows.

use std::collections::BTreeSet;
use std::time::Duration;

use super::case::Class;
use super::demand::Demand;
use super::habits::Habits;
use super::profile::{Opening, Season};
use crate::sim::scenario::Moves;

/// Which cases a service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Phone,
    Chat,
    Mail,
}

/// A service and its queue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Service {
    pub(crate) id: u32,
    pub(crate) center: u32,
    pub(crate) group: u32,
    pub(crate) name: String,
    pub(crate) channel: Channel,
    pub(crate) opening: Opening,
    pub(crate) season: Season,
    /// Arrivals a second when the day is at its busiest.
    pub(crate) rate: f64,
    pub(crate) demands: Vec<Demand>,
    pub(crate) moves: Moves,
    /// Seconds that one case takes of an agent's time.
    pub(crate) cycle: f64,
    /// The generation of the arrival event that counts.
    pub(crate) generation: u64,
    /// The cases that nobody is being offered: since when they wait here, and their job numbers.
    pub(crate) queue: BTreeSet<(Duration, u64)>,
    /// The cases that wait: the queue and those being offered.
    pub(crate) waiting: BTreeSet<(Duration, u64)>,
    /// Job numbers of all live cases.
    pub(crate) live: BTreeSet<u64>,
    /// Agents who would take a case now, longest idle first.
    pub(crate) idle: BTreeSet<(Duration, u32)>,
    pub(crate) logged_on: usize,
    pub(crate) available: usize,
    pub(crate) busy: usize,
}

impl Channel {
    /// The channel of the service with this number in its contact centre.
    pub(crate) fn of(number: usize) -> Self {
        match number % 8 {
            4 => Self::Chat,
            6 => Self::Mail,
            _ => Self::Phone,
        }
    }

    /// The channel by which cases of a class come.
    pub(crate) fn of_class(class: Class) -> Self {
        match class {
            Class::Voice | Class::Callback => Self::Phone,
            Class::Chat => Self::Chat,
            Class::Email | Class::Task => Self::Mail,
        }
    }

    /// Work that arrives at the busiest time, as a share of what the staff can do. Callers who give
    /// up are what keeps an overload in bounds; mail must leave room instead.
    pub(crate) fn load(self) -> f64 {
        match self {
            Self::Phone => 1.35,
            Self::Chat => 1.2,
            Self::Mail => 1.0,
        }
    }

    /// Seconds that the commonest case takes of a demo agent's time, ringing and wrap-up included.
    pub(crate) fn mean_cycle(self) -> f64 {
        let handling = self.demands().last().map(|demand| demand.handling);
        let laws = [handling, Habits::USUAL.ringing, Habits::USUAL.wrap_up];
        laws.into_iter().flatten().map(|law| law.mean().as_secs_f64()).sum()
    }
}

impl Service {
    /// What Trio would tell a caller: how long the queue takes, given who is logged on.
    pub(crate) fn estimated_wait(&self) -> Duration {
        let each = self.cycle / self.logged_on.max(1) as f64;
        Duration::from_secs_f64(self.waiting.len() as f64 * each)
    }

    /// The cases of a class here, though they may never have been expected here.
    pub(crate) fn demand(&self, class: Class) -> Demand {
        let known = self.demands.iter().find(|demand| demand.class == class);
        known.copied().unwrap_or_else(|| Demand::usual(class, 0.0))
    }
}
