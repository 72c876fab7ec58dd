//! Agents: configuration and current state.

use std::time::SystemTime;

use super::Text;

/// The state of an agent. An agent is in exactly one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AgentState {
    /// Not logged on.
    LoggedOut,
    /// Logged on and free to take a case.
    Available,
    /// Being offered a case that is not yet accepted.
    Reserved,
    /// Talking, or handling a written case.
    Busy,
    /// Finishing up after a case.
    WrapUp,
    /// Logged on, but not taking cases.
    Paused,
    /// Trio names a state that the field dictionary does not map.
    Unknown,
}

impl AgentState {
    /// Every state, in the order of [`AgentState::index`].
    pub const ALL: [Self; Self::COUNT] = [
        Self::LoggedOut,
        Self::Available,
        Self::Reserved,
        Self::Busy,
        Self::WrapUp,
        Self::Paused,
        Self::Unknown,
    ];
    /// Number of states.
    pub const COUNT: usize = 7;

    /// Returns the value of the label `state`, which is also the word in field dictionaries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::Available => "available",
            Self::Reserved => "reserved",
            Self::Busy => "busy",
            Self::WrapUp => "wrap_up",
            Self::Paused => "paused",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the state with this word, spelt as by [`AgentState::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Returns the position in [`AgentState::ALL`].
    pub const fn index(self) -> usize {
        self as usize
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
    /// Reason of the pause, one of those configured in Trio.
    pub reason: Option<Text>,
    /// Job number of the case that the agent handles or is offered.
    pub job: Option<Text>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_found_by_index_and_word() {
        for (position, state) in AgentState::ALL.into_iter().enumerate() {
            assert_eq!(state.index(), position);
            assert_eq!(AgentState::from_word(state.as_str()), Some(state));
        }
        assert_eq!(AgentState::from_word("talking"), None);
    }
}
