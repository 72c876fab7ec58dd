//! Evidence: how far two readings, and Trio's own times, show what happened in between.

mod clock;
mod lists;
mod own_times;
mod stage;
mod times;
mod truncation;
mod vanishing;
mod waiting;

use std::time::Duration;

use crate::{
    model::Stamp,
    snapshot::{Center, Outcome},
    tally::source::Source,
};
pub use clock::{Resolution, TimeVerdict, TrioClock, max_case_age, max_state_age};
pub use lists::ListRead;
pub(super) use lists::{ListMemory, ListReading};
pub(super) use own_times::{Arrival, OwnArrival, TimeMemory, answered_wait, arrival};
pub(super) use stage::{FollowedCases, Jobs, Stage};
pub use times::{AgeRange, TimeEvidence};
pub(super) use times::{AnsweredWait, Wait, Window};
pub use truncation::Truncation;
pub(super) use vanishing::UsualVanishing;
pub use waiting::{ClassNow, WaitingNow};
pub(super) use waiting::{Listed, QueueComparison, WaitingEvidence, WaitingVerdict};

/// Longest distance between two readings, in intervals. Beyond it, what happened in between is
/// unknown.
// One or two failed polls happen on a busy server and must not make the outcomes of that time
// unknown.
const GAP_INTERVALS: u32 = 3;

/// Longest time for which a comparison of lists with the states of services holds for later lists.
// Lists may be read more often than states: their comparison is as good as its age. After three
// readings at the usual interval the cases are others.
const STATES_HOLD: Duration = Duration::from_secs(15);

/// Returns the longest distance that is not a gap.
pub(super) fn gap_limit(interval: Duration) -> Duration {
    interval * GAP_INTERVALS
}

/// Returns true if the list `source` was read after the states of services that were read at
/// `states`, and before they were due again: a comparison with them holds for it, too.
pub(super) fn is_between_states(center: &Center, source: Source, states: Stamp) -> bool {
    let reading = source.reading(center);
    let Some(list) = &reading.good else { return false };
    let after = list.taken.mono.saturating_sub(states.mono);
    let intervals = center.service_state.interval.into_iter().chain(reading.interval);
    // An attempt that failed shows that they were due.
    let attempt = center.service_state.attempt;
    attempt.is_some_and(|attempt| {
        attempt.outcome == Outcome::Complete && attempt.at.mono == states.mono
    }) && list.taken.mono >= states.mono
        && after <= intervals.sum::<Duration>().min(STATES_HOLD)
}

/// Returns true if two readings are too far apart, or if wall clock and monotonic clock disagree
/// about the time between them: missed polls, a suspended machine, a clock that was set.
pub(super) fn is_gap(prev: Stamp, cur: Stamp, interval: Duration) -> bool {
    let mono = cur.since(prev);
    let apart = match cur.wall.duration_since(prev.wall) {
        Ok(wall) => wall.abs_diff(mono),
        Err(back) => back.duration() + mono,
    };
    // On Linux the monotonic clock stops while the machine sleeps, so only the wall clock shows a
    // suspend.
    mono > gap_limit(interval) || apart > interval * 2
}
