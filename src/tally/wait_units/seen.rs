//! The cases of a list that were seen coming: how old they are without any word of Trio.

use rustc_hash::{FxHashMap, FxHashSet};

use super::compare::{AgeRange, age_by_arrival};
use crate::{
    model::{Case, CaseList, CaseState, Stamp, Text},
    snapshot::Good,
};

/// A case may be missing from so many lists before it is forgotten: lists change while they are paged.
const MISSING_LISTS: u64 = 2;

/// When the waiting cases of one list were first seen. Those with a time of arrival need no memory.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    last: Option<Stamp>,
    number: u64,
    cut: FxHashSet<Text>,
    cases: FxHashMap<Text, Arrival>,
}

/// When a case was first seen, in seconds of monotonic time.
#[derive(Debug)]
struct Arrival {
    service: Option<Text>,
    /// The begin of the list before, which did not show it; `None`: it may have been there before.
    after: Option<f64>,
    /// The end of the first list that showed it.
    before: f64,
    /// The number of the last list that showed it.
    listed: u64,
}

impl Arrivals {
    /// Takes a list in. Returns whether it was new.
    pub(super) fn take_in(&mut self, good: &Good<CaseList>) -> bool {
        if self.last == Some(good.taken) {
            return false;
        }
        let list_before = self.last.replace(good.taken).map(|last| last.mono.as_secs_f64());
        let before = (good.taken.mono + good.took).as_secs_f64();
        self.number += 1;
        let number = self.number;
        for case in good.data.cases.iter().filter(|case| case.created.is_none() && waits(case)) {
            // What comes into sight when a list is no longer cut has waited before.
            let is_cut = case.service_id.as_ref().is_some_and(|service| self.cut.contains(service));
            let after = list_before.filter(|_| !is_cut);
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
        self.cases.retain(|_, arrival| number - arrival.listed <= MISSING_LISTS);
        self.cut = good.data.truncated.iter().cloned().collect();
        true
    }

    /// Returns the age of a case at a moment: by its time of arrival, else by when it was seen coming.
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
