//! What comes to a service: which classes of cases, how long each is worked on, who gives up when.

use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::case::Class;
use super::law::Law;
use super::service::Channel;

/// The longest that somebody in a hurry waits: a call that most polls never see.
const HASTY: Law = Law::Uniform(Duration::from_millis(500), Duration::from_secs(3));

/// The cases of one class that come to a service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// The class.
    pub class: Class,
    /// How many of the service's cases are of this class, in proportion to the shares of the others.
    pub share: f64,
    /// How long an agent talks or works.
    pub handling: Law,
    /// How long somebody waits before giving up; `None` for those who never do.
    pub patience: Option<Law>,
    /// The part, 0 to 1, that gives up within half a second to three seconds.
    pub hasty: f64,
}

impl Demand {
    /// Cases of a class as the demo has them, with `share` of the service's cases.
    pub fn usual(class: Class, share: f64) -> Self {
        let patience = |seconds| Some(Law::Exponential(Duration::from_secs(seconds)));
        let (handling, patience) = match class {
            Class::Voice => (200, patience(240)),
            Class::Callback => (180, None),
            Class::Chat => (260, patience(300)),
            Class::Email => (240, None),
            Class::Task => (300, None),
        };
        Self { class, share, handling: Law::LogNormal(Duration::from_secs(handling)), patience, hasty: 0.0 }
    }

    /// How long one who has just come waits before giving up.
    pub(super) fn patience(&self, rng: &mut ChaCha8Rng) -> Option<Duration> {
        let hasty = self.hasty > 0.0 && rng.random::<f64>() < self.hasty;
        if hasty { Some(HASTY.draw(rng)) } else { self.patience.map(|law| law.draw(rng)) }
    }
}

impl Channel {
    /// What comes to the demo's services.
    pub(super) fn demands(self) -> Vec<Demand> {
        match self {
            Self::Phone => vec![Demand::usual(Class::Callback, 0.07), Demand::usual(Class::Voice, 0.93)],
            Self::Chat => vec![Demand::usual(Class::Chat, 1.0)],
            Self::Mail => vec![Demand::usual(Class::Task, 0.25), Demand::usual(Class::Email, 0.75)],
        }
    }
}

/// The demand that `draw` (0 to 1) picks; `None` where there is none.
pub(super) fn pick(demands: &[Demand], draw: f64) -> Option<Demand> {
    let mut left = draw * demands.iter().map(|demand| demand.share).sum::<f64>();
    let found = demands.iter().find(|demand| {
        left -= demand.share;
        left < 0.0
    });
    found.or(demands.last()).copied()
}

/// Mean seconds of work on a case.
pub(super) fn mean_handling(demands: &[Demand]) -> f64 {
    let total: f64 = demands.iter().map(|demand| demand.share).sum();
    let work: f64 = demands.iter().map(|demand| demand.share * demand.handling.mean().as_secs_f64()).sum();
    if total > 0.0 { work / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn each_class_comes_as_often_as_its_share_says() {
        let demands = Channel::Mail.demands();
        let class = |draw| pick(&demands, draw).map(|demand| demand.class);
        assert_eq!(class(0.2499), Some(Class::Task));
        assert_eq!(class(0.2501), Some(Class::Email));
        assert_eq!(class(1.0), Some(Class::Email));
        assert_eq!(pick(&[], 0.5), None);
        assert!((mean_handling(&demands) - 255.0).abs() < 1e-9);
    }

    #[test]
    fn patience_belongs_to_who_waits_live_and_the_hasty_have_little() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(Demand::usual(Class::Voice, 1.0).patience(&mut rng).is_some());
        assert!(Demand::usual(Class::Email, 1.0).patience(&mut rng).is_none());
        let demand = Demand { hasty: 0.2, patience: None, ..Demand::usual(Class::Voice, 1.0) };
        let gone: Vec<Duration> = (0..10_000).filter_map(|_| demand.patience(&mut rng)).collect();
        assert!((1_850..2_150).contains(&gone.len()), "{}", gone.len());
        assert!(gone.iter().all(|wait| *wait <= Duration::from_secs(3)));
    }
}
