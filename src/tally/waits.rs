//! How long somebody waited, as far as two readings can tell: between a low and a high bound.
//!
//! Moments are seconds of monotonic time.

/// When something happened: somewhere in this stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Window {
    /// The moment is known.
    pub(super) fn exact(at: f64) -> Self {
        Self { from: at, to: at }
    }

    pub(super) fn is_exact(self) -> bool {
        self.from == self.to
    }

    /// The part of the window that is not after `at`.
    pub(super) fn until(self, at: f64) -> Self {
        Self { from: self.from.min(at), to: self.to.min(at) }
    }

    pub(super) fn middle(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }

    fn length(self) -> f64 {
        (self.to - self.from).max(0.0)
    }

    /// The moment in the window that is nearest to `at`, if `at` is at most `tolerance` away from it.
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
    /// It began and ended between the same two readings: nobody saw it.
    unseen: bool,
}

impl Wait {
    pub(super) fn between(begin: Window, end: Window) -> Self {
        Self { begin, end, unseen: begin == end && !begin.is_exact() }
    }

    /// The wait is known to be this long.
    pub(super) fn exactly(seconds: f64) -> Self {
        Self { begin: Window::exact(0.0), end: Window::exact(seconds.max(0.0)), unseen: false }
    }

    /// How long it was, if that is known.
    pub(super) fn exact(self) -> Option<f64> {
        (self.begin.is_exact() && self.end.is_exact()).then(|| self.best())
    }

    /// It was at least this long.
    pub(super) fn low(self) -> f64 {
        if self.unseen { 0.0 } else { (self.end.from - self.begin.to).max(0.0) }
    }

    /// It was at most this long.
    pub(super) fn high(self) -> f64 {
        (self.end.to - self.begin.from).max(0.0)
    }

    /// The mean of what it may have been. Of two moments drawn from one window the later comes a third
    /// of the window after the earlier.
    pub(super) fn best(self) -> f64 {
        let best =
            if self.unseen { self.end.length() / 3.0 } else { self.end.middle() - self.begin.middle() };
        best.clamp(self.low(), self.high())
    }

    /// The share of what it may have been that is not longer than `target`: every moment of a window is
    /// as likely as any other.
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
            // The latest end that is still within the target, seen from the first possible end.
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
    fn a_wait_lies_between_what_was_seen_and_what_may_have_been() {
        let wait = Wait::between(window(0.0, 5.0), window(20.0, 25.0));
        assert_eq!((wait.low(), wait.best(), wait.high()), (15.0, 20.0, 25.0));
        assert_eq!(wait.share_within(25.0), 1.0);
        assert_eq!(wait.share_within(14.9), 0.0);
        assert!((wait.share_within(20.0) - 0.5).abs() < 1e-9);
        assert!((wait.share_within(22.5) - 0.875).abs() < 1e-9, "a triangle of an eighth is beyond");
    }

    #[test]
    fn a_wait_with_one_known_end_is_judged_by_the_other() {
        let wait = Wait::between(Window::exact(5.0), window(20.0, 30.0));
        assert!((wait.share_within(20.0) - 0.5).abs() < 1e-9);
        let wait = Wait::between(window(0.0, 10.0), Window::exact(30.0));
        assert!((wait.share_within(22.0) - 0.2).abs() < 1e-9);
        let wait = Wait::between(Window::exact(1.0), Window::exact(21.0));
        assert_eq!((wait.share_within(20.0), wait.share_within(19.9)), (1.0, 0.0));
    }

    #[test]
    fn a_wait_that_nobody_saw_may_have_been_none() {
        let wait = Wait::between(window(0.0, 30.0), window(0.0, 30.0));
        assert_eq!((wait.low(), wait.best(), wait.high()), (0.0, 10.0, 30.0));
        assert!((wait.share_within(15.0) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn a_moment_that_contradicts_the_window_is_not_admitted() {
        let seen = window(10.0, 15.0);
        assert_eq!(seen.admit(12.0, 2.0), Some(12.0));
        assert_eq!(seen.admit(8.5, 2.0), Some(10.0));
        assert_eq!(seen.admit(17.1, 2.0), None);
    }

    proptest! {
        #[test]
        fn bounds_hold_every_wait_and_the_share_is_that_of_the_drawn_ones(
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
