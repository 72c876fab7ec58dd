//! Time since which an agent is in its state.

use std::time::{Duration, SystemTime};

use crate::model::{AgentStatus, Stamp};

/// Seconds by which Trio's own time may contradict the readings.
// Readings take time, and the difference of the clocks is known to about a second.
const TIME_TOLERANCE: f64 = 5.0;

/// Begin of an agent's present state.
#[derive(Clone, Debug)]
pub(super) struct StateSince {
    /// Trio's own time, else the moment when the state was first seen.
    pub(super) since: SystemTime,
    /// The same moment in seconds of monotonic time; negative before the start of the program.
    started: f64,
    /// Moment when the agent was last seen in another state.
    last_in_other_state: Option<f64>,
}

/// Moment of the reading that shows a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadingTime {
    /// Begin of the reading.
    pub(super) taken: Stamp,
    /// Seconds by which Trio's clock is ahead of ours.
    pub(super) clock_skew: f64,
}

impl StateSince {
    /// Returns the begin of the state after a reading. `before` is the agent in the previous
    /// reading, with the moment of that reading.
    pub(super) fn update(
        before: Option<(&AgentStatus, &Self, Stamp)>,
        status: &AgentStatus,
        at: ReadingTime,
    ) -> Self {
        let now = at.taken.mono.as_secs_f64();
        let same = before.filter(|(before, ..)| before.state == status.state);
        let last_in_other_state = match (same, before) {
            (Some((_, held, _)), _) => held.last_in_other_state,
            (None, before) => before.map(|(_, _, taken)| taken.mono.as_secs_f64()),
        };
        // Trio's time of a change is not believed where a reading shows the agent in another state
        // after it.
        let most = last_in_other_state.map_or(f64::INFINITY, |seen| now - seen);
        let own = status.since.and_then(|since| Some((since, at.age(since, most)?)));
        match (own, same) {
            (Some((since, age)), _) => Self { since, started: now - age, last_in_other_state },
            (None, Some((_, held, _))) => held.clone(),
            (None, None) => Self { since: at.taken.wall, started: now, last_in_other_state },
        }
    }

    /// Returns true if the state has lasted longer than `limit`.
    pub(super) fn exceeds(&self, limit: Duration, taken: Stamp) -> bool {
        taken.mono.as_secs_f64() - self.started > limit.as_secs_f64()
    }
}

impl ReadingTime {
    /// Returns the age of a moment by Trio's clock, in seconds; `None` if it is in the future or
    /// more than `most` seconds ago.
    fn age(self, since: SystemTime, most: f64) -> Option<f64> {
        let ours = match self.taken.wall.duration_since(since) {
            Ok(passed) => passed.as_secs_f64(),
            Err(ahead) => -ahead.duration().as_secs_f64(),
        };
        let age = ours + self.clock_skew;
        (-TIME_TOLERANCE..=most + TIME_TOLERANCE).contains(&age).then_some(age.max(0.0))
    }
}
