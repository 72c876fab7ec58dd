//! A case: somebody who calls or writes, from arrival to end, with the exact time of each step.

use std::time::Duration;

/// How somebody reaches the contact centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Somebody calls.
    Voice,
    /// Somebody is to be called back.
    Callback,
    /// Somebody chats.
    Chat,
    /// Somebody has written.
    Email,
    /// A piece of work that nobody waits for on a line.
    Task,
}

/// Where a live case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Waits for an agent.
    Queued,
    /// Rings at an agent, and still waits.
    Offered,
    /// An agent talks or works on it.
    Handled,
}

/// How a case came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was answered, and the agent is through with it.
    Served,
    /// Whoever waited gave up.
    Abandoned,
    /// Its service was taken away.
    Removed,
}

/// A live case. Times are world times; a later step never comes before an earlier one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    /// Job number: unique, and in the order in which cases came to the contact centre.
    pub(crate) job: u64,
    pub(crate) service: u32,
    pub(crate) class: Class,
    /// The customer's number in some other system.
    pub(crate) customer: u64,
    pub(crate) stage: Stage,
    /// When it came to the contact centre.
    pub(crate) created: Duration,
    /// When it came to its present service, in its present class: where its wait begins.
    pub(crate) arrived: Duration,
    /// How often it has moved: what was planned for an earlier visit does not count any more.
    pub(crate) visit: u32,
    /// When it first rang at an agent of its present service.
    pub(crate) offered: Option<Duration>,
    pub(crate) answered: Option<Duration>,
    pub(crate) agent: Option<u32>,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 5] = [Self::Voice, Self::Callback, Self::Chat, Self::Email, Self::Task];

    /// The word for this class.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Callback => "callback",
            Self::Chat => "chat",
            Self::Email => "email",
            Self::Task => "task",
        }
    }

    /// Whether the case is a call.
    pub(crate) fn is_call(self) -> bool {
        matches!(self, Self::Voice | Self::Callback)
    }

    /// How much a second of waiting weighs when an agent takes the next case.
    pub(crate) fn urgency(self) -> f64 {
        match self {
            Self::Voice | Self::Callback => 1.0,
            Self::Chat => 0.7,
            Self::Email | Self::Task => 0.05,
        }
    }
}

impl Case {
    /// How long the case has waited, or had waited when it was answered.
    pub(crate) fn waited(&self, now: Duration) -> Duration {
        self.answered.unwrap_or(now).saturating_sub(self.arrived)
    }
}
