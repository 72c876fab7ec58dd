//! Cases: calls and everything else that waits for an agent or is with one now.

use std::time::SystemTime;

use super::{CaseClass, Text};

/// Where a case stands. The states never overlap: a case is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseState {
    /// Waiting for somebody.
    Queued,
    /// Ringing at an agent who has not taken it: still waiting.
    Offered,
    /// With an agent.
    Handled,
    /// Trio names a state that the field dictionary does not map.
    Unknown,
}

impl CaseState {
    /// Every state, in the order of [`CaseState::index`].
    pub const ALL: [Self; Self::COUNT] = [Self::Queued, Self::Offered, Self::Handled, Self::Unknown];
    /// How many states there are.
    pub const COUNT: usize = 4;

    /// The value of the label `state`, and the word used in field dictionaries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Offered => "offered",
            Self::Handled => "handled",
            Self::Unknown => "unknown",
        }
    }

    /// The state called `word` in [`CaseState::as_str`]'s spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Position in [`CaseState::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A case (`services/calls`, `services/cases`): a call, a chat, something written.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Trio's job number.
    pub id: Text,
    /// The service that it belongs to.
    pub service_id: Option<Text>,
    /// `None` when no answer has a state member at all.
    pub state: Option<CaseState>,
    /// The kind of case, as it is counted.
    pub class: Option<CaseClass>,
    /// Trio names a class that the field dictionary does not map, so `class` is an assumption.
    pub class_is_unknown: bool,
    /// Trio's own time of its arrival.
    pub created: Option<SystemTime>,
    /// Trio's own time of its answer.
    pub answered: Option<SystemTime>,
    /// How long it has waited, or had waited when it was answered, by Trio's own account, seconds.
    pub waited: Option<f64>,
    /// The agent who has it.
    pub agent_id: Option<Text>,
}

impl Case {
    /// A case of which only the number is known.
    pub fn new(id: impl Into<Text>) -> Self {
        Self {
            id: id.into(),
            service_id: None,
            state: None,
            class: None,
            class_is_unknown: false,
            created: None,
            answered: None,
            waited: None,
            agent_id: None,
        }
    }
}

/// The cases of a contact centre now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseList {
    /// The cases, each once.
    pub cases: Vec<Case>,
    /// Services whose part of the list looks as if it were cut: nothing may be counted by it.
    pub truncated: Vec<Text>,
}

impl CaseList {
    /// Whether there are cases and none of them says where it stands.
    pub fn is_stateless(&self) -> bool {
        !self.cases.is_empty() && self.cases.iter().all(|case| case.state.is_none())
    }

    /// Cases by state, in the order of [`CaseState::ALL`]; `None` while that cannot be told.
    pub fn by_state(&self) -> Option<[u64; CaseState::COUNT]> {
        if !self.truncated.is_empty() {
            return None;
        }
        let mut counts = [0; CaseState::COUNT];
        for case in &self.cases {
            counts[case.state?.index()] += 1;
        }
        Some(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(state: Option<CaseState>) -> Case {
        Case { state, ..Case::new("1") }
    }

    #[test]
    fn every_state_stands_at_its_index_and_is_found_by_its_word() {
        for (position, state) in CaseState::ALL.into_iter().enumerate() {
            assert_eq!(state.index(), position);
            assert_eq!(CaseState::from_word(state.as_str()), Some(state));
        }
        assert_eq!(CaseState::from_word("waiting"), None);
    }

    #[test]
    fn cases_are_counted_only_from_a_whole_list_whose_cases_have_states() {
        let whole = |cases: Vec<Case>| CaseList { cases, truncated: vec![] }.by_state();
        let queued = || case(Some(CaseState::Queued));
        assert_eq!(whole(vec![]), Some([0; 4]), "no case at all is an answer");
        assert_eq!(whole(vec![queued(), queued(), case(Some(CaseState::Handled))]), Some([2, 0, 1, 0]));
        assert_eq!(CaseList { cases: vec![queued()], truncated: vec!["s".into()] }.by_state(), None);
        assert_eq!(whole(vec![queued(), case(None)]), None);
    }
}
