//! Arrivals of the cases of a list, as seen in the readings: ages without Trio's own times.

use rustc_hash::{FxHashMap, FxHashSet};

use super::compare::age_by_arrival;
use crate::{
    model::{Case, CaseList, CaseState, Stamp, Text},
    snapshot::Good,
    tally::waits::AgeRange,
};

/// Number of lists that may miss a case before it is forgotten.
// Lists change while they are paged, so that a case may be missing from one.
const MAX_MISSING_LISTS: u64 = 2;

/// Arrivals of the waiting cases of one list that have no time of arrival.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    last: Option<Stamp>,
    number: u64,
    truncated: FxHashSet<Text>,
    cases: FxHashMap<Text, Arrival>,
}

/// Arrival of a case, in seconds of monotonic time.
#[derive(Debug)]
struct Arrival {
    service: Option<Text>,
    /// Begin of the previous list, which did not show it; `None` if it may have been there before.
    after: Option<f64>,
    /// End of the first list that showed it.
    before: f64,
    /// Number of the last list that showed it.
    listed: u64,
}

impl Arrivals {
    /// Records a list. Returns false if it is not new.
    pub(super) fn record_list(&mut self, good: &Good<CaseList>) -> bool {
        if self.last == Some(good.taken) {
            return false;
        }
        let list_before = self.last.replace(good.taken).map(|last| last.mono.as_secs_f64());
        let before = (good.taken.mono + good.took).as_secs_f64();
        self.number += 1;
        let number = self.number;
        for case in good.data.cases.iter().filter(|case| case.created.is_none() && waits(case)) {
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
                (known.service, known.after) = (case.service_id.clone(), None);
            }
            known.listed = number;
        }
        self.cases.retain(|_, arrival| number - arrival.listed <= MAX_MISSING_LISTS);
        self.truncated = good.data.truncated.iter().cloned().collect();
        true
    }

    /// Returns the age of a case at a moment: by its time of arrival, else by the readings.
    pub(super) fn age(&self, case: &Case, at: Stamp, skew: f64) -> Option<AgeRange> {
        if case.created.is_some() {
            return age_by_arrival(case, at, skew);
        }
        let arrival = self.cases.get(&case.id)?;
        let at = at.mono.as_secs_f64();
        Some(AgeRange { low: (at - arrival.before).max(0.0), high: at - arrival.after? })
    }
}

fn waits(case: &Case) -> bool {
    matches!(case.state, Some(CaseState::Queued | CaseState::Offered))
}
