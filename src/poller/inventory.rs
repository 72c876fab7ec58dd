//! Counting what there is: seldom, and with each collection standing for itself.

use std::future::Future;

use tokio::time::timeout;

use super::{
    Poller, cadence,
    cycle::Visitor,
    settle::{Done, problem, settle, too_slow},
};
use crate::{
    model::{CollectionCount, Collector, Resource},
    snapshot::{Center, Outcome, Reading, Snapshot},
    trio::{Error, Inventory, Route},
};

impl Poller {
    /// Counts what belongs to no contact centre. Returns the error that means that nothing at all can
    /// be had.
    pub(super) async fn count_shared(&mut self, snapshot: &mut Snapshot) -> Option<Error> {
        let visitor = self.visitor();
        let root = self.root.as_ref()?;
        let read = visitor.client.shared_collection_counts(root);
        let done = visitor.count(&mut snapshot.inventory, Resource::Directory, read).await?;
        snapshot.simulated |= done.simulated;
        let scope = Collector::Inventory.as_str();
        match done.error {
            Some(error) if error.is_total() => return Some(error),
            Some(error) => self.situations.ill(scope, &error),
            None => self.situations.well(scope),
        }
        None
    }
}

impl Visitor<'_> {
    /// Counts what there is in a contact centre.
    pub(super) async fn inventory(self, route: &Route, center: &mut Center) -> Option<Done> {
        self.count(&mut center.inventory, Resource::ContactCenters, self.client.collection_counts(route))
            .await
    }

    /// Takes what could be counted; that something could not is a failure all the same.
    async fn count(
        self,
        reading: &mut Reading<Vec<CollectionCount>>,
        resource: Resource,
        read: impl Future<Output = Result<Inventory, Error>>,
    ) -> Option<Done> {
        let begun = self.clock.now();
        let tick = self.settings.state;
        if !cadence::due(reading.attempt, reading.interval?, tick, self.recovered, begun) {
            return None;
        }
        let limit = self.settings.collector_limit;
        let result = timeout(limit, read).await.unwrap_or_else(|_| Err(too_slow(resource)));
        let (result, simulated, failure) = match result {
            Ok(Inventory { counts, failure, simulated }) => (Ok((counts.len(), counts)), simulated, failure),
            Err(error) => (Err(error), false, None),
        };
        let error = settle(reading, begun, self.clock, result).or(failure);
        if let (Some(error), Some(attempt)) = (&error, &mut reading.attempt) {
            attempt.outcome = Outcome::Failed;
            reading.problem = Some(problem(error));
        }
        Some(Done { collector: Collector::Inventory, simulated, error })
    }
}
