//! Windows in which the lists show something, and the wait in between.

use crate::model::Moment;

/// Use of a time that Trio gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeEvidence {
    /// Trio gives none.
    #[default]
    Absent,
    /// Used.
    Used,
    /// Not used, because it contradicts the lists.
    Rejected,
}

impl TimeEvidence {
    pub(in crate::tally) const fn new(used: bool, rejected: bool) -> Self {
        match (used, rejected) {
            (true, _) => Self::Used,
            (false, true) => Self::Rejected,
            (false, false) => Self::Absent,
        }
    }
}

/// Age of a case, or of something that happened to it, in seconds: between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgeRange {
    /// Smallest possible age.
    pub low: f64,
    /// Largest possible age.
    pub high: f64,
}

/// Window in which something happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tally) struct Window {
    pub(in crate::tally) from: Moment,
    pub(in crate::tally) to: Moment,
}

impl Window {
    /// Creates the window of a known moment.
    pub(in crate::tally) fn exact(at: Moment) -> Self {
        Self { from: at, to: at }
    }

    pub(in crate::tally) fn is_exact(self) -> bool {
        self.from == self.to
    }

    /// Returns the part of the window up to `at`.
    pub(in crate::tally) fn until(self, at: Moment) -> Self {
        Self { from: self.from.min(at), to: self.to.min(at) }
    }

    pub(in crate::tally) fn middle(self) -> Moment {
        self.from.midpoint(self.to)
    }

    fn length(self) -> f64 {
        (self.to - self.from).max(0.0)
    }

    /// Returns the part of this window that is in `other`; the whole window if it lies beside
    /// `other`, but no farther than `tolerance` seconds.
    pub(super) fn within(self, other: Self, tolerance: f64) -> Option<Self> {
        let common = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        let apart = common.from - common.to;
        if apart <= 0.0 { Some(common) } else { (apart <= tolerance).then_some(self) }
    }

    /// Returns the moment of the window that is nearest to `at`.
    pub(in crate::tally) fn nearest(self, at: Moment) -> Moment {
        at.max(self.from).min(self.to.max(self.from))
    }
}

/// A wait that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tally) struct Wait {
    begin: Window,
    end: Window,
    /// True if it began and ended between the same two readings.
    unseen: bool,
}

impl Wait {
    pub(in crate::tally) fn between(begin: Window, end: Window) -> Self {
        Self { begin, end, unseen: begin == end && !begin.is_exact() }
    }

    /// Creates a wait of known length.
    pub(in crate::tally) fn exactly(seconds: f64) -> Self {
        let begin = Moment::default();
        Self {
            begin: Window::exact(begin),
            end: Window::exact(begin + seconds.max(0.0)),
            unseen: false,
        }
    }

    /// Returns the length, if it is known.
    pub(in crate::tally) fn exact(self) -> Option<f64> {
        (self.begin.is_exact() && self.end.is_exact()).then(|| self.best())
    }

    /// Returns true if it began and ended between the same two readings, at unknown moments.
    pub(in crate::tally) fn is_unseen(self) -> bool {
        self.unseen
    }

    /// Returns the shortest possible length.
    pub(in crate::tally) fn low(self) -> f64 {
        if self.unseen { 0.0 } else { (self.end.from - self.begin.to).max(0.0) }
    }

    /// Returns the longest possible length.
    pub(in crate::tally) fn high(self) -> f64 {
        (self.end.to - self.begin.from).max(0.0)
    }

    /// Returns true if a length of `seconds` is possible, give or take `tolerance` seconds.
    pub(super) fn admits(self, seconds: f64, tolerance: f64) -> bool {
        seconds >= self.low() - tolerance && seconds <= self.high() + tolerance
    }

    /// Returns the wait that Trio states as `seconds`, with an error of at most `error` seconds.
    /// It stays as it is if it is known as well without the stated one.
    pub(super) fn or_stated(self, seconds: f64, error: f64) -> Self {
        if error == 0.0 {
            return Self::exactly(seconds);
        }
        if error * 2.0 >= self.high() - self.low() {
            return self;
        }
        // Two times, each written up to `error` late or early in the same way.
        let begin = Moment::default();
        let window = |from: Moment| Window { from, to: from + error };
        Self { begin: window(begin), end: window(begin + seconds), unseen: false }
    }

    /// Returns the best estimate: the mean of the possible lengths.
    ///
    /// Of two random moments in one window, the later one is on average a third of the window after
    /// the earlier one.
    pub(in crate::tally) fn best(self) -> f64 {
        let best = if self.unseen {
            self.end.length() / 3.0
        } else {
            self.end.middle() - self.begin.middle()
        };
        best.clamp(self.low(), self.high())
    }

    /// Returns how likely the readings are for a wait of `seconds`, up to a constant factor. Every
    /// arrival is equally likely.
    pub(in crate::tally) fn likelihood(self, seconds: f64) -> f64 {
        if self.unseen {
            return (self.end.length() - seconds).max(0.0);
        }
        let first = (self.begin.from + seconds).max(self.end.from);
        let last = (self.begin.to + seconds).min(self.end.to);
        if self.begin.is_exact() || self.end.is_exact() {
            // The one moment is in the window or not.
            return f64::from(u8::from(first <= last));
        }
        (last - first).max(0.0)
    }

    /// Returns the share of the possible lengths that is at most `target`. Every moment of a window
    /// is equally likely.
    pub(in crate::tally) fn share_within(self, target: f64) -> f64 {
        if self.high() <= target {
            return 1.0;
        }
        if self.low() > target {
            return 0.0;
        }
        let begin = self.begin.length();
        let end = self.end.length();
        let share = if self.unseen {
            1.0 - (1.0 - target / end).powi(2)
        } else {
            // Longest end that is still within the target, measured from the first possible end.
            let reach = |begun: Moment| begun + target - self.end.from;
            match (begin > 0.0, end > 0.0) {
                (true, true) => {
                    let area = |reach: f64| {
                        let inside = reach.clamp(0.0, end);
                        inside * inside / 2.0 + (reach - end).max(0.0) * end
                    };
                    (area(reach(self.begin.to)) - area(reach(self.begin.from))) / (begin * end)
                }
                (true, false) => reach(self.begin.to) / begin,
                (false, _) => reach(self.begin.from) / end,
            }
        };
        share.clamp(0.0, 1.0)
    }
}

/// Wait of an answered case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tally) struct AnsweredWait {
    pub(in crate::tally) wait: Wait,
    /// Best estimate of the moment of the answer, if Trio's times tell it.
    pub(in crate::tally) at: Option<Moment>,
    /// Use of Trio's times.
    pub(in crate::tally) evidence: TimeEvidence,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn window(from: f64, to: f64) -> Window {
        Window { from: Moment::from_seconds(from), to: Moment::from_seconds(to) }
    }

    fn exact(at: f64) -> Window {
        window(at, at)
    }

    #[test]
    fn wait_has_low_best_and_high_bounds() {
        let wait = Wait::between(window(0.0, 5.0), window(20.0, 25.0));
        assert_eq!((wait.low(), wait.best(), wait.high()), (15.0, 20.0, 25.0));
        assert_eq!(wait.share_within(25.0), 1.0);
        assert_eq!(wait.share_within(14.9), 0.0);
        assert!((wait.share_within(20.0) - 0.5).abs() < 1e-9);
        assert!(
            (wait.share_within(22.5) - 0.875).abs() < 1e-9,
            "a triangle of an eighth is beyond"
        );
    }

    #[test]
    fn wait_with_one_known_end_uses_the_other_window() {
        let wait = Wait::between(exact(5.0), window(20.0, 30.0));
        assert!((wait.share_within(20.0) - 0.5).abs() < 1e-9);
        let wait = Wait::between(window(0.0, 10.0), exact(30.0));
        assert!((wait.share_within(22.0) - 0.2).abs() < 1e-9);
        let wait = Wait::between(exact(1.0), exact(21.0));
        assert_eq!((wait.share_within(20.0), wait.share_within(19.9)), (1.0, 0.0));
    }

    #[test]
    fn unseen_wait_may_be_zero() {
        let wait = Wait::between(window(0.0, 30.0), window(0.0, 30.0));
        assert_eq!((wait.low(), wait.best(), wait.high()), (0.0, 10.0, 30.0));
        assert!((wait.share_within(15.0) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn window_beside_another_is_kept_as_it_is() {
        let seen = window(10.0, 15.0);
        let within = |from, to| window(from, to).within(seen, 1.0);
        assert_eq!(within(11.0, 12.0), Some(window(11.0, 12.0)));
        assert_eq!(within(8.0, 12.0), Some(window(10.0, 12.0)));
        assert_eq!(within(8.0, 9.0), Some(window(8.0, 9.0)), "no moment is moved");
        assert_eq!(within(8.0, 8.9), None);
        assert_eq!(within(16.1, 17.0), None);
    }

    #[test]
    fn stated_wait_is_as_certain_as_its_rounding() {
        let observed = Wait::between(window(0.0, 5.0), window(20.0, 25.0));
        let bounds = |error| {
            let wait = observed.or_stated(26.0, error);
            (wait.low(), wait.best(), wait.high())
        };
        assert_eq!(bounds(0.0), (26.0, 26.0, 26.0));
        assert_eq!(bounds(1.0), (25.0, 26.0, 27.0), "beyond the lists, and not moved");
        assert_eq!(bounds(60.0), (15.0, 20.0, 25.0), "minutes say less than the lists");
        let wait = observed.or_stated(26.0, 1.0);
        assert!((wait.share_within(26.0) - 0.5).abs() < 1e-9);
        assert_eq!((wait.share_within(27.0), wait.share_within(24.9)), (1.0, 0.0));
        let zero = observed.or_stated(0.0, 1.0);
        assert_eq!((zero.low(), zero.high(), zero.share_within(1.0)), (0.0, 1.0, 1.0));
    }

    proptest! {
        #[test]
        fn bounds_and_share_match_sampled_waits(
            begin in 0.0..20.0f64, begin_length in 0.0..30.0f64,
            gap in 0.0..60.0f64, end_length in 0.0..30.0f64, target in 0.0..120.0f64,
        ) {
            let end = begin + begin_length + gap;
            let (begin, end) =
                (window(begin, begin + begin_length), window(end, end + end_length));
            let wait = Wait::between(begin, end);
            prop_assert!(wait.low() <= wait.best() && wait.best() <= wait.high());
            let grid = 60u32;
            let at = |window: Window, n: u32| {
                window.from + window.length() * (f64::from(n) + 0.5) / f64::from(grid)
            };
            let (mut within, mut all) = (0.0, 0.0);
            for (b, e) in (0..grid).flat_map(|b| (0..grid).map(move |e| (b, e))) {
                let drawn = at(end, e) - at(begin, b);
                prop_assert!(wait.low() - 1e-9 <= drawn && drawn <= wait.high() + 1e-9);
                within += f64::from(u8::from(drawn <= target));
                all += 1.0;
            }
            prop_assert!((wait.share_within(target) - within / all).abs() < 0.04);
        }
    }
}
