//! A service: its queue, the counts of its state, and its demand by class, with the probability
//! distributions of handling times and patience.

use std::collections::BTreeSet;
use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp, LogNormal};

use super::{ArrivalProfile, Behaviour, Class, OpeningHours};
use crate::sim::Rerouting;

/// Kind of cases that a service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Phone,
    Chat,
    Mail,
}

/// A service and its queue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Service {
    pub(crate) id: u32,
    pub(crate) center: u32,
    pub(crate) group: u32,
    pub(crate) name: String,
    pub(crate) channel: Channel,
    pub(crate) opening_hours: OpeningHours,
    pub(crate) arrival_profile: ArrivalProfile,
    /// Arrivals per second at the busiest time.
    pub(crate) rate: f64,
    pub(crate) demands: Vec<Demand>,
    pub(crate) rerouting: Rerouting,
    /// Mean seconds of an agent's time per case.
    pub(crate) cycle: f64,
    /// Generation of the arrival event that is valid.
    pub(crate) generation: u64,
    /// Queued cases that ring nowhere: start of the wait, job number.
    pub(crate) queue: BTreeSet<(Duration, u64)>,
    /// Waiting cases: the queue and those that ring.
    pub(crate) waiting: BTreeSet<(Duration, u64)>,
    /// Job numbers of all live cases.
    pub(crate) live: BTreeSet<u64>,
    /// Agents ready for a case, longest idle first.
    pub(crate) idle: BTreeSet<(Duration, u32)>,
    pub(crate) logged_on: usize,
    pub(crate) available: usize,
    pub(crate) busy: usize,
}

impl Channel {
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
}

impl Service {
    /// Returns a service without an id, always open, with the demo's demand and no cases.
    pub(super) fn new(center: u32, group: u32, name: String, channel: Channel) -> Self {
        Self {
            id: 0,
            center,
            group,
            name,
            channel,
            opening_hours: OpeningHours::Always,
            arrival_profile: ArrivalProfile::Daily,
            rate: 0.0,
            demands: channel.demands(),
            rerouting: Rerouting::default(),
            cycle: channel.mean_cycle(),
            generation: 0,
            queue: BTreeSet::new(),
            waiting: BTreeSet::new(),
            live: BTreeSet::new(),
            idle: BTreeSet::new(),
            logged_on: 0,
            available: 0,
            busy: 0,
        }
    }

    /// Estimated wait of a new case: waiting cases × mean cycle ÷ agents logged on.
    pub(crate) fn estimated_wait(&self) -> Duration {
        // At least one: without agents the quotient would be infinite, and `from_secs_f64` panics.
        let each = self.cycle / self.logged_on.max(1) as f64;
        Duration::from_secs_f64(self.waiting.len() as f64 * each)
    }

    /// Demand of a class; the demo's defaults for a class that only arrives by rerouting.
    pub(crate) fn demand(&self, class: Class) -> Demand {
        let known = self.demands.iter().find(|demand| demand.class == class);
        known.copied().unwrap_or_else(|| Demand::typical(class, 0.0))
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

/// Standard deviation of the logarithm of [`Distribution::LogNormal`]: handling times have a long
/// tail, but no extreme one.
const SPREAD: f64 = 0.6;

/// Distribution of a duration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// A constant.
    Fixed(Duration),
    /// Exponential with this mean.
    Exponential(Duration),
    /// Lognormal with this mean; the logarithm has a standard deviation of 0.6.
    LogNormal(Duration),
    /// Uniform between the two.
    Uniform(Duration, Duration),
}

impl Distribution {
    /// Mean of the distribution.
    pub fn mean(self) -> Duration {
        match self {
            Self::Fixed(mean) | Self::Exponential(mean) | Self::LogNormal(mean) => mean,
            Self::Uniform(from, to) => (from + to) / 2,
        }
    }

    pub(super) fn sample(self, rng: &mut ChaCha8Rng) -> Duration {
        match self {
            Self::Fixed(length) => length,
            Self::Exponential(mean) => exponential(mean.as_secs_f64(), rng),
            Self::LogNormal(mean) => {
                // The mean of a lognormal distribution is exp(mu + sigma²/2).
                let centre = mean.as_secs_f64().ln() - SPREAD * SPREAD / 2.0;
                LogNormal::new(centre, SPREAD)
                    .map_or(mean, |distribution| seconds(distribution.sample(rng)))
            }
            Self::Uniform(from, to) if from < to => {
                seconds(rng.random_range(from.as_secs_f64()..to.as_secs_f64()))
            }
            // An empty range would make `random_range` panic.
            Self::Uniform(from, _) => from,
        }
    }
}

/// Draws from an exponential distribution with this mean in seconds.
pub(super) fn exponential(mean: f64, rng: &mut ChaCha8Rng) -> Duration {
    seconds(Exp::new(1.0 / mean).map_or(mean, |distribution| distribution.sample(rng)))
}

fn seconds(value: f64) -> Duration {
    // A mean of zero yields infinity or NaN; the duration is then zero.
    Duration::try_from_secs_f64(value).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn samples_have_the_stated_mean() {
        let (second, mut rng) = (Duration::from_secs, ChaCha8Rng::seed_from_u64(1));
        for distribution in [
            Distribution::Fixed(second(200)),
            Distribution::Exponential(second(200)),
            Distribution::LogNormal(second(200)),
            Distribution::Uniform(second(100), second(300)),
        ] {
            let total: Duration = (0..20_000).map(|_| distribution.sample(&mut rng)).sum();
            assert_eq!(distribution.mean(), second(200));
            assert!(
                (total.as_secs_f64() / 20_000.0 - 200.0).abs() < 5.0,
                "{distribution:?}: {total:?}"
            );
        }
        for distribution in
            [Distribution::Exponential, Distribution::LogNormal, Distribution::Fixed]
        {
            assert_eq!(distribution(Duration::ZERO).sample(&mut rng), Duration::ZERO);
        }
        assert_eq!(Distribution::Uniform(second(3), second(3)).sample(&mut rng), second(3));
    }
}
