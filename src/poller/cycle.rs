//! One cycle of a target: contact centres, due collectors, and their results.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::future::join_all;

use super::{
    Poller, cadence,
    collect::CollectContext,
    collectors::lists_named_things,
    follow::{CaseRef, FollowOutcome},
    outcome::{Attempted, CollectorResult, to_problem},
};
use crate::{
    model::{Cadence, Collector, Resource, Text},
    snapshot::{AnyReading, Attempt, Center, Notes, Outcome, Reading, Snapshot},
    trio::{Error, Inventory, Root, Route},
};

/// Scope of log lines about the target as a whole.
const TARGET: &str = "target";
/// Largest number of ids for which the configuration is read early.
// A server that invents new ids in each answer would otherwise get a configuration reading in each
// step.
const MAX_EARLY_READ_IDS: usize = 10_000;

/// Result of one step for one contact centre.
struct CenterOutcome {
    center: Center,
    simulated: bool,
    /// `None` if no live collector was due; else true if one of them was read.
    fast: Option<bool>,
    done: Vec<CollectorResult>,
    /// Ids for which the configuration was read early.
    asked: HashSet<Id>,
    follow_outcome: FollowOutcome,
}

/// An id, after the id of its contact centre.
type Id = (Text, Text);

impl Poller {
    /// Reads what is due; other readings are carried over.
    pub(super) async fn read(&mut self) -> Snapshot {
        let mut snapshot = self.carry_over();
        let total = match self.discover(&mut snapshot).await {
            Ok(()) => match self.collect_all(&mut snapshot).await {
                None => self.count_shared(&mut snapshot).await,
                total => total,
            },
            Err(error) => Some(error),
        };
        match &total {
            Some(error) => {
                snapshot.up = false;
                self.situations.failed(TARGET, error);
                self.fail_due(&mut snapshot, error);
            }
            None => self.situations.recovered(TARGET),
        }
        snapshot.notes.trouble = total.as_ref().map(to_problem);
        self.trouble = total;
        snapshot.server = self.client.active_server();
        snapshot.clock_skew = self.client.clock_skew();
        snapshot.fields = self.client.field_uses();
        snapshot.stepped = self.clock.now();
        if self.last.as_ref().is_none_or(|last| last.up != snapshot.up) {
            snapshot.notes.turned = Some(snapshot.stepped);
        }
        snapshot
    }

    fn carry_over(&self) -> Snapshot {
        let Some(last) = &self.last else {
            return Snapshot {
                contact_centers: Reading::none(self.settings.configuration),
                inventory: Reading::none(self.settings.interval(Collector::Inventory)),
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

    /// Finds the contact centres and the routes to them, if that is due.
    async fn discover(&mut self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let (configuration, tick) = (self.settings.configuration, self.settings.tick());
        let attempt = snapshot.contact_centers.attempt;
        let due =
            cadence::due(attempt, configuration, tick, self.trouble.is_some(), self.clock.now());
        let looking =
            self.client.next_reading_may_add_members(Resource::ContactCenters, &"".into());
        // After a failover the links of the other server are not valid here.
        let moved = self.root.as_ref().is_some_and(|root| !self.client.is_at(root));
        // A complete answer without contact centres is an answer, too.
        let known = attempt.is_some_and(|attempt| attempt.outcome == Outcome::Complete);
        if !due && !moved && !looking && (known || !self.routes.is_empty()) {
            return Ok(());
        }
        let (client, clock, selection) = (&self.client, self.clock.clone(), &self.selection);
        let read = async {
            let root: Root = client.root().await?;
            let mut listing = client.contact_centers(&root).await?;
            let all = listing.data.clone();
            listing.data.retain(|center| selection.takes(center));
            let routes =
                join_all(listing.data.iter().map(|center| client.route(&root, center))).await;
            let routes: Result<Vec<Route>, Error> = routes.into_iter().collect();
            Ok((root, all, listing, routes?))
        };
        let limit = self.settings.limits.collector;
        let attempted = Attempted::run(&clock, limit, Resource::ContactCenters, read).await;
        let mut found = None;
        let attempted = attempted.map(|(root, all, listing, routes)| {
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
        if let Some((root, routes)) = found {
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
                    None => Center::new(contact_center.clone(), |collector| {
                        self.settings.interval(collector)
                    }),
                };
                center.contact_center = contact_center.clone();
                snapshot.centers.push(center);
            }
        }
        match error {
            Some(error) if error.is_total() || self.routes.is_empty() => Err(error),
            Some(error) => {
                self.situations.failed("contact centres", &error);
                Ok(())
            }
            None => {
                self.situations.recovered("contact centres");
                Ok(())
            }
        }
    }

    /// Reads all contact centres at the same time. Returns the error for which nothing could be
    /// read.
    async fn collect_all(&mut self, snapshot: &mut Snapshot) -> Option<Error> {
        let wanted = self.choose_cases(snapshot);
        let context = self.context();
        let routes = &self.routes;
        let read_early_for = &self.read_early_for;
        let wanted = &wanted;
        let centers = std::mem::take(&mut snapshot.centers);
        let outcomes = join_all(centers.into_iter().map(|center| async move {
            let id = &center.contact_center.id;
            let wanted = wanted.get(id).map(Vec::as_slice).unwrap_or_default();
            match routes.get(id) {
                Some(route) => context.collect_center(route, center, read_early_for, wanted).await,
                None => CenterOutcome::unreachable(center),
            }
        }))
        .await;
        let fast: Vec<bool> = outcomes.iter().filter_map(|outcome| outcome.fast).collect();
        if !fast.is_empty() {
            snapshot.up = fast.contains(&true);
        }
        snapshot.simulated |= outcomes.iter().any(|outcome| outcome.simulated);
        let mut total: Vec<(String, Error)> = Vec::new();
        for mut outcome in outcomes {
            let before = self.last.as_ref().and_then(|last| {
                let id = &outcome.center.contact_center.id;
                last.centers.iter().find(|center| center.contact_center.id == *id)
            });
            self.truncation.mark(before, &mut outcome.center);
            self.read_early_for.extend(outcome.asked);
            self.record_followed(&outcome.center.contact_center.id, outcome.follow_outcome);
            for CollectorResult { collector, error, .. } in outcome.done {
                let scope =
                    format!("cc {} {}", outcome.center.contact_center.id, collector.as_str());
                match error {
                    None => self.situations.recovered(&scope),
                    Some(error) if error.is_total() => total.push((scope, error)),
                    Some(error) => self.situations.failed(&scope, &error),
                }
            }
            snapshot.centers.push(outcome.center);
        }
        // Something was read, so these errors concern single collectors, not the target.
        if snapshot.up {
            total.iter().for_each(|(scope, error)| self.situations.failed(scope, error));
            return None;
        }
        // Of several errors the cause is reported, not one that waits because of it.
        let why = total
            .iter()
            .position(|(_, error)| !matches!(error, Error::LoginWaits { .. }))
            .unwrap_or(0);
        (!total.is_empty()).then(|| total.swap_remove(why).1)
    }

    /// Counts the collections that belong to no contact centre. Returns the error for which nothing
    /// could be read.
    async fn count_shared(&mut self, snapshot: &mut Snapshot) -> Option<Error> {
        let (context, root) = (self.context(), self.root.as_ref()?);
        if !context.is_due(&snapshot.inventory, false) {
            return None;
        }
        let read = context.client.shared_collection_counts(root);
        let attempted = context.attempt(Resource::Directory, read).await;
        snapshot.simulated |= attempted.result.as_ref().is_ok_and(|inventory| inventory.simulated);
        let error = attempted.enter(
            &mut snapshot.inventory,
            |reading, Inventory { counts, failure, .. }, begun, took| {
                reading.store(begun, took, counts.len(), counts);
                failure
            },
            |reading| reading,
        );
        let scope = Collector::Inventory.as_str();
        match error {
            Some(error) if error.is_total() => return Some(error),
            Some(error) => self.situations.failed(scope, &error),
            None => self.situations.recovered(scope),
        }
        None
    }

    fn context(&self) -> CollectContext<'_> {
        CollectContext {
            client: &self.client,
            clock: &self.clock,
            settings: self.settings,
            recovered: self.trouble.is_some(),
        }
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

impl CenterOutcome {
    /// Creates the outcome for a contact centre without a route.
    fn unreachable(center: Center) -> Self {
        let follow_outcome = FollowOutcome::default();
        Self {
            center,
            simulated: false,
            fast: None,
            done: Vec::new(),
            asked: HashSet::new(),
            follow_outcome,
        }
    }
}

impl CollectContext<'_> {
    async fn collect_center(
        self,
        route: &Route,
        mut center: Center,
        read_early_for: &HashSet<Id>,
        wanted: &[CaseRef],
    ) -> CenterOutcome {
        let (mut done, fast, follow_outcome) = self.collect_live(route, &mut center, wanted).await;
        done.extend(self.configuration(route, &mut center, false).await);
        // A service or agent that is new in Trio gets its name with its first states, not minutes
        // later with the next configuration reading.
        let mut asked = unknown_ids(&center);
        asked.retain(|id| !read_early_for.contains(id));
        // Unknown ids come from states alone; an error of another collector says nothing about
        // them.
        let well =
            done.iter().all(|done| done.error.is_none() || !lists_named_things(done.collector));
        if well && !asked.is_empty() && read_early_for.len() < MAX_EARLY_READ_IDS {
            done.extend(self.configuration(route, &mut center, true).await);
        } else {
            asked.clear();
        }
        let is_inventory = |collector: Collector| collector.cadence() == Cadence::Inventory;
        done.extend(self.collect(route, &mut center, is_inventory, false).await);
        CenterOutcome {
            simulated: done.iter().any(|done| done.simulated),
            center,
            fast,
            done,
            asked,
            follow_outcome,
        }
    }

    /// Reads the live collectors, then those of the wanted cases that no list shows. The flag is
    /// `None` if none was due, else true if one was read.
    async fn collect_live(
        self,
        route: &Route,
        center: &mut Center,
        wanted: &[CaseRef],
    ) -> (Vec<CollectorResult>, Option<bool>, FollowOutcome) {
        let before = center.clone();
        // States and lists at the same time, so that queue lengths can be compared with lists.
        let done = self.collect(route, center, Collector::is_fast, false).await;
        let fast = (!done.is_empty()).then(|| done.iter().any(|done| done.error.is_none()));
        let mut follow_outcome = self.follow(route, (&before, center), wanted).await;
        center.followed = std::mem::take(&mut follow_outcome.found).into();
        (done, fast, follow_outcome)
    }
}

/// Returns ids in the states that the configuration does not contain, with their contact centre.
fn unknown_ids(center: &Center) -> HashSet<Id> {
    fn ids<T>(reading: &Reading<Vec<T>>, id: fn(&T) -> &Text) -> Option<HashSet<Text>> {
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
