//! Probability distributions of durations.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp, LogNormal};

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
