//! Agents: what is configured of them and what they are doing.

use std::time::SystemTime;

use super::Text;

/// What an agent is doing. The states never overlap: an agent is in exactly one.
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
    /// How many states there are.
    pub const COUNT: usize = 7;

    /// The value of the label `state`, and the word used in field dictionaries.
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

    /// The state called `word` in [`AgentState::as_str`]'s spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Position in [`AgentState::ALL`].
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
    /// Agent groups that the agent's own record names.
    pub group_ids: Vec<Text>,
}

/// What an agent is doing now (`agents/state`).
#[derive(Clone, Debug, PartialEq)]
pub struct AgentStatus {
    /// Trio's id.
    pub id: Text,
    /// Name, where the state record carries one.
    pub name: Option<Text>,
    /// `None` when the answer has no state member at all.
    pub state: Option<AgentState>,
    /// Trio's own time of the last state change.
    pub since: Option<SystemTime>,
    /// Why the agent is paused, in the words of whoever configured Trio.
    pub reason: Option<Text>,
    /// Job number of the case that the agent has or is offered.
    pub job: Option<Text>,
}

/// An agent group (`agentgroups`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentGroup {
    /// Trio's id.
    pub id: Text,
    /// Name of the group.
    pub name: Option<Text>,
    /// Members that the group's own record names.
    pub agent_ids: Vec<Text>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_stands_at_its_index_and_is_found_by_its_word() {
        for (position, state) in AgentState::ALL.into_iter().enumerate() {
            assert_eq!(state.index(), position);
            assert_eq!(AgentState::from_word(state.as_str()), Some(state));
        }
        assert_eq!(AgentState::from_word("talking"), None);
    }
}
