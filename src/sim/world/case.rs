//! A case (call, callback, chat, e-mail or task) and the exact time of each step.

use std::time::Duration;

/// Class of a case. Lists and figures are kept per class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// An inbound call.
    Voice,
    /// A customer waits to be called back.
    Callback,
    /// A chat.
    Chat,
    /// An e-mail.
    Email,
    /// A task, for which no customer waits on a line.
    Task,
}

/// Stage of a live case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Waits in the queue.
    Queued,
    /// Rings at an agent; it still counts as waiting.
    Offered,
    /// An agent talks or works on it.
    Handled,
}

/// Reason why a case left the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaseEnd {
    /// The agent finished handling it.
    Served,
    /// The customer gave up waiting.
    Abandoned,
    /// Its service was removed.
    Removed,
}

/// A live case. Times are world times in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    /// Job number: unique, ascending in the order of arrival.
    pub(crate) job: u64,
    pub(crate) service: u32,
    pub(crate) class: Class,
    /// Customer number of an external system, `cust` in the API.
    pub(crate) customer: u64,
    pub(crate) stage: Stage,
    /// Arrival at the contact centre.
    pub(crate) created: Duration,
    /// Arrival at its present service and class: the start of its wait.
    pub(crate) arrived: Duration,
    /// Number of the present segment. Events scheduled for an earlier segment are ignored.
    pub(crate) segment: u32,
    /// First offer at its present service.
    pub(crate) offered: Option<Duration>,
    pub(crate) answered: Option<Duration>,
    pub(crate) agent: Option<u32>,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 5] = [Self::Voice, Self::Callback, Self::Chat, Self::Email, Self::Task];

    /// Name of this class in `/sim/truth`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Callback => "callback",
            Self::Chat => "chat",
            Self::Email => "email",
            Self::Task => "task",
        }
    }

    /// Returns true for the classes that `services/calls` lists.
    pub(crate) fn is_call(self) -> bool {
        matches!(self, Self::Voice | Self::Callback)
    }

    /// Weight of a second of waiting when an agent takes the next case: written cases can wait,
    /// callers cannot.
    pub(crate) fn urgency(self) -> f64 {
        match self {
            Self::Voice | Self::Callback => 1.0,
            Self::Chat => 0.7,
            Self::Email | Self::Task => 0.05,
        }
    }
}

impl Case {
    /// Wait until `now`, or until the answer.
    pub(crate) fn waited(&self, now: Duration) -> Duration {
        self.answered.unwrap_or(now).saturating_sub(self.arrived)
    }
}
