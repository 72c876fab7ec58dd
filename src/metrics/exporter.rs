//! The exporter itself: is it up, which build is it, does it read a simulator?

use std::{fmt, time::Duration};

use super::{
    BuildInfo,
    family::{Pen, Spec},
    scene::{Scene, Target},
};
use crate::{model::Stamp, snapshot::max_age};

const UP: Spec = Spec::gauge(
    "up",
    "1 when the last step got at least one good answer, with a token, about services or agents now; 0 also before the first step and when steps stop: then look at trio_auth_failures_total and trio_api_requests_total. Source: the exporter.",
);
const RESTARTS: Spec = Spec::counter(
    "target_restarts",
    "Times the target's poller had to be restarted; above 0: report the log. Source: the exporter.",
);
const POLLS_MISSED: Spec = Spec::counter(
    "polls_missed",
    "Times a cycle was due while the one before was still busy: raise the poll interval or find out why Trio is slow. Source: the exporter.",
);
const BUILD_INFO: Spec = Spec::gauge(
    "exporter_build_info",
    "Which build of the exporter is running, always 1: annotate dashboards with its changes. Source: the exporter.",
);
const SIMULATED: Spec = Spec::gauge(
    "simulated",
    "1 when a simulator made the target's answers: never alert on them. Source: header X-Trio-Simulated.",
);

/// Writes what is known of targets before anything of their contact centres.
pub(super) fn write_targets(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let mut family = pen.family(&UP);
    for target in &scene.targets {
        family.gauge(&target.labels, u64::from(is_up(target, scene.now)))?;
    }
    let mut family = pen.family(&RESTARTS);
    for target in &scene.targets {
        family.count(&target.labels, target.stats.restarts.get())?;
    }
    let mut family = pen.family(&POLLS_MISSED);
    for target in &scene.targets {
        family.count(&target.labels, target.stats.polls_missed.get())?;
    }
    let mut family = pen.family(&SIMULATED);
    for (target, _) in scene.snapshots().filter(|(_, snapshot)| snapshot.simulated) {
        family.gauge(&target.labels, 1)?;
    }
    Ok(())
}

/// Writes which build this is.
pub(super) fn write_build(pen: &mut Pen<'_>, build: &BuildInfo) -> fmt::Result {
    let mut family = pen.family(&BUILD_INFO);
    let BuildInfo { version, revision, rustc_version } = build;
    family
        .gauge(&[("version", version.as_str()), ("revision", revision), ("rustc_version", rustc_version)], 1)
}

/// A poller that hangs is not up: its last step may not be older than the data that it feeds.
fn is_up(target: &Target<'_>, now: Stamp) -> bool {
    let fast = target.centers.iter().flat_map(|scene| scene.center.health());
    let fast = fast.filter(|health| health.collector.is_fast());
    let max_age =
        fast.map(|health| max_age(health.interval)).max().unwrap_or_else(|| max_age(Duration::ZERO));
    target.snapshot.is_some_and(|snapshot| snapshot.up && now.since(snapshot.stepped) <= max_age)
}
