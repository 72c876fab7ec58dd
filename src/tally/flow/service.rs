//! One service: its goals, the counters of its classes, and its measured time.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    ages::AgeShares,
    day::{DayBase, DayTime},
    hidden::{HandledCases, HiddenAllowance},
    learnt_waits::LearntWaits,
};
use crate::{
    model::{CaseClass, Moment, ServiceGoals, ServiceNames, Text},
    tally::{
        Settings,
        counts::{ClassCounts, TimeCounts, UnclassifiedReason, Unmeasured, WaitHistogram},
        evidence::{Listed, WaitingEvidence},
        saved_form::{RestoreClock, Word, is_time},
        source::Source,
    },
};

/// The running counts of one service.
#[derive(Debug)]
pub(in crate::tally) struct ServiceFlow {
    pub(super) goals: Arc<ServiceGoals>,
    pub(super) classes: [Option<ClassFlow>; CaseClass::COUNT],
    pub(in crate::tally) time: ServiceTime,
    /// Comparison of the lists with the queue length.
    pub(super) evidence: WaitingEvidence,
    /// Moment when the service was last known to exist.
    pub(super) known_at: Moment,
    /// Time counters when the day began; `None` on a day that an older version began.
    pub(super) day_time: Option<DayTime>,
}

/// The running counts of one class.
#[derive(Debug)]
pub(super) struct ClassFlow {
    pub(super) counts: ClassCounts,
    /// True in the step that started it: its counters are first published at zero.
    // Without a first sample at zero, Prometheus' `increase()` misses the first case.
    pub(super) is_new: bool,
    /// The list that shows its cases.
    pub(super) source: Source,
    pub(super) day: Option<DayBase>,
    /// Cases of the last list.
    pub(super) now: Listed,
    /// Rounding of the ages of the cases that left, carried to the next one that leaves.
    pub(super) ages: AgeShares,
    /// The last cases with an agent: how many lists showed each.
    pub(super) handled: HandledCases,
    /// Cases that no list shows, which the bounds of the service level allow for.
    pub(super) hidden: HiddenAllowance,
    /// Distribution of the waits, learnt where the interval is longer than 5 s; else `None`.
    pub(super) learnt: Option<Box<LearntWaits>>,
}

/// One service in the state file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::tally) struct ServiceRecord {
    pub(in crate::tally) id: Text,
    /// Seconds since it was last known to exist.
    #[serde(default)]
    pub(in crate::tally) known_ago: f64,
    /// Seconds since its time was last credited.
    pub(in crate::tally) credited_ago: Option<f64>,
    /// Opening state when its time was last credited.
    pub(in crate::tally) was_open: Option<bool>,
    #[serde(flatten)]
    pub(in crate::tally) time: TimeCounts,
    /// Time counters at local midnight, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::tally) day_time: Option<DayTime>,
    #[serde(default)]
    pub(in crate::tally) classes: Vec<ClassRecord>,
}

impl ServiceRecord {
    /// Returns true if every number is one that a counter can have.
    pub(super) fn is_valid(&self) -> bool {
        let Self { id: _, known_ago, credited_ago, was_open: _, time, day_time, classes } = self;
        [Some(*known_ago), *credited_ago].into_iter().flatten().all(is_time)
            && time.is_valid()
            && day_time.is_none_or(DayTime::is_valid)
            && classes.iter().all(ClassRecord::is_valid)
    }
}

/// One class of a service in the state file. Cases that waited are closed as unclassified: the next
/// process cannot follow them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::tally) struct ClassRecord {
    #[serde(with = "Word::<CaseClass>")]
    pub(in crate::tally) class: Option<CaseClass>,
    /// The list that shows its cases.
    #[serde(with = "Word::<Source>")]
    pub(in crate::tally) source: Option<Source>,
    #[serde(flatten)]
    pub(in crate::tally) counts: ClassCounts,
    /// Counters when the day began.
    pub(in crate::tally) day: Option<DayBase>,
}

impl ClassRecord {
    fn is_valid(&self) -> bool {
        let Self { class: _, source: _, counts, day } = self;
        counts.is_valid() && day.is_none_or(|day| day.is_valid(counts))
    }
}

impl ServiceFlow {
    pub(super) fn new(goals: Arc<ServiceGoals>, known_at: Moment) -> Self {
        Self {
            goals,
            classes: Default::default(),
            time: ServiceTime::default(),
            evidence: WaitingEvidence::default(),
            known_at,
            // Its counters are zero, so they count from here.
            day_time: Some(DayTime::default()),
        }
    }

    /// Returns the counters of a class that the list `source` shows. Starts them if needed, with
    /// `edges` and `day`.
    pub(super) fn class(
        &mut self,
        class: CaseClass,
        source: Source,
        edges: impl FnOnce() -> Arc<[f64]>,
        day: Option<DayBase>,
    ) -> &mut ClassFlow {
        let flow = self.classes[class.index()].get_or_insert_with(|| ClassFlow {
            is_new: true,
            ..ClassFlow::new(ClassCounts::new(edges()), source, day)
        });
        flow.source = source;
        flow
    }

    /// Returns the list that measures the time of the service: that of its calls if it has calls or
    /// callbacks, or no case yet; else `services/cases`.
    pub(super) fn measured_by(&self, call_list: Source) -> Source {
        let has = |class: CaseClass| self.classes[class.index()].is_some();
        let calls = has(CaseClass::Voice) || has(CaseClass::Callback);
        if calls || self.known().next().is_none() { call_list } else { Source::Cases }
    }

    /// Returns true if the list shows cases of a class that the service has.
    pub(super) fn is_fed_by(&self, source: Source) -> bool {
        self.known().any(|(_, flow)| flow.source == source)
    }

    /// Returns the classes that have been started.
    pub(super) fn known(&self) -> impl Iterator<Item = (CaseClass, &ClassFlow)> {
        let flows = CaseClass::ALL.into_iter().zip(&self.classes);
        flows.filter_map(|(class, flow)| Some((class, flow.as_ref()?)))
    }

    pub(super) fn known_mut(&mut self) -> impl Iterator<Item = (CaseClass, &mut ClassFlow)> {
        let flows = CaseClass::ALL.into_iter().zip(&mut self.classes);
        flows.filter_map(|(class, flow)| Some((class, flow.as_mut()?)))
    }

    /// Begins the counts of a new day.
    pub(super) fn begin_day(&mut self) {
        self.day_time = Some(DayTime::new(&self.time.counts));
        for (_, class) in self.known_mut() {
            class.day = Some(DayBase::new(&class.counts));
        }
    }

    /// Returns the service as it is saved, with the number of cases that wait in each class.
    pub(super) fn export(
        &self,
        id: &Text,
        at: Moment,
        waiting: impl Fn(CaseClass) -> u64,
    ) -> ServiceRecord {
        ServiceRecord {
            id: id.clone(),
            known_ago: (at - self.known_at).max(0.0),
            credited_ago: self.time.credited.map(|credited| (at - credited).max(0.0)),
            was_open: self.time.was_open,
            time: self.time.counts,
            day_time: self.day_time,
            classes: self.known().map(|(class, flow)| flow.export(class, waiting(class))).collect(),
        }
    }

    /// Restores a service. The time since it was last credited becomes unmeasured with the next
    /// list.
    pub(super) fn restore(
        saved: &ServiceRecord,
        clock: RestoreClock,
        settings: &Settings,
        day_goes_on: bool,
    ) -> Self {
        let names = ServiceNames { id: &saved.id, ..ServiceNames::default() };
        // A moment before the clock began cannot be expressed: the service counts as just seen.
        let known_at = clock.moment(saved.known_ago).unwrap_or(clock.now.moment());
        let mut flow =
            Self::new(Arc::new(settings.goals.for_service(&names).into_owned()), known_at);
        flow.time.counts = saved.time;
        flow.day_time = saved.day_time.filter(|_| day_goes_on);
        flow.time.credited = saved.credited_ago.and_then(|ago| clock.moment(ago));
        flow.time.was_open = saved.was_open;
        for saved in &saved.classes {
            // The words of another version may not exist here.
            let (Some(class), Some(source)) = (saved.class, saved.source) else { continue };
            let day = saved.day.filter(|_| day_goes_on);
            let edges = settings.edges.for_class(class);
            let flow = &mut flow.classes[class.index()];
            *flow = Some(ClassFlow::restore(saved.counts.clone(), source, day, edges));
        }
        flow
    }
}

impl ClassFlow {
    fn new(counts: ClassCounts, source: Source, day: Option<DayBase>) -> Self {
        Self {
            counts,
            is_new: false,
            source,
            day,
            now: Listed::default(),
            ages: AgeShares::default(),
            handled: HandledCases::default(),
            hidden: HiddenAllowance::default(),
            learnt: None,
        }
    }

    fn export(&self, class: CaseClass, waiting: u64) -> ClassRecord {
        let mut counts = self.counts.clone();
        // The waiting cases are closed in the file only: a process that goes on still follows them.
        // So the outcomes in the file add up to the cases that came in.
        counts.unclassified[UnclassifiedReason::Gap.index()] += waiting;
        counts.within_high += waiting;
        counts.missed_high += waiting;
        ClassRecord { class: Some(class), source: Some(self.source), counts, day: self.day }
    }

    /// Restores a class. With other edges its histogram starts again as a whole: buckets of other
    /// edges cannot be converted.
    fn restore(
        mut counts: ClassCounts,
        source: Source,
        day: Option<DayBase>,
        edges: Arc<[f64]>,
    ) -> Self {
        if counts.waits.edges == edges {
            // The edges of all services are one allocation.
            counts.waits.edges = edges;
        } else {
            counts.waits = WaitHistogram::new(edges);
        }
        Self::new(counts, source, day)
    }
}

/// The running counts of time.
#[derive(Debug, Default)]
pub(in crate::tally) struct ServiceTime {
    pub(in crate::tally) counts: TimeCounts,
    queue: Option<f64>,
    open: Option<bool>,
    /// End of the credited time, and the opening state at that moment.
    pub(in crate::tally) credited: Option<Moment>,
    pub(in crate::tally) was_open: Option<bool>,
}

impl ServiceTime {
    /// Records queue length and opening state. `elapsed` is the time since the previous state,
    /// `None` after a gap.
    ///
    /// Between two readings the queue is taken to have changed half-way, which is right on average.
    pub(in crate::tally) fn record_state(
        &mut self,
        queue: Option<f64>,
        open: Option<bool>,
        elapsed: Option<Duration>,
    ) {
        if let Some(now) = queue {
            let total = self.counts.queue_wait.get_or_insert(0.0);
            if let (Some(before), Some(elapsed)) = (self.queue, elapsed) {
                *total += f64::midpoint(before, now) * elapsed.as_secs_f64();
            }
        }
        self.queue = queue;
        self.open = open;
    }

    /// Returns the last queue length.
    pub(in crate::tally) fn queue_length(&self) -> Option<f64> {
        self.queue
    }

    /// Clears the state of a service that Trio no longer lists.
    pub(in crate::tally) fn clear_state(&mut self) {
        *self = Self { counts: self.counts, ..Self::default() };
    }

    /// Credits the open time up to `at`: as measured, or as unmeasured for this reason. A service
    /// without an opening state counts as open.
    pub(in crate::tally) fn credit_until(&mut self, at: Moment, unmeasured: Option<Unmeasured>) {
        let since = self.credited.unwrap_or(at);
        let open = |open: Option<bool>| f64::from(u8::from(open != Some(false)));
        let now = open(self.open);
        // If it opened or closed in between, half of the time counts.
        let share = f64::midpoint(self.was_open.map_or(now, |was| open(Some(was))), now);
        let seconds = (at - since).max(0.0) * share;
        self.credited = Some(at.max(since));
        self.was_open = Some(self.open != Some(false));
        let measured = self.counts.measured.get_or_insert(0.0);
        match unmeasured {
            None => *measured += seconds,
            Some(reason) => self.counts.unmeasured[reason.index()] += seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Option<Duration> = Some(Duration::from_secs(10));

    #[test]
    fn queue_integral_uses_midpoints() {
        let mut time = ServiceTime::default();
        time.record_state(None, None, None);
        assert_eq!(time.counts.queue_wait, None, "nothing was reported");
        time.record_state(Some(2.0), None, STEP);
        time.record_state(Some(4.0), None, STEP);
        assert_eq!(time.counts.queue_wait, Some(30.0));
        time.record_state(Some(9.0), None, None);
        assert_eq!(time.counts.queue_wait, Some(30.0), "the queue in a gap is unknown");
        time.record_state(None, None, STEP);
        time.record_state(Some(1.0), None, STEP);
        assert_eq!(time.counts.queue_wait, Some(30.0), "nor is it without an answer");
    }

    #[test]
    fn only_open_time_is_credited() {
        let mut time = ServiceTime::default();
        time.credit_until(Moment::from_seconds(100.0), None);
        time.credit_until(Moment::from_seconds(105.0), None);
        assert_eq!(time.counts.measured, Some(5.0));
        time.record_state(None, Some(false), None);
        time.credit_until(Moment::from_seconds(115.0), None);
        assert_eq!(time.counts.measured, Some(10.0), "it closed somewhere in between");
        time.credit_until(Moment::from_seconds(125.0), Some(Unmeasured::Outage));
        assert_eq!(time.counts.unmeasured, [0.0; 4]);
        time.record_state(None, Some(true), None);
        time.credit_until(Moment::from_seconds(135.0), Some(Unmeasured::Truncated));
        assert_eq!(time.counts.unmeasured[Unmeasured::Truncated.index()], 5.0);
        assert_eq!(time.counts.unmeasured.iter().sum::<f64>(), 5.0);
    }

    #[test]
    fn time_that_goes_back_is_credited_once() {
        let mut time = ServiceTime::default();
        for at in [100.0, 90.0, 105.0] {
            time.credit_until(Moment::from_seconds(at), None);
        }
        assert_eq!(time.counts.measured, Some(5.0));
    }
}
