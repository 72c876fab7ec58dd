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
/// collector is due in the step nearest to its time. When the server is back (`recovered`), all
/// failed readings are due.
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
    failed && recovered || now.since(attempt.at) + tick / 2 >= interval
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
