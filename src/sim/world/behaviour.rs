//! Behaviour of agents: ringing, missed offers, wrap-up and pauses.

use std::time::Duration;

use super::Distribution;

/// Ringing time, missed offers, wrap-up and pauses of an agent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Behaviour {
    /// Ringing time until the agent reacts; `None` means an immediate answer.
    pub ringing: Option<Distribution>,
    /// Share of offers that are not answered, 0 to 1.
    pub missed: f64,
    /// Wrap-up time; `None` means no wrap-up.
    pub wrap_up: Option<Distribution>,
    /// Takes a pause about every 50 minutes.
    pub pauses: bool,
}

impl Behaviour {
    /// Answers at once, without wrap-up or pauses: an ideal server of queueing theory.
    pub const INSTANT: Self = Self { ringing: None, missed: 0.0, wrap_up: None, pauses: false };

    /// Behaviour of the demo's agents.
    pub const TYPICAL: Self = Self {
        ringing: Some(Distribution::Uniform(Duration::from_secs(2), Duration::from_secs(12))),
        missed: 0.04,
        wrap_up: Some(Distribution::Exponential(Duration::from_secs(35))),
        pauses: true,
    };
}

/// Time on duty between two pauses.
pub(super) const PAUSE_INTERVAL: Distribution =
    Distribution::Exponential(Duration::from_secs(50 * 60));

/// Reason and mean length in minutes, and weight, of each kind of pause.
pub(super) const PAUSES: [((&str, u64), u32); 4] =
    [(("Rast", 10), 5), (("Ärendehantering", 6), 3), (("Möte", 20), 1), (("Utbildning", 25), 1)];

/// Pause of an agent who did not answer: the product puts such an agent into pause, and without it
/// the same case would ring there again at once.
pub(super) const NO_ANSWER_PAUSE: Distribution = Distribution::Fixed(Duration::from_secs(60));
