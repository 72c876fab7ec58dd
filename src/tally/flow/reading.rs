//! One reading of a list of cases, and the memory of the previous readings.

use std::time::{Duration, SystemTime};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{ListRead, Source, UnclassifiedReason, names::NameIndex};
use crate::{
    model::{CaseList, Stamp, Text},
    snapshot::{Center, Snapshot},
    tally::elapsed,
};

/// Memory of a list between steps.
#[derive(Debug, Default)]
pub(super) struct ListMemory {
    /// The last good reading.
    pub(super) last: Option<Stamp>,
    /// Server that gave it.
    server: Option<Text>,
    /// Services whose part of it was truncated.
    pub(super) truncated: FxHashSet<Text>,
    /// Services with rows that may wait and are in no count: they have no id, or no row of the list
    /// has a state.
    pub(super) uncounted: FxHashSet<Text>,
    /// Services whose part was truncated recently, with the last moment in seconds.
    pub(super) recently_truncated: FxHashMap<Text, f64>,
    /// Number of the last reading.
    pub(super) number: u64,
    /// True if an attempt to read it has failed since.
    pub(super) failed: bool,
    /// True if it has shown cases that an agent has. Only then does a case that disappears count as
    /// left: else it may have been answered.
    pub(super) shows_handled: bool,
    /// Number of waiting cases in it.
    pub(super) waiting: usize,
    /// Interval of its readings.
    pub(super) interval: Duration,
    /// True while the list has rows of which none has a state: the last good reading is then
    /// outdated.
    pub(super) is_stateless: bool,
}

/// One reading of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListReading<'a> {
    pub(super) source: Source,
    pub(super) list: &'a CaseList,
    pub(super) number: u64,
    /// Begin and end of the request, seconds.
    pub(super) at: f64,
    pub(super) until: f64,
    pub(super) wall: SystemTime,
    pub(super) interval: Duration,
    /// Begin of the previous reading; `None` for the first one.
    pub(super) before: Option<f64>,
    /// Reason why what happened since then is unknown.
    pub(super) interruption: Option<UnclassifiedReason>,
    /// Seconds by which Trio's clock is ahead of ours.
    pub(super) skew: f64,
}

/// Time after a truncated list, seconds, in which a whole list is not trusted.
// A list at its limit is whole only while few wait. In the simulated scenario "crowded, cases only"
// such moments gave a service level of 99 % where 43 % was true.
const TRUNCATION_MEMORY: f64 = 900.0;

/// Smallest difference of the clocks, in seconds, that is corrected.
// The skew comes from the header `Date`, which has whole seconds.
const MIN_SKEW: f64 = 2.0;

impl<'a> ListReading<'a> {
    /// Returns the reading of a list if it is newer than the memory.
    pub(super) fn newer(
        memory: &ListMemory,
        source: Source,
        snapshot: &Snapshot,
        center: &'a Center,
    ) -> Option<Self> {
        let reading = source.reading(center);
        let good = reading.good.as_ref().filter(|good| Some(good.taken) != memory.last)?;
        let interval = reading.interval.unwrap_or_default();
        let (at, until) = elapsed::span(good);
        let server_changed =
            memory.server.as_ref().is_some_and(|server| *server != snapshot.server);
        // Two servers of a pair may not know the same cases while one takes over.
        let interruption = memory.last.and_then(|last| {
            if server_changed {
                Some(UnclassifiedReason::Failover)
            } else {
                elapsed::is_gap(last, good.taken, interval).then_some(UnclassifiedReason::Gap)
            }
        });
        let skew = snapshot.clock_skew.map_or(0.0, f64::round);
        let skew = if skew.abs() < MIN_SKEW { 0.0 } else { skew };
        Some(Self {
            source,
            list: &good.data,
            number: memory.number + 1,
            at,
            until,
            wall: good.taken.wall,
            interval,
            before: memory.last.map(|last| last.mono.as_secs_f64()),
            interruption,
            skew,
        })
    }

    /// Returns the summary for `trace`.
    pub(super) fn summary(&self) -> ListRead {
        let Self { source, interruption, .. } = *self;
        let since = self.before.map(|before| self.at - before);
        ListRead { source, at: self.wall, cases: self.list.cases.len(), since, interruption }
    }

    /// Converts a time of Trio's clock to seconds of monotonic time.
    pub(super) fn moment(&self, time: SystemTime) -> f64 {
        let ago = match self.wall.duration_since(time) {
            Ok(ago) => ago.as_secs_f64(),
            Err(ahead) => -ahead.duration().as_secs_f64(),
        };
        self.at - ago - self.skew
    }
}

impl ListMemory {
    /// Records the services with rows that may wait and are in no count.
    pub(super) fn record_uncounted(&mut self, list: &CaseList, names: &NameIndex) {
        let stateless = list.is_stateless().then_some(&list.cases).into_iter().flatten();
        let stateless = stateless.filter(|case| case.agent_id.is_none());
        let services = stateless.filter_map(|case| case.service_id.as_ref()).chain(&list.unkeyed);
        self.uncounted = services.map(|service| names.id(service).clone()).collect();
    }

    /// Records a reading.
    pub(super) fn record(
        &mut self,
        reading: &ListReading<'_>,
        taken: Stamp,
        server: &Text,
        names: &NameIndex,
    ) {
        self.last = Some(taken);
        self.server = Some(server.clone());
        self.truncated = reading.list.truncated.iter().cloned().collect();
        self.record_uncounted(reading.list, names);
        self.recently_truncated.retain(|_, at| reading.at - *at <= TRUNCATION_MEMORY);
        self.recently_truncated
            .extend(self.truncated.iter().map(|service| (service.clone(), reading.at)));
        self.number = reading.number;
        self.failed = false;
        self.interval = reading.interval;
        self.is_stateless = false;
    }
}
