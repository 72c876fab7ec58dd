//! Stated waits beside the ages of the waiting cases: a constant factor between them is a unit read wrongly.
//!
//! Only ages that Trio's own wait has no part in are compared: by the time of arrival, or of cases that were
//! seen coming. Nothing is withheld because of a factor; it is only reported.

mod compare;
mod seen;
mod watch;

use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use compare::{AgeRange, Comparison, age_by_arrival};

use super::flow::Source;
use crate::{
    model::{Case, Stamp, Text, WaitMismatch},
    snapshot::{Center, Snapshot},
};
use compare::FIELDS;
use seen::Arrivals;
use watch::Watch;

/// The stated waits of one target, and whether they differ by a factor.
#[derive(Debug, Default)]
pub(super) struct WaitUnits {
    centers: FxHashMap<Text, CenterMemory>,
    watches: [Watch; FIELDS.len()],
}

/// The readings of a contact centre that were compared, and when its cases were first seen.
#[derive(Debug, Default)]
struct CenterMemory {
    states: Option<Stamp>,
    arrivals: [Arrivals; Source::ALL.len()],
}

impl WaitUnits {
    /// Takes in what was read anew. Returns the fields that differ by a factor.
    pub(super) fn step(&mut self, cur: &Snapshot) -> Arc<[WaitMismatch]> {
        let mut comparison = Comparison::default();
        let skew = cur.clock_skew.unwrap_or_default();
        for center in &cur.centers {
            let memory = self.centers.entry(center.contact_center.id.clone()).or_default();
            memory.compare(center, skew, &mut comparison);
        }
        if self.centers.len() > cur.centers.len() {
            let is_listed = |id: &Text| cur.centers.iter().any(|center| center.contact_center.id == *id);
            self.centers.retain(|id, _| is_listed(id));
        }
        let mut mismatches = Vec::new();
        for (position, watch) in self.watches.iter_mut().enumerate() {
            watch.observe(cur.stepped.mono, comparison.verdict(position));
            mismatches
                .extend(watch.reported().map(|factor| compare::mismatch(position, factor, &cur.fields)));
        }
        mismatches.into()
    }
}

impl CenterMemory {
    /// Compares what this contact centre states with its lists, where one of them was read anew.
    fn compare(&mut self, center: &Center, skew: f64, comparison: &mut Comparison) {
        let mut fresh = [None; Source::ALL.len()];
        for source in Source::ALL {
            let reading = source.reading(center);
            let Some(good) = reading.good.as_ref().filter(|_| reading.interval.is_some()) else { continue };
            let is_new = self.arrivals[source as usize].take_in(good);
            fresh[source as usize] = Some((good.taken, &*good.data));
            if is_new {
                let arrivals = &self.arrivals[source as usize];
                let age = |_: Source, case: &Case| arrivals.age(case, good.taken, skew);
                comparison.add_list(source, &good.data, &age);
            }
        }
        let Some(states) = center.service_state.good.as_ref() else { return };
        if self.states.replace(states.taken) == Some(states.taken) {
            return;
        }
        let is_near = |taken: Stamp| taken.mono.abs_diff(states.taken.mono) <= compare::SAME_TIME;
        let lists = fresh.map(|list| list.filter(|(taken, _)| is_near(*taken)).map(|(_, list)| list));
        let arrivals = &self.arrivals;
        let age = |source: Source, case: &Case| arrivals[source as usize].age(case, states.taken, skew);
        comparison.add_states(&states.data, lists, &age);
    }
}

#[cfg(test)]
mod tests;
