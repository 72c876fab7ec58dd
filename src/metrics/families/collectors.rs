//! Collectors: success, duration and age of their readings; and the collections of a Trio: rights
//! to read them, and numbers of their items.

use std::fmt;

use super::{
    encode_input::{EncodeInput, TargetInput},
    family::{FamilyWriter, Label, Spec},
};
use crate::{
    model::{CollectionCount, Collector, Stamp, unix_seconds},
    snapshot::{AnyReading, Attempt, Health, Outcome, Reading},
};

const SUCCESS: Spec = Spec::gauge(
    "collector_success",
    "1 if the collector's last reading was complete and is not too old, else 0: shows why series are missing. Source: the exporter.",
);
const DURATION: Spec = Spec::gauge(
    "collector_duration",
    "Duration of the collector's last reading: if it is near the poll interval, Trio is too slow for this interval. Source: the exporter.",
)
.seconds();
const ITEMS: Spec = Spec::gauge(
    "collector_items",
    "Items in the collector's last complete reading: a sudden fall means lost rights or lost configuration. Source: the exporter.",
);
const LAST_SUCCESS: Spec = Spec::gauge(
    "collector_last_success_timestamp",
    "Start of the collector's last complete reading, in seconds since 1970: time() minus this value is the age of the data. Source: the exporter.",
)
.seconds();
const LAST_CHANGE: Spec = Spec::gauge(
    "collector_last_change_timestamp",
    "Start of the first reading with the collector's present data, in seconds since 1970: if it does not advance, the API may be answering with frozen data. Source: the exporter.",
)
.seconds();
const INCOMPLETE: Spec = Spec::counter(
    "collector_incomplete",
    "Readings that were answered but incomplete, and therefore not used: if it grows, lists change while their pages are read. Source: the exporter.",
);
const POLL_INTERVAL: Spec = Spec::gauge(
    "poll_interval",
    "Time between two readings of the collector, after the limits on load: shorter events cannot be seen. Source: the exporter.",
)
.seconds();

/// A number of a collector; `None` leaves out the sample.
type Number = fn(&Attempt, &Health, Stamp) -> Option<f64>;

/// The gauges of collectors after their first attempt.
const GAUGES: [(&Spec, Number); 5] = [
    (&SUCCESS, |attempt, health, now| Some(f64::from(u8::from(succeeded(attempt, health, now))))),
    (&DURATION, |attempt, _, _| Some(attempt.duration.as_secs_f64())),
    (&ITEMS, |_, health, _| health.items.map(|items| items as f64)),
    (&LAST_SUCCESS, |_, health, _| health.last_success.map(|at| unix_seconds(at.wall))),
    (&LAST_CHANGE, |_, health, _| health.last_change.map(|at| unix_seconds(at.wall))),
];

/// Writes all families of collectors.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let all: Vec<([Label<'_>; 3], Health)> =
        input.targets.iter().flat_map(target_collectors).collect();
    let attempted =
        || all.iter().filter_map(|(labels, health)| Some((labels, health.attempt?, health)));

    for (spec, number) in GAUGES {
        let mut family = writer.family(spec);
        for (labels, attempt, health) in attempted() {
            if let Some(value) = number(&attempt, health, input.now) {
                family.add_gauge_f64(labels, value)?;
            }
        }
    }
    let mut family = writer.family(&INCOMPLETE);
    for (labels, _, health) in attempted() {
        family.add_counter(labels, health.incomplete_total)?;
    }
    let mut family = writer.family(&POLL_INTERVAL);
    for (labels, health) in &all {
        family.add_gauge_f64(labels, health.interval.as_secs_f64())?;
    }
    Ok(())
}

/// Returns the collectors of a target. The label `contact_center` is empty for the collector that
/// belongs to no contact centre.
fn target_collectors<'a>(target: &TargetInput<'a>) -> Vec<([Label<'a>; 3], Health)> {
    let [name] = target.labels;
    let labelled = |[target, contact_center]: [Label<'a>; 2],
                    (collector, health): (Collector, _)| {
        ([target, contact_center, ("collector", collector.as_str())], health)
    };
    // With an empty label instead of none: all samples of a family have the same labels.
    let shared = target.snapshot.and_then(|snapshot| snapshot.inventory.health());
    let shared = shared
        .map(|health| labelled([name, ("contact_center", "")], (Collector::Inventory, health)));
    let of_centers = target.centers.iter().flat_map(|center| {
        center.center.health().map(move |collector| labelled(center.labels, collector))
    });
    shared.into_iter().chain(of_centers).collect()
}

/// Returns true if the last attempt was complete and its data is not too old.
fn succeeded(attempt: &Attempt, health: &Health, now: Stamp) -> bool {
    let fresh = health.last_success.is_some_and(|taken| now.since(taken) <= health.max_age);
    attempt.outcome == Outcome::Complete && fresh
}

const RESOURCE_ITEMS: Spec = Spec::gauge(
    "resource_items",
    "Items of a collection that the API user may read: a sudden fall means lost rights or lost configuration. Source: the collection named by resource.",
);
const RESOURCE_ACCESSIBLE: Spec = Spec::gauge(
    "resource_accessible",
    "1 if the API user may read the collection, 0 if it lacks the right or this Trio has no such collection: at 0, grant the right in Trio Administrator. Source: the nodes security and directory, else the collection named by resource.",
);

/// Writes both families.
pub(in crate::metrics) fn write_inventory(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let mut family = writer.family(&RESOURCE_ITEMS);
    for (labels, count) in collection_counts(input) {
        if let Some(items) = count.items {
            family.add_gauge(&(labels, [("resource", count.resource.as_str())]), items)?;
        }
    }
    let mut family = writer.family(&RESOURCE_ACCESSIBLE);
    for (labels, count) in collection_counts(input) {
        let accessible = u64::from(count.accessible);
        family.add_gauge(&(labels, [("resource", count.resource.as_str())]), accessible)?;
    }
    Ok(())
}

/// Returns the collections of all targets that were counted and are not too old. The label
/// `contact_center` is empty for a collection that belongs to no contact centre.
fn collection_counts<'a>(
    input: &EncodeInput<'a>,
) -> impl Iterator<Item = ([Label<'a>; 2], &'a CollectionCount)> {
    let fresh = |labels, reading: &'a Reading<Vec<CollectionCount>>| {
        let fresh = reading.fresh(input.now).into_iter();
        fresh.flat_map(|counts| counts.iter()).map(move |count| (labels, count))
    };
    input.targets.iter().flat_map(move |target| {
        let [name] = target.labels;
        // With an empty label instead of none: all samples of a family have the same labels.
        let in_centers = target
            .centers
            .iter()
            .flat_map(move |center| fresh(center.labels, &center.center.inventory));
        let shared = target
            .snapshot
            .map(|snapshot| fresh([name, ("contact_center", "")], &snapshot.inventory));
        shared.into_iter().flatten().chain(in_centers)
    })
}
