//! An agent: identity, skills and present activity.

use std::time::Duration;

use super::behaviour::Behaviour;
use super::profile::Shift;

/// Activity of an agent; exactly one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// Not at work.
    LoggedOut,
    /// Ready for a case.
    Available,
    /// A case is ringing.
    Offered,
    /// Talks or works on a case.
    Busy,
    /// After-call work.
    WrapUp,
    /// Logged in, takes no cases.
    Paused,
}

impl Activity {
    /// Every activity in declaration order.
    // `AgentTime` indexes its array by this order.
    pub const ALL: [Self; 6] =
        [Self::LoggedOut, Self::Available, Self::Offered, Self::Busy, Self::WrapUp, Self::Paused];

    /// Name of this activity in `/sim/truth`.
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
    /// Ids of the services whose cases the agent takes.
    pub(crate) skills: Vec<u32>,
    pub(crate) behaviour: Behaviour,
    /// Working hours; `None` means round the clock.
    pub(crate) shift: Option<Shift>,
    pub(crate) activity: Activity,
    /// World time at which the activity began.
    pub(crate) since: Duration,
    /// Pause reason; only while paused.
    pub(crate) reason: Option<String>,
    /// Job number of the case that rings, is handled or was just handled.
    pub(crate) job: Option<u64>,
    /// The service of that case.
    pub(crate) service: Option<u32>,
    /// Number of the present activity. An `ActivityEnd` of another generation is outdated and
    /// ignored.
    pub(crate) generation: u64,
    /// Number of the present duty period. A pause scheduled in an earlier one is ignored.
    pub(crate) login: u64,
    pub(crate) on_duty: bool,
    pub(crate) pause_due: bool,
    /// The API has set this agent's state: it takes no cases and keeps the state until it is
    /// released.
    pub(crate) controlled: bool,
}

/// An agent group or a service group of a contact centre.
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
