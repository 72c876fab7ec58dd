//! Deviations of a server from the documentation: concluded only from reproduced answers, and
//! forgotten after a while.

use std::time::Duration;

/// Failures in a row after which a deviation is concluded.
// A server that restarts, or a proxy in front of it, answers 404 or 500 once; a property answers so
// each time.
pub(super) const FAILURES: u32 = 3;
/// Time after which the first conclusion is forgotten; each further one holds twice as long.
// A server may have been upgraded or replaced behind its address.
const FIRST_HOLD: Duration = Duration::from_secs(600);
/// Longest time after which a conclusion is forgotten.
const LONGEST_HOLD: Duration = Duration::from_secs(86_400);

/// Suspicion that a server does not honour a parameter. All times are those of the monotonic clock.
#[derive(Debug, Default)]
pub(in crate::trio) struct Suspicion {
    /// Failures since the last success or conclusion.
    failures: u32,
    /// Time at which the conclusion is forgotten.
    until: Option<Duration>,
    /// Time for which the last conclusion held.
    hold: Duration,
}

impl Suspicion {
    /// Returns true while the deviation counts as a property of the server.
    pub(in crate::trio) fn holds(&self, now: Duration) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Records a failure whose control, the same request without the parameter, succeeded. Returns
    /// true if the deviation is concluded from it.
    pub(in crate::trio) fn record_failure(&mut self, now: Duration) -> bool {
        self.failures += 1;
        if self.failures < FAILURES {
            return false;
        }
        self.failures = 0;
        self.hold = self.hold.saturating_mul(2).clamp(FIRST_HOLD, LONGEST_HOLD);
        self.until = Some(now.saturating_add(self.hold));
        true
    }

    /// Records that the server honours the parameter.
    pub(in crate::trio) fn record_success(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn three_failures_in_a_row_are_a_property() {
        let mut suspicion = Suspicion::default();
        for _ in 0..5 {
            assert!(!suspicion.record_failure(MINUTE) && !suspicion.record_failure(MINUTE));
            suspicion.record_success();
        }
        assert!(!suspicion.holds(MINUTE));
        assert!(!suspicion.record_failure(MINUTE) && !suspicion.record_failure(MINUTE));
        assert!(suspicion.record_failure(MINUTE));
        assert!(suspicion.holds(MINUTE) && suspicion.holds(10 * MINUTE));
        assert!(!suspicion.holds(11 * MINUTE));
    }

    #[test]
    fn each_conclusion_holds_twice_as_long_up_to_a_day() {
        let mut suspicion = Suspicion::default();
        let mut now = Duration::ZERO;
        let mut holds = Vec::new();
        for _ in 0..10 {
            while !suspicion.record_failure(now) {}
            let begun = now;
            while suspicion.holds(now) {
                now += MINUTE;
            }
            holds.push((now - begun).as_secs() / 60);
        }
        assert_eq!(holds, [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
        suspicion.record_success();
        while !suspicion.record_failure(now) {}
        assert!(!suspicion.holds(now + 10 * MINUTE), "a success begins again");
    }
}
