//! A case that is followed from reading to reading.

use std::time::{Duration, SystemTime};

use super::{Doubt, Place, Source, Told};
use crate::{
    model::{Case, CaseClass, CaseState, Text},
    tally::waits::Window,
};

/// A queue: the class of a service that a case is counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Queue {
    pub(super) service: Text,
    pub(super) class: CaseClass,
}

impl Queue {
    pub(super) fn place(&self) -> Place {
        Place { service_id: self.service.clone(), class: self.class }
    }
}

/// Where a case stands, as far as flow is concerned: ringing is still waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    Handled,
    /// The answer does not say.
    Unknown,
}

impl Stage {
    pub(super) fn of(state: Option<CaseState>) -> Self {
        match state {
            Some(CaseState::Queued | CaseState::Offered) => Self::Waiting,
            Some(CaseState::Handled) => Self::Handled,
            Some(CaseState::Unknown) | None => Self::Unknown,
        }
    }
}

/// A case that was in the list, or may come back to it.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    pub(super) queue: Queue,
    pub(super) source: Source,
    pub(super) stage: Stage,
    /// Its state in the list that showed it last, or what its agent does with it.
    pub(super) state: CaseState,
    /// That list names its agent, or an agent names it.
    pub(super) agent_has_it: bool,
    /// That list names a class that is unknown.
    pub(super) class_is_unknown: bool,
    /// Its stage follows from that list, or from the queue length of the same moment.
    pub(super) is_understood: bool,
    /// When the queue length last proved that it did not wait though its state was unknown.
    pub(super) not_waiting_at: Option<f64>,
    /// When its wait began. Without a known begin only the end of the window means anything.
    pub(super) begin: Window,
    /// It waited already when it could first be seen, and Trio does not say since when.
    pub(super) begin_is_unknown: bool,
    /// What came of the last time that Trio told of it.
    pub(super) told: Told,
    /// When it was last known to stand where it stands.
    pub(super) seen: f64,
    /// Trio's own time of its arrival: another one means another case.
    pub(super) created: Option<SystemTime>,
    /// The number of the reading that showed it last.
    pub(super) listed: u64,
    pub(super) missing: Option<Missing>,
}

/// A case that the last lists did not show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Missing {
    /// When the first list that did not show it was finished.
    pub(super) since: f64,
    /// How many lists did not show it.
    pub(super) lists: u32,
    /// Why its end will not be understood.
    pub(super) doubt: Option<Doubt>,
}

impl Tracked {
    /// Whether it is one of those that wait, as the law of the counters has it: one in an unknown state is
    /// open until its outcome is known.
    pub(super) fn waits(&self) -> bool {
        self.stage != Stage::Handled
    }

    /// Takes from a list that shows the case how much that list says of it.
    pub(super) fn note(&mut self, case: &Case, stage: Stage, agent_has_it: bool) {
        self.state = state_of(case, stage);
        self.agent_has_it = agent_has_it;
        self.class_is_unknown = case.class_is_unknown;
        self.is_understood = stage != Stage::Unknown;
    }

    /// Returns whether its state is unknown and no agent has it, so that it may wait.
    pub(super) fn may_wait(&self) -> bool {
        self.state == CaseState::Unknown && !self.agent_has_it
    }

    /// Notes that it did not wait at the moment `at`.
    pub(super) fn record_not_waiting(&mut self, at: f64) {
        self.not_waiting_at = Some(at);
    }

    /// Notes that it waited at the moment `at`, by the queue length. A case that an agent had stays so: only
    /// a list that says so puts it back.
    pub(super) fn record_waiting(&mut self, at: f64) {
        if self.stage == Stage::Handled {
            return;
        }
        if let Some(before) = self.not_waiting_at.take() {
            (self.begin, self.begin_is_unknown) = (Window { from: before, to: at }, false);
        }
        (self.stage, self.seen, self.is_understood) = (Stage::Waiting, at, true);
    }

    /// Returns for how many seconds it waits at the moment `at` of a list that is read at this interval:
    /// since the middle of the window in which it came, else since it was first seen. Without Trio's own
    /// time it would be 0 in the list that shows it first, and half an interval is right on average.
    pub(super) fn age(&self, at: f64, interval: Duration) -> f64 {
        let age = if self.begin_is_unknown {
            (at - self.begin.to).max(interval.as_secs_f64() / 2.0)
        } else {
            at - self.begin.until(at).middle()
        };
        let had_by_agent = (self.stage == Stage::Handled).then_some(self.seen);
        let other = [had_by_agent, self.not_waiting_at].into_iter().flatten();
        other.fold(age, |age, since| age.min(at - since)).max(0.0)
    }
}

/// What the state of a case is taken to be where the answer does not say.
fn state_of(case: &Case, stage: Stage) -> CaseState {
    match (case.state, stage) {
        (Some(state), _) if state != CaseState::Unknown => state,
        (_, Stage::Waiting) => CaseState::Queued,
        (_, Stage::Handled) => CaseState::Handled,
        (_, Stage::Unknown) => CaseState::Unknown,
    }
}
