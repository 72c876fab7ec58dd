//! Distribution of the waits of answered cases, learnt case by case: with long intervals, it says
//! better than an even spread how likely a doubtful wait is within the target.

use std::time::Duration;

use crate::tally::evidence::Wait;

/// Interval above which the distribution is used.
// In simulations, an even spread put the service level at most a point off at intervals of 5 s, and
// five points at 15 s; with the distribution it was one point.
const SHORT_INTERVAL: Duration = Duration::from_secs(5);
/// Number of cells, each one second wide.
const CELLS: usize = 120;
/// Cases that the assumed distribution weighs as much as.
const ASSUMED_CASES: f64 = 20.0;
/// Largest number of cases that are remembered: later ones weigh more than the oldest, so that the
/// distribution follows the day.
const MAX_CASES: f64 = 500.0;

/// Shares of the waits by second. It is not saved: some dozens of cases teach it again.
#[derive(Clone, Debug)]
pub(super) struct LearntWaits {
    shares: [f64; CELLS],
    cases: f64,
}

impl Default for LearntWaits {
    fn default() -> Self {
        Self { shares: [1.0 / CELLS as f64; CELLS], cases: 0.0 }
    }
}

impl LearntWaits {
    /// Returns true if the distribution is used for this interval and target.
    pub(super) fn is_used(interval: Duration, target: Duration) -> bool {
        // A doubtful wait is at most two intervals longer than the target.
        let longest = (target + interval * 2).as_secs_f64();
        interval > SHORT_INTERVAL && longest <= CELLS as f64
    }

    /// Learns from the wait of one case. Returns the chance that it is at most `target` seconds.
    pub(super) fn learn(&mut self, wait: Wait, target: f64) -> f64 {
        let middle = |cell: usize| cell as f64 + 0.5;
        let mut chances = self.shares;
        for (cell, chance) in chances.iter_mut().enumerate() {
            *chance *= wait.likelihood(middle(cell));
        }
        let total: f64 = chances.iter().sum();
        if total <= 0.0 {
            return wait.share_within(target);
        }
        let step = 1.0 / (self.cases + ASSUMED_CASES);
        for (share, chance) in self.shares.iter_mut().zip(&chances) {
            *share += step * (chance / total - *share);
        }
        self.cases = (self.cases + 1.0).min(MAX_CASES);
        if wait.high() <= target {
            return 1.0;
        }
        if wait.low() > target {
            return 0.0;
        }
        let within = chances.iter().enumerate().filter(|(cell, _)| middle(*cell) <= target);
        (within.map(|(_, chance)| chance).sum::<f64>() / total).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Moment, tally::evidence::Window};

    const POLL: f64 = 15.0;
    const TARGET: f64 = 20.0;

    /// Returns the wait of a case that came `came` seconds after a list, as the lists show it.
    fn observed(came: f64, wait: f64) -> Wait {
        let window = |at: f64| {
            let next = (at / POLL).floor() * POLL;
            let moment = |seconds| Moment::default() + seconds;
            Window { from: moment(next), to: moment(next + POLL) }
        };
        Wait::between(window(came), window(came + wait))
    }

    /// Returns the mean chance of the last half of `cases` to be within the target, learnt and by
    /// an even spread; the waits come from `wait`, given numbers from 0 to 1.
    fn means(cases: u32, wait: impl Fn(u32, f64) -> f64) -> (f64, f64) {
        let mut learnt = LearntWaits::default();
        let (mut sum, mut even) = (0.0, 0.0);
        // Numbers that are spread evenly, and independent of each other.
        let spread = |n: u32, factor: f64| (f64::from(n) * factor).fract();
        for n in 0..cases {
            let case = observed(spread(n, 0.618_034) * POLL, wait(n, spread(n, 0.414_214)));
            let chance = learnt.learn(case, TARGET);
            if n >= cases / 2 {
                sum += chance;
                even += case.share_within(TARGET);
            }
        }
        let half = f64::from(cases - cases / 2);
        (sum / half, even / half)
    }

    #[test]
    fn short_waits_are_learnt_to_be_within() {
        for (cases, allowed) in [(60, 0.05), (400, 0.02), (4_000, 0.015)] {
            let (learnt, even) = means(cases, |_, draw| 3.0 + 4.0 * draw);
            assert!(learnt > 1.0 - allowed, "{learnt} of {cases}");
            assert!(even < 0.95, "an even spread says {even}");
        }
    }

    #[test]
    fn long_waits_keep_their_share() {
        // Exponential with a mean of 60 s.
        let (learnt, _) = means(4_000, |_, draw| -60.0 * (1.0 - draw).ln());
        let truth = 1.0 - (-TARGET / 60.0).exp();
        assert!((learnt - truth).abs() < 0.02, "{learnt}, in truth {truth}");
    }

    #[test]
    fn after_a_change_of_regime_it_is_no_worse_than_even() {
        // At noon, waits of some seconds become waits of about 25 s.
        let noon = 1_000;
        let (learnt, even) =
            means(2 * noon, |n, draw| if n < noon { 5.0 * draw } else { 22.0 + 6.0 * draw });
        assert!(learnt < even - 0.03, "{learnt}, an even spread says {even}");
    }

    #[test]
    fn short_intervals_and_long_targets_use_an_even_spread() {
        let second = Duration::from_secs;
        assert!(LearntWaits::is_used(second(15), second(20)));
        assert!(!LearntWaits::is_used(second(5), second(20)));
        assert!(!LearntWaits::is_used(second(15), second(86_400)));
    }
}
