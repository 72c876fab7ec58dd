//! What was inferred of single cases, and by which lists, for people who check the exporter with cases
//! of their own.

use std::time::SystemTime;

use super::{Doubt, LeftAge, Source};
use crate::model::{CaseClass, Text};

/// Something that was inferred of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When the reading that showed it was taken.
    pub at: SystemTime,
    /// Trio's job number.
    pub case: Text,
    /// Service that the case belongs to.
    pub service_id: Text,
    /// Its class.
    pub class: CaseClass,
    /// What was inferred.
    pub what: Inference,
}

/// What was inferred.
#[derive(Clone, Debug, PartialEq)]
pub enum Inference {
    /// A new case.
    Offered {
        /// When it came.
        came: Ago,
        /// What Trio says of that.
        told: Told,
    },
    /// A case that waited before it could be seen coming.
    CarriedIn {
        /// When it came, if Trio says so.
        came: Option<Ago>,
        /// What Trio says of that.
        told: Told,
        /// Why it could not be seen coming; `None`: by the first list.
        doubt: Option<Doubt>,
    },
    /// A case that an agent had before it could be seen coming; it counts nowhere.
    InHand,
    /// An agent took it after a wait between the bounds, seconds.
    Answered {
        /// It waited at least this long.
        low: f64,
        /// The best estimate.
        best: f64,
        /// It waited at most this long.
        high: f64,
        /// The share of that which is within the target.
        within: f64,
        /// The target, seconds.
        target: f64,
        /// It came and was taken between two lists.
        unseen: bool,
        /// What Trio says of the answer.
        told: Told,
    },
    /// It left the queue after a wait between the bounds, seconds.
    Left {
        /// It waited at least this long.
        low: f64,
        /// The best estimate.
        best: f64,
        /// It waited at most this long.
        high: f64,
        /// How that is counted.
        age: LeftAge,
        /// Who hung up by then did so at once, seconds.
        short: f64,
        /// The target, seconds.
        target: f64,
    },
    /// It went on to wait elsewhere.
    Moved(Place),
    /// The agent who had it passed it on, or gave it back.
    PassedOn(Place),
    /// Nobody can say what became of it.
    Unclassified(Doubt),
    /// An agent is through with it.
    Finished,
}

/// How long before the reading something happened: between the bounds, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ago {
    /// At least this long.
    pub least: f64,
    /// At most this long.
    pub most: f64,
}

/// Where a case went.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The service.
    pub service_id: Text,
    /// The class.
    pub class: CaseClass,
}

/// What came of the time that Trio tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    /// It tells none.
    #[default]
    Nothing,
    /// It was used.
    Used,
    /// It contradicts the lists and was not used.
    Rejected,
}

impl Told {
    pub(super) const fn of(used: bool, rejected: bool) -> Self {
        match (used, rejected) {
            (true, _) => Self::Used,
            (false, true) => Self::Rejected,
            (false, false) => Self::Nothing,
        }
    }
}

/// A list of cases that was taken in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListTaken {
    /// Which.
    pub source: Source,
    /// When it was read.
    pub at: SystemTime,
    /// Cases in it.
    pub cases: usize,
    /// Time since the list before, seconds; `None`: it is the first.
    pub since: Option<f64>,
    /// Why nobody knows what happened since then.
    pub doubt: Option<Doubt>,
}
