//! The rest of the system: calls now, and how much there is of everything.

use std::fmt;

use super::{
    family::{Label, Pen, Spec},
    scene::Scene,
};
use crate::{
    model::{CaseState, CollectionCount},
    snapshot::Reading,
};

const CALLS: Spec = Spec::gauge(
    "calls",
    "Calls by where they stand now; the states add up to the calls that Trio shows: queued and offered callers wait. Source: services/calls.",
);
const RESOURCE_ITEMS: Spec = Spec::gauge(
    "resource_items",
    "Items of a collection that the API user may read: a sudden fall means lost rights or lost configuration. Source: the collection named by resource.",
);
const RESOURCE_ACCESSIBLE: Spec = Spec::gauge(
    "resource_accessible",
    "1 while the API user may read the collection, 0 while it lacks the right or this Trio has no such collection: grant the right in Trio Administrator. Source: the nodes security and directory, else the collection named by resource.",
);

/// Writes all families of the rest of the system.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let mut family = pen.family(&CALLS);
    for center in scene.centers() {
        let Some(counts) = center.center.calls.fresh(scene.now).and_then(|calls| calls.by_state()) else {
            continue;
        };
        for state in CaseState::ALL {
            family.gauge(&(center.labels, [("state", state.as_str())]), counts[state.index()])?;
        }
    }
    let mut family = pen.family(&RESOURCE_ITEMS);
    for (labels, holding) in holdings(scene) {
        if let Some(items) = holding.items {
            family.gauge(&(labels, [("resource", holding.resource.as_str())]), items)?;
        }
    }
    let mut family = pen.family(&RESOURCE_ACCESSIBLE);
    for (labels, holding) in holdings(scene) {
        let accessible = u64::from(holding.accessible);
        family.gauge(&(labels, [("resource", holding.resource.as_str())]), accessible)?;
    }
    Ok(())
}

/// What was counted, in contact centres and beside them.
fn holdings<'a>(scene: &Scene<'a>) -> impl Iterator<Item = ([Label<'a>; 2], &'a CollectionCount)> {
    let fresh = |labels, reading: &'a Reading<Vec<CollectionCount>>| {
        let fresh = reading.fresh(scene.now).into_iter();
        fresh.flat_map(|holdings| holdings.iter()).map(move |holding| (labels, holding))
    };
    scene.targets.iter().flat_map(move |target| {
        let [name] = target.labels;
        let of_centers =
            target.centers.iter().flat_map(move |scene| fresh(scene.labels, &scene.center.inventory));
        let shared =
            target.snapshot.map(|snapshot| fresh([name, ("contact_center", "")], &snapshot.inventory));
        shared.into_iter().flatten().chain(of_centers)
    })
}
