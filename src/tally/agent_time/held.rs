//! For how long an agent has been in its state.

use std::time::{Duration, SystemTime};

use crate::model::{AgentStatus, Stamp};

/// How far Trio's own time may contradict what was seen: readings take time, and the difference of the
/// clocks is known to about a second.
const TOLERANCE: f64 = 5.0;

/// Since when an agent is in its state.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Trio's own time, else when the state was first seen.
    pub(super) since: SystemTime,
    /// The same moment in seconds of monotonic time; before the program's start it is negative.
    began: f64,
    /// When the agent was last seen in another state.
    elsewhere: Option<f64>,
}

/// The reading that shows a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    /// When it was taken.
    pub(super) taken: Stamp,
    /// Seconds by which Trio's clock is ahead of ours.
    pub(super) clock_skew: f64,
}

impl Held {
    /// What is known after a reading. `before` is the agent in the reading before that, and when that was.
    pub(super) fn now(before: Option<(&AgentStatus, &Self, Stamp)>, status: &AgentStatus, at: At) -> Self {
        let now = at.taken.mono.as_secs_f64();
        let same = before.filter(|(before, ..)| before.state == status.state);
        let elsewhere = match (same, before) {
            (Some((_, held, _)), _) => held.elsewhere,
            (None, before) => before.map(|(_, _, taken)| taken.mono.as_secs_f64()),
        };
        let most = elsewhere.map_or(f64::INFINITY, |seen| now - seen);
        let own = status.since.and_then(|since| Some((since, at.age(since, most)?)));
        match (own, same) {
            (Some((since, age)), _) => Self { since, began: now - age, elsewhere },
            (None, Some((_, held, _))) => held.clone(),
            (None, None) => Self { since: at.taken.wall, began: now, elsewhere },
        }
    }

    /// Whether the state has lasted longer than `limit`.
    pub(super) fn exceeds(&self, limit: Duration, taken: Stamp) -> bool {
        taken.mono.as_secs_f64() - self.began > limit.as_secs_f64()
    }
}

impl At {
    /// The age of a moment by Trio's clock, unless it lies ahead or was more than `most` seconds ago.
    fn age(self, since: SystemTime, most: f64) -> Option<f64> {
        let ours = match self.taken.wall.duration_since(since) {
            Ok(passed) => passed.as_secs_f64(),
            Err(ahead) => -ahead.duration().as_secs_f64(),
        };
        let age = ours + self.clock_skew;
        (-TOLERANCE..=most + TOLERANCE).contains(&age).then_some(age.max(0.0))
    }
}
