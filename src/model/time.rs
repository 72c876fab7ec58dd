//! Time: wall-clock time for people, monotonic time for intervals.

use std::{
    ops::{Add, Sub},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A moment on both clocks. Intervals are computed from `mono`, because the wall clock may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Time of the wall clock.
    pub wall: SystemTime,
    /// Time since the clock was created.
    pub mono: Duration,
}

/// Difference of Trio's clock to ours, as the header `Date` of its answers shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockSkew {
    /// Seconds by which Trio's clock is ahead of ours, negative if it is behind.
    pub seconds: f64,
    /// Largest error of `seconds`.
    pub uncertainty: f64,
}

/// A moment of the monotonic clock, in seconds since the clock was created; negative before.
///
/// Ages and waits are differences of two moments. Both are seconds, but neither is taken for the
/// other.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Moment(f64);

impl Moment {
    /// Before every other moment.
    pub const EARLIEST: Self = Self(f64::NEG_INFINITY);

    /// Returns the moment so many seconds after the clock was created.
    pub const fn from_seconds(seconds: f64) -> Self {
        Self(seconds)
    }

    /// Returns the earlier of both.
    pub const fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// Returns the later of both.
    pub const fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// Returns the moment half-way between both.
    pub const fn midpoint(self, other: Self) -> Self {
        Self(f64::midpoint(self.0, other.0))
    }

    /// Compares two moments, for sorting.
    pub fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Sub for Moment {
    type Output = f64;

    /// Returns the seconds from `earlier` to this moment.
    fn sub(self, earlier: Self) -> f64 {
        self.0 - earlier.0
    }
}

impl Sub<f64> for Moment {
    type Output = Self;

    fn sub(self, seconds: f64) -> Self {
        Self(self.0 - seconds)
    }
}

impl Add<f64> for Moment {
    type Output = Self;

    fn add(self, seconds: f64) -> Self {
        Self(self.0 + seconds)
    }
}

impl Stamp {
    /// Returns the moment on the monotonic clock.
    pub fn moment(self) -> Moment {
        Moment(self.mono.as_secs_f64())
    }

    /// Returns the monotonic time from `earlier` to this moment; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.mono.saturating_sub(earlier.mono)
    }
}

/// The source of time. It is read where a step begins, and passed on as a [`Stamp`].
///
/// Clones share a shift: a test can let an hour pass without waiting, and without pausing the
/// timers of the runtime, on which open sockets depend.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    shift_millis: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Running { start: Instant },
    Still { at: SystemTime },
}

impl Clock {
    /// Returns the clock of the machine.
    pub fn system() -> Self {
        Self { source: Source::Running { start: Instant::now() }, shift_millis: Arc::default() }
    }

    /// Returns a clock that stays at `at` until it is advanced, for exact results.
    pub fn still(at: SystemTime) -> Self {
        Self { source: Source::Still { at }, shift_millis: Arc::default() }
    }

    /// Returns the current time.
    #[allow(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
    pub fn now(&self) -> Stamp {
        let shift = Duration::from_millis(self.shift_millis.load(Ordering::Relaxed));
        match self.source {
            Source::Running { start } => {
                Stamp { wall: SystemTime::now() + shift, mono: start.elapsed() + shift }
            }
            Source::Still { at } => Stamp { wall: at + shift, mono: shift },
        }
    }

    /// Advances both clocks of this clock and all its clones.
    pub fn advance(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.shift_millis.fetch_add(millis, Ordering::Relaxed);
    }
}

/// Returns the seconds since 1970, negative before.
pub fn unix_seconds(time: SystemTime) -> f64 {
    seconds_between(UNIX_EPOCH, time)
}

/// Returns the seconds from one time to another, negative if `to` is earlier.
pub fn seconds_between(from: SystemTime, to: SystemTime) -> f64 {
    match to.duration_since(from) {
        Ok(after) => after.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advance_moves_both_times_of_all_clones() {
        let clock = Clock::system();
        let other = clock.clone();
        let before = other.now();
        clock.advance(Duration::from_secs(3600));
        let after = other.now();
        assert!(after.since(before) >= Duration::from_secs(3600));
        assert!(
            after.wall.duration_since(before.wall).expect("later") >= Duration::from_secs(3600)
        );
    }

    #[test]
    fn still_clock_moves_only_when_advanced() {
        let clock = Clock::still(UNIX_EPOCH);
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_secs(5));
        let expected =
            Stamp { wall: UNIX_EPOCH + Duration::from_secs(5), mono: Duration::from_secs(5) };
        assert_eq!(clock.now(), expected);
    }

    #[test]
    fn times_before_1970_are_negative() {
        assert!((unix_seconds(UNIX_EPOCH - Duration::from_millis(1500)) + 1.5).abs() < 1e-9);
    }
}
