//! Rights of the API user for each resource, with the metrics that are missing without it.

use std::future::Future;

use tokio::time::timeout;

use super::{CheckTarget, Gathered, Report, load::Load, mapping::is_core, pages::Largest};
use crate::{
    model::{Clock, CollectionCount, Collector, ContactCenter, Property, Resource},
    poller::read_collector,
    snapshot::Center,
    trio::{Client, Error, Inventory, Root, Route},
};

/// Reads every resource of one contact centre that the exporter reads, and reports each.
pub(super) async fn check(
    target: &CheckTarget,
    client: &Client,
    clock: &Clock,
    route: &Route,
    gathered: &mut Gathered,
    report: &mut Report,
) {
    let contact_center = ContactCenter { id: route.contact_center().clone(), name: None };
    let mut center = Center::new(contact_center, |collector| target.interval(collector));
    for collector in Collector::ALL {
        let Some(interval) = target.interval(collector) else { continue };
        let Some(resource) = collector.resource() else { continue };
        let before = client.requests_sent();
        let limit = target.limits.collector;
        // A limit for each collector, as in operation: a server that hangs must not stop the check.
        let mut answer = timeout(limit, read(client, clock, route, &mut center, collector)).await;
        let requests = client.requests_sent() - before;
        gathered.load.add(requests, interval);
        // Most resources hide members until `fields=` names them, so the mapping shows only in a
        // second reading. One that sends a request for each service is not made twice.
        let has_more_members =
            client.next_reading_may_add_members(resource, route.contact_center());
        if has_more_members && matches!(answer, Ok(Ok(_))) && !collector.has(Property::PerService) {
            answer = timeout(limit, read(client, clock, route, &mut center, collector)).await;
        }
        let subject = format!("right cc {} {}", route.contact_center(), resource.as_str());
        match answer {
            Ok(Ok(_)) if requests == 0 => {
                report.unknown(
                    subject,
                    "left out: no service is known to ask for",
                    "repair `services` first",
                );
            }
            Ok(Ok(items)) => {
                gathered.add_rows(resource, items);
                report_readable(subject, resource, items as u64, report);
                if is_paged(resource)
                    && gathered.largest.as_ref().is_none_or(|largest| items > largest.items)
                {
                    gathered.largest = Some(Largest { route: route.clone(), resource, items });
                }
            }
            Ok(Err(error)) => report_refusal(subject, resource, collector.feeds(), &error, report),
            Err(_) => {
                report.fail(
                    subject,
                    format!("not read within {limit:?}"),
                    "check the load of Trio's server",
                );
            }
        }
    }
    gathered.centers.push(center);
    let Some(interval) = target.interval(Collector::Inventory) else { return };
    let place = format!("cc {} ", route.contact_center());
    check_inventory(
        client,
        interval,
        &place,
        client.collection_counts(route),
        &mut gathered.load,
        report,
    )
    .await;
}

/// Reads the collections that belong to no contact centre, and reports each.
pub(super) async fn check_shared(
    target: &CheckTarget,
    client: &Client,
    root: &Root,
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
    check_inventory(client, interval, "", client.shared_collection_counts(root), load, report)
        .await;
}

/// Counts collections, and reports those that no collector reads: the others have a line already.
async fn check_inventory(
    client: &Client,
    interval: std::time::Duration,
    place: &str,
    read: impl Future<Output = Result<Inventory, Error>>,
    load: &mut Load,
    report: &mut Report,
) {
    let before = client.requests_sent();
    let read = read.await;
    load.add(client.requests_sent() - before, interval);
    let (counts, failure) = match read {
        Ok(Inventory { counts, failure, .. }) => (counts, failure),
        Err(error) => (Vec::new(), Some(error)),
    };
    let has_collector = |count: &CollectionCount| Collector::of(count.resource).is_some();
    for count in counts.into_iter().filter(|count| !has_collector(count)) {
        let name = count.resource.as_str();
        let subject = format!("right {place}{name}");
        match count.items {
            Some(items) if count.accessible => {
                report_readable(subject, count.resource, items, report);
            }
            _ => report.check(
                subject,
                "not accessible",
                format!("to count it in trio_resource_items, grant the right to read `{name}`"),
            ),
        }
    }
    if let Some(error) = failure {
        report.check(
            format!("right {place}inventory"),
            error.redacted(),
            "see the log of Trio's server",
        );
    }
}

/// Reports a resource that could not be read; `lost` names the metrics that are missing because of
/// it.
fn report_refusal(
    subject: String,
    resource: Resource,
    lost: &str,
    error: &Error,
    report: &mut Report,
) {
    let name = resource.as_str();
    let (seen, remedy) = match error {
        Error::Status { status: 403, .. } => (
            "answered 403".to_owned(),
            format!(
                "grant the API user the right to read `{name}` in Trio Administrator; without it no {lost}"
            ),
        ),
        // Not every Trio has every resource.
        Error::Status { status: status @ (404 | 405 | 410 | 501), .. } => (
            format!("answered {status}"),
            format!(
                "if this Trio does not have it, switch its collector off; without it no {lost}"
            ),
        ),
        Error::Unmapped { .. } | Error::Incomplete { .. } => {
            (error.redacted(), format!("see `trio-exporter inspect`; until then no {lost}"))
        }
        error => {
            report.fail(subject, error.redacted(), "see the log of Trio's server, and check again");
            return;
        }
    };
    // Without these two resources most metrics are missing, so a script must see it by the exit
    // code.
    if is_core(resource) {
        report.fail(subject, seen, remedy);
    } else {
        report.check(subject, seen, remedy);
    }
}

/// Reads a collector as the poller does, stores its data, and returns the number of items.
async fn read(
    client: &Client,
    clock: &Clock,
    route: &Route,
    center: &mut Center,
    collector: Collector,
) -> Result<usize, Error> {
    let begun = clock.now();
    let answer = read_collector(client, route, center, collector).await?;
    let items = answer.items;
    answer.store(center, begun, clock.now().since(begun)).map_or(Ok(items), Err)
}

/// Reports that a collection can be read. An empty one that has items in every Trio may be hidden.
fn report_readable(subject: String, resource: Resource, items: u64, report: &mut Report) {
    let seen = format!("readable, {items} item{}", if items == 1 { "" } else { "s" });
    if items == 0 && is_paged(resource) {
        let remedy = "see in Trio Administrator whether the API user may see them";
        report.unknown(
            subject,
            format!("{seen}: either there are none, or all are hidden from the API user"),
            remedy,
        );
    } else {
        report.ok(subject, seen);
    }
}

/// Returns true for collections that do not change between two requests, so that their pages can be
/// compared, and that no Trio in use lacks.
fn is_paged(resource: Resource) -> bool {
    Collector::of(resource).is_some_and(|collector| collector.has(Property::NeverEmpty))
}
