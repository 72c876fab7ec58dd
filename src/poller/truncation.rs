//! Truncation of case lists at an undocumented limit: more cases wait than the lists show.
//!
//! Lists and states are read at the same time, but not at the same instant. A difference counts
//! only if it is there twice in a row.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    model::{Case, CaseList, CaseState, ServiceStatus, Text},
    snapshot::{Center, Good, Reading, is_same_moment},
};

/// Smallest number of cases that is taken for a limit.
// No one would set a lower limit.
const MIN_LIMIT: usize = 10;

/// Marks the services whose cases a limit hides as truncated in the lists of `now`.
pub(super) fn mark(before: &Center, now: &mut Center) {
    let taken = |center: &Center| center.service_state.good.as_ref().map(|good| good.taken.mono);
    if taken(before) == taken(now) {
        return;
    }
    let truncated_now = MomentView::new(now).truncated();
    if truncated_now == TruncatedServices::default() {
        return;
    }
    let truncated_before = MomentView::new(before).truncated();
    let in_both = |now: Vec<Text>, before: Vec<Text>| -> Vec<Text> {
        now.into_iter().filter(|service| before.contains(service)).collect()
    };
    add(&mut now.calls, &before.calls, in_both(truncated_now.calls, truncated_before.calls));
    add(&mut now.cases, &before.cases, in_both(truncated_now.cases, truncated_before.cases));
}

fn add(reading: &mut Reading<CaseList>, before: &Reading<CaseList>, truncated: Vec<Text>) {
    let Some(good) = reading.good.as_mut().filter(|_| !truncated.is_empty()) else { return };
    let mut list = CaseList::clone(&good.data);
    list.truncated.extend(truncated);
    list.truncated.sort_unstable();
    list.truncated.dedup();
    match &before.good {
        // The answer was compared before it was marked, so it seemed to have changed.
        Some(Good { data, changed, .. }) if **data == list => {
            good.data = data.clone();
            good.changed = *changed;
        }
        _ => good.data = Arc::new(list),
    }
}

/// Readings of a contact centre at one moment.
#[derive(Clone, Copy, Debug)]
struct MomentView<'a> {
    calls: Option<&'a CaseList>,
    cases: Option<&'a CaseList>,
    services: &'a [ServiceStatus],
}

/// Services of which each list hides cases.
#[derive(Debug, Default, PartialEq, Eq)]
struct TruncatedServices {
    calls: Vec<Text>,
    cases: Vec<Text>,
}

impl<'a> MomentView<'a> {
    fn new(center: &'a Center) -> Self {
        let Some(services) = &center.service_state.good else {
            return Self { calls: None, cases: None, services: &[] };
        };
        let list = |reading: &'a Reading<CaseList>| {
            let good = reading.good.as_ref()?;
            is_same_moment(good.taken, services.taken).then_some(&*good.data)
        };
        Self { calls: list(&center.calls), cases: list(&center.cases), services: &services.data }
    }

    /// Finds the truncated services: more cases wait than both lists show.
    ///
    /// Calls count as truncated only where several services have the same, highest number of rows:
    /// what is hidden of a single service may be written cases.
    fn truncated(self) -> TruncatedServices {
        let shown =
            |list: Option<&'a CaseList>| by_service(list.into_iter().flat_map(|list| &list.cases));
        let (calls, cases) = (shown(self.calls), shown(self.cases));
        let is_long = |shown: &HashMap<&Text, usize>, service: &Text| {
            shown.get(service).is_some_and(|count| *count >= MIN_LIMIT)
        };
        let waiting = self.waiting();
        let hides = |service: &&ServiceStatus| {
            let listed = waiting.get(&service.id).copied().unwrap_or_default();
            // A row without an id explains the difference.
            let lists = self.calls.into_iter().chain(self.cases);
            let has_unkeyed = lists.into_iter().any(|list| list.unkeyed.contains(&service.id));
            !has_unkeyed && service.queue_length.is_some_and(|length| length > listed as f64)
        };
        let hiding: Vec<&Text> =
            self.services.iter().filter(hides).map(|service| &service.id).collect();
        let most = calls.values().copied().max().unwrap_or_default();
        let at_limit: Vec<Text> = hiding
            .iter()
            .filter(|service| is_long(&calls, service) && calls.get(**service) == Some(&most))
            .map(|service| (*service).clone())
            .collect();
        let in_cases = hiding.into_iter().filter(|service| is_long(&cases, service));
        TruncatedServices {
            cases: in_cases.cloned().collect(),
            calls: if at_limit.len() > 1 { at_limit } else { Vec::new() },
        }
    }

    /// Counts the cases that no agent handles, by service, each once if both lists show it. A
    /// number in two services is two cases.
    fn waiting(self) -> HashMap<&'a Text, usize> {
        let waits = |case: &&Case| case.state != Some(CaseState::Handled);
        let calls = || self.calls.into_iter().flat_map(|list| &list.cases).filter(waits);
        let known: HashSet<&Text> = calls().map(|case| &case.id).collect();
        let cases = self.cases.into_iter().flat_map(|list| &list.cases).filter(waits);
        by_service(calls().chain(cases.filter(|case| !known.contains(&case.id))))
    }
}

fn by_service<'c>(cases: impl Iterator<Item = &'c Case>) -> HashMap<&'c Text, usize> {
    let mut counts = HashMap::new();
    for service in cases.filter_map(|case| case.service_id.as_ref()) {
        *counts.entry(service).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests;
