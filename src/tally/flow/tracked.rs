//! A case that is followed from reading to reading.

use std::time::SystemTime;

use super::{Doubt, Place, Source, Told};
use crate::{
    model::{CaseClass, CaseState, Text},
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
    /// Its state in the list that showed it last.
    pub(super) state: CaseState,
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
    /// Whether it is one of those that wait, as the law of the counters has it.
    pub(super) fn waits(&self) -> bool {
        self.stage != Stage::Handled
    }
}
