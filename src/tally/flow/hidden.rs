//! Cases that no list shows: learnt from those that exactly one list shows.
//!
//! A case that is answered and finished between two lists looks as if it had left, or is never
//! seen. Their number follows from how often one list alone shows a case with its agent.

use std::time::Duration;

/// Number of cases that the share is taken of.
const REMEMBERED: u32 = 200;
/// Smallest number of cases for a share of their own.
const MIN_CASES: u32 = 30;
/// Share from which every case that disappears may have been answered.
const DOUBTFUL_SHARE: f64 = 0.25;
/// Share from which a service level cannot be measured.
// About a fifth of the answered cases is then hidden, whatever the distribution of their length.
const UNMEASURABLE_SHARE: f64 = 1.0 / 3.0;
/// Factor by which the allowances exceed the expected number of hidden cases.
// The bounds have to hold in each hour, and small numbers vary by as much as themselves. A mixture
// of short and long calls also hides more of them than one exponential distribution.
const SAFETY: f64 = 2.0;
/// Largest allowance that is kept for later, in cases.
// Hidden cases show as cases that disappear. Where none disappears, none was hidden.
const MAX_ALLOWANCE: f64 = 3.0;

/// The last cases that lists showed with an agent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HandledCases {
    /// One bit for each case: set if exactly one list showed it with an agent.
    shown_once: [u64; REMEMBERED.div_ceil(u64::BITS) as usize],
    recorded: u32,
    next: u32,
}

impl HandledCases {
    /// Records a case that `lists` showed with an agent, from its begin to its end.
    pub(super) fn record(&mut self, lists: u32) {
        let bit = 1 << (self.next % u64::BITS);
        let word = &mut self.shown_once[(self.next / u64::BITS) as usize];
        *word = if lists == 1 { *word | bit } else { *word & !bit };
        self.next = (self.next + 1) % REMEMBERED;
        self.recorded = (self.recorded + 1).min(REMEMBERED);
    }

    /// Returns the share that exactly one list showed; `None` while too few are known.
    pub(super) fn share(&self) -> Option<HandledOnce> {
        let once: u32 = self.shown_once.iter().map(|word| word.count_ones()).sum();
        (self.recorded >= MIN_CASES)
            .then(|| HandledOnce(f64::from(once) / f64::from(self.recorded)))
    }
}

/// Share of the cases with an agent that exactly one list showed, 0–1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HandledOnce(f64);

impl HandledOnce {
    /// Returns true if the service level can be measured.
    pub(super) fn is_measurable(self) -> bool {
        self.0 < UNMEASURABLE_SHARE
    }

    /// Returns true if every case that disappears may have been answered and finished.
    fn is_doubtful(self) -> bool {
        self.0 >= DOUBTFUL_SHARE
    }

    /// Returns the expected number of answered cases that no list shows with an agent, for each one
    /// that a list shows.
    // Exponential lengths with the mean m, lists d apart: of the cases that lists show, the share
    // 1 − exp(−d/m) is shown once, and d/m ÷ share − 1 are hidden for each that is shown. Lengths
    // with a peak away from zero hide fewer.
    fn hidden_per_shown(self) -> f64 {
        let share = self.0.clamp(0.0, 0.99);
        if share > 0.0 { -(1.0 - share).ln() / share - 1.0 } else { 0.0 }
    }
}

/// Numbers of hidden cases of a class that the bounds have to allow for, in cases.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HiddenAllowance {
    /// Answered after a list had shown them waiting: they look as if they had left.
    waited: f64,
    /// Answered, and no list showed them at all.
    unseen: f64,
    /// Left after more than `short_abandon`, and no list showed them.
    left: f64,
}

impl HiddenAllowance {
    /// Adds the share of hidden cases that an answered one stands for. `within` is its own chance
    /// of being within the target, `unseen` is true if no list showed it waiting. Returns the
    /// number of unseen cases to allow for now.
    pub(super) fn add_answered(
        &mut self,
        share: Option<HandledOnce>,
        within: f64,
        unseen: bool,
    ) -> u64 {
        let hidden = SAFETY * share.map_or(0.0, HandledOnce::hidden_per_shown);
        if !unseen {
            self.waited = (self.waited + hidden * within).min(MAX_ALLOWANCE);
            return 0;
        }
        self.unseen += hidden;
        take_whole(&mut self.unseen)
    }

    /// Returns true if a case that disappeared while it waited may have been answered within the
    /// target and finished.
    pub(super) fn may_be_answered(&mut self, share: Option<HandledOnce>) -> bool {
        if share.is_some_and(HandledOnce::is_doubtful) {
            return true;
        }
        let allowed = self.waited >= 1.0;
        self.waited -= f64::from(u8::from(allowed));
        allowed
    }

    /// Adds the cases that a case stands for which exactly one list showed waiting before it left.
    /// Returns the number of unseen cases to allow for now that left after more than `short`.
    // Callers who hang up after any time up to two intervals, evenly spread: for each that one list
    // shows, (d − short)² / 2d² wait longer than `short` between two lists d apart.
    pub(super) fn add_left_once(&mut self, interval: Duration, short: Duration) -> u64 {
        let longer = interval.saturating_sub(short).as_secs_f64();
        if longer > 0.0 {
            self.left += SAFETY * (longer / interval.as_secs_f64()).powi(2) / 2.0;
        }
        take_whole(&mut self.left)
    }
}

/// Takes the whole part of `amount`.
fn take_whole(amount: &mut f64) -> u64 {
    let whole = amount.floor();
    *amount -= whole;
    whole as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the share of the last cases, of which `once` were shown by one list.
    fn share(cases: u32, once: u32) -> Option<HandledOnce> {
        let mut handled = HandledCases::default();
        (0..cases).for_each(|n| handled.record(if n < once { 1 } else { 2 }));
        handled.share()
    }

    #[test]
    fn share_needs_thirty_cases() {
        assert_eq!(share(29, 29), None);
        assert_eq!(share(30, 15), Some(HandledOnce(0.5)));
    }

    #[test]
    fn share_is_that_of_the_last_two_hundred() {
        let mut handled = HandledCases::default();
        (0..500).for_each(|_| handled.record(1));
        (0..150).for_each(|_| handled.record(3));
        assert_eq!(handled.share(), Some(HandledOnce(0.25)));
        (0..50).for_each(|_| handled.record(2));
        assert_eq!(handled.share(), Some(HandledOnce(0.0)));
    }

    #[test]
    fn hidden_cases_follow_from_exponential_lengths() {
        // Mean length m = 10, lists 5 apart: 1 − exp(−0.5) = 39.3 % are shown once.
        let once = 1.0 - (-0.5f64).exp();
        // 1 − (m/d)(1 − exp(−d/m)) of all are hidden.
        let hidden = 1.0 - 2.0 * once;
        let expected = hidden / (1.0 - hidden);
        assert!((HandledOnce(once).hidden_per_shown() - expected).abs() < 1e-12);
        assert_eq!(HandledOnce(0.0).hidden_per_shown(), 0.0);
        assert!(HandledOnce(1.0).hidden_per_shown().is_finite());
    }

    #[test]
    fn few_hidden_cases_make_few_ends_doubtful() {
        let share = share(200, 20);
        let mut allowance = HiddenAllowance::default();
        let mut doubtful = 0;
        for _ in 0..1_000 {
            assert_eq!(allowance.add_answered(share, 1.0, false), 0);
            doubtful += u64::from(allowance.may_be_answered(share));
        }
        let expected = 1_000.0 * SAFETY * HandledOnce(0.1).hidden_per_shown();
        assert!((doubtful as f64 - expected).abs() <= 1.0, "{doubtful}, expected {expected}");
    }

    #[test]
    fn a_quarter_shown_once_makes_every_end_doubtful() {
        let mut allowance = HiddenAllowance::default();
        assert!(!allowance.may_be_answered(share(200, 49)));
        assert!((0..10).all(|_| allowance.may_be_answered(share(200, 50))));
    }

    #[test]
    fn longest_unseen_waits_need_an_interval_above_short() {
        let second = Duration::from_secs;
        let allowed = |interval: u64| -> u64 {
            let mut allowance = HiddenAllowance::default();
            (0..900).map(|_| allowance.add_left_once(second(interval), second(5))).sum()
        };
        assert_eq!((allowed(2), allowed(5)), (0, 0));
        // SAFETY × (10/15)² / 2 = 4/9 of the 900.
        assert!((399..=400).contains(&allowed(15)), "{}", allowed(15));
    }
}
