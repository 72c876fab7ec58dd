//! Inferences about single cases, for `trace`: operators check the exporter with test calls.

use std::time::SystemTime;

use super::{LeftAge, Source, UnclassifiedReason};
use crate::{
    model::{CaseClass, Text},
    tally::waits::AgeRange,
};

/// One inference about a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Moment of the reading that showed it.
    pub at: SystemTime,
    /// Trio's job number.
    pub case: Text,
    /// Service that the case belongs to.
    pub service_id: Text,
    /// Its class.
    pub class: CaseClass,
    /// The inference.
    pub inference: Inference,
}

/// Kinds of inferences.
#[derive(Clone, Debug, PartialEq)]
pub enum Inference {
    /// A new case.
    Offered {
        /// Age of its arrival.
        arrived: AgeRange,
        /// Use of Trio's own time of arrival.
        time_evidence: TimeEvidence,
    },
    /// A case that waited before its arrival could be seen.
    CarriedIn {
        /// Age of its arrival, if Trio gives it.
        arrived: Option<AgeRange>,
        /// Use of Trio's own time of arrival.
        time_evidence: TimeEvidence,
        /// Reason why its arrival could not be seen; `None` for the first list.
        reason: Option<UnclassifiedReason>,
    },
    /// A case that an agent had before its arrival could be seen; it is not counted.
    InHand,
    /// Answered after a wait between the bounds, seconds.
    Answered {
        /// It waited at least this long.
        low: f64,
        /// The best estimate.
        best: f64,
        /// It waited at most this long.
        high: f64,
        /// Share of the possible waits that is within the target.
        within: f64,
        /// The target, seconds.
        target: f64,
        /// It arrived and was answered between two lists.
        unseen: bool,
        /// Use of Trio's own time of the answer.
        time_evidence: TimeEvidence,
    },
    /// It left the queue after a wait between the bounds, seconds.
    Left {
        /// It waited at least this long.
        low: f64,
        /// The best estimate.
        best: f64,
        /// It waited at most this long.
        high: f64,
        /// Class of its wait.
        age: LeftAge,
        /// Longest wait of a short abandon, seconds.
        short: f64,
        /// The target, seconds.
        target: f64,
    },
    /// It went on to wait in another queue.
    Moved(Destination),
    /// Its agent passed it on, or gave it back to the queue.
    PassedOn(Destination),
    /// Its outcome is unknown.
    Unclassified(UnclassifiedReason),
    /// Its agent has finished it.
    Finished,
}

/// Queue that a case moved to.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// The service.
    pub service_id: Text,
    /// The class.
    pub class: CaseClass,
}

/// Use of a time that Trio gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeEvidence {
    /// Trio gives none.
    #[default]
    Absent,
    /// Used.
    Used,
    /// Not used, because it contradicts the lists.
    Rejected,
}

impl TimeEvidence {
    pub(super) const fn new(used: bool, rejected: bool) -> Self {
        match (used, rejected) {
            (true, _) => Self::Used,
            (false, true) => Self::Rejected,
            (false, false) => Self::Absent,
        }
    }
}

/// A list of cases that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListRead {
    /// The list.
    pub source: Source,
    /// Begin of its reading.
    pub at: SystemTime,
    /// Cases in it.
    pub cases: usize,
    /// Time since the previous list, seconds; `None` for the first one.
    pub since: Option<f64>,
    /// Reason why what happened since then is unknown.
    pub interruption: Option<UnclassifiedReason>,
}
