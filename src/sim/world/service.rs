//! A service: a queue, who can serve it, and the counts that its state shows.

use std::collections::BTreeSet;
use std::time::Duration;

use super::case::{Class, MEAN_RINGING, MEAN_WRAP_UP};
use super::profile::Opening;

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
    /// Arrivals a second when the day is at its busiest.
    pub(crate) rate: f64,
    /// The generation of the arrival event that counts.
    pub(crate) generation: u64,
    /// Job numbers of the cases that nobody is being offered, oldest first.
    pub(crate) queue: BTreeSet<u64>,
    /// Job numbers of the cases that wait: the queue and those being offered.
    pub(crate) waiting: BTreeSet<u64>,
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

    /// The class of a case that `draw` (0 to 1) picks.
    pub(crate) fn class(self, draw: f64) -> Class {
        match self {
            Self::Phone if draw < 0.07 => Class::Callback,
            Self::Phone => Class::Voice,
            Self::Chat => Class::Chat,
            Self::Mail if draw < 0.25 => Class::Task,
            Self::Mail => Class::Email,
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

    /// Seconds that one case takes of an agent's time, ringing and wrap-up included.
    pub(crate) fn mean_cycle(self) -> f64 {
        self.class(1.0).mean_handling() + MEAN_WRAP_UP + MEAN_RINGING
    }
}

impl Service {
    /// What Trio would tell a caller: how long the queue takes, given who is logged on.
    pub(crate) fn estimated_wait(&self) -> Duration {
        let each = self.channel.mean_cycle() / self.logged_on.max(1) as f64;
        Duration::from_secs_f64(self.waiting.len() as f64 * each)
    }
}
