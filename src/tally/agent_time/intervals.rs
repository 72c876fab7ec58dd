//! Two readings of agent states: the quality of the time between them, and since when each agent is
//! in its state.

use std::time::{Duration, SystemTime};

use super::{LastReading, OverLimit, StateLimits};
use crate::{
    model::{AgentState, AgentStatus, Moment, Stamp, Text},
    tally::evidence::{Resolution, TimeVerdict, TrioClock, Window, is_gap, max_state_age},
};

/// If at least this many agents were logged on and the next reading shows none, they did not log
/// out themselves.
// The last few agents of an evening may well leave within one interval; five at once, with no one
// left, are a restart or a failure of Trio.
const MIN_MASS_LOGOUT: usize = 5;

/// The time between two readings, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Interval {
    /// Short enough to know the states in it.
    Measured(f64),
    /// Missed polls, a suspended machine or a clock that was set. Differences between the readings
    /// are real changes, but their moments are unknown.
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

/// Begin of an agent's present state.
#[derive(Clone, Debug)]
pub(super) struct StateSince {
    /// Trio's own time, else the moment when the state was first seen.
    pub(super) since: SystemTime,
    /// The same moment by our clock.
    started: Moment,
    /// Moment when the agent was last seen in another state.
    last_in_other_state: Option<Moment>,
    /// Trio's last time that was judged.
    judged: Option<SystemTime>,
}

/// Judge of the times of agents' states in one reading.
#[derive(Debug)]
pub(super) struct StateTimes<'a> {
    /// Trio's clock beside ours, at the begin of the reading.
    pub(super) clock: TrioClock,
    /// End of the reading.
    pub(super) until: Moment,
    pub(super) resolution: &'a mut Resolution,
    /// Number of times that were not used, each counted once.
    pub(super) rejected: &'a mut u64,
}

impl StateSince {
    /// Returns the begin of the state after a reading. `before` is the agent in the previous
    /// reading, with the moment of that reading.
    pub(super) fn update(
        before: Option<(&AgentStatus, &Self, Stamp)>,
        status: &AgentStatus,
        times: &mut StateTimes<'_>,
    ) -> Self {
        let taken = times.clock.taken;
        let same = before.filter(|(before, ..)| before.state == status.state);
        let judged = before.and_then(|(_, held, _)| held.judged);
        if let Some((last, held, _)) = same
            && status.since == judged
            && (last.since_is_unreadable || !status.since_is_unreadable)
        {
            return held.clone();
        }
        let last_in_other_state = match (same, before) {
            (Some((_, held, _)), _) => held.last_in_other_state,
            (None, before) => before.map(|(_, _, taken)| taken.moment()),
        };
        if status.since_is_unreadable
            && !same.is_some_and(|(before, ..)| before.since_is_unreadable)
        {
            *times.rejected += 1;
        }
        let own =
            status.since.map(|since| (since, times.judge(since, status, last_in_other_state)));
        let (own, judged) = match own {
            // It is judged again once the difference of the clocks is known.
            None | Some((_, Err(TimeVerdict::Unplaced))) => (None, None),
            Some((since, Ok(started))) => (Some((since, started)), Some(since)),
            Some((since, Err(_))) => {
                let was_rejected =
                    |(_, held, _): (_, &Self, _)| judged == Some(since) && held.since != since;
                *times.rejected += u64::from(!before.is_some_and(was_rejected));
                (None, Some(since))
            }
        };
        match (own, same) {
            (Some((since, started)), _) => Self { since, started, last_in_other_state, judged },
            (None, Some((_, held, _))) => Self { judged, ..held.clone() },
            (None, None) => {
                let started = taken.moment();
                Self { since: taken.wall, started, last_in_other_state, judged }
            }
        }
    }

    /// Returns true if the state has lasted longer than `limit`.
    pub(super) fn exceeds(&self, limit: Duration, taken: Stamp) -> bool {
        taken.moment() - self.started > limit.as_secs_f64()
    }
}

impl StateTimes<'_> {
    /// Judges Trio's time of a state by the clocks and by the last reading that showed another
    /// state. Returns the begin of the state by our clock.
    ///
    /// # Errors
    /// The reason why it is not used; [`TimeVerdict::TooOld`] also where a reading shows the agent
    /// in another state after it.
    fn judge(
        &mut self,
        since: SystemTime,
        status: &AgentStatus,
        last_in_other_state: Option<Moment>,
    ) -> Result<Moment, TimeVerdict> {
        let error = self.resolution.record_time(since);
        let max_age = max_state_age(status.state);
        let seen = Window { from: last_in_other_state.unwrap_or(Moment::EARLIEST), to: self.until };
        self.clock.place(since, error, seen, max_age).map(Window::middle)
    }
}

/// Counts the agents over the limit of each state that has one.
pub(super) fn over_limit(
    statuses: &[AgentStatus],
    held: &[StateSince],
    taken: Stamp,
    limits: &StateLimits,
) -> Vec<OverLimit> {
    let of_state = |state: AgentState| {
        let limit = limits[state.index()]?;
        let in_state = statuses.iter().zip(held).filter(|(status, _)| status.state == Some(state));
        let agents = in_state.filter(|(_, held)| held.exceeds(limit, taken)).count() as u64;
        Some(OverLimit { state, limit, agents })
    };
    AgentState::ALL.into_iter().filter_map(of_state).collect()
}
