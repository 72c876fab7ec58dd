//! Trio's clock beside ours: the one judgement of how far a time of Trio may be believed.
//!
//! A time is placed on our clock by the difference of both clocks, which is known to about a second
//! at best, and not at all where Trio's answers have no date. No time is moved to where it would
//! fit.

use std::time::SystemTime;

use super::times::Window;
use crate::model::{
    AgentState, CaseClass, ClockSkew, Moment, Stamp, closed_set, seconds_between, unix_seconds,
};

/// Seconds by which a list may lag behind the times in it.
// A server makes its lists from the cases one after the other, and may keep a list for a moment.
pub(super) const LIST_DELAY: f64 = 1.0;
/// Longest plausible wait of calls, callbacks and chats, seconds: a day.
// Beyond these the time is a placeholder or in another unit, and would spoil the sum of the waits
// for ever.
const MAX_LIVE_WAIT: f64 = 86_400.0;
/// Longest plausible wait of other cases, seconds: ten years.
const MAX_WAIT: f64 = 315_360_000.0;
/// Longest plausible time of an agent in a state without logging out, seconds: a week.
// More than any shift. A longer time is a default value of the server's, and would put every agent
// over the limit of the state.
const MAX_STATE: f64 = 7.0 * 86_400.0;

closed_set! {
    /// Verdict on one of Trio's times, by the clocks alone.
    TimeVerdict {
        /// It can be true.
        Plausible => "plausible",
        /// Trio's clock has not reached it.
        Future => "in the future",
        /// Nothing lasts that long.
        TooOld => "too long ago",
        /// The difference of the clocks is unknown.
        Unplaced => "of an unknown clock",
    }
}

/// Returns the longest plausible age of a case's time, seconds.
pub fn max_case_age(class: Option<CaseClass>) -> f64 {
    match class {
        Some(CaseClass::Voice | CaseClass::Callback | CaseClass::Chat) => MAX_LIVE_WAIT,
        _ => MAX_WAIT,
    }
}

/// Returns the longest plausible age of an agent's state, seconds; infinite for an agent who is
/// logged out.
pub fn max_state_age(state: Option<AgentState>) -> f64 {
    if state == Some(AgentState::LoggedOut) { f64::INFINITY } else { MAX_STATE }
}

/// Trio's clock beside ours, at a reading.
#[derive(Clone, Copy, Debug)]
pub struct TrioClock {
    /// Begin of the reading.
    pub taken: Stamp,
    /// Difference of the clocks; `None` if it is unknown.
    pub skew: Option<ClockSkew>,
}

impl TrioClock {
    /// Returns the window in which a time of Trio's lies on our clock, give or take `resolution`
    /// seconds; `None` while the difference of the clocks is unknown.
    pub(in crate::tally) fn window(self, time: SystemTime, resolution: f64) -> Option<Window> {
        let skew = self.skew?;
        // Most machines follow a time server. Where the measurement allows for it, both clocks are
        // taken as equal, else as whole seconds apart, since the header has whole seconds: the best
        // estimate then does not change with the time that each answer takes.
        let agrees = skew.seconds.abs() <= skew.uncertainty;
        let ahead = if agrees { 0.0 } else { skew.seconds.round() };
        let error = skew.uncertainty + (skew.seconds - ahead).abs();
        let at = self.taken.moment() - seconds_between(time, self.taken.wall) - ahead;
        let error = error + resolution;
        Some(Window { from: at - error, to: at + error })
    }

    /// Places a time on our clock, in the part of its window that is in `seen`: the time between
    /// the reading that did not show it and the one that does.
    ///
    /// # Errors
    /// The reason why it cannot be true: it is older than `max_age` seconds, or not in `seen`.
    pub(in crate::tally) fn place(
        self,
        time: SystemTime,
        resolution: f64,
        seen: Window,
        max_age: f64,
    ) -> Result<Window, TimeVerdict> {
        let Some(window) = self.window(time, resolution) else { return Err(TimeVerdict::Unplaced) };
        if self.taken.moment() - window.to > max_age {
            return Err(TimeVerdict::TooOld);
        }
        let is_later = window.from > seen.to;
        let verdict = if is_later { TimeVerdict::Future } else { TimeVerdict::TooOld };
        window.within(seen, LIST_DELAY).ok_or(verdict)
    }

    /// Judges a time by itself, in a reading that ended at `until`; it is at most `max_age` seconds
    /// old.
    pub fn judge(
        self,
        time: SystemTime,
        resolution: f64,
        until: Moment,
        max_age: f64,
    ) -> TimeVerdict {
        let seen = Window { from: Moment::EARLIEST, to: until };
        self.place(time, resolution, seen, max_age).err().unwrap_or(TimeVerdict::Plausible)
    }
}

/// Steps in which a server may write times, milliseconds, the coarsest first.
const STEPS: [u64; 3] = [60_000, 1_000, 100];
/// One in so many values is a multiple of a step by chance, or fewer.
// Of ten tenths of a second one is a whole second; of sixty seconds one is a whole minute.
const CHANCE: u32 = 4;
/// Number of values after which the older ones count half.
const MAX_VALUES: u32 = 1_000;

/// Resolution of one field, learnt from its values: minutes, seconds, tenths, or finer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Resolution {
    values: u32,
    multiples: [u32; STEPS.len()],
}

impl Resolution {
    /// Records a time and returns its resolution.
    pub fn record_time(&mut self, time: SystemTime) -> f64 {
        self.record(unix_seconds(time))
    }

    /// Records a value in seconds, and returns the largest error that rounding it can have made, in
    /// seconds: a coarse step if the value is a multiple of it and more values are than by chance.
    ///
    /// The first values of a field count as coarse: a wait is then less certain than it is, never
    /// more. A server may write some values with fractions and others without; each is judged by
    /// itself.
    pub fn record(&mut self, seconds: f64) -> f64 {
        let millis = (seconds * 1e3).round() as u64;
        if self.values >= MAX_VALUES {
            self.values /= 2;
            self.multiples.iter_mut().for_each(|count| *count /= 2);
        }
        self.values += 1;
        for (step, count) in STEPS.into_iter().zip(&mut self.multiples) {
            *count += u32::from(millis.is_multiple_of(step));
        }
        let is_step = |(step, count): &(u64, u32)| {
            millis.is_multiple_of(*step) && count * CHANCE > self.values
        };
        let step = STEPS.into_iter().zip(self.multiples).find(is_step);
        step.map_or(0.0, |(step, _)| step as f64 / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn clock(skew: Option<(f64, f64)>) -> TrioClock {
        let taken = Stamp {
            wall: UNIX_EPOCH + Duration::from_secs(2_000_000_000),
            mono: Duration::from_secs(1_000),
        };
        let skew = skew.map(|(seconds, uncertainty)| ClockSkew { seconds, uncertainty });
        TrioClock { taken, skew }
    }

    /// A time of Trio's, so many seconds after the reading by our clock.
    fn later(seconds: f64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs_f64(2_000_000_000.0 + seconds)
    }

    #[test]
    fn window_allows_for_clock_and_rounding() {
        let window = |skew, resolution| {
            let window = clock(skew).window(later(-3.0), resolution)?;
            Some((window.from - Moment::default(), window.to - Moment::default()))
        };
        assert_eq!(window(Some((0.0, 1.0)), 0.0), Some((996.0, 998.0)));
        assert_eq!(window(Some((0.0, 1.0)), 1.0), Some((995.0, 999.0)));
        assert_eq!(window(Some((40.0, 1.5)), 0.0), Some((955.5, 958.5)), "Trio is ahead");
        assert_eq!(window(Some((-0.5, 1.0)), 0.0), Some((995.5, 998.5)), "the clocks may be equal");
        assert_eq!(window(None, 0.0), None);
    }

    #[test]
    fn time_alone_is_judged_by_trios_clock() {
        let until = Moment::from_seconds(1_000.2);
        let judge = |skew, seconds| clock(skew).judge(later(seconds), 0.0, until, 60.0);
        let equal = Some((0.0, 1.0));
        assert_eq!(judge(equal, -3.0), TimeVerdict::Plausible);
        assert_eq!(judge(equal, 2.1), TimeVerdict::Plausible, "it came while the list was read");
        assert_eq!(judge(equal, 2.3), TimeVerdict::Future);
        assert_eq!(judge(Some((40.0, 1.0)), 40.0), TimeVerdict::Plausible);
        assert_eq!(judge(equal, -60.9), TimeVerdict::Plausible);
        assert_eq!(judge(equal, -61.1), TimeVerdict::TooOld);
        assert_eq!(judge(None, 3600.0), TimeVerdict::Unplaced);
    }

    #[test]
    fn resolution_is_learnt_from_the_values() {
        let mut fine = Resolution::default();
        assert_eq!(fine.record(60.0), 60.0, "the first value may be a minute");
        assert_eq!(fine.record(65.0), 1.0);
        assert_eq!(fine.record(66.125), 0.0);
        for value in [67.337, 68.441, 69.553, 70.667, 71.779, 72.881, 73.993] {
            assert_eq!(fine.record(value), 0.0);
        }
        assert_eq!(fine.record(74.0), 1.0, "three of eleven are whole seconds");
        for value in [75.337, 76.441, 77.553, 78.667] {
            fine.record(value);
        }
        assert_eq!(fine.record(80.0), 0.0, "four of sixteen may be chance");
        let mut minutes = Resolution::default();
        assert!((0..100).all(|n| minutes.record(f64::from(n) * 60.0) == 60.0));
        assert!((0..100).all(|n| minutes.record(f64::from(n) * 60.0 + 1.0) == 1.0));
        let mut mixed = Resolution::default();
        let values = (0..3_000u32).map(|n| f64::from(n) + if n % 2 == 0 { 0.0 } else { 0.123 });
        for (n, value) in values.enumerate() {
            let expected = if n % 2 == 0 { 1.0 } else { 0.0 };
            let found = mixed.record(value);
            assert!(found >= expected && (n < 10 || found == expected), "{value}: {found}");
        }
    }

    #[test]
    fn change_of_the_server_is_learnt() {
        let mut resolution = Resolution::default();
        for n in 0..5_000 {
            resolution.record(f64::from(n) + 0.337);
        }
        let coarse = (0..5_000).filter(|n| resolution.record(f64::from(n * 61 + 1)) >= 1.0);
        assert!(coarse.count() > 4_000, "whole seconds from now on");
    }
}
