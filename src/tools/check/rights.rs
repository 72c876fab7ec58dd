//! Rights of the API user for each resource, and the readings of all resources, as the poller makes
//! them.

use super::{CheckTarget, Report, load::Load, pages::Largest};
use crate::{
    diagnosis::{ReadingState, SnapshotReading, Subject, counted, readings, state},
    model::{Clock, CollectionCount, Collector, ContactCenter, Property, Resource, Stamp},
    poller::{Attempted, read_collector},
    snapshot::{Center, Reading, Snapshot},
    trio::{Client, Inventory, Root, Route},
};

/// Reads every resource of one contact centre that the exporter reads.
pub(super) async fn read(
    target: &CheckTarget,
    client: &Client,
    clock: &Clock,
    route: &Route,
    load: &mut Load,
) -> Center {
    let contact_center = ContactCenter { id: route.contact_center().clone(), name: None };
    let mut center = Center::new(contact_center, |collector| target.interval(collector));
    for collector in Collector::ALL {
        let Some(interval) = target.interval(collector) else { continue };
        (target.show.reading)(&format!("{}: reading {}", target.name, collector.as_str()));
        let before = client.requests_sent();
        read_once(target, client, clock, route, &mut center, collector).await;
        let duration = center.reading(collector).attempt().map(|attempt| attempt.duration);
        load.add_collector(
            collector,
            client.requests_sent() - before,
            interval,
            duration.unwrap_or_default(),
        );
        let Some(resource) = collector.resource() else { continue };
        // Most resources hide members until `fields=` names them, so the mapping shows only in a
        // second reading. One that sends a request for each service is not made twice.
        let has_more_members =
            client.next_reading_may_add_members(resource, route.contact_center());
        let is_read = center.reading(collector).problem().is_none();
        if has_more_members && is_read && !collector.has(Property::PerService) {
            // The second alone counts: data of the first would hide that it failed.
            center.reading_mut(collector).clear();
            read_once(target, client, clock, route, &mut center, collector).await;
        }
    }
    center
}

/// Reads a collector as the poller does, and enters the result.
// A limit for each collector, as in operation: a server that hangs must not stop the check.
async fn read_once(
    target: &CheckTarget,
    client: &Client,
    clock: &Clock,
    route: &Route,
    center: &mut Center,
    collector: Collector,
) {
    let resource = collector.resource().unwrap_or(Resource::ContactCenters);
    let reading = read_collector(client, route, center, collector);
    let attempted = Attempted::run(clock, target.limits.collector, resource, reading).await;
    attempted.enter(
        center,
        |center, answer, begun, took| answer.store(center, begun, took),
        |center| center.reading_mut(collector),
    );
}

/// Reads the collections that belong to no contact centre.
pub(super) async fn read_shared(
    target: &CheckTarget,
    client: &Client,
    clock: &Clock,
    root: &Root,
    snapshot: &mut Snapshot,
    load: &mut Load,
    report: &mut Report,
) {
    let Some(interval) = target.interval(Collector::Inventory) else { return };
    // Read again to count its requests: the exporter reads this list at the interval of the
    // configuration resources.
    let before = client.requests_sent();
    let centers = client.contact_centers(root).await;
    load.add(client.requests_sent() - before, target.configuration);
    if let Err(error) = centers {
        report.fail("contact centres", error.redacted(), "run `check` again");
    }
    let before = client.requests_sent();
    let reading = client.shared_collection_counts(root);
    let limit = target.limits.collector;
    let attempted = Attempted::run(clock, limit, Resource::Directory, reading).await;
    attempted.enter(
        &mut snapshot.inventory,
        |reading, Inventory { counts, failure, .. }, begun, took| {
            reading.store(begun, took, counts.len(), counts);
            failure
        },
        |reading| reading,
    );
    load.add(client.requests_sent() - before, interval);
}

/// Returns true if a current state could be read.
pub(super) fn is_any_state_read(snapshot: &Snapshot) -> bool {
    let is_read = |center: &Center| {
        let mut live = Collector::ALL.into_iter().filter(|collector| collector.is_fast());
        live.any(|collector| center.reading(collector).health().is_some_and(|h| h.items.is_some()))
    };
    snapshot.centers.iter().any(is_read)
}

/// Returns the largest collection that was read and does not change between two requests, so that
/// its pages can be compared.
pub(super) fn largest(snapshot: &Snapshot, routes: &[Route]) -> Option<Largest> {
    let mut largest: Option<Largest> = None;
    for (center, route) in snapshot.centers.iter().zip(routes) {
        let paged = Collector::ALL.into_iter().filter(|c| c.has(Property::NeverEmpty));
        for collector in paged {
            let items = center.reading(collector).health().and_then(|health| health.items);
            let (Some(items), Some(resource)) = (items, collector.resource()) else { continue };
            if largest.as_ref().is_none_or(|largest| items > largest.items) {
                largest = Some(Largest { route: route.clone(), resource, items });
            }
        }
    }
    largest
}

/// Reports each resource that was read, with the findings about it.
pub(super) fn report(snapshot: &Snapshot, now: Stamp, report: &mut Report) {
    for center in &snapshot.centers {
        let id = &center.contact_center.id;
        let of_center = readings(snapshot).filter(|reading| reading.contact_center == Some(id));
        for reading in of_center {
            report_reading(center, &reading, now, report);
        }
        let is_read = |collector| center.reading(collector).interval().is_some();
        report_counts(&center.inventory, &format!("cc {id} "), &is_read, report);
    }
    report.add_found(|subject| matches!(subject, Subject::Right(..)));
    report_counts(&snapshot.inventory, "", &|_| false, report);
    report.add_found(|subject| *subject == Subject::Rights);
}

/// Reports one reading; one that failed in several contact centres has one line.
fn report_reading(center: &Center, reading: &SnapshotReading<'_>, now: Stamp, report: &mut Report) {
    let id = &center.contact_center.id;
    let (resource, state) = (reading.resource(), state(reading, now));
    let is_about = |subject: &Subject| matches!(subject, Subject::Right(of, centers) if *of == resource && centers.contains(id));
    let is_found = report.add_found(is_about);
    let (Some(resource), ReadingState::UpToDate, false) = (resource, state, is_found) else {
        return;
    };
    let subject = format!("right cc {id} {}", resource.as_str());
    let is_per_service = reading.collector.is_some_and(|c| c.has(Property::PerService));
    if is_per_service && center.service_names().is_empty() {
        let remedy = "repair `services` first";
        return report.unknown(subject, "left out: no service is known to ask for", remedy);
    }
    let items = reading.reading.health().and_then(|health| health.items).unwrap_or_default();
    report.ok(subject, format!("readable, {}", counted(items, "item")));
}

/// Reports the collections that are only counted and can be read: the others have a line already.
fn report_counts(
    reading: &Reading<Vec<CollectionCount>>,
    place: &str,
    is_read: &dyn Fn(Collector) -> bool,
    report: &mut Report,
) {
    let counts = reading.good.iter().flat_map(|good| good.data.iter());
    let counts = counts.filter(|count| !Collector::of(count.resource).is_some_and(is_read));
    for count in counts {
        if let Some(items) = count.items.filter(|_| count.accessible) {
            let subject = format!("right {place}{}", count.resource.as_str());
            report.ok(subject, format!("readable, {}", counted(items, "item")));
        }
    }
}
