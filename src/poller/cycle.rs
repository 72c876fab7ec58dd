//! One cycle: who is there, what is due, what came of it.

use std::{collections::HashSet, future::Future, sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::time::timeout;

use super::{
    Poller, Settings, cadence,
    follow::{Following, Wanted},
    settle::{Done, groups, problem, settle, too_slow, whole},
};
use crate::{
    model::{Clock, Collector, Resource, Text},
    snapshot::{Attempt, Center, Notes, Outcome, Reading, Snapshot, Tried},
    trio::{Client, Error, Listing, Root, Route},
};

/// The scope of what concerns the target as a whole.
const TARGET: &str = "target";
/// Early configuration readings end here: a server that invents ids could ask for them for ever.
const MOST_ASKED_FOR: usize = 10_000;

/// What one step of one contact centre brought.
struct Visit {
    center: Center,
    simulated: bool,
    /// A fast collector was due, and whether one of them was read.
    fast: Option<bool>,
    done: Vec<Done>,
    /// Ids that the configuration was read early for.
    asked: HashSet<Id>,
    following: Following,
}

/// An id and the contact centre it belongs to.
type Id = (Text, Text);

/// What a visit needs to know.
#[derive(Clone, Copy)]
pub(super) struct Visitor<'a> {
    pub(super) client: &'a Client,
    pub(super) clock: &'a Clock,
    pub(super) settings: Settings,
    pub(super) recovered: bool,
}

impl Poller {
    /// Reads what is due; what is not due stays as it was.
    pub(super) async fn read(&mut self) -> Snapshot {
        let mut snapshot = self.carry_over();
        let total = match self.discover(&mut snapshot).await {
            Ok(()) => match self.visit_all(&mut snapshot).await {
                None => self.count_shared(&mut snapshot).await,
                total => total,
            },
            Err(error) => Some(error),
        };
        match &total {
            Some(error) => {
                snapshot.up = false;
                self.situations.ill(TARGET, error);
                self.fail_due(&mut snapshot, error);
            }
            None => self.situations.well(TARGET),
        }
        snapshot.notes.trouble = total.as_ref().map(problem);
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
                target: self.target.clone(),
                stepped: self.clock.now(),
                up: false,
                simulated: false,
                server: self.client.active_server(),
                clock_skew: None,
                contact_centers: Reading::none(self.settings.configuration),
                centers: Vec::new(),
                inventory: Reading::none(self.settings.interval(Collector::Inventory)),
                fields: Arc::new([]),
                notes: Notes {
                    configured: Collector::ALL.map(|collector| self.configured.interval(collector)),
                    ..Notes::default()
                },
            };
        };
        let mut snapshot = Snapshot::clone(last);
        snapshot.centers.iter_mut().for_each(|center| center.followed = Arc::default());
        snapshot
    }

    /// Finds the contact centres and the way to each, where that is due.
    async fn discover(&mut self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let Settings { state, configuration, .. } = self.settings;
        let attempt = snapshot.contact_centers.attempt;
        let due = cadence::due(attempt, configuration, state, self.trouble.is_some(), self.clock.now());
        let looking = self.client.is_looking_for_members(Resource::ContactCenters, &"".into());
        let moved = self.root.as_ref().is_some_and(|root| !self.client.is_at(root));
        // Nothing to read is an answer, too.
        let known = attempt.is_some_and(|attempt| attempt.outcome == Outcome::Complete);
        if !due && !moved && !looking && (known || !self.routes.is_empty()) {
            return Ok(());
        }
        let (client, clock, selection) = (&self.client, self.clock.clone(), &self.selection);
        let begun = clock.now();
        let read = async {
            let root: Root = client.root().await?;
            let mut listing = client.contact_centers(&root).await?;
            let all = listing.items.clone();
            listing.items.retain(|center| selection.takes(center));
            let routes = join_all(listing.items.iter().map(|center| client.route(&root, center))).await;
            let routes: Result<Vec<Route>, Error> = routes.into_iter().collect();
            Ok((root, all, listing, routes?))
        };
        let result = timeout(self.settings.collector_limit, read)
            .await
            .unwrap_or_else(|_| Err(too_slow(Resource::ContactCenters)));
        let (result, found) = match result {
            Ok((root, all, listing, routes)) => {
                self.say_unmatched(&all);
                snapshot.notes.passed_over =
                    all.into_iter().filter(|center| !self.selection.takes(center)).collect();
                (Ok(listing), Some((root, routes)))
            }
            Err(error) => (Err(error), None),
        };
        let error = settle(
            &mut snapshot.contact_centers,
            begun,
            &clock,
            result.map(|listing| (listing.items.len(), listing.items)),
        );
        if let Some((root, routes)) = found {
            self.root = Some(root);
            self.routes = routes.into_iter().map(|route| (route.contact_center().clone(), route)).collect();
            let listed =
                snapshot.contact_centers.good.as_ref().map(|good| good.data.clone()).unwrap_or_default();
            let mut known = std::mem::take(&mut snapshot.centers);
            for contact_center in listed.iter() {
                let position = known.iter().position(|center| center.contact_center.id == contact_center.id);
                let mut center = match position {
                    Some(position) => known.swap_remove(position),
                    None => {
                        Center::new(contact_center.clone(), |collector| self.settings.interval(collector))
                    }
                };
                center.contact_center = contact_center.clone();
                snapshot.centers.push(center);
            }
        }
        match error {
            Some(error) if error.is_total() || self.routes.is_empty() => Err(error),
            Some(error) => {
                self.situations.ill("contact centres", &error);
                Ok(())
            }
            None => {
                self.situations.well("contact centres");
                Ok(())
            }
        }
    }

    /// Visits every contact centre at the same time. Returns the error that means that nothing at all
    /// can be had, if one did.
    async fn visit_all(&mut self, snapshot: &mut Snapshot) -> Option<Error> {
        let wanted = self.choose_cases(snapshot);
        let visitor = self.visitor();
        let routes = &self.routes;
        let asked_for = &self.asked_for;
        let wanted = &wanted;
        let centers = std::mem::take(&mut snapshot.centers);
        let visits = join_all(centers.into_iter().map(|center| async move {
            let id = &center.contact_center.id;
            let wanted = wanted.get(id).map(Vec::as_slice).unwrap_or_default();
            match routes.get(id) {
                Some(route) => visitor.visit(route, center, asked_for, wanted).await,
                None => Visit::nowhere(center),
            }
        }))
        .await;
        let fast: Vec<bool> = visits.iter().filter_map(|visit| visit.fast).collect();
        if !fast.is_empty() {
            snapshot.up = fast.contains(&true);
        }
        snapshot.simulated |= visits.iter().any(|visit| visit.simulated);
        let mut total: Vec<(String, Error)> = Vec::new();
        for visit in visits {
            self.asked_for.extend(visit.asked);
            self.followed(&visit.center.contact_center.id, visit.following);
            for Done { collector, error, .. } in visit.done {
                let scope = format!("cc {} {}", visit.center.contact_center.id, collector.as_str());
                match error {
                    None => self.situations.well(&scope),
                    Some(error) if error.is_total() => total.push((scope, error)),
                    Some(error) => self.situations.ill(&scope, &error),
                }
            }
            snapshot.centers.push(visit.center);
        }
        if snapshot.up {
            total.iter().for_each(|(scope, error)| self.situations.ill(scope, error));
            return None;
        }
        // Of several errors the one that says why is told, not one that waits because of it.
        let why = total.iter().position(|(_, error)| !matches!(error, Error::LoginWaits { .. })).unwrap_or(0);
        (!total.is_empty()).then(|| total.swap_remove(why).1)
    }

    pub(super) fn visitor(&self) -> Visitor<'_> {
        Visitor {
            client: &self.client,
            clock: &self.clock,
            settings: self.settings,
            recovered: self.trouble.is_some(),
        }
    }

    /// Nothing can be had from the server: whatever was due has failed, without asking for it.
    fn fail_due(&self, snapshot: &mut Snapshot, why: &Error) {
        let (now, tick) = (self.clock.now(), self.settings.state);
        let of_centers = snapshot.centers.iter_mut().flat_map(Center::attempts);
        let shared = snapshot.inventory.tried();
        for Tried { attempt, problem: told, interval } in of_centers.chain([shared]) {
            if interval.is_some_and(|interval| cadence::due(*attempt, interval, tick, true, now)) {
                *attempt = Some(Attempt { at: now, duration: Duration::ZERO, outcome: Outcome::Failed });
                *told = Some(problem(why));
            }
        }
    }
}

impl Visit {
    /// The visit to a contact centre to which there is no way.
    fn nowhere(center: Center) -> Self {
        let following = Following::default();
        Self { center, simulated: false, fast: None, done: Vec::new(), asked: HashSet::new(), following }
    }
}

impl Visitor<'_> {
    async fn visit(
        self,
        route: &Route,
        mut center: Center,
        asked_for: &HashSet<Id>,
        wanted: &[Wanted],
    ) -> Visit {
        let (state, fast, following) = self.now(route, &mut center, wanted).await;
        let mut done: Vec<Done> =
            state.into_iter().chain(self.configuration(route, &mut center, false).await).collect();
        let mut asked = unknown_ids(&center);
        asked.retain(|id| !asked_for.contains(id));
        // Ids come from neither calls, cases nor skills.
        let explains =
            |done: &Done| !matches!(done.collector, Collector::Calls | Collector::Cases | Collector::Skills);
        let well = done.iter().all(|done| done.error.is_none() || !explains(done));
        if well && !asked.is_empty() && asked_for.len() < MOST_ASKED_FOR {
            done.extend(self.configuration(route, &mut center, true).await);
        } else {
            asked.clear();
        }
        done.extend(self.inventory(route, &mut center).await);
        Visit { simulated: done.iter().any(|done| done.simulated), center, fast, done, asked, following }
    }

    /// Reads what is configured.
    async fn configuration(self, route: &Route, center: &mut Center, early: bool) -> Vec<Done> {
        let client = self.client;
        let Center { services, service_groups, agents, agent_groups, .. } = center;
        let [with_services, with_groups, with_agents, with_agent_groups] =
            [Collector::Services, Collector::ServiceGroups, Collector::Agents, Collector::AgentGroups]
                .map(|collector| early || self.is_looking(route, collector));
        let done = tokio::join!(
            self.collect(Collector::Services, services, with_services, client.services(route), whole),
            self.collect(
                Collector::ServiceGroups,
                service_groups,
                with_groups,
                client.service_groups(route),
                groups
            ),
            self.collect(Collector::Agents, agents, with_agents, client.agents(route), whole),
            self.collect(
                Collector::AgentGroups,
                agent_groups,
                with_agent_groups,
                client.agent_groups(route),
                whole
            ),
        );
        let skills = self.skills(route, center, early).await;
        [done.0, done.1, done.2, done.3, skills].into_iter().flatten().collect()
    }

    /// Whether a collector is to be read once more at once, for members that come only when asked for.
    pub(super) fn is_looking(self, route: &Route, collector: Collector) -> bool {
        collector
            .resource()
            .is_some_and(|resource| self.client.is_looking_for_members(resource, route.contact_center()))
    }

    /// Reads one collector if it is due, or if it is wanted `early`.
    pub(super) async fn collect<T, L>(
        self,
        collector: Collector,
        reading: &mut Reading<T>,
        early: bool,
        read: impl Future<Output = Result<Listing<L>, Error>>,
        data: fn(Vec<L>) -> (usize, T),
    ) -> Option<Done>
    where
        T: PartialEq,
    {
        let begun = self.clock.now();
        let tick = self.settings.state;
        let due = |interval| cadence::due(reading.attempt, interval, tick, self.recovered, begun);
        if !reading.interval.is_some_and(|interval| early || due(interval)) {
            return None;
        }
        let limit = self.settings.collector_limit;
        let resource = collector.resource().unwrap_or(Resource::Api);
        let result = timeout(limit, read).await.unwrap_or_else(|_| Err(too_slow(resource)));
        let simulated = result.as_ref().is_ok_and(|listing| listing.simulated);
        let error = settle(reading, begun, self.clock, result.map(|listing| data(listing.items)));
        Some(Done { collector, simulated, error })
    }
}

/// Ids that stand in the states but not in the configuration, with their contact centre.
fn unknown_ids(center: &Center) -> HashSet<Id> {
    fn ids<T>(reading: &Reading<Vec<T>>, id: fn(&T) -> &Text) -> Option<HashSet<Text>> {
        reading.good.as_ref().map(|good| good.data.iter().map(|item| id(item).clone()).collect())
    }
    let here = &center.contact_center.id;
    let services = (ids(&center.service_state, |s| &s.id), ids(&center.services, |s| &s.id));
    let agents = (ids(&center.agent_state, |a| &a.id), ids(&center.agents, |a| &a.id));
    let pairs =
        [services, agents].into_iter().filter_map(|(state, configuration)| Some((state?, configuration?)));
    pairs
        .flat_map(|(state, configuration)| state.into_iter().filter(move |id| !configuration.contains(id)))
        .map(|id| (here.clone(), id))
        .collect()
}
