//! Cases that wait now, by class: from the last list, and only if it is whole.

use std::time::Duration;

use crate::model::CaseState;

use super::tracked::Tracked;

/// The cases of one class now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassNow {
    /// Cases by state, in the order of [`CaseState::ALL`].
    pub states: [u64; CaseState::COUNT],
    /// Waiting cases; `None` while it is unknown which cases of the service wait, and for ten
    /// minutes after.
    pub waiting: Option<WaitingNow>,
}

/// The waiting cases of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WaitingNow {
    /// Number of waiting cases.
    pub cases: u64,
    /// Age of the oldest of them, seconds.
    pub longest_wait: f64,
    /// Those that have waited longer than the target.
    pub over_target: u64,
}

impl WaitingNow {
    fn add(&mut self, age: f64, target: f64) {
        self.cases += 1;
        self.longest_wait = self.longest_wait.max(age);
        self.over_target += u64::from(age > target);
    }

    /// Adds the cases of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        self.cases += other.cases;
        self.longest_wait = self.longest_wait.max(other.longest_wait);
        self.over_target += other.over_target;
    }
}

/// The cases of one class in the last list, before it is decided which of them wait.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Listed {
    pub(super) states: [u64; CaseState::COUNT],
    /// Cases that wait by mapped states.
    pub(super) known: WaitingNow,
    /// Cases in an unknown state that no agent has, counted as if they waited.
    pub(super) unknown: WaitingNow,
    /// Those of `known` whose class is unknown.
    pub(super) unclassed_known: u64,
    /// Those of `unknown` whose class is unknown.
    pub(super) unclassed_unknown: u64,
}

impl Listed {
    /// Adds a case of the list that was read at `at`. `target` is in seconds.
    pub(super) fn add(&mut self, case: &Tracked, at: f64, interval: Duration, target: f64) {
        self.states[case.state.index()] += 1;
        let (waiting, unclassed_waiting) = match case.state {
            CaseState::Queued | CaseState::Offered => (&mut self.known, &mut self.unclassed_known),
            CaseState::Unknown if !case.agent_has_it => {
                (&mut self.unknown, &mut self.unclassed_unknown)
            }
            CaseState::Handled | CaseState::Unknown => return,
        };
        waiting.add(case.age(at, interval), target);
        *unclassed_waiting += u64::from(case.class_is_unknown);
    }
}
