//! A case: somebody who calls or writes, from arrival to end, with the exact time of each step.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp, LogNormal};

/// How somebody reaches the contact centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Voice,
    Callback,
    Chat,
    Email,
    Task,
}

/// Where a live case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Waits for an agent.
    Queued,
    /// Rings at an agent, and still waits.
    Offered,
    /// An agent talks or works on it.
    Handled,
}

/// How a case came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was answered, and the agent is through with it.
    Served,
    /// Whoever waited gave up.
    Abandoned,
    /// Its service was taken away.
    Removed,
}

/// A live case. Times are world times; a later step never comes before an earlier one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    /// Job number: unique, and in the order of arrival.
    pub(crate) job: u64,
    pub(crate) service: u32,
    pub(crate) class: Class,
    /// The customer's number in some other system.
    pub(crate) customer: u64,
    pub(crate) stage: Stage,
    pub(crate) arrived: Duration,
    /// When it first rang at an agent.
    pub(crate) offered: Option<Duration>,
    pub(crate) answered: Option<Duration>,
    pub(crate) agent: Option<u32>,
}

impl Class {
    /// Whether the case is a call.
    pub(crate) fn is_call(self) -> bool {
        matches!(self, Self::Voice | Self::Callback)
    }

    /// How much a second of waiting weighs when an agent takes the next case.
    pub(crate) fn urgency(self) -> f64 {
        match self {
            Self::Voice | Self::Callback => 1.0,
            Self::Chat => 0.7,
            Self::Email | Self::Task => 0.05,
        }
    }

    /// How long somebody waits before giving up; `None` for those who never do.
    pub(crate) fn patience(self, rng: &mut ChaCha8Rng) -> Option<Duration> {
        let mean = match self {
            Self::Voice => 240.0,
            Self::Chat => 300.0,
            Self::Callback | Self::Email | Self::Task => return None,
        };
        Some(exponential(mean, rng))
    }

    /// How long the agent talks or works.
    pub(crate) fn handling(self, rng: &mut ChaCha8Rng) -> Duration {
        let spread = 0.6_f64;
        let centre = self.mean_handling().ln() - spread * spread / 2.0;
        let drawn = LogNormal::new(centre, spread).map_or(self.mean_handling(), |law| law.sample(rng));
        seconds(drawn)
    }

    /// Mean of [`Self::handling`], in seconds.
    pub(crate) fn mean_handling(self) -> f64 {
        match self {
            Self::Voice => 200.0,
            Self::Callback => 180.0,
            Self::Chat => 260.0,
            Self::Email => 240.0,
            Self::Task => 300.0,
        }
    }
}

impl Case {
    /// How long the case has waited, or had waited when it was answered.
    pub(crate) fn waited(&self, now: Duration) -> Duration {
        self.answered.unwrap_or(now).saturating_sub(self.arrived)
    }
}

/// Mean time of the work after a case, in seconds.
pub(crate) const MEAN_WRAP_UP: f64 = 35.0;

/// Mean time that a case rings, in seconds.
pub(crate) const MEAN_RINGING: f64 = 7.0;

/// How long the work after a case takes.
pub(crate) fn wrap_up(rng: &mut ChaCha8Rng) -> Duration {
    exponential(MEAN_WRAP_UP, rng)
}

/// How long a case rings until the agent reacts.
pub(crate) fn ringing(rng: &mut ChaCha8Rng) -> Duration {
    seconds(rng.random_range(2.0..2.0 * MEAN_RINGING - 2.0))
}

/// A time drawn from an exponential law with this mean in seconds.
pub(crate) fn exponential(mean: f64, rng: &mut ChaCha8Rng) -> Duration {
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
    fn handling_times_have_the_stated_mean_and_patience_belongs_to_who_waits_live() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let total: Duration = (0..20_000).map(|_| Class::Voice.handling(&mut rng)).sum();
        assert!((total.as_secs_f64() / 20_000.0 - 200.0).abs() < 5.0);
        assert!(Class::Voice.patience(&mut rng).is_some());
        assert!(Class::Email.patience(&mut rng).is_none());
    }
}
