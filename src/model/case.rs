//! Cases: calls, chats, e-mails and others that wait for an agent or are handled by one, their
//! classes, and the bucket bounds of the histograms of waits: two sets, the same for every service
//! of the process.

use std::time::SystemTime;

use super::{Text, closed_set::closed_set};

closed_set! {
    /// The state of a case. A case is in exactly one state.
    ///
    /// The words are those of the label `state` and of field dictionaries.
    CaseState {
        /// Waiting for an agent.
        Queued => "queued",
        /// Offered to an agent who has not accepted it; it counts as waiting.
        Offered => "offered",
        /// Handled by an agent.
        Handled => "handled",
        /// Trio names a state that the field dictionary does not map.
        Unknown => "unknown",
    }
}

closed_set! {
    /// The class of a case. Waits are kept apart by class: an e-mail may wait for a day, a call
    /// may not.
    ///
    /// The words are those of the label `case_class` and of the configuration.
    CaseClass {
        /// A telephone call.
        Voice => "voice",
        /// A call back that the customer asked for.
        Callback => "callback",
        /// A chat.
        Chat => "chat",
        /// An e-mail.
        Email => "email",
        /// A task.
        Task => "task",
        /// Anything else.
        Other => "other",
    }
}

impl CaseClass {
    /// Returns true for the classes that the list of calls shows.
    pub const fn is_call(self) -> bool {
        matches!(self, Self::Voice | Self::Callback)
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
    /// Trio gives a time of arrival that cannot be read, such as one without a zone.
    pub created_is_unreadable: bool,
    /// Trio gives a time of answer that cannot be read.
    pub answered_is_unreadable: bool,
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
            created_is_unreadable: false,
            answered_is_unreadable: false,
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

/// Maximum number of wait targets that become additional buckets.
// Each costs a series for every service and class.
pub(super) const MAX_CONFIGURED_EDGES: usize = 4;

/// Bounds for classes in which a person waits, in seconds: 5 s to half an hour.
const LIVE: [f64; 11] = [5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
/// Bounds for the other classes, in seconds: five minutes to four days.
const WRITTEN: [f64; 9] =
    [300.0, 600.0, 1800.0, 3600.0, 14_400.0, 28_800.0, 86_400.0, 172_800.0, 345_600.0];

/// Returns the bucket bounds that a class always has, in seconds, ascending.
pub const fn edges_of(class: CaseClass) -> &'static [f64] {
    match class {
        CaseClass::Voice | CaseClass::Chat => &LIVE,
        CaseClass::Callback | CaseClass::Email | CaseClass::Task | CaseClass::Other => &WRITTEN,
    }
}

/// Returns all bucket bounds of a class, its own and the `configured` ones, in seconds, ascending.
pub fn all_edges_of(class: CaseClass, configured: &[f64]) -> Vec<f64> {
    let mut edges = [edges_of(class), configured].concat();
    edges.sort_by(f64::total_cmp);
    // A configured one can be a bound of the other class already.
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(state: Option<CaseState>) -> Case {
        Case { state, ..Case::new("1") }
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

    #[test]
    fn bounds_ascend_and_configured_ones_are_added_once() {
        for class in CaseClass::ALL {
            assert!(edges_of(class).is_sorted_by(|a, b| a < b), "{class:?}");
            let all = all_edges_of(class, &[7200.0, 90.0, 30.0]);
            assert!(all.is_sorted_by(|a, b| a < b), "{class:?}: {all:?}");
            assert!(
                [30.0, 90.0, 7200.0].iter().all(|edge| all.contains(edge)),
                "{class:?}: {all:?}"
            );
        }
        assert_eq!(all_edges_of(CaseClass::Voice, &[30.0]), edges_of(CaseClass::Voice));
        assert_eq!(all_edges_of(CaseClass::Email, &[30.0])[..2], [30.0, 300.0]);
    }
}
