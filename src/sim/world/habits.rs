//! How an agent works: what it does besides talking.

use std::time::Duration;

use super::law::Law;

/// How an agent works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Habits {
    /// How long a case rings until the agent reacts; `None`: it is answered at once.
    pub ringing: Option<Law>,
    /// The part of the cases that ring and are not answered, 0 to 1.
    pub missed: f64,
    /// How long the work after a case takes; `None`: there is none.
    pub wrap_up: Option<Law>,
    /// Whether the agent takes pauses: one every fifty minutes or so.
    pub pauses: bool,
}

impl Habits {
    /// A machine that answers.
    pub const NONE: Self = Self { ringing: None, missed: 0.0, wrap_up: None, pauses: false };

    /// Those of the demo's agents.
    pub const USUAL: Self = Self {
        ringing: Some(Law::Uniform(Duration::from_secs(2), Duration::from_secs(12))),
        missed: 0.04,
        wrap_up: Some(Law::Exponential(Duration::from_secs(35))),
        pauses: true,
    };
}
