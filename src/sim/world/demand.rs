//! Demand at a service: classes of cases with their share, handling time and patience.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::behaviour::Behaviour;
use super::case::Class;
use super::distribution::Distribution;

/// Patience of a caller who hangs up quickly: most polls, seconds apart, never see such a call.
const SHORT_ABANDON_WAIT: Distribution =
    Distribution::Uniform(Duration::from_millis(500), Duration::from_secs(3));

/// Kind of cases that a service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Phone,
    Chat,
    Mail,
}

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
        }
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

impl Channel {
    /// Channel of the service with this number in its contact centre: one in eight for chat, one
    /// for mail.
    pub(crate) fn for_number(number: usize) -> Self {
        match number % 8 {
            4 => Self::Chat,
            6 => Self::Mail,
            _ => Self::Phone,
        }
    }

    /// Channel of a class.
    pub(crate) fn for_class(class: Class) -> Self {
        match class {
            Class::Voice | Class::Callback => Self::Phone,
            Class::Chat => Self::Chat,
            Class::Email | Class::Task => Self::Mail,
        }
    }

    /// Offered load at the busiest time, as a share of the capacity of the staff.
    pub(crate) fn load(self) -> f64 {
        match self {
            // Above the capacity: abandons bound these queues. No one abandons an e-mail, so mail
            // must leave room.
            Self::Phone => 1.35,
            Self::Chat => 1.2,
            Self::Mail => 1.0,
        }
    }

    /// Mean seconds of a demo agent's time per case of the most common class, ringing and wrap-up
    /// included.
    pub(crate) fn mean_cycle(self) -> f64 {
        let handling = self.demands().last().map(|demand| demand.handling);
        let distributions = [handling, Behaviour::TYPICAL.ringing, Behaviour::TYPICAL.wrap_up];
        distributions
            .into_iter()
            .flatten()
            .map(|distribution| distribution.mean().as_secs_f64())
            .sum()
    }

    /// Demand at the demo's services. The most common class is last: [`Self::mean_cycle`] relies on
    /// it.
    pub(super) fn demands(self) -> Vec<Demand> {
        match self {
            Self::Phone => {
                vec![Demand::typical(Class::Callback, 0.07), Demand::typical(Class::Voice, 0.93)]
            }
            Self::Chat => vec![Demand::typical(Class::Chat, 1.0)],
            Self::Mail => {
                vec![Demand::typical(Class::Task, 0.25), Demand::typical(Class::Email, 0.75)]
            }
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
pub(super) fn mean_handling(demands: &[Demand]) -> f64 {
    let total: f64 = demands.iter().map(|demand| demand.share).sum();
    let work: f64 =
        demands.iter().map(|demand| demand.share * demand.handling.mean().as_secs_f64()).sum();
    if total > 0.0 { work / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

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
}
