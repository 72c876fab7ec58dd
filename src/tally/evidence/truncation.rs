//! Truncation of case lists: services of which a list hides cases, by the documented limit, or
//! because more cases wait than the lists show.
//!
//! Lists and states are read at the same time, but not at the same instant. A difference counts
//! only if it is there twice in a row. Where lists are read more often than states, the comparison
//! of the last states holds for the lists in between.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{gap_limit, is_between_states};
use crate::{
    model::{AgentState, AgentStatus, Case, CaseList, CaseState, ServiceStatus, Stamp, Text},
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
    /// The last comparison of each contact centre.
    compared: HashMap<Text, Comparison>,
}

/// Lists of a contact centre compared with the queue lengths of the same moment.
#[derive(Debug)]
struct Comparison {
    /// Begin of the reading of the states.
    states: Stamp,
    /// Services of which a list seems to hide cases, by list.
    hiding: [Vec<Text>; Source::COUNT],
    /// Services whose calls are as many as wait.
    showing_all: HashSet<Text>,
    /// Services of which a list hides cases: this comparison and the one before agree.
    truncated: [Vec<Text>; Source::COUNT],
    /// Services with calls at the limit that hide none that waits: both agree.
    whole: HashSet<Text>,
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
        let at_limit = Source::ALL.map(|source| {
            let good = source.reading(now).good.as_ref().filter(|_| new[source.index()]);
            good.map(|good| self.limits[source.index()].at_limit(&good.data.cases))
        });
        self.compare(now, at_limit[Source::Calls.index()].as_deref().unwrap_or_default());
        let comparison = self.compared.get(&now.contact_center.id);
        let tells_jobs = tell_jobs(now);
        for (source, at_limit) in Source::ALL.into_iter().zip(at_limit) {
            let Some(at_limit) = at_limit else { continue };
            let comparison = comparison.filter(|comparison| comparison.holds(source, now));
            let is_whole = |service: &Text| {
                source == Source::Calls
                    && tells_jobs
                    && comparison.is_some_and(|comparison| comparison.whole.contains(service))
            };
            let mut truncated: Vec<Text> =
                at_limit.into_iter().filter(|service| !is_whole(service)).collect();
            let hidden = comparison.map(|comparison| &comparison.truncated[source.index()]);
            truncated.extend(hidden.into_iter().flatten().cloned());
            let before = before.map(|before| source.reading(before));
            let reading = match source {
                Source::Calls => &mut now.calls,
                Source::Cases => &mut now.cases,
            };
            add(reading, before, truncated);
        }
    }

    /// Compares the lists with new states of the same moment, if there are such. `calls_at_limit`
    /// are services whose calls are exactly as many as the limit.
    fn compare(&mut self, now: &Center, calls_at_limit: &[Text]) {
        let Some(states) = now.service_state.good.as_ref().map(|good| good.taken) else { return };
        let id = &now.contact_center.id;
        let view = MomentView::new(now);
        let is_old = self.compared.get(id).is_some_and(|last| last.states.mono == states.mono);
        if is_old || view.calls.is_none() && view.cases.is_none() {
            return;
        }
        let intervals = [now.service_state.interval, now.calls.interval, now.cases.interval];
        let longest = intervals.into_iter().flatten().max().unwrap_or_default();
        let last = self.compared.remove(id);
        let last = last.filter(|last| states.since(last.states) <= gap_limit(longest));
        let hiding = view.truncated();
        let showing_all = view.showing_all_calls();
        let (mut truncated, mut whole) = (<[Vec<Text>; Source::COUNT]>::default(), HashSet::new());
        if let Some(last) = last {
            for (twice, (now, before)) in truncated.iter_mut().zip(hiding.iter().zip(&last.hiding))
            {
                twice.extend(now.iter().filter(|service| before.contains(service)).cloned());
            }
            let shows_all = |service: &&Text| {
                [&showing_all, &last.showing_all].iter().all(|all| all.contains(*service))
            };
            whole.extend(calls_at_limit.iter().filter(shows_all).cloned());
        }
        let comparison = Comparison { states, hiding, showing_all, truncated, whole };
        self.compared.insert(id.clone(), comparison);
    }
}

impl Comparison {
    /// Returns true if the comparison holds for the present list: it is of the same moment, or
    /// later and the states were not due again.
    fn holds(&self, source: Source, now: &Center) -> bool {
        let list = source.reading(now).good.as_ref().map(|good| good.taken);
        list.is_some_and(|taken| is_same_moment(taken, self.states))
            || is_between_states(now, source, self.states)
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

    /// Returns the services of which the list of calls shows at least as many waiting calls as the
    /// queue is long: then it hides none of them.
    fn showing_all_calls(&self) -> HashSet<Text> {
        let Some(calls) = self.calls else { return HashSet::new() };
        // A call in an unknown state may be handled.
        let waits =
            |case: &&Case| matches!(case.state, Some(CaseState::Queued | CaseState::Offered));
        let waiting = by_service(calls.cases.iter().filter(waits));
        let shows_all = |status: &&ServiceStatus| {
            let listed = waiting.get(&status.id).copied().unwrap_or_default();
            status.queue_length.is_some_and(|length| listed as f64 >= length)
        };
        self.services.iter().filter(shows_all).map(|status| status.id.clone()).collect()
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
