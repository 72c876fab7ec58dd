//! How the readings go: success, duration and age of each collector.

use std::fmt;

use super::{
    family::{Label, Pen, Spec},
    scene::{Scene, Target},
};
use crate::{
    model::{Collector, Stamp, unix_seconds},
    snapshot::{Attempt, Health, Outcome, max_age},
};

const SUCCESS: Spec = Spec::gauge(
    "collector_success",
    "1 when the collector's last reading was complete and is not too old, 0 otherwise: says why series are missing. Source: the exporter.",
);
const DURATION: Spec = Spec::gauge(
    "collector_duration",
    "How long the collector's last reading took: near the poll interval, Trio is too slow for it. Source: the exporter.",
)
.seconds();
const ITEMS: Spec = Spec::gauge(
    "collector_items",
    "Items in the collector's last complete reading: a sudden fall means lost rights or lost configuration. Source: the exporter.",
);
const LAST_SUCCESS: Spec = Spec::gauge(
    "collector_last_success_timestamp",
    "When the collector's last complete reading began, in seconds since 1970: time() minus it is the age of what is shown. Source: the exporter.",
)
.seconds();
const LAST_CHANGE: Spec = Spec::gauge(
    "collector_last_change_timestamp",
    "When the collector's data last differed from the reading before, in seconds since 1970: an API that answers but is frozen stands still here. Source: the exporter.",
)
.seconds();
const INCOMPLETE: Spec = Spec::counter(
    "collector_incomplete",
    "Readings that were answered but not whole, and so not shown: when it grows, lists change while they are paged. Source: the exporter.",
);
const POLL_INTERVAL: Spec = Spec::gauge(
    "poll_interval",
    "How often the collector is read, after the limits on load: nothing shorter can be seen. Source: the exporter.",
)
.seconds();

type Number = fn(&Attempt, &Health, Stamp) -> Option<f64>;

/// The gauges of collectors that have been tried.
const GAUGES: [(&Spec, Number); 5] = [
    (&SUCCESS, |attempt, health, now| Some(f64::from(u8::from(succeeded(attempt, health, now))))),
    (&DURATION, |attempt, _, _| Some(attempt.duration.as_secs_f64())),
    (&ITEMS, |_, health, _| health.items.map(|items| items as f64)),
    (&LAST_SUCCESS, |_, health, _| health.last_success.map(|at| unix_seconds(at.wall))),
    (&LAST_CHANGE, |_, health, _| health.last_change.map(|at| unix_seconds(at.wall))),
];

/// Writes all families of collectors.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let all: Vec<([Label<'_>; 3], Health)> = scene.targets.iter().flat_map(of_target).collect();
    let tried = || all.iter().filter_map(|(labels, health)| Some((labels, health.attempt?, health)));

    for (spec, number) in GAUGES {
        let mut family = pen.family(spec);
        for (labels, attempt, health) in tried() {
            if let Some(value) = number(&attempt, health, scene.now) {
                family.measure(labels, value)?;
            }
        }
    }
    let mut family = pen.family(&INCOMPLETE);
    for (labels, _, health) in tried() {
        family.count(labels, health.incomplete_total)?;
    }
    let mut family = pen.family(&POLL_INTERVAL);
    for (labels, health) in &all {
        family.measure(labels, health.interval.as_secs_f64())?;
    }
    Ok(())
}

/// The collectors of a target; one that reads no contact centre has an empty one.
fn of_target<'a>(target: &Target<'a>) -> Vec<([Label<'a>; 3], Health)> {
    let labels = |[target, contact_center]: [Label<'a>; 2], health: &Health| {
        [target, contact_center, ("collector", health.collector.as_str())]
    };
    let [name] = target.labels;
    let shared = target.snapshot.and_then(|snapshot| snapshot.inventory.health(Collector::Inventory));
    let shared = shared.map(|health| (labels([name, ("contact_center", "")], &health), health));
    let of_centers = target.centers.iter().flat_map(|center| {
        center.center.health().map(move |health| (labels(center.labels, &health), health))
    });
    shared.into_iter().chain(of_centers).collect()
}

fn succeeded(attempt: &Attempt, health: &Health, now: Stamp) -> bool {
    let fresh = health.last_success.is_some_and(|taken| now.since(taken) <= max_age(health.interval));
    attempt.outcome == Outcome::Complete && fresh
}
