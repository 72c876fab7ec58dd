//! Lists of cases that are cut at a limit that nobody documents: more wait than they show.
//!
//! Lists and states are read at the same time, not at the same instant, so a difference counts only
//! when it is there twice in a row.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    model::{Case, CaseList, CaseState, ServiceStatus, Text},
    snapshot::{Center, Good, Reading, is_same_moment},
};

/// A limit below this is none that anybody would set.
const SMALLEST_LIMIT: usize = 10;

/// Adds the services whose cases are hidden by a limit to what is taken as cut in the lists of `now`.
pub(super) fn mark(before: &Center, now: &mut Center) {
    let taken = |center: &Center| center.service_state.good.as_ref().map(|good| good.taken.mono);
    if taken(before) == taken(now) {
        return;
    }
    let here = Look::at(now).cut();
    if here == Cut::default() {
        return;
    }
    let there = Look::at(before).cut();
    let twice = |here: Vec<Text>, there: Vec<Text>| -> Vec<Text> {
        here.into_iter().filter(|service| there.contains(service)).collect()
    };
    add(&mut now.calls, &before.calls, twice(here.calls, there.calls));
    add(&mut now.cases, &before.cases, twice(here.cases, there.cases));
}

fn add(reading: &mut Reading<CaseList>, before: &Reading<CaseList>, cut: Vec<Text>) {
    let Some(good) = reading.good.as_mut().filter(|_| !cut.is_empty()) else { return };
    let mut list = CaseList::clone(&good.data);
    list.truncated.extend(cut);
    list.truncated.sort_unstable();
    list.truncated.dedup();
    match &before.good {
        Some(Good { data, changed, .. }) if **data == list => {
            good.data = data.clone();
            good.changed = *changed;
        }
        _ => good.data = Arc::new(list),
    }
}

/// What was read of a contact centre at one moment.
#[derive(Clone, Copy, Debug)]
struct Look<'a> {
    calls: Option<&'a CaseList>,
    cases: Option<&'a CaseList>,
    services: &'a [ServiceStatus],
}

/// Services of which each list hides something.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cut {
    calls: Vec<Text>,
    cases: Vec<Text>,
}

impl<'a> Look<'a> {
    fn at(center: &'a Center) -> Self {
        let Some(services) = &center.service_state.good else {
            return Self { calls: None, cases: None, services: &[] };
        };
        let list = |reading: &'a Reading<CaseList>| {
            let good = reading.good.as_ref()?;
            is_same_moment(good.taken, services.taken).then_some(&*good.data)
        };
        Self { calls: list(&center.calls), cases: list(&center.cases), services: &services.data }
    }

    /// A part of the cases is cut where more wait than both lists show. Calls are only held to be cut
    /// where several services stand at the same number, the highest: what is hidden of a single one
    /// may as well be written.
    fn cut(self) -> Cut {
        let shown = |list: Option<&'a CaseList>| by_service(list.into_iter().flat_map(|list| &list.cases));
        let (calls, cases) = (shown(self.calls), shown(self.cases));
        let is_long = |shown: &HashMap<&Text, usize>, service: &Text| {
            shown.get(service).is_some_and(|count| *count >= SMALLEST_LIMIT)
        };
        let waiting = self.waiting();
        let hides = |service: &&ServiceStatus| {
            let listed = waiting.get(&service.id).copied().unwrap_or_default();
            service.queue_length.is_some_and(|length| length > listed as f64)
        };
        let hiding: Vec<&Text> = self.services.iter().filter(hides).map(|service| &service.id).collect();
        let most = calls.values().copied().max().unwrap_or_default();
        let at_wall: Vec<Text> = hiding
            .iter()
            .filter(|service| is_long(&calls, service) && calls.get(**service) == Some(&most))
            .map(|service| (*service).clone())
            .collect();
        let in_cases = hiding.into_iter().filter(|service| is_long(&cases, service));
        Cut {
            cases: in_cases.cloned().collect(),
            calls: if at_wall.len() > 1 { at_wall } else { Vec::new() },
        }
    }

    /// Cases that no agent handles, by service, each once whichever lists show it. A number that one list
    /// shows in two services is two cases.
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
