//! Truncation of case lists: services of which a list hides cases, by the documented limit, or
//! because more cases wait than the lists show.
//!
//! Lists and states are read at the same time, but not at the same instant. A difference counts
//! only if it is there twice in a row.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    model::{AgentState, AgentStatus, Case, CaseList, CaseState, ServiceStatus, Text},
    snapshot::{Center, Good, Reading, is_same_moment},
    tally::source::Source,
};

/// Documented number of cases of a service at which `services/cases` is truncated.
// The same number is watched for in `services/calls`: a limit there would be undocumented, and a
// truncated list that is taken as whole turns hidden cases into cases that left.
const LIMIT: usize = 20;
/// Smallest number of cases that is taken for another limit.
// No one would set a lower limit.
const MIN_LIMIT: usize = 10;

/// Judge of the case lists of one target, with what its servers have shown.
#[derive(Debug, Default)]
pub struct Truncation {
    limits: [CaseLimit; Source::COUNT],
}

/// The largest numbers that one list ever showed of a single service.
// Twenty in `services/cases` are documented. The documentation leaves open if handled cases count,
// and it states no limit for `services/calls`. A number that a server has exceeded is not its limit.
#[derive(Clone, Copy, Debug, Default)]
struct CaseLimit {
    /// More cases than the limit were seen.
    exceeded: bool,
    /// More cases than the limit were seen that no agent handles.
    exceeded_waiting: bool,
}

/// Cases of one service in one list.
#[derive(Clone, Copy, Debug, Default)]
struct CaseCounts {
    all: usize,
    waiting: usize,
}

impl Truncation {
    /// Marks the services whose part of a list is truncated in the lists that were just read.
    /// `before` is the contact centre before the step, if it was known.
    pub fn mark(&mut self, before: Option<&Center>, now: &mut Center) {
        let is_new = |source: Source| {
            let list = |center| source.reading(center).good.as_ref().map(|good| good.taken.mono);
            list(now) != before.and_then(list)
        };
        let new = Source::ALL.map(is_new);
        let view = MomentView::new(now);
        let view_before = before.map(MomentView::new).unwrap_or_default();
        let states =
            |center: &Center| center.service_state.good.as_ref().map(|good| good.taken.mono);
        let has_new_states = states(now) != before.and_then(states);
        let mut truncated: [Vec<Text>; Source::COUNT] = Default::default();
        for source in Source::ALL {
            let Some(good) = source.reading(now).good.as_ref().filter(|_| new[source.index()])
            else {
                continue;
            };
            let at_limit = self.limits[source.index()].at_limit(&good.data.cases);
            let is_whole = |service: &Text| {
                source == Source::Calls
                    && has_new_states
                    && view.shows_all_that_wait(service)
                    && view_before.shows_all_that_wait(service)
                    && tell_jobs(now)
            };
            truncated[source.index()] =
                at_limit.into_iter().filter(|service| !is_whole(service)).collect();
        }
        if has_new_states {
            let (hidden, hidden_before) = (view.truncated(), view_before.truncated());
            for (truncated, (hidden, before)) in
                truncated.iter_mut().zip(hidden.into_iter().zip(hidden_before))
            {
                truncated.extend(hidden.into_iter().filter(|service| before.contains(service)));
            }
        }
        for (source, truncated) in Source::ALL.into_iter().zip(truncated) {
            let before = before.map(|before| source.reading(before));
            let reading = match source {
                Source::Calls => &mut now.calls,
                Source::Cases => &mut now.cases,
            };
            add(reading, before, truncated);
        }
    }
}

impl CaseLimit {
    /// Returns the services that have exactly the limit, on a server that never showed more of that
    /// kind. Records larger numbers.
    fn at_limit(&mut self, cases: &[Case]) -> Vec<Text> {
        let mut by_service: HashMap<&Text, CaseCounts> = HashMap::new();
        for case in cases {
            let Some(service) = &case.service_id else { continue };
            let counts = by_service.entry(service).or_default();
            counts.all += 1;
            // A case without a state counts as waiting. Twenty waiting cases are judged by
            // themselves because the server may leave handled cases out of its count: twenty wait
            // while five more are handled.
            counts.waiting += usize::from(case.state != Some(CaseState::Handled));
        }
        // Larger numbers of any service count for all of them: the limit belongs to the server.
        self.exceeded |= by_service.values().any(|counts| counts.all > LIMIT);
        self.exceeded_waiting |= by_service.values().any(|counts| counts.waiting > LIMIT);
        let at_limit = |counts: &CaseCounts| {
            counts.all == LIMIT && !self.exceeded
                || counts.waiting == LIMIT && !self.exceeded_waiting
        };
        let truncated = by_service.iter().filter(|(_, counts)| at_limit(counts));
        truncated.map(|(service, _)| (*service).clone()).collect()
    }
}

/// Adds truncated services to those of a list, sorted by id.
fn add(reading: &mut Reading<CaseList>, before: Option<&Reading<CaseList>>, truncated: Vec<Text>) {
    let Some(good) = reading.good.as_mut().filter(|_| !truncated.is_empty()) else { return };
    let mut list = CaseList::clone(&good.data);
    list.truncated.extend(truncated);
    // A hash map has no order; a list that differs at each reading would look like a change.
    list.truncated.sort_unstable();
    list.truncated.dedup();
    match before.and_then(|before| before.good.as_ref()) {
        // The answer was compared before it was marked, so it seemed to have changed.
        Some(Good { data, changed, .. }) if **data == list => {
            good.data = data.clone();
            good.changed = *changed;
        }
        _ => good.data = Arc::new(list),
    }
}

/// Returns true if agents tell the numbers of the cases that they handle, read at the moment of the
/// calls: a handled call that the list hides is then known by its agent.
fn tell_jobs(center: &Center) -> bool {
    let (Some(agents), Some(calls)) = (&center.agent_state.good, &center.calls.good) else {
        return false;
    };
    let handles = |agent: &&AgentStatus| {
        matches!(agent.state, Some(AgentState::Busy | AgentState::Unknown) | None)
    };
    is_same_moment(agents.taken, calls.taken)
        && agents.data.iter().any(|agent| agent.job.is_some())
        && agents.data.iter().filter(handles).all(|agent| agent.job.is_some())
}

/// Readings of a contact centre at one moment.
#[derive(Clone, Debug, Default)]
struct MomentView<'a> {
    calls: Option<&'a CaseList>,
    cases: Option<&'a CaseList>,
    services: &'a [ServiceStatus],
}

impl<'a> MomentView<'a> {
    fn new(center: &'a Center) -> Self {
        let Some(services) = &center.service_state.good else { return Self::default() };
        let list = |reading: &'a Reading<CaseList>| {
            let good = reading.good.as_ref()?;
            is_same_moment(good.taken, services.taken).then_some(&*good.data)
        };
        Self { calls: list(&center.calls), cases: list(&center.cases), services: &services.data }
    }

    /// Returns true if the list of calls shows at least as many waiting calls of a service as its
    /// queue is long: then it hides none of them.
    fn shows_all_that_wait(&self, service: &Text) -> bool {
        let status = self.services.iter().find(|status| status.id == *service);
        let (Some(calls), Some(length)) =
            (self.calls, status.and_then(|status| status.queue_length))
        else {
            return false;
        };
        // A call in an unknown state may be handled.
        let waits = |case: &&Case| {
            case.service_id.as_ref() == Some(service)
                && matches!(case.state, Some(CaseState::Queued | CaseState::Offered))
        };
        calls.cases.iter().filter(waits).count() as f64 >= length
    }

    /// Finds the truncated services, by list: more cases wait than both lists show.
    ///
    /// Calls count as truncated only where several services have the same, highest number of rows:
    /// what is hidden of a single service may be written cases.
    fn truncated(&self) -> [Vec<Text>; Source::COUNT] {
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
        if hiding.is_empty() {
            return Default::default();
        }
        let shown =
            |list: Option<&'a CaseList>| by_service(list.into_iter().flat_map(|list| &list.cases));
        let (calls, cases) = (shown(self.calls), shown(self.cases));
        let is_long = |shown: &HashMap<&Text, usize>, service: &Text| {
            shown.get(service).is_some_and(|count| *count >= MIN_LIMIT)
        };
        let most = calls.values().copied().max().unwrap_or_default();
        let at_limit: Vec<Text> = hiding
            .iter()
            .filter(|service| is_long(&calls, service) && calls.get(**service) == Some(&most))
            .map(|service| (*service).clone())
            .collect();
        let in_cases = hiding.into_iter().filter(|service| is_long(&cases, service));
        Source::ALL.map(|source| match source {
            Source::Calls if at_limit.len() > 1 => at_limit.clone(),
            Source::Calls => Vec::new(),
            Source::Cases => in_cases.clone().cloned().collect(),
        })
    }

    /// Counts the cases that no agent handles, by service, each once if both lists show it. A
    /// number in two services is two cases.
    fn waiting(&self) -> HashMap<&'a Text, usize> {
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
