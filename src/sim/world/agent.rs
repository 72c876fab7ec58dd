//! An agent: who it is, what it can do, and what it does now.

use std::time::Duration;

use super::profile::Shift;

/// What an agent does. An agent does exactly one of these at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Activity {
    LoggedOut,
    Available,
    Offered,
    Busy,
    WrapUp,
    Paused,
}

impl Activity {
    /// Every activity.
    pub(crate) const ALL: [Self; 6] =
        [Self::LoggedOut, Self::Available, Self::Offered, Self::Busy, Self::WrapUp, Self::Paused];
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
    pub(crate) shift: Shift,
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
