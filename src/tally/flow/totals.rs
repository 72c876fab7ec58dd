//! What is published of the flow: counters, and what waits now.

use std::sync::Arc;

use super::{
    ClassCounts, ClassNow, DayCounts, Event, Flow, ListTaken, RejectedTimes, Source,
    service::{ClassFlow, ServiceFlow},
};
use crate::{
    model::{CaseClass, ServiceGoals, Text},
    tally::service_time::TimeCounts,
};

/// The flow of a contact centre.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowTotals {
    /// One entry a service that was seen lately, in the order of their ids.
    pub services: Vec<ServiceTotals>,
    /// Times that contradict what was observed, in the order of [`Source::ALL`].
    pub rejected: [RejectedTimes; Source::ALL.len()],
    /// What was inferred in this step, if anybody wants to know.
    pub events: Vec<Event>,
    /// The lists that were taken in in this step, if anybody wants to know.
    pub taken: Vec<ListTaken>,
}

/// The flow of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceTotals {
    /// Trio's id.
    pub service_id: Text,
    /// Its goals.
    pub goals: Arc<ServiceGoals>,
    /// The classes that are configured or were seen since start.
    pub classes: Vec<ClassTotals>,
    /// Counters of time.
    pub time: TimeCounts,
    /// Whether a list that feeds the service is cut; `None` until one was read.
    pub truncated: Option<bool>,
    /// Whether the lists lately showed fewer waiting cases than Trio's queue length, so that the oldest one
    /// cannot be told from them.
    pub lists_are_short: bool,
}

/// The flow of one class of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassTotals {
    /// The class.
    pub class: CaseClass,
    /// The list that shows its cases.
    pub source: Source,
    /// The counters: all at zero when they are first shown.
    pub counts: ClassCounts,
    /// The counts since local midnight; `None` on a day that was not observed from its start.
    pub day: Option<DayCounts>,
    /// What the last list shows; `None` while that list is cut, or does not say where its cases are.
    pub now: Option<ClassNow>,
}

impl FlowTotals {
    /// The flow of one service.
    pub fn service(&self, id: &str) -> Option<&ServiceTotals> {
        let position = self.services.binary_search_by(|totals| (*totals.service_id).cmp(id)).ok()?;
        self.services.get(position)
    }
}

impl Flow {
    /// What is published.
    pub(in crate::tally) fn totals(&self) -> FlowTotals {
        let mut services: Vec<ServiceTotals> =
            self.services.iter().map(|(id, flow)| self.service_totals(id, flow)).collect();
        services.sort_unstable_by(|a, b| a.service_id.cmp(&b.service_id));
        let (events, taken) = (self.events.clone(), self.taken.clone());
        FlowTotals { services, rejected: self.rejected, events, taken }
    }

    fn service_totals(&self, id: &Text, flow: &ServiceFlow) -> ServiceTotals {
        let is_cut = |source: Source| self.lists[source.index()].cut.contains(id);
        let was_read = |source: Source| self.lists[source.index()].last.is_some();
        let mut fed_by =
            Source::ALL.into_iter().filter(|source| was_read(*source) && flow.is_fed_by(*source));
        let truncated = fed_by.clone().next().map(|_| fed_by.any(is_cut));
        let now = self.last_step.map_or(0.0, |step| step.mono.as_secs_f64());
        let is_readable = |source: Source| !is_cut(source) && !self.lists[source.index()].is_stateless;
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
            now: is_readable(flow.source).then(|| evidence.shown(&flow.now, now)),
        };
        ServiceTotals {
            service_id: id.clone(),
            goals: flow.goals.clone(),
            classes: flow.known().map(class).collect(),
            time: flow.time.counts,
            truncated,
            lists_are_short: evidence.is_short(now),
        }
    }
}
