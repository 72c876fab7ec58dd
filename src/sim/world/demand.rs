//! Demand at a service, by class of case: handling times, and the patience of customers.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Distribution;

closed_set! {
    /// Class of a case. Lists and figures are kept per class; the text is its name in `/sim/truth`.
    pub Class, as_str: &'static str {
        /// An inbound call.
        Voice => "voice",
        /// A customer waits to be called back.
        Callback => "callback",
        /// A chat.
        Chat => "chat",
        /// An e-mail.
        Email => "email",
        /// A task, for which no customer waits on a line.
        Task => "task",
    }
}

impl Class {
    /// Returns true for the classes that `services/calls` lists.
    pub(crate) fn is_call(self) -> bool {
        matches!(self, Self::Voice | Self::Callback)
    }

    /// Weight of a second of waiting when an agent takes the next case: written cases can wait,
    /// callers cannot.
    pub(crate) fn urgency(self) -> f64 {
        match self {
            Self::Voice | Self::Callback => 1.0,
            Self::Chat => 0.7,
            Self::Email | Self::Task => 0.05,
        }
    }
}

/// Patience of a caller who hangs up quickly: most polls, seconds apart, never see such a call.
const SHORT_ABANDON_WAIT: Distribution =
    Distribution::Uniform(Duration::from_millis(500), Duration::from_secs(3));

/// Handling time of a greeting: an announcement, or a caller who is put right in a sentence. A poll
/// of five seconds may never see an agent with such a call.
const GREETING: Distribution =
    Distribution::Uniform(Duration::from_secs(3), Duration::from_secs(5));

/// Cases of one class at a service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// The class.
    pub class: Class,
    /// Weight of this class among the service's demands.
    pub share: f64,
    /// Handling time.
    pub handling: Distribution,
    /// Time until a waiting customer abandons; `None` for customers who never do.
    pub patience: Option<Distribution>,
    /// Share, 0 to 1, that abandons within 0.5 to 3 seconds.
    pub short_abandons: f64,
    /// Share, 0 to 1, of the answered cases that are over after 3 to 5 seconds.
    pub greetings: f64,
}

impl Demand {
    /// Demand with the demo's handling time and patience, weighted with `share`.
    pub fn typical(class: Class, share: f64) -> Self {
        let patience = |seconds| Some(Distribution::Exponential(Duration::from_secs(seconds)));
        let (handling, patience) = match class {
            // Means in seconds. No one waits live for a callback, an e-mail or a task, so these
            // have no patience.
            Class::Voice => (200, patience(240)),
            Class::Callback => (180, None),
            Class::Chat => (260, patience(300)),
            Class::Email => (240, None),
            Class::Task => (300, None),
        };
        Self {
            class,
            share,
            handling: Distribution::LogNormal(Duration::from_secs(handling)),
            patience,
            short_abandons: 0.0,
            greetings: 0.0,
        }
    }

    /// Picks the distribution of an answered case's handling time.
    pub(super) fn pick_handling(&self, rng: &mut ChaCha8Rng) -> Distribution {
        // No draw without greetings: worlds without them must keep their sequence of random numbers.
        let is_greeting = self.greetings > 0.0 && rng.random::<f64>() < self.greetings;
        if is_greeting { GREETING } else { self.handling }
    }

    /// Mean handling time in seconds, greetings included.
    fn mean_handling(&self) -> f64 {
        let [greeting, other] = [GREETING, self.handling].map(|it| it.mean().as_secs_f64());
        self.greetings * greeting + (1.0 - self.greetings) * other
    }

    /// Draws the patience of a new case.
    pub(super) fn patience(&self, rng: &mut ChaCha8Rng) -> Option<Duration> {
        // No draw without such callers: worlds without them must keep their sequence of random
        // numbers.
        let short_abandons = self.short_abandons > 0.0 && rng.random::<f64>() < self.short_abandons;
        if short_abandons {
            Some(SHORT_ABANDON_WAIT.sample(rng))
        } else {
            self.patience.map(|distribution| distribution.sample(rng))
        }
    }
}

/// Picks a demand by weight; `draw` is uniform in 0 to 1. `None` without demands.
pub(super) fn pick(demands: &[Demand], draw: f64) -> Option<Demand> {
    let mut left = draw * demands.iter().map(|demand| demand.share).sum::<f64>();
    let found = demands.iter().find(|demand| {
        left -= demand.share;
        left < 0.0
    });
    // Rounding may leave a draw near 1 unassigned: it belongs to the last one.
    found.or(demands.last()).copied()
}

/// Mean handling time over all demands, in seconds.
pub(crate) fn mean_handling(demands: &[Demand]) -> f64 {
    let total: f64 = demands.iter().map(|demand| demand.share).sum();
    let work: f64 = demands.iter().map(|demand| demand.share * demand.mean_handling()).sum();
    if total > 0.0 { work / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::Channel;
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn draws_pick_classes_by_share() {
        let demands = Channel::Mail.demands();
        let class = |draw| pick(&demands, draw).map(|demand| demand.class);
        assert_eq!(class(0.2499), Some(Class::Task));
        assert_eq!(class(0.2501), Some(Class::Email));
        assert_eq!(class(1.0), Some(Class::Email));
        assert_eq!(pick(&[], 0.5), None);
        assert!((mean_handling(&demands) - 255.0).abs() < 1e-9);
    }

    #[test]
    fn only_live_waits_are_abandoned() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(Demand::typical(Class::Voice, 1.0).patience(&mut rng).is_some());
        assert!(Demand::typical(Class::Email, 1.0).patience(&mut rng).is_none());
        let demand =
            Demand { short_abandons: 0.2, patience: None, ..Demand::typical(Class::Voice, 1.0) };
        let gone: Vec<Duration> = (0..10_000).filter_map(|_| demand.patience(&mut rng)).collect();
        // 20 % of 10,000, within nearly four standard deviations of 40.
        assert!((1_850..2_150).contains(&gone.len()), "{}", gone.len());
        assert!(gone.iter().all(|wait| *wait <= Duration::from_secs(3)));
    }

    #[test]
    fn greetings_are_over_within_five_seconds() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let handling = Distribution::Fixed(Duration::from_secs(184));
        let demand = Demand { greetings: 0.25, handling, ..Demand::typical(Class::Voice, 1.0) };
        let picked: Vec<Distribution> =
            (0..10_000).map(|_| demand.pick_handling(&mut rng)).collect();
        let brief = picked.iter().filter(|it| it.mean() == Duration::from_secs(4)).count();
        // 25 % of 10,000, within nearly four standard deviations of 43.
        assert!((2_330..2_670).contains(&brief), "{brief}");
        assert!(picked.iter().all(|it| *it == GREETING || *it == handling));
        assert!((mean_handling(&[demand]) - 139.0).abs() < 1e-9);
    }
}
