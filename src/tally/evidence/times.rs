//! Times of a case: the windows in which the lists show something, Trio's own times where they
//! agree with them, and the wait in between.

use crate::{
    model::{Case, CaseClass, Moment},
    tally::counts::RejectedTimes,
};

use super::ListReading;

/// Seconds by which a time may be outside of the observed window.
// Both clocks may show whole seconds only.
const TIME_TOLERANCE: f64 = 2.0;
/// Longest plausible wait of calls, callbacks and chats, seconds: a day.
// Beyond these the time is a placeholder or in another unit, and would spoil the sum of the waits
// for ever.
const MAX_LIVE_WAIT: f64 = 86_400.0;
/// Longest plausible wait of other cases, seconds: ten years.
const MAX_WAIT: f64 = 315_360_000.0;

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

    /// Returns the moment in the window that is nearest to `at`, if it is near enough.
    fn admit(self, at: Moment) -> Option<Moment> {
        let near = at.max(self.from).min(self.to.max(self.from));
        ((at - near).abs() <= TIME_TOLERANCE).then_some(near)
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

    /// Returns the possible length that is nearest to `seconds`, if it is near enough.
    fn admit(self, seconds: f64) -> Option<f64> {
        let near = seconds.max(self.low()).min(self.high().max(self.low()));
        ((seconds - near).abs() <= TIME_TOLERANCE).then_some(near)
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

/// Returns the arrival of a case that the previous list did not show, by Trio's time, if that is
/// within `seen`.
pub(in crate::tally) fn arrival(
    case: &Case,
    reading: &ListReading<'_>,
    seen: Window,
    waits: bool,
    rejected: &mut RejectedTimes,
) -> Option<Moment> {
    if let Some(created) = case.created {
        match plausible(reading.moment(created), case, reading, seen) {
            None => rejected.created += 1,
            arrival => return arrival,
        }
    }
    // The wait of an answered case may have ended long ago; only that of a waiting case leads back
    // to its arrival.
    let waited = case.waited.filter(|_| waits)?;
    let arrival = plausible(reading.at - waited, case, reading, seen);
    rejected.waited += u64::from(arrival.is_none());
    arrival
}

fn plausible(at: Moment, case: &Case, reading: &ListReading<'_>, seen: Window) -> Option<Moment> {
    let live = matches!(case.class, Some(CaseClass::Voice | CaseClass::Callback | CaseClass::Chat));
    let longest = if live { MAX_LIVE_WAIT } else { MAX_WAIT };
    seen.admit(at).filter(|at| reading.at - *at <= longest)
}

/// Returns the wait of a case that began to wait in `begin` and was answered in `end`, by Trio's
/// own times where they are plausible.
pub(in crate::tally) fn answered_wait(
    case: &Case,
    reading: &ListReading<'_>,
    begin: Window,
    end: Window,
    rejected: &mut RejectedTimes,
) -> Wait {
    let observed = Wait::between(begin, end);
    if let Some(answered) = case.answered {
        match end.admit(reading.moment(answered)) {
            Some(at) if begin.is_exact() => return Wait::exactly(at - begin.from),
            Some(at) => return Wait::between(begin.until(at), Window::exact(at)),
            None => rejected.answered += 1,
        }
    }
    if let Some(waited) = case.waited {
        match observed.admit(waited) {
            Some(seconds) => return Wait::exactly(seconds),
            None => rejected.waited += 1,
        }
    }
    observed
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        model::{CaseList, Stamp},
        tally::Source,
    };

    fn reading(list: &CaseList) -> ListReading<'_> {
        ListReading {
            source: Source::Calls,
            list,
            number: 2,
            at: Moment::from_seconds(1_000.0),
            until: Moment::from_seconds(1_000.0),
            taken: Stamp {
                wall: UNIX_EPOCH + Duration::from_secs(2_000_000_000),
                mono: Duration::from_secs(1_000),
            },
            interval: Duration::from_secs(5),
            before: Some(Moment::from_seconds(995.0)),
            interruption: None,
            skew: 0.0,
        }
    }

    fn case(class: CaseClass) -> Case {
        Case { class: Some(class), ..Case::new("1") }
    }

    fn at(seconds_ago: f64) -> Option<std::time::SystemTime> {
        let now = UNIX_EPOCH + Duration::from_secs(2_000_000_000);
        Some(if seconds_ago < 0.0 {
            now + Duration::from_secs_f64(-seconds_ago)
        } else {
            now - Duration::from_secs_f64(seconds_ago)
        })
    }

    const SEEN: Window = window(995.0, 1_000.0);

    /// Returns the arrival by Trio's time, in seconds.
    fn arrival(
        case: &Case,
        reading: &ListReading<'_>,
        seen: Window,
        waits: bool,
        rejected: &mut RejectedTimes,
    ) -> Option<f64> {
        let arrival = super::arrival(case, reading, seen, waits, rejected);
        arrival.map(|at| at - Moment::default())
    }

    #[test]
    fn arrival_is_used_if_plausible_else_rejected() {
        let list = CaseList::default();
        let found = |seconds_ago: f64| {
            let mut rejected = RejectedTimes::default();
            let case = Case { created: at(seconds_ago), ..case(CaseClass::Voice) };
            (arrival(&case, &reading(&list), SEEN, true, &mut rejected), rejected.created)
        };
        assert_eq!(found(3.0), (Some(997.0), 0));
        assert_eq!(found(6.5), (Some(995.0), 0), "a whole second off at worst");
        assert_eq!(found(30.0), (None, 1), "the list before did not show it");
        assert_eq!(found(-9.0), (None, 1), "it is still to come");
    }

    #[test]
    fn known_clock_skew_is_corrected() {
        let list = CaseList::default();
        let case = Case { created: at(-97.0), ..case(CaseClass::Voice) };
        let ahead = ListReading { skew: 100.0, ..reading(&list) };
        assert_eq!(arrival(&case, &ahead, SEEN, true, &mut RejectedTimes::default()), Some(997.0));
    }

    #[test]
    fn stated_wait_gives_arrival_of_waiting_cases_only() {
        let list = CaseList::default();
        let case = Case { waited: Some(2.0), ..case(CaseClass::Chat) };
        let found =
            |waits| arrival(&case, &reading(&list), SEEN, waits, &mut RejectedTimes::default());
        assert_eq!((found(true), found(false)), (Some(998.0), None));
    }

    #[test]
    fn wait_of_a_day_is_implausible_for_calls_only() {
        let list = CaseList::default();
        let ever = window(f64::NEG_INFINITY, 1_000.0);
        let found = |class| {
            let case = Case { created: at(100_000.0), ..case(class) };
            arrival(&case, &reading(&list), ever, true, &mut RejectedTimes::default())
        };
        assert_eq!((found(CaseClass::Voice), found(CaseClass::Email)), (None, Some(-99_000.0)));
    }

    #[test]
    fn trios_time_of_answer_is_used_if_plausible() {
        let list = CaseList::default();
        let wait = |case: Case, begin| {
            let mut rejected = RejectedTimes::default();
            let wait = answered_wait(&case, &reading(&list), begin, SEEN, &mut rejected);
            ((wait.low(), wait.high()), rejected.answered + rejected.waited)
        };
        let begin = window(970.0, 975.0);
        let voice = || case(CaseClass::Voice);
        assert_eq!(wait(voice(), begin), ((20.0, 30.0), 0));
        assert_eq!(wait(Case { answered: at(2.0), ..voice() }, begin), ((23.0, 28.0), 0));
        assert_eq!(wait(Case { answered: at(2.0), ..voice() }, exact(972.0)), ((26.0, 26.0), 0));
        assert_eq!(wait(Case { waited: Some(25.5), ..voice() }, begin), ((25.5, 25.5), 0));
        assert_eq!(wait(Case { answered: at(60.0), ..voice() }, begin), ((20.0, 30.0), 1));
        assert_eq!(wait(Case { waited: Some(90.0), ..voice() }, begin), ((20.0, 30.0), 1));
    }

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
    fn moment_outside_the_window_is_not_admitted() {
        let seen = window(10.0, 15.0);
        let admit = |at| {
            let near = seen.admit(Moment::from_seconds(at));
            near.map(|near| near - Moment::default())
        };
        assert_eq!(admit(12.0), Some(12.0));
        assert_eq!(admit(8.5), Some(10.0));
        assert_eq!(admit(17.1), None);
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
