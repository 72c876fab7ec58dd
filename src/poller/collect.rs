//! Reading the due collectors of a contact centre.

use futures_util::future::join_all;

use super::{
    Settings, cadence,
    collectors::{Answer, lists_named_things, read_collector, service_ids},
    outcome::{Attempted, CollectorResult},
};
use crate::{
    model::{Cadence, Clock, Collector, Property, Resource},
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
    /// Reads the configuration collectors, last those that send a request for each service.
    pub(super) async fn configuration(
        self,
        route: &Route,
        center: &mut Center,
        early: bool,
    ) -> Vec<CollectorResult> {
        let is_first = |collector: Collector| {
            collector.cadence() == Cadence::Configuration && !collector.has(Property::PerService)
        };
        let mut done = self.collect(route, center, is_first, early).await;
        if service_ids(center).is_some() {
            let is_last = |collector: Collector| collector.has(Property::PerService);
            done.extend(self.collect(route, center, is_last, early).await);
        }
        done
    }

    /// Reads those of the selected collectors that are due, at the same time; with `early`, all
    /// that are switched on.
    pub(super) async fn collect(
        self,
        route: &Route,
        center: &mut Center,
        is_selected: fn(Collector) -> bool,
        early: bool,
    ) -> Vec<CollectorResult> {
        let before: &Center = center;
        let is_due = |collector: &Collector| {
            let early = early || self.needs_member_probe(route, *collector);
            is_selected(*collector) && self.is_due(before.reading(*collector), early)
        };
        let due: Vec<Collector> = Collector::ALL.into_iter().filter(is_due).collect();
        let attempts = due.into_iter().map(async |collector| {
            // The inventory reads many resources, all below this one.
            let resource = collector.resource().unwrap_or(Resource::ContactCenters);
            let read = read_collector(self.client, route, before, collector);
            (collector, self.attempt(resource, read).await)
        });
        let attempted: Vec<(Collector, Attempted<Answer>)> = join_all(attempts).await;
        let enter = |(collector, attempted): (Collector, Attempted<Answer>)| {
            let simulated = attempted.result.as_ref().is_ok_and(|answer| answer.simulated);
            let error = attempted.enter(
                center,
                |center, answer, begun, took| answer.store(center, begun, took),
                |center| center.reading_mut(collector),
            );
            CollectorResult { collector, simulated, error }
        };
        attempted.into_iter().map(enter).collect()
    }

    /// Returns true if a collector should be read again at once, to find members that Trio sends
    /// only when asked for.
    fn needs_member_probe(self, route: &Route, collector: Collector) -> bool {
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
