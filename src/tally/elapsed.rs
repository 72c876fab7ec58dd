//! Whether two readings are close enough to say what happened between them.

use std::time::Duration;

use crate::{model::Stamp, snapshot::Good};

/// A longer way between two readings than this many intervals is a gap: nobody knows what happened.
const GAP_INTERVALS: u32 = 3;

/// The longest time between two readings that is not a gap.
pub(super) fn gap_limit(interval: Duration) -> Duration {
    interval * GAP_INTERVALS
}

/// Whether two readings are too far apart, or the clocks tell different stories of the time between
/// them: missed polls, a suspended machine, a stepped clock.
pub(super) fn is_gap(prev: Stamp, cur: Stamp, interval: Duration) -> bool {
    let mono = cur.since(prev);
    let apart = match cur.wall.duration_since(prev.wall) {
        Ok(wall) => wall.abs_diff(mono),
        Err(back) => back.duration() + mono,
    };
    mono > gap_limit(interval) || apart > interval * 2
}

/// When a reading was begun and finished, in seconds of monotonic time.
pub(super) fn span<T>(good: &Good<T>) -> (f64, f64) {
    let at = good.taken.mono.as_secs_f64();
    (at, at + good.took.as_secs_f64())
}
