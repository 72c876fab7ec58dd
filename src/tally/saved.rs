//! Counters as they outlive the process: plain data with services, classes and groups, never a case
//! or an agent.
//!
//! Values of a closed set are saved under their label, so that the order of the set may change.
//! Counters of single agents are not saved.

mod by_label;
mod validation;

use std::{sync::Arc, time::SystemTime};

use serde::{Deserialize, Serialize};

use crate::model::{Stamp, Text};
pub(super) use by_label::{ByLabel, Label, from_labels, to_labels};

/// The counters of one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// Moment of the export, seconds since 1970.
    pub at: f64,
    pub(super) centers: Vec<SavedCenter>,
}

/// The counters of one contact centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedCenter {
    pub(super) id: Text,
    /// `None`: no agent states were read.
    pub(super) agents: Option<SavedAgents>,
    pub(super) flow: SavedFlow,
}

/// Agent time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedAgents {
    /// Number of agents in the last reading, and the seconds since that reading.
    pub(super) agents: u64,
    pub(super) seen_ago: f64,
    pub(super) seconds: ByLabel<f64>,
    pub(super) unmeasured_seconds: f64,
    /// Changes by the state before, then by the state after.
    pub(super) changes: ByLabel<ByLabel<u64>>,
    /// Paused seconds by allowed reason.
    pub(super) pauses: Vec<(Text, f64)>,
    /// Seconds by the id of the group.
    pub(super) groups: Vec<(Text, ByLabel<f64>)>,
}

/// Outcomes of the cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedFlow {
    /// Begin of the day, seconds since 1970, if the day was observed from its start.
    pub(super) midnight: Option<f64>,
    /// Rejected times by list.
    pub(super) rejected: ByLabel<SavedRejected>,
    pub(super) services: Vec<SavedService>,
}

/// Times that contradict the readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedRejected {
    pub(super) created: u64,
    pub(super) answered: u64,
    pub(super) waited: u64,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedService {
    pub(super) id: Text,
    /// Seconds since it was last known to exist.
    pub(super) known_ago: f64,
    /// Seconds since its time was last credited, and whether it was open then.
    pub(super) credited_ago: Option<f64>,
    pub(super) was_open: Option<bool>,
    pub(super) queue_wait: Option<f64>,
    pub(super) measured: Option<f64>,
    pub(super) unmeasured: ByLabel<f64>,
    pub(super) classes: Vec<SavedClass>,
}

/// One class of a service. Cases that waited are closed as unclassified: the next process cannot
/// follow them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedClass {
    pub(super) class: Label,
    /// The list that shows its cases.
    pub(super) source: Label,
    pub(super) offered: u64,
    pub(super) carried_in: u64,
    pub(super) answered: u64,
    pub(super) left: ByLabel<u64>,
    pub(super) moved: u64,
    pub(super) unclassified: ByLabel<u64>,
    pub(super) within: f64,
    pub(super) within_low: u64,
    pub(super) within_high: u64,
    pub(super) handling_seconds: f64,
    pub(super) waits: SavedWaits,
    /// Counters at midnight, if the day was observed from its start.
    pub(super) day: Option<SavedDay>,
}

/// Histogram of waits. Its buckets are used only with the same edges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedWaits {
    pub(super) edges: Arc<[f64]>,
    pub(super) buckets: Vec<u64>,
    pub(super) sum: f64,
}

/// Counters of a class at midnight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedDay {
    pub(super) offered: u64,
    pub(super) answered: u64,
    pub(super) left: u64,
    pub(super) within: f64,
}

/// Conversion of saved moments to the clock of this process.
#[derive(Clone, Copy, Debug)]
pub(super) struct RestoreClock {
    pub(super) now: Stamp,
    /// Seconds since the export by the wall clock; `None` if the clock was set back.
    away: Option<f64>,
}

impl RestoreClock {
    pub(super) fn new(saved: &Saved, now: Stamp) -> Self {
        // The monotonic clock starts again with each boot, so only the wall clock spans two
        // processes.
        let away = unix(now.wall) - saved.at;
        Self { now, away: (away >= 0.0).then_some(away) }
    }

    /// Returns the seconds since the export, if the clock can be trusted.
    pub(super) fn away(self) -> Option<f64> {
        self.away
    }

    /// Returns the moment `ago` seconds before the export, in seconds of monotonic time; negative
    /// before the start of the program.
    pub(super) fn moment(self, ago: f64) -> Option<f64> {
        Some(self.now.mono.as_secs_f64() - self.away? - ago)
    }
}

/// Returns the seconds since 1970.
pub(super) fn unix(time: SystemTime) -> f64 {
    crate::model::unix_seconds(time)
}
