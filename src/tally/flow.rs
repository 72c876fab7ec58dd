//! Outcomes of the cases of a contact centre: each case is followed from list to list, from its
//! arrival to its end.

mod ages;
mod day;
mod hidden;
mod learnt_waits;
mod ledger;
mod list_step;
mod service;
mod totals;
mod tracked;

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::{
    Settings,
    counts::{Rejected, RejectedTimes, UnclassifiedReason, Unmeasured},
    evidence::{
        FollowedCases, Jobs, ListMemory, ListRead, ListReading, Listed, QueueComparison,
        TimeMemory, WaitingVerdict, gap_limit, is_between_states, is_gap,
    },
    ids::{CaseKey, NameIndex, ServicesShown},
    saved_form::{ByWord, RestoreClock},
    source::{Source, for_calls, for_class},
};
use crate::{
    model::{Case, CaseClass, Moment, Stamp, Text},
    snapshot::{Center, Snapshot, is_same_moment},
};
pub use day::{DayCounts, DayDetail, DayStart, DayTime};
pub use totals::{ClassTotals, Destination, Event, FlowTotals, Inference, LevelGap, ServiceTotals};

use day::Day;
use hidden::HandledCases;
use learnt_waits::LearntWaits;
use ledger::Ledger;
use list_step::ListStep;
use service::{ServiceFlow, ServiceRecord};
use tracked::{QueueNumbers, Tracked};

/// The running counts of one contact centre.
#[derive(Debug, Default)]
pub(super) struct Flow {
    lists: [ListMemory; Source::COUNT],
    cases: FxHashMap<CaseKey, Tracked>,
    /// True if some of them may share their numbers.
    has_shared_numbers: bool,
    queues: QueueNumbers,
    services: FxHashMap<Text, ServiceFlow>,
    day: Day,
    /// The last cases with an agent, of all services.
    handled: HandledCases,
    /// Waits by class, of all services.
    learnt: [Option<Box<LearntWaits>>; CaseClass::COUNT],
    /// Memory of Trio's times in each list.
    times: [TimeMemory; Source::COUNT],
    /// Last reading of service states that was used.
    states_read: Option<Stamp>,
    /// Server that gave it.
    states_server: Option<Text>,
    /// Last reading of service states that was compared with the lists of its moment.
    states_compared: Option<Stamp>,
    names: NameIndex,
    events: Vec<Event>,
    lists_read: Vec<ListRead>,
    last_step: Option<Stamp>,
    /// Begin of the counts of the day, as of the last step.
    day_start: Option<DayStart>,
}

/// The cases of a contact centre in the state file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FlowRecord {
    /// Begin of the day, seconds since 1970, if the day was observed from its start.
    midnight: Option<f64>,
    /// Begin of the counts of a day that was not observed from its start, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part_day_start: Option<f64>,
    /// Rejected times by list.
    #[serde(with = "ByWord::<Source>")]
    rejected: Rejected,
    pub(super) services: Vec<ServiceRecord>,
}

impl FlowRecord {
    /// Returns true if every number is one that a counter can have.
    pub(super) fn is_valid(&self) -> bool {
        // The begin of the day is only compared with that of today.
        let Self { midnight: _, part_day_start: _, rejected, services } = self;
        rejected.iter().all(RejectedTimes::is_valid) && services.iter().all(ServiceRecord::is_valid)
    }
}

impl Flow {
    /// Counts what happened up to `cur`.
    pub(super) fn step(&mut self, cur: &Snapshot, center: &Center, settings: &Settings) {
        self.events.clear();
        self.lists_read.clear();
        for (_, class) in self.services.values_mut().flat_map(ServiceFlow::known_mut) {
            // New counters were published at zero in the step before; from now on they count.
            class.is_new = false;
        }
        let interval = shortest_interval(center);
        let gap = self.last_step.is_none_or(|last| is_gap(last, cur.stepped, interval));
        self.last_step = Some(cur.stepped);
        if self.day.advance(cur.stepped, &settings.time_zone, gap) {
            // Also in the first step: restored counters are those of earlier days.
            for service in self.services.values_mut() {
                service.begin_day();
            }
        }
        self.day_start = self.day.start(&settings.time_zone);
        self.update_services(cur, center, settings);
        self.apply_states(cur, center);
        let call_list = for_calls(center, cur.stepped);
        let read =
            Source::ALL.map(|source| self.apply_list(source, call_list, cur, center, settings));
        if read.contains(&true) {
            self.count_current_cases(read);
            self.compare_with_queues(cur, center);
        }
        self.start_configured_classes(call_list, center, settings);
        self.forget_old_services(cur.stepped, settings);
    }

    /// Adds new services, and updates the goals of all services after a change of their
    /// configuration.
    fn update_services(&mut self, cur: &Snapshot, center: &Center, settings: &Settings) {
        let at = cur.stepped.moment();
        let names_changed = self.names.refresh(center);
        let states = center.service_state.good.iter().flat_map(|good| good.data.iter());
        let mut unknown = Vec::new();
        for status in states {
            match self.services.get_mut(&status.id) {
                Some(flow) => flow.known_at = at,
                None => unknown.push(status.id.clone()),
            }
        }
        // After a restart the saved services have goals by id only; names and groups are known from
        // the first reading on.
        let is_first = self.states_read.is_none();
        if unknown.is_empty() && !names_changed && !is_first {
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

    /// Passes queue lengths and opening states on to the services.
    fn apply_states(&mut self, cur: &Snapshot, center: &Center) {
        let Some(good) = center.service_state.good.as_ref() else { return };
        if Some(good.taken) == self.states_read {
            return;
        }
        let interval = center.service_state.interval.unwrap_or_default();
        // Another server may have other queues: the integral over the change would be invented.
        let same_server = self.states_server.as_ref().is_none_or(|server| *server == cur.server);
        let last =
            self.states_read.filter(|last| same_server && !is_gap(*last, good.taken, interval));
        let since = last.map(|last| good.taken.since(last));
        self.states_read = Some(good.taken);
        self.states_server = Some(cur.server.clone());
        let mut listed = FxHashSet::default();
        for status in good.data.iter() {
            listed.insert(&status.id);
            if let Some(flow) = self.services.get_mut(&status.id) {
                flow.time.record_state(status.queue_length, status.open, since);
            }
        }
        for (id, flow) in &mut self.services {
            if !listed.contains(id) {
                flow.time.clear_state();
            }
        }
    }

    /// Applies a list that was read again. Returns false if it was not.
    fn apply_list(
        &mut self,
        source: Source,
        call_list: Source,
        cur: &Snapshot,
        center: &Center,
        settings: &Settings,
    ) -> bool {
        let memory = &self.lists[source.index()];
        let Some(reading) = ListReading::newer(memory, source, cur, center) else {
            self.credit_unread_time(source, call_list, cur.stepped, center);
            return false;
        };
        // A server that hides the member `state` shows cases of which nothing follows. The calls
        // are then taken from the other list.
        if reading.list.is_stateless() {
            let memory = &mut self.lists[source.index()];
            memory.is_stateless = true;
            memory.record_uncounted(reading.list, &self.names);
            return false;
        }
        if settings.record_events {
            self.lists_read.push(reading.summary());
        }
        self.credit_time(&reading, call_list, center);
        let others = (source == Source::Cases && call_list == Source::Calls)
            .then(|| center.calls.good.as_ref().map(|good| &good.data.cases))
            .flatten();
        let call_numbers: FxHashSet<&Text> =
            others.into_iter().flatten().map(|case| &case.id).collect();
        let names = &self.names;
        let shown = ServicesShown::new(reading.list, names);
        // A call is in both lists under one number. Where this list shows the number in two
        // services, only the row in the call's service is the call.
        let service_of =
            |case: &Case| case.service_id.as_ref().map(|service| names.id(service).clone());
        let is_counted_as_call = |case: &Case| {
            let is_same =
                |other: &Case| other.id == case.id && service_of(other) == service_of(case);
            call_numbers.contains(&case.id)
                && (!shown.is_shared(&case.id) || others.into_iter().flatten().any(is_same))
        };
        let truncated: FxHashSet<&Text> = reading.list.truncated.iter().collect();
        let day = self.day.base();
        let memory = &self.lists[source.index()];
        let list_step = ListStep {
            reading: &reading,
            shown: &shown,
            has_shared_numbers: self.has_shared_numbers,
            jobs: Jobs::read(center, &reading),
            followed: FollowedCases::since(center, &reading),
            truncated: &truncated,
            before: memory,
            shows_handled: memory.shows_handled,
        };
        let ledger = Ledger {
            services: &mut self.services,
            goals: &settings.goals,
            center_names: &center.contact_center.names(),
            edges: &settings.edges,
            day,
            handled: &mut self.handled,
            learnt: &mut self.learnt,
            events: settings.record_events.then_some(&mut self.events),
            times: &mut self.times[source.index()],
            reading: &reading,
            queues: &mut self.queues,
            handling: Vec::new(),
        };
        let rows = reading.list.cases.iter().filter_map(|case| {
            let class = case.class.unwrap_or(CaseClass::Other);
            // Calls are counted from `services/calls`, which has no limit of twenty; the same
            // number in `services/cases` is the same call.
            if is_counted_as_call(case) || for_class(class, call_list) != source && others.is_some()
            {
                return None;
            }
            let service = names.id(case.service_id.as_ref()?);
            // Judged by other goals than its own, a case could not be judged again.
            let awaits_goals = center.naming.as_ref().is_some_and(|it| it.awaits_goals(service));
            (!awaits_goals).then_some((case, service, class))
        });
        let applied = list_step.apply(&mut self.cases, rows, ledger);
        let memory = &mut self.lists[source.index()];
        memory.shows_handled = applied.shows_handled;
        self.has_shared_numbers = applied.has_shared_numbers;
        memory.vanishing.record(applied.vanished, memory.waiting);
        memory.withheld.clone_from(&center.naming);
        memory.record(&reading, &cur.server, &self.names);
        true
    }

    /// Credits the time since the previous list to the services that are measured by this list.
    fn credit_time(&mut self, reading: &ListReading<'_>, call_list: Source, center: &Center) {
        let memory = &self.lists[reading.source.index()];
        let reason = match reading.interruption {
            None if reading.before.is_some() => None,
            Some(UnclassifiedReason::Failover) => Some(Unmeasured::Failover),
            // A failed attempt explains the gap; without one the exporter itself was late or
            // asleep.
            _ if memory.failed => Some(Unmeasured::Outage),
            _ => Some(Unmeasured::MissedPoll),
        };
        let truncated_now: FxHashSet<&Text> = reading.list.truncated.iter().collect();
        let own_truncated = &memory.recently_truncated;
        for (id, flow) in &mut self.services {
            if flow.measured_by(call_list) != reading.source {
                continue;
            }
            // A list that was recently truncated is whole in calm moments only: they are no sample
            // of the day. The other list counts for its own classes only, or a pile of e-mails would
            // hide the service level of the calls: see `LevelGap`.
            let is_truncated = truncated_now.contains(id)
                || memory.truncated.contains(id)
                || own_truncated.contains_key(id);
            // Cases before the first list that follows them are not known.
            let awaits_goals = center.naming.as_ref().is_some_and(|it| it.awaits_goals(id))
                || memory.withholds(id);
            let reason = reason.or(is_truncated.then_some(Unmeasured::Truncated));
            flow.time.credit_until(
                reading.at,
                reason.or(awaits_goals.then_some(Unmeasured::MissedPoll)),
            );
        }
    }

    /// Counts time without a new list as unmeasured, once it is too long to infer what happened.
    fn credit_unread_time(
        &mut self,
        source: Source,
        call_list: Source,
        now: Stamp,
        center: &Center,
    ) {
        let reading = source.reading(center);
        let memory = &mut self.lists[source.index()];
        let Some(last) = memory.last else { return };
        memory.failed |= reading.attempt.is_some_and(|attempt| attempt.at.mono > last.mono);
        let limit = gap_limit(reading.interval.unwrap_or_default());
        // Up to the limit the next list can still measure the time; a list that is switched off
        // measures nothing.
        if now.since(last) <= limit || reading.interval.is_none() {
            return;
        }
        let at = now.moment();
        let reason = if memory.failed { Unmeasured::Outage } else { Unmeasured::MissedPoll };
        for flow in self.services.values_mut().filter(|flow| flow.measured_by(call_list) == source)
        {
            flow.time.credit_until(at, Some(reason));
        }
    }

    /// Starts the classes that goals are configured for, as soon as a list was read that would show
    /// their cases.
    fn start_configured_classes(
        &mut self,
        call_list: Source,
        center: &Center,
        settings: &Settings,
    ) {
        let day = self.day.base();
        let naming = center.naming.as_ref();
        let has_goals = |id: &Text| naming.is_none_or(|naming| !naming.awaits_goals(id));
        for (_, flow) in self.services.iter_mut().filter(|(id, _)| has_goals(id)) {
            let goals = flow.goals.clone();
            for class in goals.classes.iter().map(|goals| goals.class) {
                let source = for_class(class, call_list);
                // A class of which no list was read would be shown at zero without anyone having
                // looked.
                if self.lists[source.index()].last.is_some()
                    && flow.classes[class.index()].is_none()
                {
                    flow.class(class, source, || settings.edges.for_class(class), day);
                }
            }
        }
    }

    /// Counts the cases in the last lists by class. `read` says which lists were just read.
    fn count_current_cases(&mut self, read: [bool; Source::COUNT]) {
        for (_, flow) in self.services.values_mut().flat_map(ServiceFlow::known_mut) {
            flow.now = Listed::default();
        }
        let mut waiting = [0; Source::COUNT];
        // The wait target, in seconds, and the cases of each queue, by its number.
        let mut listed: Vec<Option<(f64, Listed)>> = vec![None; self.queues.queues().len()];
        for case in self.cases.values() {
            let list = &self.lists[case.source.index()];
            // Cases that only earlier lists showed are kept for their outcome, but do not wait now.
            if case.listed != list.number {
                continue;
            }
            waiting[case.source.index()] += usize::from(case.is_waiting());
            let Some(last) = list.last else { continue };
            let queue = &case.queue;
            let (target, listed) = listed[case.queue_number].get_or_insert_with(|| {
                let service = self.services.get(&queue.service);
                let target = service.map(|service| service.goals.class(queue.class).wait_target);
                (target.unwrap_or_default().as_secs_f64(), Listed::default())
            });
            case.count_in(listed, last.moment(), list.interval, *target);
        }
        for (queue, listed) in self.queues.queues().iter().zip(listed) {
            let Some((_, listed)) = listed else { continue };
            let service = self.services.get_mut(&queue.service);
            let class = service.and_then(|service| service.classes[queue.class.index()].as_mut());
            if let Some(class) = class {
                class.now = listed;
            }
        }
        for source in Source::ALL.into_iter().filter(|source| read[source.index()]) {
            self.lists[source.index()].waiting = waiting[source.index()];
        }
    }

    /// Compares the lists with the queue length of each service, and decides from it which cases in
    /// an unknown state wait.
    fn compare_with_queues(&mut self, cur: &Snapshot, center: &Center) {
        let lists = &self.lists;
        let is_fresh = |source: &Source| source.reading(center).fresh(cur.stepped).is_some();
        let is_shown = |source: &Source| {
            let list = &lists[source.index()];
            list.last.is_some() && !list.is_stateless && is_fresh(source)
        };
        let shown: Vec<Source> = Source::ALL.into_iter().filter(is_shown).collect();
        let states = center.service_state.good.as_ref().map(|good| good.taken);
        let is_of_moment = shown.iter().all(|source| {
            let taken = lists[source.index()].last;
            taken.zip(states).is_some_and(|(taken, states)| is_same_moment(taken, states))
        });
        if is_of_moment {
            self.states_compared = states;
        }
        // Lists may be read more often than states. Between two readings of these no queue length
        // is of the moment of the lists, and that is no evidence against them.
        let is_between = !is_of_moment
            && states == self.states_compared
            && states.is_some_and(|states| {
                shown.iter().all(|source| is_between_states(center, *source, states))
            });
        let is_stateless = lists.iter().any(|list| list.is_stateless);
        let at = cur.stepped.moment();
        let mut judged = false;
        for (id, flow) in &mut self.services {
            let is_truncated = |source: &Source| lists[source.index()].truncated.contains(id);
            let mut reading = QueueComparison {
                queue_length: flow.time.queue_length().filter(|_| is_of_moment),
                is_whole: !is_stateless && !shown.iter().any(is_truncated),
                shows_all_kinds: shown.contains(&Source::Cases),
                has_uncounted: Source::ALL.into_iter().any(|source| {
                    let list = &lists[source.index()];
                    is_fresh(&source)
                        && (list.has_row_of_any_service || list.uncounted.contains(id))
                }),
                ..QueueComparison::default()
            };
            let readable = flow
                .known()
                .filter(|(_, class)| shown.contains(&class.source) && !is_truncated(&class.source));
            readable.for_each(|(_, class)| reading.add(&class.now, class.source));
            if is_between {
                flow.evidence.record_between(&reading, at);
            } else {
                flow.evidence.record(&reading, at);
            }
            judged |= flow.evidence.confirmed().is_some();
        }
        if judged {
            self.record_verdicts(is_between);
        }
    }

    /// Applies the verdicts on unknown states to the cases. Between two comparisons (`is_between`),
    /// only those cases are understood that were found to wait by the last one.
    fn record_verdicts(&mut self, is_between: bool) {
        for case in self.cases.values_mut().filter(|case| case.may_wait()) {
            let list = &self.lists[case.source.index()];
            let service = &case.queue.service;
            let Some(last) = list.last else { continue };
            // The queue length was compared with the cases of the last list alone.
            if case.listed != list.number || list.is_stateless || list.truncated.contains(service) {
                continue;
            }
            let at = last.moment();
            match self.services.get(service).and_then(|flow| flow.evidence.confirmed()) {
                Some(WaitingVerdict::Waiting) if is_between => case.record_unchanged(),
                Some(_) if is_between => {}
                Some(WaitingVerdict::Waiting) => case.record_waiting(at),
                Some(WaitingVerdict::NotWaiting) => case.record_not_waiting(at),
                Some(WaitingVerdict::Undecided) | None => {}
            }
        }
    }

    /// Drops services that Trio has not listed for [`Settings::keep`], and the oldest ones above
    /// [`Settings::max_services`].
    fn forget_old_services(&mut self, now: Stamp, settings: &Settings) {
        let now = now.moment();
        let keep = settings.keep.as_secs_f64();
        let before = self.services.len();
        self.services.retain(|_, flow| now - flow.known_at <= keep);
        let surplus = self.services.len().saturating_sub(settings.max_services);
        if surplus > 0 {
            let mut by_age: Vec<(Moment, Text)> =
                self.services.iter().map(|(id, flow)| (flow.known_at, id.clone())).collect();
            by_age.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            for (_, id) in by_age.into_iter().take(surplus) {
                self.services.remove(&id);
            }
        }
        if self.services.len() < before {
            self.number_queues_again();
        }
    }

    /// Drops the numbers of queues that have no case any more.
    fn number_queues_again(&mut self) {
        self.queues = QueueNumbers::default();
        for case in self.cases.values_mut() {
            (case.queue_number, case.queue) = self.queues.number(&case.queue);
        }
    }

    /// Returns the cases to read one by one: known cases that wait and that a truncated list does
    /// not show. The one seen longest ago comes first.
    pub(super) fn cases_to_follow(&self) -> Vec<(Source, Text)> {
        let hidden = self.cases.iter().filter(|(key, case)| {
            let truncated = &self.lists[case.source.index()].truncated;
            let is_hidden = case.absence.is_some() && truncated.contains(&case.queue.service);
            // The answer for a number that two cases share would not say which of them it shows.
            case.is_waiting() && is_hidden && !key.is_shared()
        });
        let mut hidden: Vec<_> =
            hidden.map(|(key, case)| (case.seen, case.source, key.id.clone())).collect();
        hidden.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.2.cmp(&b.2)));
        hidden.into_iter().map(|(_, source, id)| (source, id)).collect()
    }

    /// Exports the counters. Cases that wait are closed as unclassified, because the next process
    /// cannot follow them.
    pub(super) fn export(&self, now: Stamp, zone: &TimeZone) -> FlowRecord {
        let mut waiting: HashMap<(&str, CaseClass), u64> = HashMap::new();
        for case in self.cases.values().filter(|case| case.is_waiting()) {
            *waiting.entry((&*case.queue.service, case.queue.class)).or_default() += 1;
        }
        let at = now.moment();
        let service = |(id, flow): (&Text, &ServiceFlow)| {
            flow.export(id, at, |class| waiting.get(&(&**id, class)).copied().unwrap_or_default())
        };
        let mut services: Vec<ServiceRecord> = self.services.iter().map(service).collect();
        services.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        FlowRecord {
            midnight: self.day.midnight(zone),
            part_day_start: self.day.part_start(),
            rejected: self.times.map(|times| times.rejected),
            services,
        }
    }

    /// Restores the counters. The counts of the day continue if it is still the same day and its
    /// midnight is at the same moment in the time zone.
    pub(super) fn restore(saved: &FlowRecord, clock: RestoreClock, settings: &Settings) -> Self {
        let day = Day::resume(saved.midnight, saved.part_day_start, clock.now, &settings.time_zone);
        let day_goes_on = day.base().is_some();
        // A service that was gone before the restart is kept no longer because of it.
        let oldest = clock.now.moment() - settings.keep.as_secs_f64();
        let service = |saved: &ServiceRecord| {
            let flow = ServiceFlow::restore(saved, clock, settings, day_goes_on);
            (flow.known_at >= oldest).then(|| (saved.id.clone(), flow))
        };
        Self {
            day,
            times: saved.rejected.map(TimeMemory::new),
            services: saved.services.iter().filter_map(service).collect(),
            ..Self::default()
        }
    }

    /// Returns the number of waiting cases of a queue, for the balance of the counters.
    #[cfg(test)]
    pub(super) fn waiting(&self, service: &str, class: CaseClass) -> u64 {
        let here = |case: &&Tracked| *case.queue.service == *service && case.queue.class == class;
        self.cases.values().filter(here).filter(|case| case.is_waiting()).count() as u64
    }
}

/// Returns the shortest interval of the readings that the flow uses.
fn shortest_interval(center: &Center) -> Duration {
    let intervals = [center.service_state.interval, center.calls.interval, center.cases.interval];
    intervals.into_iter().flatten().min().unwrap_or_default()
}

#[cfg(test)]
mod tests;
