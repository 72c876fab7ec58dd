//! The shard of this exporter, if several exporters share the configured targets.

use std::{fmt, sync::Arc};

use super::family::{FamilyWriter, Spec};
use crate::model::{Shard, Text};

const SHARD_INFO: Spec = Spec::gauge(
    "exporter_shard_info",
    "Number of this shard and number of shards, always 1: count by (shards) must equal the number of shards, or some targets are not read. Absent without --shard. Source: the exporter.",
);

/// The part of this exporter in a set of exporters that share the targets.
#[derive(Clone, Debug)]
pub struct Sharing {
    /// Number of this shard and of all shards.
    pub shard: Shard,
    /// Names of the targets that the other shards read.
    pub other_targets: Arc<[Text]>,
}

/// Writes the number of this shard and of all shards.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    sharing: Option<&Sharing>,
) -> fmt::Result {
    let Some(Sharing { shard, .. }) = sharing else { return Ok(()) };
    let [number, shards] = [shard.number(), shard.count()].map(|number| number.to_string());
    writer.family(&SHARD_INFO).add_gauge(&[("shard", &*number), ("shards", &*shards)], 1)
}
