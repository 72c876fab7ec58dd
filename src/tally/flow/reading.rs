//! One reading of a list of cases, beside what is remembered of the one before.

use std::time::{Duration, SystemTime};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Doubt, ListTaken, Source};
use crate::{
    model::{CaseList, Stamp, Text},
    snapshot::{Center, Snapshot},
    tally::elapsed,
};

/// What is remembered of a list.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The last good reading.
    pub(super) last: Option<Stamp>,
    /// The server that gave it.
    server: Option<Text>,
    /// Services whose part of it was cut.
    pub(super) cut: FxHashSet<Text>,
    /// Services whose part was cut lately, and when it last was, seconds.
    pub(super) cut_lately: FxHashMap<Text, f64>,
    /// The number of the last reading.
    pub(super) number: u64,
    /// An attempt to read it failed since.
    pub(super) failed: bool,
    /// It was seen to show cases that an agent has, so a case that is gone was not answered.
    pub(super) shows_handled: bool,
    /// Cases that waited by it.
    pub(super) waiting: usize,
    /// How often it is read.
    pub(super) interval: Duration,
    /// The list has rows now, none of which has a state: the last good reading is not what is shown.
    pub(super) is_stateless: bool,
}

/// One reading.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListReading<'a> {
    pub(super) source: Source,
    pub(super) list: &'a CaseList,
    pub(super) number: u64,
    /// When it was begun and when it was finished, seconds.
    pub(super) at: f64,
    pub(super) until: f64,
    pub(super) wall: SystemTime,
    pub(super) interval: Duration,
    /// When the one before was begun; `None`: there was none.
    pub(super) before: Option<f64>,
    /// Why nobody knows what happened since then.
    pub(super) doubt: Option<Doubt>,
    /// Seconds by which Trio's clock is ahead of ours.
    pub(super) skew: f64,
}

/// For so long after a cut, seconds, a list that is whole is not taken for the whole story: it is whole
/// when few wait, so what it shows is better than what happened.
const AFTER_CUT: f64 = 900.0;

/// The header that the skew is taken from tells whole seconds; less than this means nothing.
const SMALLEST_SKEW: f64 = 2.0;

impl<'a> ListReading<'a> {
    /// The reading of a list that is newer than what is remembered.
    pub(super) fn newer(
        memory: &Memory,
        source: Source,
        snapshot: &Snapshot,
        center: &'a Center,
    ) -> Option<Self> {
        let reading = source.reading(center);
        let good = reading.good.as_ref().filter(|good| Some(good.taken) != memory.last)?;
        let interval = reading.interval.unwrap_or_default();
        let (at, until) = elapsed::span(good);
        let server_changed = memory.server.as_ref().is_some_and(|server| *server != snapshot.server);
        let doubt = memory.last.and_then(|last| {
            if server_changed {
                Some(Doubt::Failover)
            } else {
                elapsed::is_gap(last, good.taken, interval).then_some(Doubt::Gap)
            }
        });
        let skew = snapshot.clock_skew.map_or(0.0, f64::round);
        let skew = if skew.abs() < SMALLEST_SKEW { 0.0 } else { skew };
        Some(Self {
            source,
            list: &good.data,
            number: memory.number + 1,
            at,
            until,
            wall: good.taken.wall,
            interval,
            before: memory.last.map(|last| last.mono.as_secs_f64()),
            doubt,
            skew,
        })
    }

    /// What is told of it.
    pub(super) fn taken(&self) -> ListTaken {
        let Self { source, doubt, .. } = *self;
        let since = self.before.map(|before| self.at - before);
        ListTaken { source, at: self.wall, cases: self.list.cases.len(), since, doubt }
    }

    /// The moment of a time that Trio tells, seconds.
    pub(super) fn moment(&self, time: SystemTime) -> f64 {
        let ago = match self.wall.duration_since(time) {
            Ok(ago) => ago.as_secs_f64(),
            Err(ahead) => -ahead.duration().as_secs_f64(),
        };
        self.at - ago - self.skew
    }
}

impl Memory {
    /// Remembers a reading.
    pub(super) fn note(&mut self, reading: &ListReading<'_>, taken: Stamp, server: &Text) {
        self.last = Some(taken);
        self.server = Some(server.clone());
        self.cut = reading.list.truncated.iter().cloned().collect();
        self.cut_lately.retain(|_, at| reading.at - *at <= AFTER_CUT);
        self.cut_lately.extend(self.cut.iter().map(|service| (service.clone(), reading.at)));
        self.number = reading.number;
        self.failed = false;
        self.interval = reading.interval;
        self.is_stateless = false;
    }
}
