//! Rounds of readings that run beside the states of services: lists of cases and agents in one,
//! configuration and inventory in the other. Each result is handed over as soon as it is there.

use std::{future::pending, panic::resume_unwind, sync::Arc};

use futures_util::{FutureExt, future::join_all};
use tokio::{select, sync::mpsc};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::{
    Settings,
    collect::CollectContext,
    collectors::service_ids,
    follow::{CaseRef, FollowOutcome},
    outcome::{Attempted, CollectorResult},
    pacing::Since,
};
use crate::{
    model::{Cadence, Clock, Collector, ContactCenter, Property, Resource, Selection, Stamp, Text},
    snapshot::Center,
    trio::{Client, Error, Inventory, Listing, Root, Route},
};

/// Result of a part of a round.
pub(super) enum Update {
    /// The contact centres and the routes to them.
    ContactCenters(Box<Attempted<Discovered>>),
    /// Collectors of one contact centre.
    Collected(Box<CollectedCenter>),
    /// The inventory that belongs to no contact centre.
    Shared(Box<Attempted<Inventory>>),
}

/// The contact centres of a target.
pub(super) struct Discovered {
    pub(super) root: Root,
    /// All that the API user may see.
    pub(super) all: Vec<ContactCenter>,
    /// Those that are read.
    pub(super) listing: Listing<Vec<ContactCenter>>,
    pub(super) routes: Vec<Route>,
}

/// Results for one contact centre.
pub(super) struct CollectedCenter {
    /// A copy of the contact centre that holds the new readings.
    pub(super) center: Center,
    pub(super) results: Vec<CollectorResult>,
    pub(super) follow_outcome: FollowOutcome,
    /// Server that was active at the end.
    pub(super) server: Text,
}

/// Requests to be made, with all that they need: a round outlives the cycle in which it began.
pub(super) struct Work {
    pub(super) client: Arc<Client>,
    pub(super) clock: Clock,
    pub(super) settings: Settings,
    pub(super) recovered: bool,
    pub(super) centers: Vec<CenterWork>,
    /// Root of the inventory that belongs to no contact centre, if that is due.
    pub(super) shared: Option<Root>,
    /// Contact centres to look for, if that is due.
    pub(super) discovery: Option<Selection>,
}

/// Work in one contact centre.
pub(super) struct CenterWork {
    pub(super) route: Route,
    pub(super) center: Center,
    /// Cases to read one by one if the lists do not show them.
    pub(super) wanted: Vec<CaseRef>,
    /// The configuration is read also if it is not due.
    pub(super) early: bool,
}

pub(super) type Updates = mpsc::UnboundedSender<Update>;

impl Work {
    fn context(&self) -> CollectContext<'_> {
        CollectContext {
            client: &self.client,
            clock: &self.clock,
            settings: self.settings,
            recovered: self.recovered,
        }
    }

    /// Reads those of the selected fast collectors that are due, then those of the wanted cases
    /// that no list shows.
    pub(super) async fn read_fast(mut self, is_selected: fn(Collector) -> bool, updates: Updates) {
        let centers = std::mem::take(&mut self.centers);
        let context = self.context();
        let read = async |CenterWork { route, mut center, wanted, .. }: CenterWork| {
            let before = center.clone();
            // States and lists at the same time, so that queue lengths can be compared with lists.
            let results = context.collect(&route, &mut center, is_selected, false).await;
            let follow_outcome = context.follow(&route, (&before, &center), &wanted).await;
            let server = context.client.active_server();
            let collected = CollectedCenter { center, results, follow_outcome, server };
            // The poller may have ended meanwhile.
            let _ = updates.send(Update::Collected(Box::new(collected)));
        };
        join_all(centers.into_iter().map(read)).await;
    }

    /// Reads configuration and inventory, as far as they are due.
    pub(super) async fn read_slow(mut self, updates: Updates) {
        let centers = std::mem::take(&mut self.centers);
        let (shared, discovery) = (self.shared.take(), self.discovery.take());
        let context = self.context();
        let read = async |work: CenterWork| context.read_slow(work, &updates).await;
        join_all(centers.into_iter().map(read)).await;
        if let Some(selection) = discovery {
            let found = discover(&self.client, &self.clock, &self.settings, &selection).await;
            let _ = updates.send(Update::ContactCenters(Box::new(found)));
        }
        if let Some(root) = shared {
            let read = context.client.shared_collection_counts(&root);
            let attempted = context.attempt(Resource::Directory, read).await;
            let _ = updates.send(Update::Shared(Box::new(attempted)));
        }
    }
}

impl CollectContext<'_> {
    /// Reads the configuration, last what sends a request for each service, then the inventory.
    async fn read_slow(self, work: CenterWork, updates: &Updates) {
        let CenterWork { route, mut center, early, .. } = work;
        let report = |center: &Center, result: CollectorResult| {
            let (center, results) = (center.clone(), vec![result]);
            let follow_outcome = FollowOutcome::default();
            let server = self.client.active_server();
            let collected = CollectedCenter { center, results, follow_outcome, server };
            let _ = updates.send(Update::Collected(Box::new(collected)));
        };
        let is_first = |collector: Collector| {
            collector.cadence() == Cadence::Configuration && !collector.has(Property::PerService)
        };
        self.collect_each(&route, &mut center, is_first, early, &report).await;
        if service_ids(&center).is_some() {
            let is_last = |collector: Collector| collector.has(Property::PerService);
            self.collect_each(&route, &mut center, is_last, early, &report).await;
        }
        let is_inventory = |collector: Collector| collector.cadence() == Cadence::Inventory;
        self.collect_each(&route, &mut center, is_inventory, false, &report).await;
    }
}

/// Finds the contact centres and the routes to them.
pub(super) async fn discover(
    client: &Client,
    clock: &Clock,
    settings: &Settings,
    selection: &Selection,
) -> Attempted<Discovered> {
    let read = async {
        let root: Root = client.root().await?;
        let mut listing = client.contact_centers(&root).await?;
        let all = listing.data.clone();
        listing.data.retain(|center| selection.takes(center));
        let routes = join_all(listing.data.iter().map(|center| client.route(&root, center))).await;
        let routes: Result<Vec<Route>, Error> = routes.into_iter().collect();
        Ok(Discovered { root, all, listing, routes: routes? })
    };
    Attempted::run(clock, settings.limits.collector, Resource::ContactCenters, read).await
}

/// A round in progress.
#[derive(Debug)]
pub(super) struct Round {
    updates: mpsc::UnboundedReceiver<Update>,
    task: AbortOnDropHandle<()>,
    /// Its begin, and the requests up to then.
    pub(super) since: Since,
}

/// The two kinds of rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoundKind {
    /// Lists of cases and agents.
    Flow,
    /// Configuration and inventory.
    Slow,
}

/// The rounds in progress, at most one of each kind.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    flow: Option<Round>,
    slow: Option<Round>,
}

impl Rounds {
    fn get(&mut self, kind: RoundKind) -> &mut Option<Round> {
        match kind {
            RoundKind::Flow => &mut self.flow,
            RoundKind::Slow => &mut self.slow,
        }
    }

    /// Returns true if a round of the kind is in progress.
    pub(super) fn is_running(&self, kind: RoundKind) -> bool {
        match kind {
            RoundKind::Flow => self.flow.is_some(),
            RoundKind::Slow => self.slow.is_some(),
        }
    }

    /// Returns the begin of the round in progress.
    pub(super) fn begin(&mut self, kind: RoundKind) -> Option<Stamp> {
        self.get(kind).as_ref().map(|round| round.since.at)
    }

    /// Starts a round that began at `since`.
    pub(super) fn start(&mut self, kind: RoundKind, work: Work, since: Since) {
        let (sender, updates) = mpsc::unbounded_channel();
        let is_flow = |collector: Collector| collector.cadence() == Cadence::Flow;
        let task = match kind {
            RoundKind::Flow => tokio::spawn(work.read_fast(is_flow, sender).in_current_span()),
            RoundKind::Slow => tokio::spawn(work.read_slow(sender).in_current_span()),
        };
        *self.get(kind) = Some(Round { updates, task: AbortOnDropHandle::new(task), since });
    }

    /// Waits for the next result; `None` beside the kind: its round has ended. Never completes if
    /// no round is in progress.
    pub(super) async fn next(&mut self) -> (RoundKind, Option<Update>) {
        let Self { flow, slow } = self;
        select! {
            biased;
            update = next_update(flow) => (RoundKind::Flow, update),
            update = next_update(slow) => (RoundKind::Slow, update),
        }
    }

    /// Returns the next result if it is there.
    pub(super) fn try_next(&mut self) -> Option<(RoundKind, Option<Update>)> {
        self.next().now_or_never()
    }

    /// Removes a round that has ended, and passes its panic on.
    pub(super) async fn end(&mut self, kind: RoundKind) -> Option<Since> {
        let Round { task, since, .. } = self.get(kind).take()?;
        match task.await {
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            _ => Some(since),
        }
    }
}

async fn next_update(round: &mut Option<Round>) -> Option<Update> {
    match round {
        Some(round) => round.updates.recv().await,
        None => pending().await,
    }
}
