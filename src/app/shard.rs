//! Selection of the configured targets that this exporter reads (`--shard`).

use std::sync::Arc;

use crate::{config::Target, metrics::Sharing, model::Shard};

/// Configured targets, split into those of this shard and the others.
pub(super) struct ShardTargets {
    /// Targets that are read here.
    pub(super) local: Vec<Target>,
    /// Shard and names of the other targets, for 404 answers that name the right shard; `None`
    /// without `--shard`.
    pub(super) sharing: Option<Sharing>,
}

impl ShardTargets {
    /// Selects the targets of `shard`, or all without one.
    pub(super) fn select(targets: Vec<Target>, shard: Option<Shard>) -> Self {
        let Some(shard) = shard else { return Self { local: targets, sharing: None } };
        let (local, other_targets): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| shard.reads(&target.name));
        let names: Vec<&str> = local.iter().map(|target| &*target.name).collect();
        let (number, of) = (shard.number(), shard.count());
        // Not an error: with few targets the hash may leave a shard without one, and a reload may
        // bring one.
        if names.is_empty() {
            tracing::warn!(
                shard = number,
                of,
                "no configured target belongs to this shard; it waits for one"
            );
        } else {
            tracing::info!(shard = number, of, targets = names.join(", "), "targets of this shard");
        }
        let other_targets: Arc<[_]> = other_targets.into_iter().map(|target| target.name).collect();
        Self { local, sharing: Some(Sharing { shard, other_targets }) }
    }
}
