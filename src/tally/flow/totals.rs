//! Published totals of the flow: counters, the cases that wait now, and the inferences of the last
//! step, for `trace`: operators check the exporter with test calls.

use std::{sync::Arc, time::SystemTime};

use super::{
    Flow,
    service::{ClassFlow, ServiceFlow},
};
use crate::{
    model::{CaseClass, ServiceGoals, Stamp, Text},
    tally::{
        counts::{ClassCounts, LeftAge, RejectedTimes, TimeCounts, UnclassifiedReason},
        evidence::{AgeRange, ClassNow, ListRead, TimeEvidence},
        flow::day::{DayCounts, DayStart, DayTime},
        source::Source,
    },
};

/// The flow of a contact centre.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowTotals {
    /// One entry for each known service, in the order of their ids.
    pub services: Vec<ServiceTotals>,
    /// Begin of the counts of the day; `None` before the first step.
    pub day_start: Option<DayStart>,
    /// Times that contradict the readings, in the order of [`Source::ALL`].
    pub rejected: [RejectedTimes; Source::COUNT],
    /// Inferences of this step; empty unless they are asked for.
    pub events: Vec<Event>,
    /// Lists read in this step; empty unless they are asked for.
    pub lists_read: Vec<ListRead>,
}

/// The flow of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceTotals {
    /// Trio's id.
    pub service_id: Text,
    /// Its goals.
    pub goals: Arc<ServiceGoals>,
    /// Classes that are configured or were seen since start.
    pub classes: Vec<ClassTotals>,
    /// Counters of time.
    pub time: TimeCounts,
    /// Time since the day began; `None` on a day that an older version began.
    pub day_time: Option<DayTime>,
    /// True if a list that feeds the service is truncated; `None` until one was read.
    pub truncated: Option<bool>,
    /// True if the lists recently showed fewer waiting cases than Trio's queue length, or could not
    /// show those of every kind, so that the oldest one may be hidden.
    pub withholds_longest_wait: bool,
}

/// The flow of one class of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassTotals {
    /// The class.
    pub class: CaseClass,
    /// The list that shows its cases.
    pub source: Source,
    /// The counters; all zero when they are first published.
    pub counts: ClassCounts,
    /// Reason why the service level cannot be measured; `None` if it can.
    pub level_gap: Option<LevelGap>,
    /// The counts since local midnight; `None` on a day that was not observed from its start.
    pub day: Option<DayCounts>,
    /// The counts since [`FlowTotals::day_start`] on a day that was not observed from its start;
    /// `None` on other days.
    pub part_day: Option<DayCounts>,
    /// Cases of the last list; `None` while that list is truncated or has no states.
    pub now: Option<ClassNow>,
}

/// Reasons why the service level of a class cannot be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LevelGap {
    /// The poll interval is longer than the wait target, or many cases are answered and finished
    /// between two lists.
    Interval,
    /// The list of the class was truncated within the last quarter of an hour, while the time of
    /// the service is measured by the list of calls.
    Truncated,
}

impl ClassTotals {
    /// Returns true if the service level can be measured.
    pub fn is_measurable(&self) -> bool {
        self.level_gap.is_none()
    }
}

/// One inference about a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Moment of the reading that showed it.
    pub at: SystemTime,
    /// Trio's job number.
    pub case: Text,
    /// Service that the case belongs to.
    pub service_id: Text,
    /// Its class.
    pub class: CaseClass,
    /// The inference.
    pub inference: Inference,
}

/// Kinds of inferences.
#[derive(Clone, Debug, PartialEq)]
pub enum Inference {
    /// A new case.
    Offered {
        /// Age of its arrival.
        arrived: AgeRange,
        /// Use of Trio's own time of arrival.
        time_evidence: TimeEvidence,
    },
    /// A case that waited before its arrival could be seen.
    CarriedIn {
        /// Age of its arrival, if Trio gives it.
        arrived: Option<AgeRange>,
        /// Use of Trio's own time of arrival.
        time_evidence: TimeEvidence,
        /// Reason why its arrival could not be seen; `None` for the first list.
        reason: Option<UnclassifiedReason>,
    },
    /// A case that an agent had before its arrival could be seen; it is not counted.
    InHand,
    /// Answered after a wait between the bounds, seconds.
    Answered {
        /// It waited at least this long.
        low: f64,
        /// The best estimate.
        best: f64,
        /// It waited at most this long.
        high: f64,
        /// Share of the possible waits that is within the target.
        within: f64,
        /// The target, seconds.
        target: f64,
        /// It arrived and was answered between two lists.
        unseen: bool,
        /// Use of Trio's own time of the answer.
        time_evidence: TimeEvidence,
    },
    /// It left the queue after a wait between the bounds, seconds.
    Left {
        /// It waited at least this long.
        low: f64,
        /// The best estimate.
        best: f64,
        /// It waited at most this long.
        high: f64,
        /// Class of its wait.
        age: LeftAge,
        /// Chance of that class, 0–1.
        chance: f64,
        /// It may have been answered and finished between two lists.
        may_be_answered: bool,
        /// Longest wait of a short abandon, seconds.
        short: f64,
        /// The target, seconds.
        target: f64,
    },
    /// It went on to wait in another queue.
    Moved(Destination),
    /// Its agent passed it on, or gave it back to the queue.
    PassedOn(Destination),
    /// Its outcome is unknown.
    Unclassified(UnclassifiedReason),
    /// Its agent has finished it.
    Finished,
}

/// Queue that a case moved to.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// The service.
    pub service_id: Text,
    /// The class.
    pub class: CaseClass,
}

impl FlowTotals {
    /// Returns the flow of one service.
    pub fn service(&self, id: &str) -> Option<&ServiceTotals> {
        let position =
            self.services.binary_search_by(|totals| (*totals.service_id).cmp(id)).ok()?;
        self.services.get(position)
    }
}

impl Flow {
    /// Returns the published totals.
    pub(in crate::tally) fn totals(&self) -> FlowTotals {
        let mut services: Vec<ServiceTotals> =
            self.services.iter().map(|(id, flow)| self.service_totals(id, flow)).collect();
        services.sort_unstable_by(|a, b| a.service_id.cmp(&b.service_id));
        FlowTotals {
            services,
            day_start: self.day_start,
            rejected: self.times.map(|times| times.rejected),
            events: self.events.clone(),
            lists_read: self.lists_read.clone(),
        }
    }

    fn service_totals(&self, id: &Text, flow: &ServiceFlow) -> ServiceTotals {
        let is_truncated = |source: Source| self.lists[source.index()].truncated.contains(id);
        let was_read = |source: Source| self.lists[source.index()].last.is_some();
        let mut fed_by =
            Source::ALL.into_iter().filter(|source| was_read(*source) && flow.is_fed_by(*source));
        let truncated = fed_by.clone().next().map(|_| fed_by.any(is_truncated));
        let now = self.last_step.map(Stamp::moment).unwrap_or_default();
        let is_readable =
            |source: Source| !is_truncated(source) && !self.lists[source.index()].is_stateless;
        let evidence = &flow.evidence;
        let goals = &flow.goals;
        let handled = self.handled.shares();
        let measured_by_calls = flow.is_fed_by(Source::Calls);
        let level_gap = |class: CaseClass, flow: &ClassFlow| {
            let list = &self.lists[flow.source.index()];
            let brief = flow.handled.shares().or(handled);
            if list.interval > goals.class(class).wait_target
                || brief.is_some_and(|shares| !shares.is_measurable())
            {
                Some(LevelGap::Interval)
            } else {
                (measured_by_calls
                    && flow.source == Source::Cases
                    && list.recently_truncated.contains_key(id))
                .then_some(LevelGap::Truncated)
            }
        };
        let day = |flow: &ClassFlow, is_whole: bool| {
            let base = flow.day.filter(|_| !flow.is_new && self.day.is_whole() == is_whole);
            base.map(|base| base.since(&flow.counts))
        };
        let class = |(class, flow): (CaseClass, &ClassFlow)| ClassTotals {
            class,
            source: flow.source,
            level_gap: level_gap(class, flow),
            counts: if flow.is_new {
                ClassCounts::new(flow.counts.waits.edges.clone())
            } else {
                flow.counts.clone()
            },
            day: day(flow, true),
            part_day: day(flow, false),
            now: is_readable(flow.source).then(|| evidence.shown(&flow.now, flow.source, now)),
        };
        ServiceTotals {
            service_id: id.clone(),
            goals: flow.goals.clone(),
            classes: flow.known().map(class).collect(),
            time: flow.time.counts,
            day_time: flow.day_time.map(|base| base.since(&flow.time.counts)),
            truncated,
            withholds_longest_wait: evidence.withholds_longest_wait(now),
        }
    }
}
