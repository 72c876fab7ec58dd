//! Inventory: numbers of items in each collection, at a long interval.

use std::future::Future;

use tokio::time::timeout;

use super::{
    Poller, cadence,
    cycle::CollectContext,
    outcome::{CollectorResult, apply_outcome, timeout_error, to_problem},
};
use crate::{
    model::{CollectionCount, Collector, Resource},
    snapshot::{Center, Outcome, Reading, Snapshot},
    trio::{Error, Inventory, Route},
};

impl Poller {
    /// Counts the collections that belong to no contact centre. Returns the error for which nothing
    /// could be read.
    pub(super) async fn count_shared(&mut self, snapshot: &mut Snapshot) -> Option<Error> {
        let context = self.context();
        let root = self.root.as_ref()?;
        let read = context.client.shared_collection_counts(root);
        let done = context.count(&mut snapshot.inventory, Resource::Directory, read).await?;
        snapshot.simulated |= done.simulated;
        let scope = Collector::Inventory.as_str();
        match done.error {
            Some(error) if error.is_total() => return Some(error),
            Some(error) => self.situations.failed(scope, &error),
            None => self.situations.recovered(scope),
        }
        None
    }
}

impl CollectContext<'_> {
    /// Counts the collections of a contact centre.
    pub(super) async fn inventory(
        self,
        route: &Route,
        center: &mut Center,
    ) -> Option<CollectorResult> {
        self.count(
            &mut center.inventory,
            Resource::ContactCenters,
            self.client.collection_counts(route),
        )
        .await
    }

    /// Publishes the collections that could be counted; the reading fails all the same if one could
    /// not.
    async fn count(
        self,
        reading: &mut Reading<Vec<CollectionCount>>,
        resource: Resource,
        read: impl Future<Output = Result<Inventory, Error>>,
    ) -> Option<CollectorResult> {
        let begun = self.clock.now();
        let tick = self.settings.state;
        if !cadence::due(reading.attempt, reading.interval?, tick, self.recovered, begun) {
            return None;
        }
        let limit = self.settings.limits.collector;
        let result = timeout(limit, read).await.unwrap_or_else(|_| Err(timeout_error(resource)));
        let (result, simulated, failure) = match result {
            Ok(Inventory { counts, failure, simulated }) => {
                (Ok((counts.len(), counts)), simulated, failure)
            }
            Err(error) => (Err(error), false, None),
        };
        let error = apply_outcome(reading, begun, self.clock, result).or(failure);
        if let (Some(error), Some(attempt)) = (&error, &mut reading.attempt) {
            attempt.outcome = Outcome::Failed;
            reading.problem = Some(to_problem(error));
        }
        Some(CollectorResult { collector: Collector::Inventory, simulated, error })
    }
}
