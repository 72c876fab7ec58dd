//! Time: wall-clock time for people, monotonic time for intervals.

use std::{
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

impl Stamp {
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
    match time.duration_since(UNIX_EPOCH) {
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
