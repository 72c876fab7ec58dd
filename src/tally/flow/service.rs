//! One service: its goals, and what has been counted of each of its classes.

use std::sync::Arc;

use super::{Source, counts::ClassCounts, day::DayBase, now::Listed, waiting_evidence::WaitingEvidence};
use crate::{
    model::{CaseClass, ServiceGoals},
    tally::service_time::ServiceTime,
};

/// The running counts of one service.
#[derive(Debug)]
pub(in crate::tally) struct ServiceFlow {
    pub(super) goals: Arc<ServiceGoals>,
    pub(super) classes: [Option<ClassFlow>; CaseClass::ALL.len()],
    pub(in crate::tally) time: ServiceTime,
    /// What the queue length says of the lists.
    pub(super) evidence: WaitingEvidence,
    /// When the service was last known to exist, seconds.
    pub(super) known_at: f64,
}

/// The running counts of one class.
#[derive(Debug)]
pub(super) struct ClassFlow {
    pub(super) counts: ClassCounts,
    /// It was begun in this step: its counters are first shown at zero.
    pub(super) is_new: bool,
    /// The list that shows its cases.
    pub(super) source: Source,
    pub(super) day: Option<DayBase>,
    /// What the last list shows.
    pub(super) now: Listed,
}

impl ServiceFlow {
    pub(super) fn new(goals: Arc<ServiceGoals>, known_at: f64) -> Self {
        let (classes, time, evidence) = Default::default();
        Self { goals, classes, time, evidence, known_at }
    }

    /// The counts of a class, begun if need be.
    pub(super) fn class(
        &mut self,
        class: CaseClass,
        source: Source,
        edges: impl FnOnce() -> Arc<[f64]>,
        day: Option<DayBase>,
    ) -> &mut ClassFlow {
        let flow = self.classes[class as usize].get_or_insert_with(|| ClassFlow {
            counts: ClassCounts::new(edges()),
            is_new: true,
            source,
            day,
            now: Listed::default(),
        });
        flow.source = source;
        flow
    }

    /// The list by which the time of the service is measured: that of its calls, if it has any.
    pub(super) fn measure(&self, of_calls: Source) -> Source {
        let has = |class: CaseClass| self.classes[class as usize].is_some();
        let calls = has(CaseClass::Voice) || has(CaseClass::Callback);
        if calls || self.known().next().is_none() { of_calls } else { Source::Cases }
    }

    /// Whether a list shows cases of a class that the service has.
    pub(super) fn is_fed_by(&self, source: Source) -> bool {
        self.known().any(|(_, flow)| flow.source == source)
    }

    /// The classes that have been begun.
    pub(super) fn known(&self) -> impl Iterator<Item = (CaseClass, &ClassFlow)> {
        let flows = CaseClass::ALL.into_iter().zip(&self.classes);
        flows.filter_map(|(class, flow)| Some((class, flow.as_ref()?)))
    }

    pub(super) fn known_mut(&mut self) -> impl Iterator<Item = (CaseClass, &mut ClassFlow)> {
        let flows = CaseClass::ALL.into_iter().zip(&mut self.classes);
        flows.filter_map(|(class, flow)| Some((class, flow.as_mut()?)))
    }
}
