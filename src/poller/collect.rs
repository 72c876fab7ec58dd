//! Reading the due collectors of a contact centre.

use std::sync::Arc;

use futures_util::{
    future::join_all,
    stream::{FuturesUnordered, StreamExt},
};

use super::{
    Settings, cadence,
    collectors::{Answer, lists_named_things, read_collector},
    outcome::{Attempted, CollectorResult},
};
use crate::{
    model::{Clock, Collector, Resource},
    snapshot::{AnyReading, Center},
    trio::{Client, Error, Route},
};

/// Shared input of all collectors of a step.
#[derive(Clone, Copy)]
pub(super) struct CollectContext<'a> {
    pub(super) client: &'a Client,
    pub(super) clock: &'a Clock,
    pub(super) settings: Settings,
    pub(super) recovered: bool,
}

impl CollectContext<'_> {
    /// Reads those of the selected collectors that are due, at the same time; with `early`, all
    /// that are switched on.
    pub(super) async fn collect(
        self,
        route: &Route,
        center: &mut Center,
        is_selected: fn(Collector) -> bool,
        early: bool,
    ) -> Vec<CollectorResult> {
        let attempts = self.attempts(route, center.clone(), is_selected, early);
        let attempted = join_all(attempts).await;
        attempted.into_iter().map(|attempted| enter(center, attempted)).collect()
    }

    /// The same, and calls `report` with the contact centre and the result of each collector as
    /// soon as that is there.
    pub(super) async fn collect_each(
        self,
        route: &Route,
        center: &mut Center,
        is_selected: fn(Collector) -> bool,
        early: bool,
        report: &(impl Fn(&Center, CollectorResult) + Sync),
    ) {
        let mut attempts: FuturesUnordered<_> =
            self.attempts(route, center.clone(), is_selected, early).into_iter().collect();
        while let Some(attempted) = attempts.next().await {
            let result = enter(center, attempted);
            report(center, result);
        }
    }

    /// Returns the attempts at those of the selected collectors that are due.
    fn attempts(
        self,
        route: &Route,
        before: Center,
        is_selected: fn(Collector) -> bool,
        early: bool,
    ) -> Vec<impl Future<Output = (Collector, Attempted<Answer>)>> {
        let is_due = |collector: &Collector| {
            let early = early || self.needs_member_probe(route, *collector);
            is_selected(*collector) && self.is_due(before.reading(*collector), early)
        };
        let due: Vec<Collector> = Collector::ALL.into_iter().filter(is_due).collect();
        let before = Arc::new(before);
        let attempt = |collector: Collector| {
            let before = before.clone();
            async move {
                // The inventory reads many resources, all below this one.
                let resource = collector.resource().unwrap_or(Resource::ContactCenters);
                let read = read_collector(self.client, route, &before, collector);
                (collector, self.attempt(resource, read).await)
            }
        };
        due.into_iter().map(attempt).collect()
    }

    /// Returns true if a collector should be read again at once, to find members that Trio sends
    /// only when asked for.
    pub(super) fn needs_member_probe(self, route: &Route, collector: Collector) -> bool {
        // Lists of cases are read in nearly each step, and skills take a request for each service.
        lists_named_things(collector)
            && collector.resource().is_some_and(|resource| {
                self.client.next_reading_may_add_members(resource, route.contact_center())
            })
    }

    /// Returns true if a reading is switched on, and due or to be read early.
    pub(super) fn is_due(self, reading: &dyn AnyReading, early: bool) -> bool {
        let (tick, now) = (self.settings.tick(), self.clock.now());
        let due = |interval| cadence::due(reading.attempt(), interval, tick, self.recovered, now);
        reading.interval().is_some_and(|interval| early || due(interval))
    }

    pub(super) async fn attempt<A>(
        self,
        resource: Resource,
        read: impl Future<Output = Result<A, Error>>,
    ) -> Attempted<A> {
        Attempted::run(self.clock, self.settings.limits.collector, resource, read).await
    }
}

/// Enters an attempt into its reading.
fn enter(
    center: &mut Center,
    (collector, attempted): (Collector, Attempted<Answer>),
) -> CollectorResult {
    let simulated = attempted.result.as_ref().is_ok_and(|answer| answer.simulated);
    let error = attempted.enter(
        center,
        |center, answer, begun, took| answer.store(center, begun, took),
        |center| center.reading_mut(collector),
    );
    CollectorResult { collector, simulated, error }
}
