//! What of the flow is saved, and how it goes on from there.

use std::{collections::HashMap, sync::Arc};

use jiff::tz::TimeZone;

use super::{
    ClassCounts, Doubt, Flow, LeftAge, RejectedTimes, Source, WaitHistogram,
    day::{Day, DayBase},
    now::Listed,
    service::{ClassFlow, ServiceFlow},
};
use crate::{
    model::{CaseClass, ServiceNames, Stamp, Text},
    tally::{
        Settings, Unmeasured,
        saved::{
            Return, SavedClass, SavedDay, SavedFlow, SavedRejected, SavedService, SavedWaits, by_word,
            of_words,
        },
        service_time::ServiceTime,
    },
};

impl Flow {
    /// What can go on in another process.
    pub(in crate::tally) fn export(&self, now: Stamp, zone: &TimeZone) -> SavedFlow {
        let mut waiting: HashMap<(&str, CaseClass), u64> = HashMap::new();
        for case in self.cases.values().filter(|case| case.waits()) {
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
            rejected: by_word(Source::ALL, source_word, rejected),
            services,
        }
    }

    /// The counters that were saved. The day goes on if it is still the same and the zone of time puts its
    /// midnight where it was.
    pub(in crate::tally) fn restore(saved: &SavedFlow, way: Return, settings: &Settings) -> Self {
        let day = Day::resume(saved.midnight, way.now, &settings.time_zone);
        let rejected = of_words(Source::ALL, source_word, &saved.rejected).map(|times| RejectedTimes {
            created: times.created,
            answered: times.answered,
            waited: times.waited,
        });
        let goes_on = day.base().is_some();
        let oldest = way.now.mono.as_secs_f64() - settings.keep.as_secs_f64();
        let service = |saved: &SavedService| {
            let flow = ServiceFlow::restore(saved, way, settings, goes_on);
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
            unmeasured: by_word(Unmeasured::ALL, Unmeasured::as_str, counts.unmeasured),
            classes: self.known().map(|(class, flow)| flow.export(class, waiting(class))).collect(),
        }
    }

    fn restore(saved: &SavedService, way: Return, settings: &Settings, day_goes_on: bool) -> Self {
        let names = ServiceNames { id: &saved.id, ..ServiceNames::default() };
        let known_at = way.moment(saved.known_ago).unwrap_or(way.now.mono.as_secs_f64());
        let mut flow = Self::new(Arc::new(settings.goals.for_service(&names).into_owned()), known_at);
        flow.time = ServiceTime::restore(saved, way);
        for saved in &saved.classes {
            let class = CaseClass::from_word(&saved.class);
            let source = Source::ALL.into_iter().find(|source| source_word(*source) == saved.source);
            if let (Some(class), Some(source)) = (class, source) {
                let mut restored = ClassFlow::restore(saved, source, settings.edges.of(class));
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
        unclassified[Doubt::Gap as usize] += waiting;
        SavedClass {
            class: class.as_str().into(),
            source: source_word(self.source).into(),
            offered: counts.offered,
            carried_in: counts.carried_in,
            answered: counts.answered,
            left: by_word(LeftAge::ALL, LeftAge::as_str, counts.left),
            moved: counts.moved,
            unclassified: by_word(Doubt::ALL, Doubt::as_str, unclassified),
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

    /// With other edges than these the histogram begins anew, as a whole.
    fn restore(saved: &SavedClass, source: Source, edges: Arc<[f64]>) -> Self {
        let mut counts = ClassCounts {
            offered: saved.offered,
            carried_in: saved.carried_in,
            answered: saved.answered,
            left: of_words(LeftAge::ALL, LeftAge::as_str, &saved.left),
            moved: saved.moved,
            unclassified: of_words(Doubt::ALL, Doubt::as_str, &saved.unclassified),
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
    /// What passed since the service was last credited is unmeasured, once a list is read again.
    fn restore(saved: &SavedService, way: Return) -> Self {
        let mut time = Self::default();
        time.counts.queue_wait = saved.queue_wait;
        time.counts.measured = saved.measured;
        time.counts.unmeasured = of_words(Unmeasured::ALL, Unmeasured::as_str, &saved.unmeasured);
        time.credited = saved.credited_ago.and_then(|ago| way.moment(ago));
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

fn source_word(source: Source) -> &'static str {
    source.resource().as_str()
}
