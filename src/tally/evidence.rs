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

use crate::model::Stamp;
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

/// Returns the longest distance that is not a gap.
pub(super) fn gap_limit(interval: Duration) -> Duration {
    interval * GAP_INTERVALS
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
