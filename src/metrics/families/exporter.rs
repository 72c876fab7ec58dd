//! The exporter itself: targets that are up, restarts, missed cycles, its build.

use std::{fmt, time::Duration};

use super::{
    encode_input::{EncodeInput, TargetInput},
    family::{FamilyWriter, Spec},
};
use crate::{metrics::BuildInfo, model::Stamp, snapshot::max_age};

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
        family.add_gauge(&target.labels, u64::from(is_up(target, input.now)))?;
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

/// Returns true if the last step succeeded and is not too old.
fn is_up(target: &TargetInput<'_>, now: Stamp) -> bool {
    // A poller that hangs is not up: its last step must not be older than the data of the fast
    // collectors may be.
    let fast = target.centers.iter().flat_map(|center| center.center.health());
    let fast = fast.filter(|health| health.collector.is_fast());
    // Before the first contact centre is known, the shortest maximum age applies: a minute.
    let max_age = fast
        .map(|health| max_age(health.interval))
        .max()
        .unwrap_or_else(|| max_age(Duration::ZERO));
    target.snapshot.is_some_and(|snapshot| snapshot.up && now.since(snapshot.stepped) <= max_age)
}
