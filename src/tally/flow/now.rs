//! What waits now, by class: from the last list, and only from a whole one.

use crate::model::CaseState;

use super::tracked::{Stage, Tracked};

/// The cases of one class now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassNow {
    /// Cases by state, in the order of [`CaseState::ALL`].
    pub states: [u64; CaseState::COUNT],
    /// Cases that wait.
    pub waiting: u64,
    /// Age of the oldest of them, seconds: by Trio's own time, else since it was first seen.
    pub longest_wait: f64,
    /// Cases that wait and have waited longer than the target.
    pub over_target: u64,
}

impl ClassNow {
    /// Adds a case that the list of the moment `at` shows.
    pub(super) fn add(&mut self, case: &Tracked, at: f64, target: f64) {
        self.states[case.state.index()] += 1;
        if case.stage == Stage::Waiting {
            let age = (at - case.begin.to).max(0.0);
            self.waiting += 1;
            self.longest_wait = self.longest_wait.max(age);
            self.over_target += u64::from(age > target);
        }
    }
}
