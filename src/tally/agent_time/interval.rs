//! Time between two readings of agent states, and its quality.

use std::time::Duration;

use super::LastReading;
use crate::{
    model::{AgentState, AgentStatus, Stamp, Text},
    tally::elapsed::is_gap,
};

/// Smallest number of logged-on agents whose disappearance at once is not their own doing.
// The last few agents of an evening may well leave within one interval; five at once, with no one
// left, are a restart or a failure of Trio.
const MIN_MASS_LOGOUT: usize = 5;

/// The time between two readings, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Interval {
    /// Short enough to know the states in it.
    Measured(f64),
    /// Missed polls, a suspended machine or a clock that was set. Agents did change their states,
    /// but when is unknown.
    Gap(f64),
    /// Another server answered, or all agents were logged out at once. A difference is not what
    /// agents did.
    Doubtful(f64),
}

impl Interval {
    /// Classifies the interval from the previous reading to one that was taken at `taken` from
    /// `server`.
    pub(super) fn between(
        last: &LastReading,
        taken: Stamp,
        server: &Text,
        mass_logout: bool,
        every: Duration,
    ) -> Self {
        let seconds = taken.since(last.taken).as_secs_f64();
        if mass_logout || last.server != *server {
            Self::Doubtful(seconds)
        } else if is_gap(last.taken, taken, every) {
            Self::Gap(seconds)
        } else {
            Self::Measured(seconds)
        }
    }

    /// Returns its length in seconds.
    pub(super) fn seconds(self) -> f64 {
        match self {
            Self::Measured(seconds) | Self::Gap(seconds) | Self::Doubtful(seconds) => seconds,
        }
    }

    /// Returns true if a different state at the end is a change that the agent made.
    pub(super) fn shows_changes(self) -> bool {
        !matches!(self, Self::Doubtful(_))
    }
}

/// True while all agents are logged out after a mass logout.
#[derive(Debug, Default)]
pub(super) struct MassLogout(bool);

impl MassLogout {
    /// Records a reading. Returns true if the interval that ends with it belongs to a mass logout,
    /// from the last reading before it to the first one after it.
    pub(super) fn observe(&mut self, before: Option<&[AgentStatus]>, now: &[AgentStatus]) -> bool {
        let on_before = before.map_or(0, logged_on);
        let no_one_left = logged_on(now) == 0;
        let covers = self.0 || (no_one_left && on_before >= MIN_MASS_LOGOUT);
        self.0 = covers && no_one_left;
        covers
    }
}

fn logged_on(statuses: &[AgentStatus]) -> usize {
    let on =
        |status: &&AgentStatus| status.state.is_some_and(|state| state != AgentState::LoggedOut);
    statuses.iter().filter(on).count()
}
