//! Comparison of stated waits with the ages of waiting cases: a constant factor between them means
//! a wrongly read unit.
//!
//! Compared are only ages that do not come from Trio's own wait: by the time of arrival, or of
//! cases whose arrival was seen. A factor is only reported; no gauge is withheld because of it.

mod arrivals;
mod compare;
mod factor_streak;

use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use compare::{Comparison, age_by_arrival};

use super::flow::Source;
use crate::{
    model::{Case, Stamp, Text, WaitMismatch},
    snapshot::{Center, Snapshot},
};
use arrivals::Arrivals;
use compare::FIELDS;
use factor_streak::FactorStreak;

/// Stated waits of one target, and the factors found.
#[derive(Debug, Default)]
pub(super) struct WaitUnits {
    centers: FxHashMap<Text, CenterReadings>,
    streaks: [FactorStreak; FIELDS.len()],
}

/// Readings of a contact centre that were compared, and arrivals of its cases.
#[derive(Debug, Default)]
struct CenterReadings {
    states: Option<Stamp>,
    arrivals: [Arrivals; Source::ALL.len()],
}

impl WaitUnits {
    /// Compares new readings. Returns the fields that differ by a factor.
    pub(super) fn step(&mut self, cur: &Snapshot) -> Arc<[WaitMismatch]> {
        let mut comparison = Comparison::default();
        let skew = cur.clock_skew.unwrap_or_default();
        for center in &cur.centers {
            let memory = self.centers.entry(center.contact_center.id.clone()).or_default();
            memory.compare(center, skew, &mut comparison);
        }
        if self.centers.len() > cur.centers.len() {
            let is_listed =
                |id: &Text| cur.centers.iter().any(|center| center.contact_center.id == *id);
            self.centers.retain(|id, _| is_listed(id));
        }
        let mut mismatches = Vec::new();
        for (position, streak) in self.streaks.iter_mut().enumerate() {
            streak.observe(cur.stepped.mono, comparison.verdict(position));
            mismatches.extend(
                streak.reported().map(|factor| compare::mismatch(position, factor, &cur.fields)),
            );
        }
        mismatches.into()
    }
}

impl CenterReadings {
    /// Compares the stated waits of this contact centre with its lists, where one of them was read
    /// again.
    fn compare(&mut self, center: &Center, skew: f64, comparison: &mut Comparison) {
        let mut fresh = [None; Source::ALL.len()];
        for source in Source::ALL {
            let reading = source.reading(center);
            let Some(good) = reading.good.as_ref().filter(|_| reading.interval.is_some()) else {
                continue;
            };
            let is_new = self.arrivals[source as usize].record_list(good);
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
        let is_near =
            |taken: Stamp| taken.mono.abs_diff(states.taken.mono) <= compare::MAX_READING_DISTANCE;
        let lists =
            fresh.map(|list| list.filter(|(taken, _)| is_near(*taken)).map(|(_, list)| list));
        let arrivals = &self.arrivals;
        let age =
            |source: Source, case: &Case| arrivals[source as usize].age(case, states.taken, skew);
        comparison.add_states(&states.data, lists, &age);
    }
}

#[cfg(test)]
mod tests;
