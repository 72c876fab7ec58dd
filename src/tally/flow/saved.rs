//! The flow in the state file: export and restore.

use std::{collections::HashMap, sync::Arc};

use jiff::tz::TimeZone;

use super::{
    ClassCounts, Flow, LeftAge, RejectedTimes, Source, UnclassifiedReason, WaitHistogram,
    current_cases::Listed,
    day::{Day, DayBase},
    service::{ClassFlow, ServiceFlow},
};
use crate::{
    model::{CaseClass, ServiceNames, Stamp, Text},
    tally::{
        Settings, Unmeasured,
        saved::{
            RestoreClock, SavedClass, SavedDay, SavedFlow, SavedRejected, SavedService, SavedWaits,
            from_labels, to_labels,
        },
        service_time::ServiceTime,
    },
};

impl Flow {
    /// Exports the counters. Cases that wait are closed as unclassified, because the next process
    /// cannot follow them.
    pub(in crate::tally) fn export(&self, now: Stamp, zone: &TimeZone) -> SavedFlow {
        let mut waiting: HashMap<(&str, CaseClass), u64> = HashMap::new();
        for case in self.cases.values().filter(|case| case.is_waiting()) {
            *waiting.entry((&*case.queue.service, case.queue.class)).or_default() += 1;
        }
        let at = now.mono.as_secs_f64();
        let mut services: Vec<SavedService> = self
            .services
            .iter()
            .map(|(id, flow)| {
                let waiting = |class| waiting.get(&(&**id, class)).copied().unwrap_or_default();
                flow.export(id, at, waiting)
            })
            .collect();
        services.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let rejected = self.rejected.iter().map(|times| SavedRejected {
            created: times.created,
            answered: times.answered,
            waited: times.waited,
        });
        SavedFlow {
            midnight: self.day.midnight(zone),
            rejected: to_labels(Source::ALL, source_label, rejected),
            services,
        }
    }

    /// Restores the counters. The counts of the day continue if it is still the same day and its
    /// midnight is at the same moment in the time zone.
    pub(in crate::tally) fn restore(
        saved: &SavedFlow,
        clock: RestoreClock,
        settings: &Settings,
    ) -> Self {
        let day = Day::resume(saved.midnight, clock.now, &settings.time_zone);
        let rejected = from_labels(Source::ALL, source_label, &saved.rejected).map(|times| {
            RejectedTimes { created: times.created, answered: times.answered, waited: times.waited }
        });
        let goes_on = day.base().is_some();
        // A service that was gone before the restart is kept no longer because of it.
        let oldest = clock.now.mono.as_secs_f64() - settings.keep.as_secs_f64();
        let service = |saved: &SavedService| {
            let flow = ServiceFlow::restore(saved, clock, settings, goes_on);
            (flow.known_at >= oldest).then(|| (saved.id.clone(), flow))
        };
        Self {
            day,
            rejected,
            services: saved.services.iter().filter_map(service).collect(),
            ..Self::default()
        }
    }
}

impl ServiceFlow {
    fn export(&self, id: &Text, at: f64, waiting: impl Fn(CaseClass) -> u64) -> SavedService {
        let counts = &self.time.counts;
        SavedService {
            id: id.clone(),
            known_ago: (at - self.known_at).max(0.0),
            credited_ago: self.time.credited.map(|credited| (at - credited).max(0.0)),
            was_open: self.time.was_open,
            queue_wait: counts.queue_wait,
            measured: counts.measured,
            unmeasured: to_labels(Unmeasured::ALL, Unmeasured::as_str, counts.unmeasured),
            classes: self.known().map(|(class, flow)| flow.export(class, waiting(class))).collect(),
        }
    }

    fn restore(
        saved: &SavedService,
        clock: RestoreClock,
        settings: &Settings,
        day_goes_on: bool,
    ) -> Self {
        let names = ServiceNames { id: &saved.id, ..ServiceNames::default() };
        let known_at = clock.moment(saved.known_ago).unwrap_or(clock.now.mono.as_secs_f64());
        let mut flow =
            Self::new(Arc::new(settings.goals.for_service(&names).into_owned()), known_at);
        flow.time = ServiceTime::restore(saved, clock);
        for saved in &saved.classes {
            let class = CaseClass::from_word(&saved.class);
            let source =
                Source::ALL.into_iter().find(|source| source_label(*source) == saved.source);
            if let (Some(class), Some(source)) = (class, source) {
                let mut restored =
                    ClassFlow::restore(saved, source, settings.edges.for_class(class));
                restored.day = restored.day.filter(|_| day_goes_on);
                flow.classes[class as usize] = Some(restored);
            }
        }
        flow
    }
}

impl ClassFlow {
    fn export(&self, class: CaseClass, waiting: u64) -> SavedClass {
        let counts = &self.counts;
        let mut unclassified = counts.unclassified;
        // Closed in the file only: if this process goes on, its own counters still follow them.
        // This keeps the sum of the outcomes equal to the cases that came in.
        unclassified[UnclassifiedReason::Gap as usize] += waiting;
        SavedClass {
            class: class.as_str().into(),
            source: source_label(self.source).into(),
            offered: counts.offered,
            carried_in: counts.carried_in,
            answered: counts.answered,
            left: to_labels(LeftAge::ALL, LeftAge::as_str, counts.left),
            moved: counts.moved,
            unclassified: to_labels(
                UnclassifiedReason::ALL,
                UnclassifiedReason::as_str,
                unclassified,
            ),
            within: counts.within,
            within_low: counts.within_low,
            within_high: counts.within_high,
            handling_seconds: counts.handling_seconds,
            waits: SavedWaits {
                edges: counts.waits.edges.clone(),
                buckets: counts.waits.buckets.clone(),
                sum: counts.waits.sum,
            },
            day: self.day.map(DayBase::export),
        }
    }

    /// Restores a class. With other edges its histogram starts again as a whole: buckets of other
    /// edges cannot be converted.
    fn restore(saved: &SavedClass, source: Source, edges: Arc<[f64]>) -> Self {
        let mut counts = ClassCounts {
            offered: saved.offered,
            carried_in: saved.carried_in,
            answered: saved.answered,
            left: from_labels(LeftAge::ALL, LeftAge::as_str, &saved.left),
            moved: saved.moved,
            unclassified: from_labels(
                UnclassifiedReason::ALL,
                UnclassifiedReason::as_str,
                &saved.unclassified,
            ),
            within: saved.within,
            within_low: saved.within_low,
            within_high: saved.within_high,
            handling_seconds: saved.handling_seconds,
            ..ClassCounts::new(edges)
        };
        if counts.waits.edges == saved.waits.edges {
            let (buckets, sum) = (saved.waits.buckets.clone(), saved.waits.sum);
            counts.waits = WaitHistogram { buckets, sum, edges: counts.waits.edges };
        }
        let day = saved.day.map(DayBase::restore);
        Self { counts, is_new: false, source, day, now: Listed::default() }
    }
}

impl ServiceTime {
    /// Restores the time of a service. The time since it was last credited becomes unmeasured with
    /// the next list.
    fn restore(saved: &SavedService, clock: RestoreClock) -> Self {
        let mut time = Self::default();
        time.counts.queue_wait = saved.queue_wait;
        time.counts.measured = saved.measured;
        time.counts.unmeasured =
            from_labels(Unmeasured::ALL, Unmeasured::as_str, &saved.unmeasured);
        time.credited = saved.credited_ago.and_then(|ago| clock.moment(ago));
        time.was_open = saved.was_open;
        time
    }
}

impl DayBase {
    fn export(self) -> SavedDay {
        let Self { offered, answered, left, within } = self;
        SavedDay { offered, answered, left, within }
    }

    fn restore(saved: SavedDay) -> Self {
        let SavedDay { offered, answered, left, within } = saved;
        Self { offered, answered, left, within }
    }
}

fn source_label(source: Source) -> &'static str {
    source.resource().as_str()
}
