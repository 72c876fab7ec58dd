//! Lengths of waits between a low and a high bound, as exact as two readings allow.
//!
//! Moments are seconds of monotonic time.

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
pub(super) struct Window {
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Window {
    /// Creates the window of a known moment.
    pub(super) fn exact(at: f64) -> Self {
        Self { from: at, to: at }
    }

    pub(super) fn is_exact(self) -> bool {
        self.from == self.to
    }

    /// Returns the part of the window up to `at`.
    pub(super) fn until(self, at: f64) -> Self {
        Self { from: self.from.min(at), to: self.to.min(at) }
    }

    pub(super) fn middle(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }

    fn length(self) -> f64 {
        (self.to - self.from).max(0.0)
    }

    /// Returns the moment in the window that is nearest to `at`, if it is at most `tolerance` away.
    pub(super) fn admit(self, at: f64, tolerance: f64) -> Option<f64> {
        let near = at.clamp(self.from, self.to.max(self.from));
        ((at - near).abs() <= tolerance).then_some(near)
    }
}

/// A wait that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wait {
    begin: Window,
    end: Window,
    /// True if it began and ended between the same two readings.
    unseen: bool,
}

impl Wait {
    pub(super) fn between(begin: Window, end: Window) -> Self {
        Self { begin, end, unseen: begin == end && !begin.is_exact() }
    }

    /// Creates a wait of known length.
    pub(super) fn exactly(seconds: f64) -> Self {
        Self { begin: Window::exact(0.0), end: Window::exact(seconds.max(0.0)), unseen: false }
    }

    /// Returns the length, if it is known.
    pub(super) fn exact(self) -> Option<f64> {
        (self.begin.is_exact() && self.end.is_exact()).then(|| self.best())
    }

    /// Returns the shortest possible length.
    pub(super) fn low(self) -> f64 {
        if self.unseen { 0.0 } else { (self.end.from - self.begin.to).max(0.0) }
    }

    /// Returns the longest possible length.
    pub(super) fn high(self) -> f64 {
        (self.end.to - self.begin.from).max(0.0)
    }

    /// Returns the best estimate: the mean of the possible lengths.
    ///
    /// Of two random moments in one window, the later one is on average a third of the window after
    /// the earlier one.
    pub(super) fn best(self) -> f64 {
        let best = if self.unseen {
            self.end.length() / 3.0
        } else {
            self.end.middle() - self.begin.middle()
        };
        best.clamp(self.low(), self.high())
    }

    /// Returns the share of the possible lengths that is at most `target`. Every moment of a window
    /// is equally likely.
    pub(super) fn share_within(self, target: f64) -> f64 {
        if self.high() <= target {
            return 1.0;
        }
        if self.low() > target {
            return 0.0;
        }
        let (begin, end) = (self.begin.length(), self.end.length());
        let share = if self.unseen {
            1.0 - (1.0 - target / end).powi(2)
        } else {
            // Longest end that is still within the target, measured from the first possible end.
            let reach = |begun: f64| begun + target - self.end.from;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(from: f64, to: f64) -> Window {
        Window { from, to }
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
        let wait = Wait::between(Window::exact(5.0), window(20.0, 30.0));
        assert!((wait.share_within(20.0) - 0.5).abs() < 1e-9);
        let wait = Wait::between(window(0.0, 10.0), Window::exact(30.0));
        assert!((wait.share_within(22.0) - 0.2).abs() < 1e-9);
        let wait = Wait::between(Window::exact(1.0), Window::exact(21.0));
        assert_eq!((wait.share_within(20.0), wait.share_within(19.9)), (1.0, 0.0));
    }

    #[test]
    fn unseen_wait_may_be_zero() {
        let wait = Wait::between(window(0.0, 30.0), window(0.0, 30.0));
        assert_eq!((wait.low(), wait.best(), wait.high()), (0.0, 10.0, 30.0));
        assert!((wait.share_within(15.0) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn moment_outside_the_window_is_not_admitted() {
        let seen = window(10.0, 15.0);
        assert_eq!(seen.admit(12.0, 2.0), Some(12.0));
        assert_eq!(seen.admit(8.5, 2.0), Some(10.0));
        assert_eq!(seen.admit(17.1, 2.0), None);
    }

    proptest! {
        #[test]
        fn bounds_and_share_match_sampled_waits(
            begin in 0.0..20.0f64, begin_length in 0.0..30.0f64,
            gap in 0.0..60.0f64, end_length in 0.0..30.0f64, target in 0.0..120.0f64,
        ) {
            let begin = window(begin, begin + begin_length);
            let end = window(begin.to + gap, begin.to + gap + end_length);
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
