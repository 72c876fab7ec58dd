//! Which of the configured targets this exporter reads.

use std::sync::Arc;

use crate::{config::Target, metrics::Sharing, model::Shard};

/// The targets that are read here, and what is known of the others.
pub(super) struct Share {
    pub(super) here: Vec<Target>,
    pub(super) sharing: Option<Sharing>,
}

impl Share {
    /// All of `targets`, or those of a shard.
    pub(super) fn of(targets: Vec<Target>, shard: Option<Shard>) -> Self {
        let Some(shard) = shard else { return Self { here: targets, sharing: None } };
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| shard.reads(&target.name));
        let names: Vec<&str> = here.iter().map(|target| &*target.name).collect();
        let (number, of) = (shard.number(), shard.count());
        if names.is_empty() {
            tracing::warn!(
                shard = number,
                of,
                "none of the configured targets is this shard's; it waits for one"
            );
        } else {
            tracing::info!(shard = number, of, targets = names.join(", "), "this shard's targets");
        }
        let elsewhere: Arc<[_]> = elsewhere.into_iter().map(|target| target.name).collect();
        Self { here, sharing: Some(Sharing { shard, elsewhere }) }
    }
}
