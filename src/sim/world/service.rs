//! A service: its queue, the counts of its state, and the rerouting of its calls.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{ArrivalProfile, Behaviour, Class, Demand, OpeningHours};

/// Kind of cases that a service takes.
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

/// Rerouting of calls; none by default. A target service is given by its position in
/// [`Scenario::services`](crate::sim::Scenario::services); a position without a service receives nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rerouting {
    /// Waiting calls that overflow to another service.
    pub overflow: Option<Overflow>,
    /// Waiting calls that become callbacks and keep waiting.
    pub callback: Option<Callback>,
    /// Answered calls that are transferred to another service.
    pub transfer: Option<Transfer>,
}

/// Overflow of waiting calls to another service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overflow {
    /// Share of the calls, 0 to 1.
    pub share: f64,
    /// Wait before the overflow.
    pub after: Duration,
    /// Position of the target service.
    pub to: usize,
}

/// Conversion of waiting calls to callbacks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Callback {
    /// Share of the calls, 0 to 1.
    pub share: f64,
    /// Wait before the conversion.
    pub after: Duration,
}

/// Transfer of answered calls to another service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// Share of the calls, 0 to 1.
    pub share: f64,
    /// Position of the target service.
    pub to: usize,
}

impl Channel {
    /// Demand at the demo's services. The most common class is last: [`Self::mean_cycle`] relies on
    /// it.
    pub(super) fn demands(self) -> Vec<Demand> {
        match self {
            Self::Phone => {
                vec![Demand::typical(Class::Callback, 0.07), Demand::typical(Class::Voice, 0.93)]
            }
            Self::Chat => vec![Demand::typical(Class::Chat, 1.0)],
            Self::Mail => {
                vec![Demand::typical(Class::Task, 0.25), Demand::typical(Class::Email, 0.75)]
            }
        }
    }

    /// Channel of the service with this number in its contact centre: one in eight for chat, one
    /// for mail.
    pub(crate) fn for_number(number: usize) -> Self {
        match number % 8 {
            4 => Self::Chat,
            6 => Self::Mail,
            _ => Self::Phone,
        }
    }

    /// Channel of a class.
    pub(crate) fn for_class(class: Class) -> Self {
        match class {
            Class::Voice | Class::Callback => Self::Phone,
            Class::Chat => Self::Chat,
            Class::Email | Class::Task => Self::Mail,
        }
    }

    /// Offered load at the busiest time, as a share of the capacity of the staff.
    pub(crate) fn load(self) -> f64 {
        match self {
            // Above the capacity: abandons bound these queues. No one abandons an e-mail, so mail
            // must leave room.
            Self::Phone => 1.35,
            Self::Chat => 1.2,
            Self::Mail => 1.0,
        }
    }

    /// Mean seconds of a demo agent's time per case of the most common class, ringing and wrap-up
    /// included.
    pub(crate) fn mean_cycle(self) -> f64 {
        let handling = self.demands().last().map(|demand| demand.handling);
        let distributions = [handling, Behaviour::TYPICAL.ringing, Behaviour::TYPICAL.wrap_up];
        distributions
            .into_iter()
            .flatten()
            .map(|distribution| distribution.mean().as_secs_f64())
            .sum()
    }
}

impl Service {
    /// Returns a service without an id, always open, with the demo's demand and no cases.
    pub(super) fn new(center: u32, group: u32, name: String, channel: Channel) -> Self {
        Self {
            id: 0,
            center,
            group,
            name,
            channel,
            opening_hours: OpeningHours::Always,
            arrival_profile: ArrivalProfile::Daily,
            rate: 0.0,
            demands: channel.demands(),
            rerouting: Rerouting::default(),
            cycle: channel.mean_cycle(),
            generation: 0,
            queue: BTreeSet::new(),
            waiting: BTreeSet::new(),
            live: BTreeSet::new(),
            idle: BTreeSet::new(),
            logged_on: 0,
            available: 0,
            busy: 0,
        }
    }

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
