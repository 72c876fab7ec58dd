//! An agent: who it is, what it can do, and what it does now.

use std::time::Duration;

use super::habits::Habits;
use super::profile::Shift;

/// What an agent does. An agent does exactly one of these at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// Not at work.
    LoggedOut,
    /// Waits for a case.
    Available,
    /// A case rings.
    Offered,
    /// Talks, or works on a case.
    Busy,
    /// Works after a case.
    WrapUp,
    /// Takes no cases.
    Paused,
}

impl Activity {
    /// Every activity, in the order of their declaration.
    pub const ALL: [Self; 6] =
        [Self::LoggedOut, Self::Available, Self::Offered, Self::Busy, Self::WrapUp, Self::Paused];

    /// The word for this activity.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::Available => "available",
            Self::Offered => "offered",
            Self::Busy => "busy",
            Self::WrapUp => "wrap_up",
            Self::Paused => "paused",
        }
    }
}

/// An agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Agent {
    pub(crate) id: u32,
    pub(crate) center: u32,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    /// Agent groups: one or more.
    pub(crate) groups: Vec<u32>,
    /// Services that the agent can take cases of.
    pub(crate) skills: Vec<u32>,
    pub(crate) habits: Habits,
    /// When the agent works; `None` is round the clock.
    pub(crate) shift: Option<Shift>,
    pub(crate) activity: Activity,
    /// World time at which the activity began.
    pub(crate) since: Duration,
    /// Why the agent is paused.
    pub(crate) reason: Option<String>,
    /// The case that rings, is handled, or was just handled.
    pub(crate) job: Option<u64>,
    /// The service of that case.
    pub(crate) service: Option<u32>,
    /// The generation of the event that ends the activity.
    pub(crate) generation: u64,
    /// The number of the present login, for the pauses planned in it.
    pub(crate) login: u64,
    pub(crate) on_duty: bool,
    pub(crate) pause_due: bool,
    /// Somebody sets this agent's state from outside: it takes no cases and stays as it is set.
    pub(crate) controlled: bool,
}

/// Something with a number and a name inside a contact centre: an agent group or a service group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) id: u32,
    pub(crate) center: u32,
    pub(crate) name: String,
}

/// A contact centre.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Center {
    pub(crate) id: u32,
    pub(crate) name: String,
}
