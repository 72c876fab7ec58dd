//! What was told, counted: whoever compares it with the metrics sees that both say the same.

use std::collections::BTreeMap;

use crate::{
    model::{CaseClass, Text},
    tally::{Event, Inference, LeftAge, UnclassifiedReason},
};

/// The counts of everything that was told.
#[derive(Debug, Default)]
pub(super) struct Account(BTreeMap<Key, Counts>);

/// A class of a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) contact_center: Text,
    pub(super) service_id: Text,
    pub(super) class: CaseClass,
}

/// How often what was told of one class of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// New cases.
    pub offered: u64,
    /// Cases that waited before they could be seen coming.
    pub carried_in: u64,
    /// Cases that an agent had before they could be seen coming.
    pub in_hand: u64,
    /// Cases answered.
    pub answered: u64,
    /// Those answered within the target: best estimate.
    pub within: f64,
    /// Cases that left, in the order of [`LeftAge::ALL`].
    pub left: [u64; LeftAge::ALL.len()],
    /// Cases that went on to wait elsewhere.
    pub moved: u64,
    /// Cases that their agents passed on.
    pub passed_on: u64,
    /// Number of cases with an unknown outcome, in the order of [`UnclassifiedReason::ALL`].
    pub unclassified: [u64; UnclassifiedReason::ALL.len()],
    /// Cases that an agent is through with.
    pub finished: u64,
}

impl Account {
    pub(super) fn enter(&mut self, contact_center: &Text, event: &Event) {
        let key = Key {
            contact_center: contact_center.clone(),
            service_id: event.service_id.clone(),
            class: event.class,
        };
        let counts = self.0.entry(key).or_default();
        match &event.inference {
            Inference::Offered { .. } => counts.offered += 1,
            Inference::CarriedIn { .. } => counts.carried_in += 1,
            Inference::InHand => counts.in_hand += 1,
            Inference::Answered { within, .. } => {
                counts.answered += 1;
                counts.within += within;
            }
            Inference::Left { age, .. } => counts.left[*age as usize] += 1,
            Inference::Moved(_) => counts.moved += 1,
            Inference::PassedOn(_) => counts.passed_on += 1,
            Inference::Unclassified(doubt) => counts.unclassified[*doubt as usize] += 1,
            Inference::Finished => counts.finished += 1,
        }
    }

    pub(super) fn counts(&self) -> impl Iterator<Item = (&Key, &Counts)> {
        self.0.iter()
    }
}

impl Counts {
    /// Cases that left, whatever they had waited.
    pub fn left_in_all(&self) -> u64 {
        self.left.iter().sum()
    }

    /// Cases of which nobody can say what became of them, whatever the reason.
    pub fn unclassified_in_all(&self) -> u64 {
        self.unclassified.iter().sum()
    }

    /// Cases that came in and have not gone out.
    pub fn waiting(&self) -> u64 {
        let out = self.answered + self.left_in_all() + self.moved + self.unclassified_in_all();
        (self.offered + self.carried_in).saturating_sub(out)
    }
}
