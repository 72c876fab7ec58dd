//! What was inferred of single cases, for people who check the exporter with cases of their own.

use std::time::SystemTime;

use super::{Doubt, LeftAge};
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Inference {
    /// A new case.
    Offered,
    /// A case that waited before it could be seen coming.
    CarriedIn,
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
    },
    /// It left the queue after a wait between the bounds, seconds.
    Left {
        /// It waited at least this long.
        low: f64,
        /// It waited at most this long.
        high: f64,
        /// How that is counted.
        age: LeftAge,
    },
    /// It went on to wait elsewhere.
    Moved,
    /// Nobody can say what became of it.
    Unclassified(Doubt),
    /// An agent is through with it.
    Finished,
}
