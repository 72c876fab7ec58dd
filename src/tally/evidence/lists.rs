//! One reading of a list of cases, and the memory of the readings before.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{TrioClock, UsualVanishing, is_gap};
use crate::{
    model::{CaseList, CaseState, Moment, Stamp, Text},
    snapshot::{Center, ServiceNaming, Snapshot},
    tally::{counts::UnclassifiedReason, ids::NameIndex, source::Source},
};

/// Memory of a list between steps.
#[derive(Debug, Default)]
pub(in crate::tally) struct ListMemory {
    /// The last good reading.
    pub(in crate::tally) last: Option<Stamp>,
    /// Server that gave it.
    server: Option<Text>,
    /// Services whose part of it was truncated.
    pub(in crate::tally) truncated: FxHashSet<Text>,
    /// Decisions at the last reading: cases of services whose goals were not certain were not
    /// followed.
    pub(in crate::tally) withheld: Option<Arc<ServiceNaming>>,
    /// Services with rows that may wait and are in no count: they have no id, or no row of the list
    /// has a state.
    pub(in crate::tally) uncounted: FxHashSet<Text>,
    /// True if a row may wait and names no service: it may be of any.
    pub(in crate::tally) has_row_of_any_service: bool,
    /// Services whose part of `services/cases` was truncated recently, with the last moment.
    pub(in crate::tally) recently_truncated: FxHashMap<Text, Moment>,
    /// Number of the last reading.
    pub(in crate::tally) number: u64,
    /// True if an attempt to read it has failed since.
    pub(in crate::tally) failed: bool,
    /// True if it has shown cases that an agent has. Only then does a case that disappears count as
    /// left: else it may have been answered.
    pub(in crate::tally) shows_handled: bool,
    /// Number of waiting cases in it.
    pub(in crate::tally) waiting: usize,
    /// Usual share of them that the next list does not show.
    pub(in crate::tally) vanishing: UsualVanishing,
    /// Interval of its readings.
    pub(in crate::tally) interval: Duration,
    /// True while the list has rows of which none has a state: the last good reading is then
    /// outdated.
    pub(in crate::tally) is_stateless: bool,
}

/// One reading of a list.
#[derive(Clone, Copy, Debug)]
pub(in crate::tally) struct ListReading<'a> {
    pub(in crate::tally) source: Source,
    pub(in crate::tally) list: &'a CaseList,
    pub(in crate::tally) number: u64,
    /// Begin and end of the request.
    pub(in crate::tally) at: Moment,
    pub(in crate::tally) until: Moment,
    /// Begin of the request on both clocks.
    pub(in crate::tally) taken: Stamp,
    pub(in crate::tally) interval: Duration,
    /// Begin of the previous reading; `None` for the first one.
    pub(in crate::tally) before: Option<Moment>,
    /// Reason why what happened since then is unknown.
    pub(in crate::tally) interruption: Option<UnclassifiedReason>,
    /// Trio's clock beside ours.
    pub(in crate::tally) clock: TrioClock,
}

/// Time after a truncated list, seconds, in which a whole list is not trusted.
// A list at its limit is whole only while few wait. In the simulated scenario "crowded, cases only"
// such moments gave a service level of 99 % where 43 % was true.
const TRUNCATION_MEMORY: f64 = 900.0;

impl<'a> ListReading<'a> {
    /// Returns the reading of a list if it is newer than the memory.
    pub(in crate::tally) fn newer(
        memory: &ListMemory,
        source: Source,
        snapshot: &Snapshot,
        center: &'a Center,
    ) -> Option<Self> {
        let reading = source.reading(center);
        let good = reading.good.as_ref().filter(|good| Some(good.taken) != memory.last)?;
        let interval = reading.interval.unwrap_or_default();
        let server_changed =
            memory.server.as_ref().is_some_and(|server| *server != snapshot.server);
        // Two servers of a pair may not know the same cases while one takes over.
        let interruption = memory.last.and_then(|last| {
            if server_changed {
                Some(UnclassifiedReason::Failover)
            } else {
                is_gap(last, good.taken, interval).then_some(UnclassifiedReason::Gap)
            }
        });
        Some(Self {
            source,
            list: &good.data,
            number: memory.number + 1,
            at: good.taken.moment(),
            until: good.taken.moment() + good.took.as_secs_f64(),
            taken: good.taken,
            interval,
            before: memory.last.map(Stamp::moment),
            interruption,
            clock: TrioClock { taken: good.taken, skew: snapshot.clock_skew },
        })
    }

    /// Returns the summary for `trace`.
    pub(in crate::tally) fn summary(&self) -> ListRead {
        let Self { source, interruption, .. } = *self;
        let since = self.before.map(|before| self.at - before);
        ListRead { source, at: self.taken.wall, cases: self.list.cases.len(), since, interruption }
    }
}

impl ListMemory {
    /// Records the services with rows that may wait and are in no count.
    pub(in crate::tally) fn record_uncounted(&mut self, list: &CaseList, names: &NameIndex) {
        let stateless = list.is_stateless().then_some(&list.cases).into_iter().flatten();
        let stateless = stateless.filter(|case| case.agent_id.is_none());
        let services = stateless.filter_map(|case| case.service_id.as_ref()).chain(&list.unkeyed);
        self.uncounted = services.map(|service| names.id(service).clone()).collect();
        // Of every row if no member is known to hold the service.
        self.has_row_of_any_service = list.cases.iter().any(|case| {
            case.service_id.is_none()
                && case.agent_id.is_none()
                && case.state != Some(CaseState::Handled)
        });
    }

    /// Returns true if the cases of a service were not followed when the list was read last.
    pub(in crate::tally) fn withholds(&self, service: &str) -> bool {
        self.withheld.as_ref().is_some_and(|naming| naming.awaits_goals(service))
    }

    /// Records a reading.
    pub(in crate::tally) fn record(
        &mut self,
        reading: &ListReading<'_>,
        server: &Text,
        names: &NameIndex,
    ) {
        self.last = Some(reading.taken);
        self.server = Some(server.clone());
        self.truncated = reading.list.truncated.iter().cloned().collect();
        self.record_uncounted(reading.list, names);
        // Twenty calls of a service may be chance: the next list of calls, with more or fewer, is
        // whole. Without a limit there is no bias towards calm moments.
        if reading.source == Source::Cases {
            self.recently_truncated.retain(|_, at| reading.at - *at <= TRUNCATION_MEMORY);
            self.recently_truncated
                .extend(self.truncated.iter().map(|service| (service.clone(), reading.at)));
        }
        self.number = reading.number;
        self.failed = false;
        self.interval = reading.interval;
        self.is_stateless = false;
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
