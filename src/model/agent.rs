//! Agents: configuration and current state.

use std::time::SystemTime;

use super::{Text, closed_set::closed_set};

closed_set! {
    /// The state of an agent. An agent is in exactly one state.
    ///
    /// The words are those of the label `state` and of field dictionaries.
    AgentState {
        /// Not logged on.
        LoggedOut => "logged_out",
        /// Logged on and free to take a case.
        Available => "available",
        /// Being offered a case that is not yet accepted.
        Reserved => "reserved",
        /// Talking, or handling a written case.
        Busy => "busy",
        /// Finishing up after a case.
        WrapUp => "wrap_up",
        /// Logged on, but not taking cases.
        Paused => "paused",
        /// Trio names a state that the field dictionary does not map.
        Unknown => "unknown",
    }
}

/// An agent as configured (`agents`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Trio's id.
    pub id: Text,
    /// Display name, or first and last name joined.
    pub name: Option<Text>,
    /// Ids of the agent groups in the agent's record.
    pub group_ids: Vec<Text>,
}

/// The current state of an agent (`agents/state`).
#[derive(Clone, Debug, PartialEq)]
pub struct AgentStatus {
    /// Trio's id.
    pub id: Text,
    /// Name, if the state record contains one.
    pub name: Option<Text>,
    /// `None` when the answer has no state member at all.
    pub state: Option<AgentState>,
    /// Trio's own time of the last state change.
    pub since: Option<SystemTime>,
    /// Trio gives such a time that cannot be read, such as one without a zone.
    pub since_is_unreadable: bool,
    /// Reason of the pause, one of those configured in Trio.
    pub reason: Option<Text>,
    /// Job number of the case that the agent handles or is offered.
    pub job: Option<Text>,
}

impl AgentStatus {
    /// Creates the status of an agent in this state, of whom nothing else is known.
    pub fn new(id: impl Into<Text>, state: Option<AgentState>) -> Self {
        Self {
            id: id.into(),
            name: None,
            state,
            since: None,
            since_is_unreadable: false,
            reason: None,
            job: None,
        }
    }
}

/// An agent group (`agentgroups`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentGroup {
    /// Trio's id.
    pub id: Text,
    /// Name of the group.
    pub name: Option<Text>,
    /// Ids of the members in the group's record.
    pub agent_ids: Vec<Text>,
}
