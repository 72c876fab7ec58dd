//! The time between two readings of agent states, and whether it can be credited to states.

use std::time::Duration;

use super::LastReading;
use crate::{
    model::{AgentState, AgentStatus, Stamp, Text},
    tally::elapsed::is_gap,
};

/// If so many are logged on and nobody is at the next reading, it is not they who went.
const EVERYBODY: usize = 5;

/// The time between two readings, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Interval {
    /// Short enough to say what happened in it.
    Measured(f64),
    /// Missed polls, a suspended machine or a stepped clock: agents did change, nobody knows when.
    Gap(f64),
    /// Another server answered, or everybody was logged out at once: what differs is not what agents did.
    Doubtful(f64),
}

impl Interval {
    /// The interval from the reading before to one that was taken at `taken` from `server`.
    pub(super) fn between(
        last: &LastReading,
        taken: Stamp,
        server: &Text,
        all_out: bool,
        every: Duration,
    ) -> Self {
        let seconds = taken.since(last.taken).as_secs_f64();
        if all_out || last.server != *server {
            Self::Doubtful(seconds)
        } else if is_gap(last.taken, taken, every) {
            Self::Gap(seconds)
        } else {
            Self::Measured(seconds)
        }
    }

    /// Its length.
    pub(super) fn seconds(self) -> f64 {
        match self {
            Self::Measured(seconds) | Self::Gap(seconds) | Self::Doubtful(seconds) => seconds,
        }
    }

    /// Whether a state that differs at its end is a change of that agent.
    pub(super) fn shows_changes(self) -> bool {
        !matches!(self, Self::Doubtful(_))
    }
}

/// Whether everybody was logged out at once, and nobody has logged on again.
#[derive(Debug, Default)]
pub(super) struct AllOut(bool);

impl AllOut {
    /// Whether the interval between two readings belongs to such a time, with both its ends.
    pub(super) fn covers(&mut self, before: Option<&[AgentStatus]>, now: &[AgentStatus]) -> bool {
        let on_before = before.map_or(0, logged_on);
        let nobody = logged_on(now) == 0;
        let covers = self.0 || (nobody && on_before >= EVERYBODY);
        self.0 = covers && nobody;
        covers
    }
}

fn logged_on(statuses: &[AgentStatus]) -> usize {
    let on = |status: &&AgentStatus| status.state.is_some_and(|state| state != AgentState::LoggedOut);
    statuses.iter().filter(on).count()
}
