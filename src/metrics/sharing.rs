//! Which of the configured targets this exporter reads, where several share them.

use std::{fmt, sync::Arc};

use super::family::{Pen, Spec};
use crate::model::{Shard, Text};

const SHARD_INFO: Spec = Spec::gauge(
    "exporter_shard_info",
    "Which shard of how many this exporter is, always 1: count by (shards) must be the number of shards, or targets are read by nobody. Absent without --shard. Source: the exporter.",
);

/// One of several exporters that share the targets.
#[derive(Clone, Debug)]
pub struct Sharing {
    /// Which one it is.
    pub shard: Shard,
    /// The targets that the others read.
    pub elsewhere: Arc<[Text]>,
}

/// Writes which shard this is.
pub(super) fn write(pen: &mut Pen<'_>, sharing: Option<&Sharing>) -> fmt::Result {
    let Some(Sharing { shard, .. }) = sharing else { return Ok(()) };
    let [number, of] = [shard.number(), shard.count()].map(|number| number.to_string());
    pen.family(&SHARD_INFO).gauge(&[("shard", &*number), ("shards", &*of)], 1)
}
