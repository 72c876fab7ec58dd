//! One service: its goals, and the counters of its classes.

use std::sync::Arc;

use super::{
    Source, counts::ClassCounts, current_cases::Listed, day::DayBase,
    waiting_evidence::WaitingEvidence,
};
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
    /// Comparison of the lists with the queue length.
    pub(super) evidence: WaitingEvidence,
    /// Moment when the service was last known to exist, seconds.
    pub(super) known_at: f64,
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
}

impl ServiceFlow {
    pub(super) fn new(goals: Arc<ServiceGoals>, known_at: f64) -> Self {
        let (classes, time, evidence) = Default::default();
        Self { goals, classes, time, evidence, known_at }
    }

    /// Returns the counters of a class, started if needed.
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

    /// Returns the list that measures the time of the service: that of its calls if it has any.
    pub(super) fn measured_by(&self, call_list: Source) -> Source {
        let has = |class: CaseClass| self.classes[class as usize].is_some();
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
}
