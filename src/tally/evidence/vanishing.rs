//! Disappearance of most of the queue at once: more than callers who hang up one by one explain.

use std::time::Duration;

/// Smallest number of waiting cases that disappear at once, being more than half of all, of which
/// none is counted as left.
// Callers hang up one by one. A server that restarts or loses its queue removes the cases together;
// they are no lost calls.
const MIN_VANISHED: usize = 5;
/// Factor that the previous lists keep in the usual share: the last hundred lists or so count.
const KEPT: f64 = 0.99;
/// Waiting cases and disappeared ones that are assumed before any list was read.
const ASSUMED_WAITING: f64 = 10.0;
const ASSUMED_VANISHED: f64 = 0.5;
/// Chance, as a negative logarithm, below which callers do not disappear together by themselves:
/// one in a thousand lists.
const MIN_SURPRISE: f64 = 6.9;

/// Usual share of the waiting cases that disappears from one list to the next.
// With intervals as long as the usual stay, most of a queue disappears from each list to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::tally) struct UsualVanishing {
    waiting: f64,
    vanished: f64,
}

impl UsualVanishing {
    /// Records that `vanished` of the `waiting` cases of the previous list were not in this one.
    pub(in crate::tally) fn record(&mut self, vanished: usize, waiting: usize) {
        if waiting > 0 {
            self.waiting = self.waiting * KEPT + waiting as f64;
            self.vanished = self.vanished * KEPT + vanished.min(waiting) as f64;
        }
    }

    /// Returns true if too many of the `waiting` cases disappeared in `elapsed` for all of them to
    /// have left one by one.
    pub(in crate::tally) fn is_exceeded(
        &self,
        vanished: usize,
        waiting: usize,
        elapsed: f64,
        interval: Duration,
    ) -> bool {
        if vanished < MIN_VANISHED || vanished * 2 <= waiting {
            return false;
        }
        let share = (self.vanished + ASSUMED_VANISHED) / (self.waiting + ASSUMED_WAITING);
        // After a failed reading more time has passed than usual.
        let intervals = (elapsed / interval.as_secs_f64().max(1e-3)).max(1.0);
        let usual = 1.0 - (1.0 - share).powf(intervals);
        let waiting = waiting.max(vanished) as f64;
        let seen = vanished as f64 / waiting;
        if seen <= usual {
            return false;
        }
        // Bound of Chernoff for the chance of so many, if each disappears with the usual chance.
        let rest =
            if seen < 1.0 { (1.0 - seen) * ((1.0 - seen) / (1.0 - usual)).ln() } else { 0.0 };
        waiting * (seen * (seen / usual).ln() + rest) > MIN_SURPRISE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLL: Duration = Duration::from_secs(5);

    fn exceeded(usual: &UsualVanishing, vanished: usize, waiting: usize) -> bool {
        usual.is_exceeded(vanished, waiting, 5.0, POLL)
    }

    #[test]
    fn most_of_the_queue_at_once_is_unusual_at_first() {
        let usual = UsualVanishing::default();
        assert!(exceeded(&usual, 5, 6) && exceeded(&usual, 5, 9) && exceeded(&usual, 5, 5));
        assert!(!exceeded(&usual, 4, 4) && !exceeded(&usual, 5, 10));
    }

    #[test]
    fn usual_stay_of_an_interval_explains_it() {
        let mut usual = UsualVanishing::default();
        for _ in 0..20 {
            usual.record(6, 10);
        }
        assert!(!exceeded(&usual, 7, 7), "seven together are 3 % of such lists");
        assert!(exceeded(&usual, 30, 30));
    }

    #[test]
    fn late_list_explains_more() {
        let mut usual = UsualVanishing::default();
        for _ in 0..20 {
            usual.record(3, 10);
        }
        assert!(usual.is_exceeded(7, 7, 5.0, POLL));
        assert!(!usual.is_exceeded(7, 7, 15.0, POLL));
    }

    #[test]
    fn restart_of_the_server_does_not_become_usual() {
        let mut usual = UsualVanishing::default();
        for _ in 0..100 {
            usual.record(0, 10);
        }
        for _ in 0..5 {
            assert!(exceeded(&usual, 10, 10));
            usual.record(10, 10);
        }
    }
}
