//! The exporter itself: targets that are up, restarts, missed cycles, its build, its shard, reloads
//! of the configuration, and the state file, which keeps counters over a restart.

use std::{fmt, sync::Arc};

use super::{
    encode_input::EncodeInput,
    family::{FamilyWriter, Spec},
};
use crate::{
    metrics::BuildInfo,
    model::{Shard, Text},
    stats::{ReloadStats, StateFileStats},
};

const UP: Spec = Spec::gauge(
    "up",
    "1 if the last step got at least one good answer, with a token, about the present state of services or agents; 0 also before the first step and if steps stop: then look at trio_auth_failures_total and trio_api_requests_total. Source: the exporter.",
);
const RESTARTS: Spec = Spec::counter(
    "target_restarts",
    "Restarts of the target's poller after an error in the program; above 0: report it with the log. Source: the exporter.",
);
const POLLS_MISSED: Spec = Spec::counter(
    "polls_missed",
    "Cycles that were due while the previous one was still running: raise the poll interval or find out why Trio is slow. Source: the exporter.",
);
const BUILD_INFO: Spec = Spec::gauge(
    "exporter_build_info",
    "Version of the exporter that is running, always 1: annotate dashboards with its changes. Source: the exporter.",
);
const SIMULATED: Spec = Spec::gauge(
    "simulated",
    "1 if the target's answers come from a simulator: never alert on them. Source: header X-Trio-Simulated.",
);

/// Writes the families about each target as a whole.
pub(in crate::metrics) fn write_targets(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let mut family = writer.family(&UP);
    for target in &input.targets {
        let up = target.snapshot.is_some_and(|snapshot| snapshot.is_up(input.now));
        family.add_gauge(&target.labels, u64::from(up))?;
    }
    let mut family = writer.family(&RESTARTS);
    for target in &input.targets {
        family.add_counter(&target.labels, target.stats.restarts.get())?;
    }
    let mut family = writer.family(&POLLS_MISSED);
    for target in &input.targets {
        family.add_counter(&target.labels, target.stats.polls_missed.get())?;
    }
    let mut family = writer.family(&SIMULATED);
    for (target, _) in input.snapshots().filter(|(_, snapshot)| snapshot.simulated) {
        family.add_gauge(&target.labels, 1)?;
    }
    Ok(())
}

/// Writes the build of the exporter.
pub(in crate::metrics) fn write_build(
    writer: &mut FamilyWriter<'_>,
    build: &BuildInfo,
) -> fmt::Result {
    let mut family = writer.family(&BUILD_INFO);
    let BuildInfo { version, revision, rustc_version } = build;
    family.add_gauge(
        &[("version", version.as_str()), ("revision", revision), ("rustc_version", rustc_version)],
        1,
    )
}

const RELOAD_SUCCESSFUL: Spec = Spec::gauge(
    "config_last_reload_successful",
    "1 if the configuration was read without errors the last time, 0 if not and the previous one is still in use: correct what the log says and reload. Source: the exporter.",
);
const RELOAD_LAST_SUCCESS: Spec = Spec::gauge(
    "config_last_reload_success_timestamp",
    "Time when the configuration in use was read, in seconds since 1970: compare it with the time of your last change. Source: the exporter.",
)
.seconds();

/// Writes the result of the last reload, once for the process.
pub(in crate::metrics) fn write_reload(
    writer: &mut FamilyWriter<'_>,
    stats: Option<&ReloadStats>,
) -> fmt::Result {
    let Some(stats) = stats else { return Ok(()) };
    if let Some(successful) = stats.successful.get() {
        writer.family(&RELOAD_SUCCESSFUL).add_unlabelled_gauge(successful)?;
    }
    match stats.last_success.get() {
        Some(at) => writer.family(&RELOAD_LAST_SUCCESS).add_unlabelled_gauge(at),
        None => Ok(()),
    }
}

const SAVE_LAST_SUCCESS: Spec = Spec::gauge(
    "exporter_state_file_last_success_timestamp",
    "Time when the counters were last saved, in seconds since 1970: if it is minutes ago, or absent, a restart loses them; the log says why. Absent without state_file. Source: the exporter.",
)
.seconds();
const SAVE_ERRORS: Spec = Spec::counter(
    "exporter_state_file_errors",
    "Failures to use or write the state file: after any increase look at the log, the folder and the free space on the disk. Absent without state_file. Source: the exporter.",
);

/// Writes the results of saving, once for the process.
pub(in crate::metrics) fn write_state_file(
    writer: &mut FamilyWriter<'_>,
    stats: Option<&StateFileStats>,
) -> fmt::Result {
    let Some(stats) = stats else { return Ok(()) };
    // Not saved yet: no sample, because 0 would be the year 1970.
    if let Some(at) = stats.last_success.get() {
        writer.family(&SAVE_LAST_SUCCESS).add_unlabelled_gauge(at)?;
    }
    writer.family(&SAVE_ERRORS).add_unlabelled_counter(stats.errors.get())
}

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
pub(in crate::metrics) fn write_shard(
    writer: &mut FamilyWriter<'_>,
    sharing: Option<&Sharing>,
) -> fmt::Result {
    let Some(Sharing { shard, .. }) = sharing else { return Ok(()) };
    let [number, shards] = [shard.number(), shard.count()].map(|number| number.to_string());
    writer.family(&SHARD_INFO).add_gauge(&[("shard", &*number), ("shards", &*shards)], 1)
}
