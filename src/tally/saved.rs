//! The counters as they outlive the process: plain data that names services, classes and groups, never a
//! case or an agent.
//!
//! What belongs to a word of a closed set is saved under that word, so that the order of such sets may
//! change. The counters of single agents are not saved.

mod by_word;
mod sound;

use std::{sync::Arc, time::SystemTime};

use serde::{Deserialize, Serialize};

use crate::model::{Stamp, Text};
pub(super) use by_word::{ByWord, Word, by_word, of_words};

/// The counters of one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// When they were counted, seconds since 1970.
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
    /// How many agents the last reading showed, and how many seconds ago that was.
    pub(super) agents: u64,
    pub(super) seen_ago: f64,
    pub(super) seconds: ByWord<f64>,
    pub(super) unmeasured_seconds: f64,
    /// Changes by the state before, then by the state after.
    pub(super) changes: ByWord<ByWord<u64>>,
    /// Paused seconds by allowed reason.
    pub(super) pauses: Vec<(Text, f64)>,
    /// Seconds by the id of the group.
    pub(super) groups: Vec<(Text, ByWord<f64>)>,
}

/// What became of the cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedFlow {
    /// When the day began that was watched from its start, seconds since 1970.
    pub(super) midnight: Option<f64>,
    /// Rejected times by list.
    pub(super) rejected: ByWord<SavedRejected>,
    pub(super) services: Vec<SavedService>,
}

/// Times that contradicted what was observed.
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
    pub(super) unmeasured: ByWord<f64>,
    pub(super) classes: Vec<SavedClass>,
}

/// One class of a service. Cases that waited are closed as unclassified: nobody will follow them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedClass {
    pub(super) class: Word,
    /// The list that shows its cases.
    pub(super) source: Word,
    pub(super) offered: u64,
    pub(super) carried_in: u64,
    pub(super) answered: u64,
    pub(super) left: ByWord<u64>,
    pub(super) moved: u64,
    pub(super) unclassified: ByWord<u64>,
    pub(super) within: f64,
    pub(super) within_low: u64,
    pub(super) within_high: u64,
    pub(super) handling_seconds: f64,
    pub(super) waits: SavedWaits,
    /// What it had counted at midnight, if the day was watched from its start.
    pub(super) day: Option<SavedDay>,
}

/// The histogram of waits. With other edges it means nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedWaits {
    pub(super) edges: Arc<[f64]>,
    pub(super) buckets: Vec<u64>,
    pub(super) sum: f64,
}

/// What a class had counted at midnight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedDay {
    pub(super) offered: u64,
    pub(super) answered: u64,
    pub(super) left: u64,
    pub(super) within: f64,
}

/// The way from when something was saved to now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Return {
    pub(super) now: Stamp,
    /// Seconds in between by the wall clock; `None` if it was set back.
    away: Option<f64>,
}

impl Return {
    pub(super) fn of(saved: &Saved, now: Stamp) -> Self {
        let away = unix(now.wall) - saved.at;
        Self { now, away: (away >= 0.0).then_some(away) }
    }

    /// Seconds that nobody counted, if the clock can be believed.
    pub(super) fn away(self) -> Option<f64> {
        self.away
    }

    /// When something was, `ago` seconds before it was saved: seconds of monotonic time, negative before
    /// the program's start.
    pub(super) fn moment(self, ago: f64) -> Option<f64> {
        Some(self.now.mono.as_secs_f64() - self.away? - ago)
    }
}

/// Seconds since 1970.
pub(super) fn unix(time: SystemTime) -> f64 {
    crate::model::unix_seconds(time)
}
