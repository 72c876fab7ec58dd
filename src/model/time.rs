//! Moments: wall-clock time for people, monotonic time for intervals.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A moment on both clocks. Intervals are taken from `mono`: the wall clock may be stepped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// What the wall clock said.
    pub wall: SystemTime,
    /// Time since the clock was made.
    pub mono: Duration,
}

impl Stamp {
    /// Monotonic time from `earlier` to this moment; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.mono.saturating_sub(earlier.mono)
    }
}

/// Where the time is read: once, at the edge, and passed on as a [`Stamp`].
///
/// Clones share a shift, so that a test can let an hour pass without waiting for it and without
/// pausing the runtime's timers under open sockets.
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
    /// The machine's clocks.
    pub fn system() -> Self {
        Self { source: Source::Running { start: Instant::now() }, shift_millis: Arc::default() }
    }

    /// A clock that stands still at `at` until it is advanced: what is computed from it is exact.
    pub fn still(at: SystemTime) -> Self {
        Self { source: Source::Still { at }, shift_millis: Arc::default() }
    }

    /// The present moment.
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

    /// Lets `time` pass on both clocks for everybody who shares this one.
    pub fn advance(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.shift_millis.fetch_add(millis, Ordering::Relaxed);
    }
}

/// Seconds since 1970, negative before.
pub fn unix_seconds(time: SystemTime) -> f64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_a_clock_moves_both_times_of_every_clone() {
        let clock = Clock::system();
        let other = clock.clone();
        let before = other.now();
        clock.advance(Duration::from_secs(3600));
        let after = other.now();
        assert!(after.since(before) >= Duration::from_secs(3600));
        assert!(after.wall.duration_since(before.wall).expect("later") >= Duration::from_secs(3600));
    }

    #[test]
    fn a_still_clock_moves_only_when_it_is_advanced() {
        let clock = Clock::still(UNIX_EPOCH);
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_secs(5));
        let expected = Stamp { wall: UNIX_EPOCH + Duration::from_secs(5), mono: Duration::from_secs(5) };
        assert_eq!(clock.now(), expected);
    }

    #[test]
    fn times_before_1970_are_negative() {
        assert!((unix_seconds(UNIX_EPOCH - Duration::from_millis(1500)) + 1.5).abs() < 1e-9);
    }
}
