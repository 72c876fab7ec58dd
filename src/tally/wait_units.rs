//! Comparison of stated waits with the ages of waiting cases: a constant factor between them means
//! a wrongly read unit.
//!
//! Compared are only ages that do not come from Trio's own wait: by the time of arrival, or of
//! cases whose arrival was seen. A factor is only reported; no gauge is withheld because of it.

mod compare;

use std::{sync::Arc, time::Duration};

use rustc_hash::{FxHashMap, FxHashSet};

pub use compare::{Comparison, age_by_arrival};

use super::{evidence::AgeRange, source::Source};
use crate::{
    model::{Case, CaseList, ClockSkew, Moment, Stamp, Text, WaitFactor, WaitMismatch},
    snapshot::{Center, Good, Snapshot},
};
use compare::{FIELDS, FactorVerdict, is_waiting};

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
    arrivals: [Arrivals; Source::COUNT],
}

impl WaitUnits {
    /// Compares new readings. Returns the fields that differ by a factor.
    pub(super) fn step(&mut self, cur: &Snapshot) -> Arc<[WaitMismatch]> {
        let mut comparison = Comparison::default();
        let skew = cur.clock_skew;
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
    fn compare(&mut self, center: &Center, skew: Option<ClockSkew>, comparison: &mut Comparison) {
        let mut fresh = [None; Source::COUNT];
        for source in Source::ALL {
            let reading = source.reading(center);
            let Some(good) = reading.good.as_ref().filter(|_| reading.interval.is_some()) else {
                continue;
            };
            let is_new = self.arrivals[source.index()].record_list(good, skew.is_some());
            fresh[source.index()] = Some((good.taken, &*good.data));
            if is_new {
                let arrivals = &self.arrivals[source.index()];
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
            |source: Source, case: &Case| arrivals[source.index()].age(case, states.taken, skew);
        comparison.add_states(&states.data, lists, &age);
    }
}

/// Number of lists that may miss a case before it is forgotten.
// Lists change while they are paged, so that a case may be missing from one.
const MAX_MISSING_LISTS: u64 = 2;

/// Arrivals of the waiting cases of one list that have no time of arrival, or none that can be
/// compared with our clock.
#[derive(Debug, Default)]
struct Arrivals {
    last: Option<Stamp>,
    number: u64,
    truncated: FxHashSet<Text>,
    cases: FxHashMap<Text, Arrival>,
}

/// Arrival of a case.
#[derive(Debug)]
struct Arrival {
    service: Option<Text>,
    /// Begin of the previous list, which did not show it; `None` if it may have been there before.
    after: Option<Moment>,
    /// End of the first list that showed it.
    before: Moment,
    /// Number of the last list that showed it.
    listed: u64,
}

impl Arrivals {
    /// Records a list. Returns false if it is not new.
    fn record_list(&mut self, good: &Good<CaseList>, clocks_are_known: bool) -> bool {
        if self.last == Some(good.taken) {
            return false;
        }
        let list_before = self.last.replace(good.taken).map(Stamp::moment);
        let before = good.taken.moment() + good.took.as_secs_f64();
        self.number += 1;
        let number = self.number;
        let has_age = |case: &Case| clocks_are_known && case.created.is_some();
        for case in good.data.cases.iter().filter(|case| !has_age(case) && is_waiting(case)) {
            // A case that a truncated list may have hidden has waited before.
            let is_truncated =
                case.service_id.as_ref().is_some_and(|service| self.truncated.contains(service));
            let after = list_before.filter(|_| !is_truncated);
            let known = self.cases.entry(case.id.clone()).or_insert_with(|| Arrival {
                service: case.service_id.clone(),
                after,
                before,
                listed: number,
            });
            if known.service != case.service_id {
                // Systems differ in whether a case that moves begins to wait again.
                known.service = case.service_id.clone();
                known.after = None;
            }
            known.listed = number;
        }
        self.cases.retain(|_, arrival| number - arrival.listed <= MAX_MISSING_LISTS);
        self.truncated = good.data.truncated.iter().cloned().collect();
        true
    }

    /// Returns the age of a case at a moment: by its time of arrival, else by the readings.
    fn age(&self, case: &Case, at: Stamp, skew: Option<ClockSkew>) -> Option<AgeRange> {
        if skew.is_some() && case.created.is_some() {
            return age_by_arrival(case, at, skew);
        }
        let arrival = self.cases.get(&case.id)?;
        let at = at.moment();
        Some(AgeRange { low: (at - arrival.before).max(0.0), high: at - arrival.after? })
    }
}

/// Smallest distance between readings that count: closer ones show the same cases.
const MIN_DISTANCE: Duration = Duration::from_secs(60);
/// Readings that must agree before a factor is reported, and before it is taken back.
const MIN_READINGS: u32 = 3;

/// Readings of one field, and the factor reported.
#[derive(Debug, Default)]
struct FactorStreak {
    /// Moment of the last reading that counts.
    counted: Option<Duration>,
    last: Option<FactorVerdict>,
    /// Readings in a row that gave `last`.
    streak: u32,
    reported: Option<WaitFactor>,
}

impl FactorStreak {
    /// Records a reading. One without a comparison changes nothing: an empty queue proves no unit.
    fn observe(&mut self, at: Duration, verdict: Option<FactorVerdict>) {
        let Some(verdict) = verdict else { return };
        if self.counted.is_some_and(|counted| at.saturating_sub(counted) < MIN_DISTANCE) {
            return;
        }
        self.counted = Some(at);
        self.streak = if self.last == Some(verdict) { self.streak + 1 } else { 1 };
        self.last = Some(verdict);
        if self.streak >= MIN_READINGS {
            self.reported = match verdict {
                FactorVerdict::Factor(factor) => Some(factor),
                FactorVerdict::NoFactor => None,
            };
        }
    }

    /// Returns the factor that is reported now.
    fn reported(&self) -> Option<WaitFactor> {
        self.reported
    }
}

#[cfg(test)]
mod tests;
