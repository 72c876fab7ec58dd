//! Due times of collectors, and missed ticks: pure functions; the time is an argument.

use std::time::Duration;

use crate::{
    model::Stamp,
    snapshot::{Attempt, Outcome},
};

/// Time after which a reading that failed or was incomplete is tried again; a tenth of its interval
/// if that is longer, and never more than the interval.
// Configuration is read every few minutes: without a retry, a short failure would last as long.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Returns true if a collector is due at `now`. Steps come about every `tick`, never exactly, so a
/// collector is due in the step nearest to its time. Where its interval is no whole number of ticks,
/// its readings are one tick more or less apart, so that the interval is kept on average. When the
/// server is back (`recovered`), all failed readings are due.
pub(super) fn due(
    attempt: Option<Attempt>,
    interval: Duration,
    tick: Duration,
    recovered: bool,
    now: Stamp,
) -> bool {
    let Some(attempt) = attempt else { return true };
    let failed = attempt.outcome != Outcome::Complete;
    let interval = if failed { interval.min(RETRY_AFTER.max(interval / 10)) } else { interval };
    let elapsed = now.since(attempt.at) + tick / 2;
    let ticks = interval.as_nanos() / tick.as_nanos().max(1);
    let shortest = tick.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX));
    // States every 5 s in steps of 2 s would otherwise be read every 4 s: more than was asked for,
    // and the interval that is shown would be wrong.
    let passes_a_due_time =
        || due_times(now, interval, tick) > due_times(attempt.at, interval, tick);
    failed && recovered
        || elapsed >= shortest && (shortest == interval || passes_a_due_time())
        || elapsed >= shortest + tick
}

/// Returns the number of due times up to `at`: the multiples of the interval, each moved to the
/// nearest step.
fn due_times(at: Stamp, interval: Duration, tick: Duration) -> u128 {
    (at.mono + tick / 2).as_nanos() / interval.as_nanos().max(1)
}

/// Returns the number of ticks that were missed between two ticks.
pub(super) fn missed(between: Duration, tick: Duration) -> u64 {
    let ticks = (between.as_secs_f64() / tick.as_secs_f64()).round();
    (ticks as u64).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Clock;

    const TICK: Duration = Duration::from_secs(5);
    const INTERVAL: Duration = Duration::from_secs(300);

    fn attempt(outcome: Outcome) -> (Attempt, impl Fn(u64) -> Stamp) {
        let at = Clock::system().now();
        let later = move |millis| Stamp { mono: at.mono + Duration::from_millis(millis), ..at };
        (Attempt { at, duration: Duration::ZERO, outcome }, later)
    }

    #[test]
    fn collector_is_due_in_the_nearest_step() {
        let (complete, later) = attempt(Outcome::Complete);
        let due = |millis| due(Some(complete), INTERVAL, TICK, true, later(millis));
        assert!(!due(295_003));
        assert!(due(299_998));
        assert!(due(300_004));
    }

    /// Returns the seconds at which a collector of this interval is read in steps of `tick`, each
    /// up to 90 ms late.
    fn readings(interval: Duration, tick: Duration, steps: u32) -> Vec<u64> {
        let (mut last, later) = attempt(Outcome::Complete);
        let mut read = vec![0];
        for step in 1..steps {
            let late = Duration::from_millis(u64::from(step * 7 % 10) * 10);
            let now = later((tick * step + late).as_millis() as u64);
            if due(Some(last), interval, tick, false, now) {
                last.at = now;
                read.push((tick * step).as_secs());
            }
        }
        read
    }

    #[test]
    fn interval_between_ticks_is_kept_on_average() {
        let seconds = Duration::from_secs;
        for (interval, tick) in [(5, 2), (7, 5), (5, 3), (300, 7), (12, 5)] {
            let read = readings(seconds(interval), seconds(tick), 3_000);
            let mean = read[read.len() - 1] as f64 / (read.len() - 1) as f64;
            assert!(
                (mean - interval as f64).abs() < 0.01 * interval as f64,
                "{mean} of {interval}"
            );
            for pair in read.windows(2) {
                let apart = (pair[1] - pair[0]) / tick;
                assert!((interval / tick..=interval / tick + 1).contains(&apart), "{pair:?}");
            }
        }
        assert_eq!(readings(seconds(4), seconds(2), 6), [0, 4, 8]);
        assert_eq!(readings(seconds(2), seconds(2), 4), [0, 2, 4, 6]);
    }

    #[test]
    fn collector_never_tried_is_due() {
        assert!(due(None, INTERVAL, TICK, false, Clock::system().now()));
    }

    #[test]
    fn failed_collector_is_retried_early_or_after_recovery() {
        let (failed, later) = attempt(Outcome::Failed);
        assert!(!due(Some(failed), INTERVAL, TICK, false, later(25_000)));
        assert!(due(Some(failed), INTERVAL, TICK, false, later(30_000)));
        assert!(due(Some(failed), INTERVAL, TICK, true, later(5_000)));
    }

    #[test]
    fn retry_waits_a_tenth_of_a_long_interval() {
        let (failed, later) = attempt(Outcome::Failed);
        let hour = Duration::from_secs(3600);
        assert!(!due(Some(failed), hour, TICK, false, later(350_000)));
        assert!(due(Some(failed), hour, TICK, false, later(360_000)));
    }

    #[test]
    fn missed_ticks_are_counted() {
        assert_eq!(missed(TICK, TICK), 0);
        assert_eq!(missed(TICK * 4, TICK), 3);
        assert_eq!(missed(Duration::ZERO, TICK), 0);
    }
}
