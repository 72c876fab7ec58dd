//! Counts of the events that a trace has printed, for a comparison with the counters of the
//! exporter.

use std::collections::BTreeMap;

use crate::{
    model::{CaseClass, Text},
    tally::{Event, Inference, LeftAge, UnclassifiedReason},
};

/// Counts of all printed events, by class of a service.
#[derive(Debug, Default)]
pub(super) struct TraceCounts(BTreeMap<ClassKey, Counts>);

/// Identity of a class of a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClassKey {
    pub(super) contact_center: Text,
    pub(super) service_id: Text,
    pub(super) class: CaseClass,
}

/// Printed events of one class of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// New cases.
    pub offered: u64,
    /// Cases that waited before their arrival could be seen.
    pub carried_in: u64,
    /// Cases that an agent had before their arrival could be seen.
    pub in_hand: u64,
    /// Cases answered.
    pub answered: u64,
    /// Those answered within the target: best estimate.
    pub within: f64,
    /// Cases that left, in the order of [`LeftAge::ALL`].
    pub left: [u64; LeftAge::ALL.len()],
    /// Cases that went on to wait in another queue.
    pub moved: u64,
    /// Cases that their agents passed on.
    pub passed_on: u64,
    /// Cases with an unknown outcome, in the order of [`UnclassifiedReason::ALL`].
    pub unclassified: [u64; UnclassifiedReason::ALL.len()],
    /// Cases that their agents have completed.
    pub finished: u64,
}

impl TraceCounts {
    /// Counts an event.
    pub(super) fn record(&mut self, contact_center: &Text, event: &Event) {
        let key = ClassKey {
            contact_center: contact_center.clone(),
            service_id: event.service_id.clone(),
            class: event.class,
        };
        let counts = self.0.entry(key).or_default();
        match &event.inference {
            Inference::Offered { .. } => counts.offered += 1,
            Inference::CarriedIn { .. } => counts.carried_in += 1,
            Inference::InHand => counts.in_hand += 1,
            // The share of the possible waits, not 0 or 1: the counter adds the same.
            Inference::Answered { within, .. } => {
                counts.answered += 1;
                counts.within += within;
            }
            Inference::Left { age, .. } => counts.left[*age as usize] += 1,
            Inference::Moved(_) => counts.moved += 1,
            Inference::PassedOn(_) => counts.passed_on += 1,
            Inference::Unclassified(reason) => counts.unclassified[*reason as usize] += 1,
            Inference::Finished => counts.finished += 1,
        }
    }

    /// Returns the counts, sorted by contact centre, service and class.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&ClassKey, &Counts)> {
        self.0.iter()
    }
}

impl Counts {
    /// Returns the number of cases that left after any wait.
    pub fn total_left(&self) -> u64 {
        self.left.iter().sum()
    }

    /// Returns the number of cases with an unknown outcome, for any reason.
    pub fn total_unclassified(&self) -> u64 {
        self.unclassified.iter().sum()
    }

    /// Returns the number of cases that arrived and have no outcome yet.
    pub fn waiting(&self) -> u64 {
        // Cases in hand never waited here, so they are on neither side.
        let ended = self.answered + self.total_left() + self.moved + self.total_unclassified();
        (self.offered + self.carried_in).saturating_sub(ended)
    }
}
