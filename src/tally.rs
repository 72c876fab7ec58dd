//! What happened between two readings: pure, no I/O, no clock.
//!
//! `Tally` is owned by a target's poller; its totals are published beside the snapshot that they
//! were brought up to date with.

mod agent_groups;
mod agent_time;

use std::sync::Arc;

pub use agent_groups::GroupKey;
pub use agent_time::{AgentTotals, GroupTotals, PersonTotals, StateCounts, StateSeconds};

use crate::{
    model::{Resource, Text},
    snapshot::Snapshot,
};
use agent_time::AgentTime;

/// A snapshot and everything that has been counted up to it: what scrapers are shown.
#[derive(Clone, Debug)]
pub struct Published {
    /// The last readings.
    pub snapshot: Arc<Snapshot>,
    /// The counters.
    pub totals: Arc<Totals>,
}

/// What the tally needs to know of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Agent groups with fewer members are merged.
    pub min_group_size: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { min_group_size: 3 }
    }
}

/// The counters of one target.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// One entry a contact centre that has been seen.
    pub centers: Vec<CenterTotals>,
}

/// The counters of one contact centre.
#[derive(Clone, Debug)]
pub struct CenterTotals {
    /// Id of the contact centre.
    pub contact_center: Text,
    /// Agent time; `None` until agent states have been read.
    pub agents: Option<AgentTotals>,
}

/// The running counts of one target.
#[derive(Debug)]
pub struct Tally {
    settings: Settings,
    centers: Vec<(Text, AgentTime)>,
}

impl Tally {
    /// A tally that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Self { settings, centers: Vec::new() }
    }

    /// The cases of a contact centre that should be asked for by their number, each with the list that
    /// showed it.
    pub fn to_follow(&self, _contact_center: &str) -> Vec<(Resource, Text)> {
        Vec::new()
    }
}

/// Counts what happened from `prev` to `cur`. A contact centre that is no longer listed is forgotten.
pub fn step(tally: &mut Tally, prev: Option<&Snapshot>, cur: &Snapshot) -> Totals {
    let mut known = std::mem::take(&mut tally.centers);
    for center in &cur.centers {
        let id = &center.contact_center.id;
        let mut time = match known.iter().position(|(known, _)| known == id) {
            Some(position) => known.swap_remove(position).1,
            None => AgentTime::default(),
        };
        let before = prev.and_then(|snapshot| snapshot.centers.iter().find(|c| c.contact_center.id == *id));
        time.step(before, center, tally.settings.min_group_size);
        tally.centers.push((id.clone(), time));
    }
    let centers = tally.centers.iter();
    Totals {
        centers: centers
            .map(|(id, time)| CenterTotals { contact_center: id.clone(), agents: time.totals() })
            .collect(),
    }
}
