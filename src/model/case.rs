//! Cases: calls, chats, e-mails and others that wait for an agent or are handled by one.

use std::time::SystemTime;

use super::{CaseClass, Text};

/// The state of a case. A case is in exactly one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseState {
    /// Waiting for an agent.
    Queued,
    /// Offered to an agent who has not accepted it; it counts as waiting.
    Offered,
    /// Handled by an agent.
    Handled,
    /// Trio names a state that the field dictionary does not map.
    Unknown,
}

impl CaseState {
    /// Every state, in the order of [`CaseState::index`].
    pub const ALL: [Self; Self::COUNT] =
        [Self::Queued, Self::Offered, Self::Handled, Self::Unknown];
    /// Number of states.
    pub const COUNT: usize = 4;

    /// Returns the value of the label `state`, which is also the word in field dictionaries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Offered => "offered",
            Self::Handled => "handled",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the state with this word, spelt as by [`CaseState::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Returns the position in [`CaseState::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A case (`services/calls`, `services/cases`): a call, a chat, an e-mail or a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Trio's job number.
    pub id: Text,
    /// Id of its service.
    pub service_id: Option<Text>,
    /// `None` when no answer has a state member at all.
    pub state: Option<CaseState>,
    /// Class that the case is counted in.
    pub class: Option<CaseClass>,
    /// Trio names a class that the field dictionary does not map, so `class` is an assumption.
    pub class_is_unknown: bool,
    /// Time of its arrival, by Trio's clock.
    pub created: Option<SystemTime>,
    /// Time of its answer, by Trio's clock.
    pub answered: Option<SystemTime>,
    /// Wait in seconds as Trio states it: until now, or until the answer.
    pub waited: Option<f64>,
    /// Id of the agent who handles it.
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

/// The current cases of a contact centre.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseList {
    /// The cases, each once.
    pub cases: Vec<Case>,
    /// Ids of services whose part of the list appears truncated; their cases must not be counted
    /// from it.
    pub truncated: Vec<Text>,
    /// Ids of services with rows that have no id and may wait: the list shows more waiting cases of
    /// them than `cases` holds.
    pub unkeyed: Vec<Text>,
}

impl CaseList {
    /// Returns true if there are cases and none of them has a state.
    pub fn is_stateless(&self) -> bool {
        !self.cases.is_empty() && self.cases.iter().all(|case| case.state.is_none())
    }

    /// Returns the number of cases by state, in the order of [`CaseState::ALL`]; `None` if the list
    /// is truncated or a case has no state.
    pub fn by_state(&self) -> Option<[u64; CaseState::COUNT]> {
        // A count over a part of the cases would be shown as if it were over all.
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
    fn states_are_found_by_index_and_word() {
        for (position, state) in CaseState::ALL.into_iter().enumerate() {
            assert_eq!(state.index(), position);
            assert_eq!(CaseState::from_word(state.as_str()), Some(state));
        }
        assert_eq!(CaseState::from_word("waiting"), None);
    }

    #[test]
    fn cases_are_counted_from_whole_lists_with_states_only() {
        let whole = |cases: Vec<Case>| CaseList { cases, ..CaseList::default() }.by_state();
        let queued = || case(Some(CaseState::Queued));
        assert_eq!(whole(vec![]), Some([0; 4]), "no case at all is an answer");
        assert_eq!(
            whole(vec![queued(), queued(), case(Some(CaseState::Handled))]),
            Some([2, 0, 1, 0])
        );
        let truncated =
            CaseList { cases: vec![queued()], truncated: vec!["s".into()], ..CaseList::default() };
        assert_eq!(truncated.by_state(), None);
        assert_eq!(whole(vec![queued(), case(None)]), None);
    }
}
