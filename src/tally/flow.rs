//! What became of the cases of a contact centre: from list to list, each case from its arrival to
//! its outcome.

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

use std::{sync::Arc, time::Duration};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Settings,
    elapsed::{gap_limit, is_gap},
    service_time::Unmeasured,
};
use crate::{
    model::{Case, CaseClass, CaseState, Stamp, Text},
    snapshot::{Center, Snapshot},
};
pub use counts::{ClassCounts, Doubt, LeftAge, WaitHistogram};
pub use day::DayCounts;
pub use edges::Edges;
pub use event::{Ago, Event, Inference, ListTaken, Place, Told};
pub use now::ClassNow;
pub use source::Source;
pub use times::RejectedTimes;
pub use totals::{ClassTotals, FlowTotals, ServiceTotals};

use day::Day;
use follow::{Followed, Scene};
use jobs::Jobs;
use ledger::Ledger;
use names::Names;
use reading::{ListReading, Memory};
use service::ServiceFlow;
use times::Rejected;
use tracked::{Queue, Stage, Tracked};

/// The running counts of one contact centre.
#[derive(Debug, Default)]
pub(super) struct Flow {
    lists: [Memory; Source::ALL.len()],
    cases: FxHashMap<Text, Tracked>,
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
        for source in Source::ALL {
            self.take_in(source, of_calls, cur, center, settings);
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

    /// Takes a list in if it was read anew.
    fn take_in(
        &mut self,
        source: Source,
        of_calls: Source,
        cur: &Snapshot,
        center: &Center,
        settings: &Settings,
    ) {
        let memory = &self.lists[source.index()];
        let Some(reading) = ListReading::newer(memory, source, cur, center) else {
            self.wait_for(source, of_calls, cur.stepped, center);
            return;
        };
        if reading.list.is_stateless() {
            return;
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
        let cut: FxHashSet<&Text> = reading.list.truncated.iter().collect();
        let day = self.day.base();
        let memory = &self.lists[source.index()];
        let scene = Scene {
            reading: &reading,
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
            if theirs.contains(&case.id) || source::of_class(class, of_calls) != source && others.is_some() {
                return None;
            }
            let service = case.service_id.as_ref()?;
            Some((case, Queue { service: self.names.id(service).clone(), class }))
        });
        let shows_handled = scene.follow(&mut self.cases, rows, ledger, &mut self.rejected);
        let memory = &mut self.lists[source.index()];
        memory.shows_handled = shows_handled;
        memory.note(&reading, taken, &cur.server);
        self.count_now(source, &reading);
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

    /// Counts the cases that the list shows, class by class.
    fn count_now(&mut self, source: Source, reading: &ListReading<'_>) {
        for (_, flow) in self.services.values_mut().flat_map(ServiceFlow::known_mut) {
            if flow.source == source {
                flow.now = ClassNow::default();
            }
        }
        let mut waiting = 0;
        for case in self.cases.values() {
            if case.source != source || case.listed != reading.number {
                continue;
            }
            waiting += usize::from(case.waits());
            let Some(service) = self.services.get_mut(&case.queue.service) else { continue };
            let target = service.goals.class(case.queue.class).wait_target.as_secs_f64();
            if let Some(flow) = &mut service.classes[case.queue.class as usize] {
                flow.now.add(case, reading.at, target);
            }
        }
        self.lists[source.index()].waiting = waiting;
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
        let hidden = self.cases.iter().filter(|(_, case)| {
            let cut = &self.lists[case.source.index()].cut;
            case.waits() && case.missing.is_some() && cut.contains(&case.queue.service)
        });
        let mut hidden: Vec<_> = hidden.map(|(id, case)| (case.seen, case.source, id.clone())).collect();
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

/// What the state of a case is taken to be where the answer does not say.
fn state_of(case: &Case, stage: Stage) -> CaseState {
    match (case.state, stage) {
        (Some(state), _) if state != CaseState::Unknown => state,
        (_, Stage::Waiting) => CaseState::Queued,
        (_, Stage::Handled) => CaseState::Handled,
        (_, Stage::Unknown) => CaseState::Unknown,
    }
}

#[cfg(test)]
mod tests;
