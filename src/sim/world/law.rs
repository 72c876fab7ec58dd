//! Laws of chance for how long something lasts.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp, LogNormal};

/// Deviation of the logarithm of a [`Law::LogNormal`]: talks have a long tail, but not a wild one.
const SPREAD: f64 = 0.6;

/// How long something lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Always the same.
    Fixed(Duration),
    /// Exponential, with this mean.
    Exponential(Duration),
    /// Lognormal, with this mean and a deviation of 0.6 of the logarithm.
    LogNormal(Duration),
    /// Anything from the first to the second, all as likely.
    Uniform(Duration, Duration),
}

impl Law {
    /// The mean.
    pub fn mean(self) -> Duration {
        match self {
            Self::Fixed(mean) | Self::Exponential(mean) | Self::LogNormal(mean) => mean,
            Self::Uniform(from, to) => (from + to) / 2,
        }
    }

    pub(super) fn draw(self, rng: &mut ChaCha8Rng) -> Duration {
        match self {
            Self::Fixed(length) => length,
            Self::Exponential(mean) => exponential(mean.as_secs_f64(), rng),
            Self::LogNormal(mean) => {
                let centre = mean.as_secs_f64().ln() - SPREAD * SPREAD / 2.0;
                LogNormal::new(centre, SPREAD).map_or(mean, |law| seconds(law.sample(rng)))
            }
            Self::Uniform(from, to) if from < to => {
                seconds(rng.random_range(from.as_secs_f64()..to.as_secs_f64()))
            }
            Self::Uniform(from, _) => from,
        }
    }
}

/// A time drawn from an exponential law with this mean in seconds.
pub(super) fn exponential(mean: f64, rng: &mut ChaCha8Rng) -> Duration {
    seconds(Exp::new(1.0 / mean).map_or(mean, |law| law.sample(rng)))
}

fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn what_is_drawn_has_the_stated_mean_and_nothing_is_drawn_from_nothing() {
        let (second, mut rng) = (Duration::from_secs, ChaCha8Rng::seed_from_u64(1));
        for law in [
            Law::Fixed(second(200)),
            Law::Exponential(second(200)),
            Law::LogNormal(second(200)),
            Law::Uniform(second(100), second(300)),
        ] {
            let total: Duration = (0..20_000).map(|_| law.draw(&mut rng)).sum();
            assert_eq!(law.mean(), second(200));
            assert!((total.as_secs_f64() / 20_000.0 - 200.0).abs() < 5.0, "{law:?}: {total:?}");
        }
        for law in [Law::Exponential, Law::LogNormal, Law::Fixed] {
            assert_eq!(law(Duration::ZERO).draw(&mut rng), Duration::ZERO);
        }
        assert_eq!(Law::Uniform(second(3), second(3)).draw(&mut rng), second(3));
    }
}
