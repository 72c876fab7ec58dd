//! One cycle of a target: what is read now, what runs beside, and the publication of the results.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::{
    select,
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    Poller, cadence,
    collect::CollectContext,
    outcome::{Attempted, CollectorResult, to_problem},
    pacing::{Finished, RequestCounts, Since},
    rounds::{CenterWork, CollectedCenter, Discovered, RoundKind, Update, Work, discover},
};
use crate::{
    model::{Cadence, Collector, Resource, Text},
    snapshot::{AnyReading, Attempt, Center, Notes, Outcome, Reading, ServiceNaming, Snapshot},
    tally::{self, Published},
    trio::{Error, Inventory},
};

/// Scope of log lines about the target as a whole.
const TARGET: &str = "target";
/// Largest number of ids for which the configuration is read early.
// A server that invents new ids in each answer would otherwise get a configuration reading in each
// step.
const MAX_EARLY_READ_IDS: usize = 10_000;
/// Shortest and longest time for which states of services wait for the lists that began with them;
/// between both, as long as the states themselves took.
// One publication of both costs half of two, and queue lengths are then compared with the lists of
// their moment. A list of thousands of agents must not delay the queue lengths.
const LISTS_WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(500));
/// Longest time for which the first publication waits for configuration. After it the series of
/// services wait for their names alone.
const FIRST_NAMES_WAIT: Duration = Duration::from_secs(1);

/// An id, after the id of its contact centre.
type Id = (Text, Text);

/// A publication in the making.
pub(super) struct Cycle {
    pub(super) snapshot: Snapshot,
    pub(super) since: Since,
    /// Nothing could be read in the cycle before.
    was_down: bool,
    /// The states of services were due; else the results of a round are published.
    is_tick: bool,
    /// Results by scope.
    results: Vec<(String, Option<Error>)>,
    /// Results of fast collectors: true if one was read.
    fast: Vec<bool>,
    /// Errors of fast collectors.
    errors: Vec<Error>,
    /// Error for which nothing could be read.
    total: Option<Error>,
    pub(super) finished: Finished,
}

/// Reasons for a round of configuration and inventory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SlowWork {
    /// Something is due; with the list of contact centres, or without.
    Due { discovers: bool },
    /// The states show ids that the configuration does not contain.
    UnknownIds,
}

impl Poller {
    /// Begins a cycle with the readings of the last one.
    fn begin_cycle(&self, is_tick: bool) -> Cycle {
        Cycle {
            snapshot: self.carry_over(),
            since: self.since(),
            was_down: self.trouble.is_some(),
            is_tick,
            results: Vec::new(),
            fast: Vec::new(),
            errors: Vec::new(),
            total: None,
            finished: Finished::default(),
        }
    }

    fn since(&self) -> Since {
        Since { at: self.clock.now(), sent: RequestCounts::current(&self.stats) }
    }

    /// Reads all that is due, one kind after the other, and publishes it as one.
    pub(super) async fn whole_cycle(&mut self) {
        let mut cycle = self.begin_cycle(true);
        let all = Some(cycle.since);
        cycle.finished = Finished { state: all, flow: all, slow: all };
        if self.discover_now(&mut cycle, true).await {
            self.read_fast(&mut cycle, Collector::is_fast).await;
            // Again for services and agents that are new in Trio: they get their names with their
            // first states, not minutes later.
            for due in [SlowWork::Due { discovers: false }, SlowWork::UnknownIds] {
                let Some(work) = self.slow_work(&cycle.snapshot, cycle.was_down, due) else {
                    continue;
                };
                let (sender, mut updates) = mpsc::unbounded_channel();
                work.read_slow(sender).await;
                while let Some(update) = updates.recv().await {
                    self.apply(&mut cycle, update);
                }
            }
        }
        self.publish(cycle, true);
    }

    /// Reads the states of services, and starts what is due beside.
    pub(super) async fn tick(&mut self) {
        let mut cycle = self.begin_cycle(true);
        if self.discover_now(&mut cycle, false).await {
            // A server that was down is asked for the states first: without them the rest would
            // only fail as well.
            if !cycle.was_down {
                self.start_rounds(&cycle);
            }
            cycle.finished.state = Some(cycle.since);
            self.read_fast(&mut cycle, |on| on.cadence() == Cadence::Live).await;
            if cycle.was_down && cycle.errors.is_empty() {
                self.start_rounds(&cycle);
            }
            self.wait_for_rounds(&mut cycle).await;
            while let Some((kind, update)) = self.rounds.try_next() {
                self.enter(&mut cycle, kind, update).await;
            }
        }
        self.publish(cycle, true);
        self.start_early();
    }

    /// Publishes a result of a round, with those that are there as well.
    pub(super) async fn receive(&mut self, (kind, update): (RoundKind, Option<Update>)) {
        let mut cycle = self.begin_cycle(false);
        self.enter(&mut cycle, kind, update).await;
        while let Some((kind, update)) = self.rounds.try_next() {
            self.enter(&mut cycle, kind, update).await;
        }
        let is_counted = !cycle.fast.is_empty();
        self.publish(cycle, is_counted);
        self.start_early();
    }

    /// Enters a result of a round, or its end.
    async fn enter(&mut self, cycle: &mut Cycle, kind: RoundKind, update: Option<Update>) {
        match update {
            Some(update) => self.apply(cycle, update),
            None => {
                let since = self.rounds.end(kind).await;
                match kind {
                    RoundKind::Flow => cycle.finished.flow = since,
                    RoundKind::Slow => cycle.finished.slow = since,
                }
            }
        }
    }

    /// Waits a moment for the rounds: for lists of the moment of the states, and before the first
    /// publication for the names of services.
    async fn wait_for_rounds(&mut self, cycle: &mut Cycle) {
        let took = self.clock.now().since(cycle.since.at);
        let (shortest, longest) = LISTS_WAIT;
        let now = Instant::now();
        let lists_until = now + took.clamp(shortest, longest);
        let names_until = now + FIRST_NAMES_WAIT;
        loop {
            // A round of an earlier cycle is a slow one.
            let began_now = self.rounds.begin(RoundKind::Flow) == Some(cycle.since.at);
            let lists = began_now.then_some(lists_until);
            let names = (self.last.is_none()
                && self.rounds.is_running(RoundKind::Slow)
                && cycle.snapshot.centers.iter().any(|center| self.awaits_configuration(center)))
            .then_some(names_until);
            // Whichever is longer is waited for.
            let Some(until) = lists.max(names).filter(|until| *until > Instant::now()) else {
                return;
            };
            select! {
                (kind, update) = self.rounds.next() => self.enter(cycle, kind, update).await,
                () = sleep_until(until) => {}
            }
        }
    }

    /// Returns true if the first publication should wait for the configuration of the contact
    /// centre: for the names of services, and for the agent groups that an earlier process counted.
    fn awaits_configuration(&self, center: &Center) -> bool {
        let is_awaited =
            |reading: &dyn AnyReading| reading.interval().is_some() && reading.attempt().is_none();
        // Without their groups, counters that were scraped before the restart would be absent.
        center.service_state.good.is_some() && is_awaited(&center.services)
            || self.is_resumed && (is_awaited(&center.agents) || is_awaited(&center.agent_groups))
    }

    /// Starts the rounds that are due.
    fn start_rounds(&mut self, cycle: &Cycle) {
        if !self.rounds.is_running(RoundKind::Flow)
            && let Some(work) = self.flow_work(cycle)
        {
            self.rounds.start(RoundKind::Flow, work, cycle.since);
        }
        if !self.rounds.is_running(RoundKind::Slow)
            && let Some(work) =
                self.slow_work(&cycle.snapshot, cycle.was_down, SlowWork::Due { discovers: true })
        {
            self.rounds.start(RoundKind::Slow, work, cycle.since);
        }
    }

    /// Starts a round of configuration if the last publication shows services or agents that are
    /// new in Trio.
    fn start_early(&mut self) {
        let Some(last) = self.last.clone() else { return };
        if self.trouble.is_none()
            && !self.rounds.is_running(RoundKind::Slow)
            && let Some(work) = self.slow_work(&last, false, SlowWork::UnknownIds)
        {
            let since = self.since();
            self.rounds.start(RoundKind::Slow, work, since);
        }
    }

    fn work(&self, recovered: bool) -> Work {
        Work {
            client: self.client.clone(),
            clock: self.clock.clone(),
            settings: self.settings,
            recovered,
            centers: Vec::new(),
            shared: None,
            discovery: None,
        }
    }

    /// Returns the contact centres that can be read, each with its route.
    fn routed<'s>(&'s self, snapshot: &'s Snapshot) -> impl Iterator<Item = CenterWork> + use<'s> {
        snapshot.centers.iter().filter_map(|center| {
            let route = self.routes.get(&center.contact_center.id)?.clone();
            Some(CenterWork { route, center: center.clone(), wanted: Vec::new(), early: false })
        })
    }

    /// Returns the work of a round of lists, if one is due.
    fn flow_work(&mut self, cycle: &Cycle) -> Option<Work> {
        let context = self.context(cycle.was_down);
        let is_due = |work: &CenterWork| {
            Collector::ALL.into_iter().any(|on| {
                on.cadence() == Cadence::Flow && context.is_due(work.center.reading(on), false)
            })
        };
        let due: Vec<CenterWork> = self.routed(&cycle.snapshot).filter(is_due).collect();
        if due.is_empty() {
            return None;
        }
        Some(self.with_wanted(due, cycle))
    }

    /// Returns fast work in these contact centres, with the cases to read one by one.
    fn with_wanted(&mut self, mut centers: Vec<CenterWork>, cycle: &Cycle) -> Work {
        let mut wanted = self.choose_cases(&cycle.snapshot);
        for work in &mut centers {
            work.wanted = wanted.remove(&work.center.contact_center.id).unwrap_or_default();
        }
        Work { centers, ..self.work(cycle.was_down) }
    }

    /// Returns the work of a round of configuration and inventory, if there is any.
    fn slow_work(
        &mut self,
        snapshot: &Snapshot,
        recovered: bool,
        wanted: SlowWork,
    ) -> Option<Work> {
        let is_due_wanted = wanted != SlowWork::UnknownIds;
        let context = self.context(recovered);
        let is_due = |work: &CenterWork| {
            work.early
                || is_due_wanted
                    && Collector::ALL.into_iter().any(|on| {
                        let early = context.needs_member_probe(&work.route, on);
                        !on.is_fast() && context.is_due(work.center.reading(on), early)
                    })
        };
        let mut asked = HashSet::new();
        let with_early = |mut work: CenterWork| {
            let unknown = unknown_ids(&work.center);
            let new = unknown.into_iter().filter(|id| !self.read_early_for.contains(id));
            let before = asked.len();
            asked.extend(new);
            work.early = asked.len() > before && self.read_early_for.len() < MAX_EARLY_READ_IDS;
            work
        };
        let centers: Vec<CenterWork> =
            self.routed(snapshot).map(with_early).filter(is_due).collect();
        let shared = self
            .root
            .clone()
            .filter(|_| is_due_wanted && context.is_due(&snapshot.inventory, false));
        let discovers = wanted == SlowWork::Due { discovers: true };
        let discovery = (discovers && self.is_discovery_due(snapshot, recovered))
            .then(|| self.selection.clone());
        if centers.is_empty() && shared.is_none() && discovery.is_none() {
            return None;
        }
        if self.read_early_for.len() < MAX_EARLY_READ_IDS {
            self.read_early_for.extend(asked);
        }
        Some(Work { centers, shared, discovery, ..self.work(recovered) })
    }

    /// Reads those of the selected fast collectors that are due.
    async fn read_fast(&mut self, cycle: &mut Cycle, is_selected: fn(Collector) -> bool) {
        let centers: Vec<CenterWork> = self.routed(&cycle.snapshot).collect();
        let work = if is_selected(Collector::Calls) {
            self.with_wanted(centers, cycle)
        } else {
            Work { centers, ..self.work(cycle.was_down) }
        };
        let (sender, mut updates) = mpsc::unbounded_channel();
        work.read_fast(is_selected, sender).await;
        while let Some(update) = updates.recv().await {
            self.apply(cycle, update);
        }
    }

    fn carry_over(&self) -> Snapshot {
        let Some(last) = &self.last else {
            return Snapshot {
                contact_centers: Reading::none(self.configured.configuration),
                inventory: Reading::none(self.configured.interval(Collector::Inventory)),
                notes: Notes {
                    configured: Collector::ALL.map(|collector| self.configured.interval(collector)),
                    ..Notes::default()
                },
                ..Snapshot::new(self.target.clone(), self.client.active_server(), self.clock.now())
            };
        };
        let mut snapshot = Snapshot::clone(last);
        // Answers for single cases belong to the lists of their step alone.
        snapshot.centers.iter_mut().for_each(|center| center.followed = Arc::default());
        snapshot
    }

    /// Returns true if the contact centres are to be looked for again.
    fn is_discovery_due(&self, snapshot: &Snapshot, recovered: bool) -> bool {
        let (configuration, tick) = (self.settings.configuration, self.settings.tick());
        let attempt = snapshot.contact_centers.attempt;
        let due = cadence::due(attempt, configuration, tick, recovered, self.clock.now());
        let looking =
            self.client.next_reading_may_add_members(Resource::ContactCenters, &"".into());
        // A complete answer without contact centres is an answer, too.
        let known = attempt.is_some_and(|attempt| attempt.outcome == Outcome::Complete);
        due || looking || !known && self.routes.is_empty()
    }

    /// Finds the contact centres, if nothing can be read without, or if that is due and
    /// `also_known`. Returns false if nothing can be read.
    async fn discover_now(&mut self, cycle: &mut Cycle, also_known: bool) -> bool {
        // After a failover the links of the other server are not valid here.
        let moved = self.root.as_ref().is_some_and(|root| !self.client.is_at(root));
        let is_due = self.is_discovery_due(&cycle.snapshot, cycle.was_down);
        if !moved && !(is_due && (also_known || self.routes.is_empty())) {
            return true;
        }
        let (client, clock) = (self.client.clone(), self.clock.clone());
        let found = discover(&client, &clock, &self.settings, &self.selection).await;
        match self.apply_discovery(cycle, found) {
            Some(error) if error.is_total() || self.routes.is_empty() => {
                cycle.total = Some(error);
                false
            }
            error => {
                cycle.results.push(("contact centres".to_owned(), error));
                true
            }
        }
    }

    /// Enters the contact centres. Returns the error for which they are not known.
    fn apply_discovery(
        &mut self,
        cycle: &mut Cycle,
        attempted: Attempted<Discovered>,
    ) -> Option<Error> {
        let snapshot = &mut cycle.snapshot;
        let mut found = None;
        let attempted = attempted.map(|Discovered { root, all, listing, routes }| {
            self.log_unmatched(&all);
            snapshot.notes.passed_over =
                all.into_iter().filter(|center| !self.selection.takes(center)).collect();
            found = Some((root, routes));
            listing.data
        });
        let error = attempted.enter(
            &mut snapshot.contact_centers,
            |reading, items, begun, took| {
                reading.store(begun, took, items.len(), items);
                None
            },
            |reading| reading,
        );
        let Some((root, routes)) = found else { return error };
        self.root = Some(root);
        self.routes =
            routes.into_iter().map(|route| (route.contact_center().clone(), route)).collect();
        let listed = snapshot
            .contact_centers
            .good
            .as_ref()
            .map(|good| good.data.clone())
            .unwrap_or_default();
        let mut known = std::mem::take(&mut snapshot.centers);
        for contact_center in listed.iter() {
            let position =
                known.iter().position(|center| center.contact_center.id == contact_center.id);
            let mut center = match position {
                Some(position) => known.swap_remove(position),
                None => Center {
                    naming: Some(Arc::default()),
                    ..Center::new(contact_center.clone(), |collector| {
                        self.configured.interval(collector)
                    })
                },
            };
            center.contact_center = contact_center.clone();
            snapshot.centers.push(center);
        }
        error
    }

    /// Enters a result into the cycle.
    fn apply(&mut self, cycle: &mut Cycle, update: Update) {
        match update {
            Update::ContactCenters(attempted) => {
                let error = self.apply_discovery(cycle, *attempted);
                cycle.results.push(("contact centres".to_owned(), error));
            }
            Update::Collected(collected) => self.apply_collected(cycle, *collected),
            Update::Shared(attempted) => {
                let snapshot = &mut cycle.snapshot;
                snapshot.simulated |=
                    attempted.result.as_ref().is_ok_and(|inventory| inventory.simulated);
                let error = attempted.enter(
                    &mut snapshot.inventory,
                    |reading, Inventory { counts, failure, .. }, begun, took| {
                        reading.store(begun, took, counts.len(), counts);
                        failure
                    },
                    |reading| reading,
                );
                cycle.results.push((Collector::Inventory.as_str().to_owned(), error));
            }
        }
    }

    fn apply_collected(&mut self, cycle: &mut Cycle, collected: CollectedCenter) {
        let CollectedCenter { center: read, results, follow_outcome, server } = collected;
        let id = read.contact_center.id.clone();
        let centers = &mut cycle.snapshot.centers;
        // It may have left Trio meanwhile.
        let Some(center) = centers.iter_mut().find(|center| center.contact_center.id == id) else {
            return;
        };
        // Another server took over since: its lists may show other cases, and the ones that were
        // read here would be taken for its own.
        let is_outdated = server != self.client.active_server();
        for CollectorResult { collector, simulated, error } in results {
            if is_outdated && collector.is_fast() {
                continue;
            }
            center.reading_mut(collector).take_over(read.reading(collector));
            cycle.snapshot.simulated |= simulated;
            if collector.is_fast() {
                cycle.fast.push(error.is_none());
                cycle.errors.extend(error.clone());
            }
            cycle.results.push((format!("cc {id} {}", collector.as_str()), error));
        }
        if !is_outdated {
            center.followed = self.take_followed(follow_outcome, &id, &mut cycle.results);
        }
    }

    pub(super) fn context(&self, recovered: bool) -> CollectContext<'_> {
        CollectContext {
            client: &self.client,
            clock: &self.clock,
            settings: self.settings,
            recovered,
        }
    }

    /// Publishes the cycle. Counters change only if `is_counted`: else no fast reading is new.
    fn publish(&mut self, mut cycle: Cycle, is_counted: bool) {
        self.judge(&mut cycle);
        let Cycle { mut snapshot, finished, .. } = cycle;
        snapshot.server = self.client.active_server();
        snapshot.clock_skew = self.client.clock_skew();
        snapshot.fields = self.client.field_uses();
        snapshot.stepped = self.clock.now();
        if self.last.as_ref().is_none_or(|last| last.up != snapshot.up) {
            snapshot.notes.turned = Some(snapshot.stepped);
        }
        let needed = self.goals.names_needed();
        for center in &mut snapshot.centers {
            let known = center.naming.clone().unwrap_or_default();
            let naming: ServiceNaming = known.updated(center, needed, snapshot.stepped);
            center.naming = Some(if *known == naming { known } else { Arc::new(naming) });
            if is_counted {
                let id = &center.contact_center.id;
                let before = self.last.as_ref().and_then(|last| {
                    last.centers.iter().find(|center| center.contact_center.id == *id)
                });
                self.truncation.mark(before, center);
            }
        }
        self.adjust_intervals(&mut snapshot, finished);
        self.log_unmatched_goals(&snapshot);
        self.log_unmatched_groups(&snapshot);
        let snapshot = Arc::new(snapshot);
        if is_counted {
            self.totals = Arc::new(tally::step(&mut self.tally, &snapshot));
            self.mismatches.log(&self.totals.wait_mismatches);
        }
        let totals = self.totals.clone();
        self.publish.send_replace(Some(Arc::new(Published { snapshot: snapshot.clone(), totals })));
        self.last = Some(snapshot);
    }

    /// Judges if the target can be read, and logs what changed.
    fn judge(&mut self, cycle: &mut Cycle) {
        let before = self.last.as_ref().is_some_and(|last| last.up);
        let is_total = cycle.total.is_some();
        let snapshot = &mut cycle.snapshot;
        snapshot.up = if is_total {
            false
        } else if cycle.fast.contains(&true) {
            true
        } else if cycle.fast.is_empty() {
            before
        } else if cycle.is_tick {
            // The lists of this cycle may still come.
            before
                && self.rounds.is_running(RoundKind::Flow)
                && !cycle.errors.iter().any(Error::is_total)
        } else {
            // The states were read meanwhile; only the lists failed.
            snapshot.centers.iter().any(are_states_read)
        };
        if snapshot.up {
            self.trouble = None;
            self.situations.target_recovered(TARGET);
            let deferred = std::mem::take(&mut self.deferred);
            let deferred = deferred.into_iter().map(|(scope, error)| (scope, Some(error)));
            let deferred: Vec<_> = if cycle.is_tick { deferred.collect() } else { Vec::new() };
            for (scope, error) in deferred.into_iter().chain(cycle.results.drain(..)) {
                match error {
                    None => self.situations.recovered(&scope),
                    // Perhaps the server has just gone, and nothing else can be read either.
                    Some(error) if error.is_total() && !cycle.is_tick => {
                        self.deferred.push((scope, error));
                    }
                    Some(error) => self.situations.failed(&scope, &error),
                }
            }
        } else {
            // One situation is one line: what fails because of it is not logged as well.
            self.deferred.clear();
            let results = cycle.results.iter().filter_map(|(_, error)| error.as_ref());
            let total: Vec<&Error> =
                cycle.total.iter().chain(results).filter(|error| error.is_total()).collect();
            // Of several errors the cause is reported, not one that waits because of it.
            let cause = total
                .iter()
                .find(|error| !matches!(error, Error::LoginWaits { .. }))
                .or(total.first())
                .copied();
            let reported = cycle.total.as_ref().or(cause).or(cycle.errors.first());
            match reported {
                Some(error) => self.situations.target_failed(TARGET, error),
                // The server answers, and there is nothing to read.
                None if cycle.is_tick && snapshot.centers.is_empty() => {
                    self.trouble = None;
                    self.situations.target_recovered(TARGET);
                }
                None => {}
            }
            if !cycle.fast.is_empty() || is_total {
                self.trouble = cycle.total.clone().or_else(|| cause.cloned());
            }
            if let Some(error) = self.trouble.clone() {
                self.fail_due(snapshot, &error);
            }
        }
        snapshot.notes.trouble = self.trouble.as_ref().map(to_problem);
    }

    /// Marks all due readings as failed, without sending requests.
    fn fail_due(&self, snapshot: &mut Snapshot, why: &Error) {
        let (now, tick) = (self.clock.now(), self.settings.tick());
        let fail = |reading: &mut dyn AnyReading| {
            let due = |interval| cadence::due(reading.attempt(), interval, tick, true, now);
            if reading.interval().is_some_and(due) {
                let duration = Duration::ZERO;
                let attempt = Attempt { at: now, duration, outcome: Outcome::Failed };
                reading.fail(attempt, to_problem(why));
            }
        };
        for center in &mut snapshot.centers {
            Collector::ALL.into_iter().for_each(|collector| fail(center.reading_mut(collector)));
        }
        fail(&mut snapshot.inventory);
    }
}

/// Returns true if the last attempt at the states of services succeeded.
fn are_states_read(center: &Center) -> bool {
    let attempt = center.service_state.attempt;
    attempt.is_some_and(|attempt| attempt.outcome == Outcome::Complete)
}

/// Returns ids in the states that the configuration does not contain, with their contact centre.
fn unknown_ids(center: &Center) -> HashSet<Id> {
    fn ids<T>(reading: &Reading<Vec<T>>, id: fn(&T) -> &Text) -> Option<HashSet<Text>> {
        // An error says nothing about the ids.
        reading.attempt.filter(|attempt| attempt.outcome == Outcome::Complete)?;
        reading.good.as_ref().map(|good| good.data.iter().map(|item| id(item).clone()).collect())
    }
    let here = &center.contact_center.id;
    let services = (ids(&center.service_state, |s| &s.id), ids(&center.services, |s| &s.id));
    let agents = (ids(&center.agent_state, |a| &a.id), ids(&center.agents, |a| &a.id));
    let pairs = [services, agents]
        .into_iter()
        .filter_map(|(state, configuration)| Some((state?, configuration?)));
    pairs
        .flat_map(|(state, configuration)| {
            state.into_iter().filter(move |id| !configuration.contains(id))
        })
        .map(|id| (here.clone(), id))
        .collect()
}
