//! The collections of a Trio: rights to read them, and numbers of their items.

use std::fmt;

use super::{
    encode_input::EncodeInput,
    family::{FamilyWriter, Label, Spec},
};
use crate::{model::CollectionCount, snapshot::Reading};

const RESOURCE_ITEMS: Spec = Spec::gauge(
    "resource_items",
    "Items of a collection that the API user may read: a sudden fall means lost rights or lost configuration. Source: the collection named by resource.",
);
const RESOURCE_ACCESSIBLE: Spec = Spec::gauge(
    "resource_accessible",
    "1 if the API user may read the collection, 0 if it lacks the right or this Trio has no such collection: at 0, grant the right in Trio Administrator. Source: the nodes security and directory, else the collection named by resource.",
);

/// Writes both families.
pub(in crate::metrics) fn write(
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
