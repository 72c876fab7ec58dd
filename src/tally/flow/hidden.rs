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
// About a fifth of the answered cases is then hidden, at any spread of their lengths.
const UNMEASURABLE_SHARE: f64 = 1.0 / 3.0;
/// Factor by which the allowance exceeds the expected number of answered cases that are hidden.
// The bounds have to hold in each hour, and small numbers vary by as much as themselves.
const ANSWERED_SAFETY: f64 = 2.0;
/// The same for cases that left.
const LEFT_SAFETY: f64 = 3.0;
/// Largest number of hidden cases that is expected for each one that exactly one list showed.
// Where nearly all are shown by one list or by many, some are far shorter than the interval. How
// many of those are hidden cannot be known; two to one is right for calls of a third of an interval.
const MAX_HIDDEN: f64 = 2.0;
/// Largest allowance that is kept for later, in cases.
// Hidden cases show as cases that disappear. Where none disappears, none was hidden.
const MAX_ALLOWANCE: f64 = 6.0;

/// Bits of the last cases, one each.
type Bits = [u64; REMEMBERED.div_ceil(u64::BITS) as usize];

/// The last cases that lists showed with an agent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HandledCases {
    /// Cases that exactly one list showed with an agent.
    once: Bits,
    /// Cases that exactly two lists showed.
    twice: Bits,
    recorded: u32,
    next: u32,
}

impl HandledCases {
    /// Records a case that `lists` showed with an agent, from its begin to its end.
    pub(super) fn record(&mut self, lists: u32) {
        let (word, bit) = ((self.next / u64::BITS) as usize, 1 << (self.next % u64::BITS));
        for (bits, is_set) in [(&mut self.once, lists == 1), (&mut self.twice, lists == 2)] {
            bits[word] = if is_set { bits[word] | bit } else { bits[word] & !bit };
        }
        self.next = (self.next + 1) % REMEMBERED;
        self.recorded = (self.recorded + 1).min(REMEMBERED);
    }

    /// Returns the shares that few lists showed; `None` while too few cases are known.
    pub(super) fn shares(&self) -> Option<BriefShares> {
        let count = |bits: &Bits| bits.iter().map(|word| word.count_ones()).sum::<u32>();
        (self.recorded >= MIN_CASES).then(|| BriefShares {
            cases: self.recorded,
            once: count(&self.once),
            twice: count(&self.twice),
        })
    }
}

/// Cases with an agent that few lists showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BriefShares {
    cases: u32,
    /// Those that exactly one list showed.
    once: u32,
    /// Those that exactly two lists showed.
    twice: u32,
}

impl BriefShares {
    /// Returns the share that exactly one list showed, 0–1.
    fn once(self) -> f64 {
        f64::from(self.once) / f64::from(self.cases)
    }

    /// Returns true if the service level can be measured.
    pub(super) fn is_measurable(self) -> bool {
        self.once() < UNMEASURABLE_SHARE
    }

    /// Returns true if every case that disappears may have been answered and finished.
    fn is_doubtful(self) -> bool {
        self.once() >= DOUBTFUL_SHARE
    }

    /// Returns the expected number of answered cases that no list shows with an agent, for each one
    /// that a list shows.
    // Of exponential lengths, each further list shows the same proportion of cases, and no list
    // shows half of what that proportion says, because the cases begin anywhere between two lists.
    // Lengths with a peak away from zero hide fewer, and mixtures of short and long ones more: both
    // shows in the proportion.
    fn hidden_per_shown(self) -> f64 {
        let proportion = f64::from(self.once) / f64::from(self.twice + 1);
        self.once() * (proportion / 2.0).min(MAX_HIDDEN)
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
    /// Adds the share of hidden cases that belongs to an answered one. `within` is its own chance
    /// of being within the target, `unseen` is true if no list showed it waiting. Returns the
    /// number of unseen cases to allow for now.
    pub(super) fn add_answered(
        &mut self,
        share: Option<BriefShares>,
        within: f64,
        unseen: bool,
    ) -> u64 {
        let hidden = ANSWERED_SAFETY * share.map_or(0.0, BriefShares::hidden_per_shown);
        if !unseen {
            self.waited = (self.waited + hidden * within).min(MAX_ALLOWANCE);
            return 0;
        }
        self.unseen += hidden;
        take_whole(&mut self.unseen)
    }

    /// Returns true if a case that disappeared while it waited may have been answered within the
    /// target and finished.
    pub(super) fn may_be_answered(&mut self, share: Option<BriefShares>) -> bool {
        if share.is_some_and(BriefShares::is_doubtful) {
            return true;
        }
        let allowed = self.waited >= 1.0;
        self.waited -= f64::from(u8::from(allowed));
        allowed
    }

    /// Adds the cases that belong to a case which exactly one list showed waiting before it left.
    /// Returns the number of unseen cases to allow for now that left after more than `short`.
    // Callers who hang up after any time up to two intervals, evenly spread: for each that one list
    // shows, (d − short)² / 2d² wait longer than `short` between two lists d apart.
    pub(super) fn add_left_once(&mut self, interval: Duration, short: Duration) -> u64 {
        let longer = interval.saturating_sub(short).as_secs_f64();
        if longer > 0.0 {
            self.left += LEFT_SAFETY * (longer / interval.as_secs_f64()).powi(2) / 2.0;
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

    /// Returns the shares of cases of which so many were shown by one list and by two.
    fn shares(cases: u32, once: u32, twice: u32) -> Option<BriefShares> {
        let mut handled = HandledCases::default();
        for n in 0..cases {
            handled.record(if n < once { 1 } else { 2 + u32::from(n >= once + twice) });
        }
        handled.shares()
    }

    #[test]
    fn shares_need_thirty_cases() {
        assert_eq!(shares(29, 29, 0), None);
        assert_eq!(shares(30, 15, 10), Some(BriefShares { cases: 30, once: 15, twice: 10 }));
    }

    #[test]
    fn shares_are_those_of_the_last_two_hundred() {
        let mut handled = HandledCases::default();
        (0..500).for_each(|_| handled.record(1));
        (0..150).for_each(|_| handled.record(3));
        assert_eq!(handled.shares(), Some(BriefShares { cases: 200, once: 50, twice: 0 }));
        (0..50).for_each(|_| handled.record(2));
        assert_eq!(handled.shares(), Some(BriefShares { cases: 200, once: 0, twice: 50 }));
    }

    #[test]
    fn hidden_cases_follow_from_exponential_lengths() {
        // Mean length m, lists d apart, d/m = 0.5: 1 − (m/d)(1 − exp(−d/m)) of all are hidden.
        let once = 1.0 - (-0.5f64).exp();
        let hidden = 1.0 - 2.0 * once;
        let expected = hidden / (1.0 - hidden);
        // 39 % and 24 % of 200 are shown once and twice.
        let found = shares(200, 79, 48).expect("enough").hidden_per_shown();
        assert!(found > expected && found < expected * 1.5, "{found}, expected {expected}");
        assert_eq!(shares(200, 0, 10).map(BriefShares::hidden_per_shown), Some(0.0));
    }

    #[test]
    fn calls_of_one_length_hide_fewer_than_a_mixture() {
        let hidden = |once, twice| shares(200, once, twice).expect("enough").hidden_per_shown();
        // 16 % shown once: where twice as many are shown twice, and where hardly any are.
        assert!(hidden(32, 64) < 0.1 && hidden(32, 1) > 0.3);
    }

    #[test]
    fn few_hidden_cases_make_few_ends_doubtful() {
        let shares = shares(200, 20, 39);
        let mut allowance = HiddenAllowance::default();
        let mut doubtful = 0;
        for _ in 0..1_000 {
            assert_eq!(allowance.add_answered(shares, 1.0, false), 0);
            doubtful += u64::from(allowance.may_be_answered(shares));
        }
        // 2 × 10 % × 20/40 ÷ 2 of them.
        assert!((49..=50).contains(&doubtful), "{doubtful}");
    }

    #[test]
    fn unseen_cases_are_allowed_for_as_they_accumulate() {
        let shares = shares(200, 20, 39);
        let mut allowance = HiddenAllowance::default();
        let allowed: u64 = (0..100).map(|_| allowance.add_answered(shares, 1.0, true)).sum();
        assert!((4..=5).contains(&allowed), "{allowed}");
        assert!(!allowance.may_be_answered(shares), "no list showed them waiting");
    }

    #[test]
    fn a_quarter_shown_once_makes_every_end_doubtful() {
        let mut allowance = HiddenAllowance::default();
        assert!(!allowance.may_be_answered(shares(200, 49, 60)));
        assert!((0..10).all(|_| allowance.may_be_answered(shares(200, 50, 60))));
    }

    #[test]
    fn longest_unseen_waits_need_an_interval_above_short() {
        let second = Duration::from_secs;
        let allowed = |interval: u64| -> u64 {
            let mut allowance = HiddenAllowance::default();
            (0..900).map(|_| allowance.add_left_once(second(interval), second(5))).sum()
        };
        assert_eq!((allowed(2), allowed(5)), (0, 0));
        // 3 × (10/15)² / 2 = 2/3 of the 900.
        assert!((599..=600).contains(&allowed(15)), "{}", allowed(15));
    }
}
