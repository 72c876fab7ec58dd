//! When something is due: pure functions of the moment.

use std::time::Duration;

use crate::{
    model::Stamp,
    snapshot::{Attempt, Outcome},
};

/// A reading that failed is tried again after this long, or a tenth of its interval if that is longer.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Whether a collector is due at `now`. Steps come at every `tick`, never exactly, so a collector is
/// due in the step nearest to its time. Once the server is back (`recovered`), what failed is due.
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

/// How many times of the cadence passed unused between two ticks.
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
    fn a_collector_is_due_in_the_step_nearest_to_its_interval() {
        let (complete, later) = attempt(Outcome::Complete);
        let due = |millis| due(Some(complete), INTERVAL, TICK, true, later(millis));
        assert!(!due(295_003));
        assert!(due(299_998));
        assert!(due(300_004));
    }

    #[test]
    fn what_was_never_tried_is_due() {
        assert!(due(None, INTERVAL, TICK, false, Clock::system().now()));
    }

    #[test]
    fn what_failed_is_tried_again_early_and_at_once_when_the_server_is_back() {
        let (failed, later) = attempt(Outcome::Failed);
        assert!(!due(Some(failed), INTERVAL, TICK, false, later(25_000)));
        assert!(due(Some(failed), INTERVAL, TICK, false, later(30_000)));
        assert!(due(Some(failed), INTERVAL, TICK, true, later(5_000)));
    }

    #[test]
    fn what_is_read_seldom_is_not_tried_again_often() {
        let (failed, later) = attempt(Outcome::Failed);
        let hour = Duration::from_secs(3600);
        assert!(!due(Some(failed), hour, TICK, false, later(350_000)));
        assert!(due(Some(failed), hour, TICK, false, later(360_000)));
    }

    #[test]
    fn ticks_that_passed_unused_are_counted() {
        assert_eq!(missed(TICK, TICK), 0);
        assert_eq!(missed(TICK * 4, TICK), 3);
        assert_eq!(missed(Duration::ZERO, TICK), 0);
    }
}
