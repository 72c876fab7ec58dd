//! Published totals of the flow: counters, and the cases that wait now.

use std::sync::Arc;

use super::{
    ClassCounts, ClassNow, DayCounts, Event, Flow, ListRead, RejectedTimes, Source,
    service::{ClassFlow, ServiceFlow},
};
use crate::{
    model::{CaseClass, ServiceGoals, Text},
    tally::service_time::TimeCounts,
};

/// The flow of a contact centre.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowTotals {
    /// One entry for each known service, in the order of their ids.
    pub services: Vec<ServiceTotals>,
    /// Times that contradict the readings, in the order of [`Source::ALL`].
    pub rejected: [RejectedTimes; Source::ALL.len()],
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
    /// The counts since local midnight; `None` on a day that was not observed from its start.
    pub day: Option<DayCounts>,
    /// Cases of the last list; `None` while that list is truncated or has no states.
    pub now: Option<ClassNow>,
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
        let (events, lists_read) = (self.events.clone(), self.lists_read.clone());
        FlowTotals { services, rejected: self.rejected, events, lists_read }
    }

    fn service_totals(&self, id: &Text, flow: &ServiceFlow) -> ServiceTotals {
        let is_truncated = |source: Source| self.lists[source.index()].truncated.contains(id);
        let was_read = |source: Source| self.lists[source.index()].last.is_some();
        let mut fed_by =
            Source::ALL.into_iter().filter(|source| was_read(*source) && flow.is_fed_by(*source));
        let truncated = fed_by.clone().next().map(|_| fed_by.any(is_truncated));
        let now = self.last_step.map_or(0.0, |step| step.mono.as_secs_f64());
        let is_readable =
            |source: Source| !is_truncated(source) && !self.lists[source.index()].is_stateless;
        let evidence = &flow.evidence;
        let class = |(class, flow): (CaseClass, &ClassFlow)| ClassTotals {
            class,
            source: flow.source,
            counts: if flow.is_new {
                ClassCounts::new(flow.counts.waits.edges.clone())
            } else {
                flow.counts.clone()
            },
            day: flow.day.filter(|_| !flow.is_new).map(|base| base.since(&flow.counts)),
            now: is_readable(flow.source).then(|| evidence.shown(&flow.now, flow.source, now)),
        };
        ServiceTotals {
            service_id: id.clone(),
            goals: flow.goals.clone(),
            classes: flow.known().map(class).collect(),
            time: flow.time.counts,
            truncated,
            withholds_longest_wait: evidence.withholds_longest_wait(now),
        }
    }
}
