//! What became of the cases of a contact centre: from list to list, each case from its arrival to
//! its outcome.

mod case_key;
mod counts;
mod day;
mod edges;
mod event;
mod follow;
mod jobs;
mod ledger;
mod names;
mod now;
mod reading;
mod saved;
mod service;
mod source;
mod times;
mod totals;
mod tracked;
mod waiting_evidence;

use std::{sync::Arc, time::Duration};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Settings,
    elapsed::{gap_limit, is_gap},
    service_time::Unmeasured,
};
use crate::{
    model::{Case, CaseClass, Stamp, Text},
    snapshot::{Center, Snapshot, is_same_moment},
};
pub use counts::{ClassCounts, Doubt, LeftAge, WaitHistogram};
pub use day::DayCounts;
pub use edges::Edges;
pub use event::{Ago, Event, Inference, ListTaken, Place, Told};
pub use now::{ClassNow, WaitingNow};
pub use source::Source;
pub use times::RejectedTimes;
pub use totals::{ClassTotals, FlowTotals, ServiceTotals};

use case_key::{CaseKey, ServicesShown};
use day::Day;
use follow::{Followed, Scene};
use jobs::Jobs;
use ledger::Ledger;
use names::Names;
use now::Listed;
use reading::{ListReading, Memory};
use service::ServiceFlow;
use times::Rejected;
use tracked::{Queue, Tracked};
use waiting_evidence::{Comparison, Verdict};

/// The running counts of one contact centre.
#[derive(Debug, Default)]
pub(super) struct Flow {
    lists: [Memory; Source::ALL.len()],
    cases: FxHashMap<CaseKey, Tracked>,
    services: FxHashMap<Text, ServiceFlow>,
    day: Day,
    rejected: Rejected,
    /// The service states that were last read.
    states_read: Option<Stamp>,
    /// The server at that time.
    states_server: Option<Text>,
    names: Names,
    events: Vec<Event>,
    taken: Vec<ListTaken>,
    last_step: Option<Stamp>,
}

impl Flow {
    /// Counts what happened up to `cur`.
    pub(super) fn step(&mut self, cur: &Snapshot, center: &Center, settings: &Settings) {
        self.events.clear();
        self.taken.clear();
        for class in self.services.values_mut().flat_map(ServiceFlow::known_mut) {
            class.1.is_new = false;
        }
        let interval = settings_interval(center);
        let gap = self.last_step.is_none_or(|last| is_gap(last, cur.stepped, interval));
        self.last_step = Some(cur.stepped);
        self.day.turn(cur.stepped, &settings.time_zone, gap, self.services.values_mut());
        self.know_services(cur, center, settings);
        self.report_states(cur, center);
        let of_calls = source::of_calls(center, cur.stepped);
        let read = Source::ALL.map(|source| self.take_in(source, of_calls, cur, center, settings));
        if read.contains(&true) {
            self.count_now(read, of_calls);
            self.judge_waiting(cur, center);
        }
        self.begin_configured_classes(of_calls, settings);
        self.forget(cur.stepped, settings);
    }

    /// Takes the services that exist, and their goals, from what was last read of them.
    fn know_services(&mut self, cur: &Snapshot, center: &Center, settings: &Settings) {
        let at = cur.stepped.mono.as_secs_f64();
        let read_anew = self.names.renew(center);
        let states = center.service_state.good.iter().flat_map(|good| good.data.iter());
        let mut unknown = Vec::new();
        for status in states {
            match self.services.get_mut(&status.id) {
                Some(flow) => flow.known_at = at,
                None => unknown.push(status.id.clone()),
            }
        }
        // Services of an earlier process are given goals by all their names now.
        let is_first = self.states_read.is_none();
        if unknown.is_empty() && !read_anew && !is_first {
            return;
        }
        let described = center.service_names();
        for id in unknown {
            self.services.insert(id, ServiceFlow::new(Arc::default(), at));
        }
        for (id, flow) in &mut self.services {
            let mut names = described.get(&**id).cloned().unwrap_or_default();
            names.id = id;
            names.contact_center = center.contact_center.names();
            flow.goals = Arc::new(settings.goals.for_service(&names).into_owned());
        }
    }

    /// Hands what Trio says of its queues to the services.
    fn report_states(&mut self, cur: &Snapshot, center: &Center) {
        let Some(good) = center.service_state.good.as_ref() else { return };
        if Some(good.taken) == self.states_read {
            return;
        }
        let interval = center.service_state.interval.unwrap_or_default();
        let same_server = self.states_server.as_ref().is_none_or(|server| *server == cur.server);
        let last = self.states_read.filter(|last| same_server && !is_gap(*last, good.taken, interval));
        let since = last.map(|last| good.taken.since(last));
        (self.states_read, self.states_server) = (Some(good.taken), Some(cur.server.clone()));
        let mut listed = FxHashSet::default();
        for status in good.data.iter() {
            listed.insert(&status.id);
            if let Some(flow) = self.services.get_mut(&status.id) {
                flow.time.reports(status.queue_length, status.open, since);
            }
        }
        for (id, flow) in &mut self.services {
            if !listed.contains(id) {
                flow.time.is_silent();
            }
        }
    }

    /// Takes in a list that was read again. Returns whether it was.
    fn take_in(
        &mut self,
        source: Source,
        of_calls: Source,
        cur: &Snapshot,
        center: &Center,
        settings: &Settings,
    ) -> bool {
        let memory = &self.lists[source.index()];
        let Some(reading) = ListReading::newer(memory, source, cur, center) else {
            self.wait_for(source, of_calls, cur.stepped, center);
            return false;
        };
        if reading.list.is_stateless() {
            self.lists[source.index()].is_stateless = true;
            return false;
        }
        let taken = source.reading(center).good.as_ref().map_or(cur.stepped, |good| good.taken);
        if settings.tells_events {
            self.taken.push(reading.taken());
        }
        self.credit_time(&reading, of_calls);
        let others = (source == Source::Cases && of_calls == Source::Calls)
            .then(|| center.calls.good.as_ref().map(|good| &good.data.cases))
            .flatten();
        let theirs: FxHashSet<&Text> = others.into_iter().flatten().map(|case| &case.id).collect();
        let names = &self.names;
        let shown = ServicesShown::new(reading.list, names);
        // The call of a number is in both lists. Where this list shows the number in two services, only
        // the row of the call's service is that call.
        let service_of = |case: &Case| case.service_id.as_ref().map(|service| names.id(service).clone());
        let is_theirs = |case: &Case| {
            let is_same = |other: &Case| other.id == case.id && service_of(other) == service_of(case);
            theirs.contains(&case.id)
                && (!shown.is_shared(&case.id) || others.into_iter().flatten().any(is_same))
        };
        let cut: FxHashSet<&Text> = reading.list.truncated.iter().collect();
        let day = self.day.base();
        let memory = &self.lists[source.index()];
        let scene = Scene {
            reading: &reading,
            shown: &shown,
            jobs: Jobs::of(center, &reading),
            followed: Followed::of(center, &reading),
            cut: &cut,
            cut_before: &memory.cut,
            cut_lately: &memory.cut_lately,
            shows_handled: memory.shows_handled,
            waiting_before: memory.waiting,
        };
        let ledger = Ledger {
            services: &mut self.services,
            goals: &settings.goals,
            called: &center.contact_center.names(),
            edges: &settings.edges,
            day,
            events: settings.tells_events.then_some(&mut self.events),
            reading: &reading,
        };
        let rows = reading.list.cases.iter().filter_map(|case| {
            let class = case.class.unwrap_or(CaseClass::Other);
            if is_theirs(case) || source::of_class(class, of_calls) != source && others.is_some() {
                return None;
            }
            let service = case.service_id.as_ref()?;
            Some((case, Queue { service: names.id(service).clone(), class }))
        });
        let shows_handled = scene.follow(&mut self.cases, rows, ledger, &mut self.rejected);
        let memory = &mut self.lists[source.index()];
        memory.shows_handled = shows_handled;
        memory.note(&reading, taken, &cur.server);
        true
    }

    /// Credits the time since the list before to the services that it is the measure of.
    fn credit_time(&mut self, reading: &ListReading<'_>, of_calls: Source) {
        let memory = &self.lists[reading.source.index()];
        let reason = match reading.doubt {
            None if reading.before.is_some() => None,
            Some(Doubt::Failover) => Some(Unmeasured::Failover),
            _ if memory.failed => Some(Unmeasured::Outage),
            _ => Some(Unmeasured::MissedPoll),
        };
        let now_cut: FxHashSet<&Text> = reading.list.truncated.iter().collect();
        let other_cut = &self.lists[1 - reading.source.index()].cut_lately;
        let own_cut = &memory.cut_lately;
        for (id, flow) in &mut self.services {
            if flow.measure(of_calls) != reading.source {
                continue;
            }
            let is_cut = now_cut.contains(id)
                || own_cut.contains_key(id)
                || other_cut.contains_key(id) && flow.is_fed_by(Source::Cases);
            flow.time.credit_until(reading.at, reason.or(is_cut.then_some(Unmeasured::Truncated)));
        }
    }

    /// Time goes by without a list: once that is too long to say what happened, it counts as unmeasured.
    fn wait_for(&mut self, source: Source, of_calls: Source, now: Stamp, center: &Center) {
        let reading = source.reading(center);
        let memory = &mut self.lists[source.index()];
        let Some(last) = memory.last else { return };
        memory.failed |= reading.attempt.is_some_and(|attempt| attempt.at.mono > last.mono);
        let limit = gap_limit(reading.interval.unwrap_or_default());
        if now.since(last) <= limit || reading.interval.is_none() {
            return;
        }
        let at = now.mono.as_secs_f64();
        let reason = if memory.failed { Unmeasured::Outage } else { Unmeasured::MissedPoll };
        for flow in self.services.values_mut().filter(|flow| flow.measure(of_calls) == source) {
            flow.time.credit_until(at, Some(reason));
        }
    }

    /// Begins the classes that goals are configured for, once there is a list that would show them.
    fn begin_configured_classes(&mut self, of_calls: Source, settings: &Settings) {
        let day = self.day.base();
        for flow in self.services.values_mut() {
            let goals = flow.goals.clone();
            for class in goals.classes.iter().map(|goals| goals.class) {
                let source = source::of_class(class, of_calls);
                if self.lists[source.index()].last.is_some() && flow.classes[class as usize].is_none() {
                    flow.class(class, source, || settings.edges.of(class), day);
                }
            }
        }
    }

    /// Counts the cases that the last lists show, class by class. `read`: the lists that were just read.
    fn count_now(&mut self, read: [bool; Source::ALL.len()], of_calls: Source) {
        for (_, flow) in self.services.values_mut().flat_map(ServiceFlow::known_mut) {
            flow.now = Listed::default();
        }
        let mut waiting = [0; Source::ALL.len()];
        for case in self.cases.values() {
            let list = &self.lists[case.source.index()];
            if case.listed != list.number {
                continue;
            }
            waiting[case.source.index()] += usize::from(case.waits());
            let Some(service) = self.services.get_mut(&case.queue.service) else { continue };
            let target = service.goals.class(case.queue.class).wait_target.as_secs_f64();
            // Of a list that tells of calls an unknown class may be that of a call or of a callback.
            let unclassed = case.class_is_unknown && case.source == of_calls;
            if let (Some(flow), Some(last)) = (&mut service.classes[case.queue.class as usize], list.last) {
                flow.now.add(case, last.mono.as_secs_f64(), list.interval, target, unclassed);
            }
        }
        for source in Source::ALL.into_iter().filter(|source| read[source.index()]) {
            self.lists[source.index()].waiting = waiting[source.index()];
        }
    }

    /// Compares what the lists show of each service with its queue length, and takes from it which cases in
    /// an unknown state wait.
    fn judge_waiting(&mut self, cur: &Snapshot, center: &Center) {
        let lists = &self.lists;
        let is_shown = |source: &Source| {
            let list = &lists[source.index()];
            list.last.is_some() && !list.is_stateless && source.reading(center).fresh(cur.stepped).is_some()
        };
        let shown: Vec<Source> = Source::ALL.into_iter().filter(is_shown).collect();
        let states = center.service_state.good.as_ref().map(|good| good.taken);
        let is_of_moment = shown.iter().all(|source| {
            let taken = lists[source.index()].last;
            taken.zip(states).is_some_and(|(taken, states)| is_same_moment(taken, states))
        });
        let is_stateless = lists.iter().any(|list| list.is_stateless);
        let at = cur.stepped.mono.as_secs_f64();
        let mut judged = false;
        for (id, flow) in &mut self.services {
            let is_cut = |source: &Source| lists[source.index()].cut.contains(id);
            let mut reading = Comparison {
                queue_length: flow.time.queue_length().filter(|_| is_of_moment),
                is_whole: !is_stateless && !shown.iter().any(is_cut),
                shows_all_kinds: shown.contains(&Source::Cases),
                ..Comparison::default()
            };
            let readable =
                flow.known().filter(|(_, class)| shown.contains(&class.source) && !is_cut(&class.source));
            readable.for_each(|(_, class)| reading.add(&class.now));
            flow.evidence.judge(&reading, at);
            judged |= flow.evidence.confirmed().is_some();
        }
        if judged {
            self.record_verdicts();
        }
    }

    /// Takes the cases in an unknown state for what the queue length says.
    fn record_verdicts(&mut self) {
        for case in self.cases.values_mut().filter(|case| case.may_wait()) {
            let (list, service) = (&self.lists[case.source.index()], &case.queue.service);
            let Some(last) = list.last else { continue };
            if case.listed != list.number || list.is_stateless || list.cut.contains(service) {
                continue;
            }
            let at = last.mono.as_secs_f64();
            match self.services.get(service).and_then(|flow| flow.evidence.confirmed()) {
                Some(Verdict::Waiting) => case.record_waiting(at),
                Some(Verdict::NotWaiting) => case.record_not_waiting(at),
                Some(Verdict::Undecided) | None => {}
            }
        }
    }

    /// Forgets services that have been gone for too long, or too many of them.
    fn forget(&mut self, now: Stamp, settings: &Settings) {
        let now = now.mono.as_secs_f64();
        let keep = settings.keep.as_secs_f64();
        self.services.retain(|_, flow| now - flow.known_at <= keep);
        let surplus = self.services.len().saturating_sub(settings.most_services);
        if surplus > 0 {
            let mut by_age: Vec<(f64, Text)> =
                self.services.iter().map(|(id, flow)| (flow.known_at, id.clone())).collect();
            by_age.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            for (_, id) in by_age.into_iter().take(surplus) {
                self.services.remove(&id);
            }
        }
    }

    /// The cases to ask for by their number: known ones that wait and that a cut list does not show.
    pub(super) fn to_follow(&self) -> Vec<(Source, Text)> {
        let hidden = self.cases.iter().filter(|(key, case)| {
            let cut = &self.lists[case.source.index()].cut;
            let is_hidden = case.missing.is_some() && cut.contains(&case.queue.service);
            // Asked for by a number that two cases share, Trio would show one of them: no one knows which.
            case.waits() && is_hidden && !key.is_shared()
        });
        let mut hidden: Vec<_> = hidden.map(|(key, case)| (case.seen, case.source, key.id.clone())).collect();
        hidden.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.2.cmp(&b.2)));
        hidden.into_iter().map(|(_, source, id)| (source, id)).collect()
    }

    /// Cases of a queue that wait, as the law of the counters has it.
    #[cfg(test)]
    pub(super) fn waiting(&self, service: &str, class: CaseClass) -> u64 {
        let here = |case: &&Tracked| *case.queue.service == *service && case.queue.class == class;
        self.cases.values().filter(here).filter(|case| case.waits()).count() as u64
    }
}

/// The shortest interval at which something is read.
fn settings_interval(center: &Center) -> Duration {
    let intervals = [center.service_state.interval, center.calls.interval, center.cases.interval];
    intervals.into_iter().flatten().min().unwrap_or_default()
}

#[cfg(test)]
mod tests;
