//! Rights of the API user for each resource, with the metrics that are missing without it.

use std::future::Future;

use tokio::time::timeout;

use super::{
    CenterReading, CheckTarget, Gathered, Report, load::Load, mapping::is_core, pages::Largest,
};
use crate::{
    model::{Clock, CollectionCount, Collector, Resource, Text},
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
    let mut services: Vec<Text> = Vec::new();
    let mut center = CenterReading::default();
    for collector in Collector::ALL {
        let Some(interval) = target.interval(collector) else { continue };
        let Some(resource) = collector.resource() else { continue };
        let before = client.requests_sent();
        let limit = target.limits.collector;
        // A limit for each collector, as in operation: a server that hangs must not stop the check.
        let mut reader =
            Reader { client, clock, route, services: &mut services, center: &mut center };
        let mut read = timeout(limit, reader.items(collector)).await;
        let requests = client.requests_sent() - before;
        gathered.load.add(requests, interval);
        // Most resources hide members until `fields=` names them, so the mapping shows only in a
        // second reading. Skills take one request for each service: twice is too much.
        let has_more_members =
            client.next_reading_may_add_members(resource, route.contact_center());
        if has_more_members && matches!(read, Ok(Ok(_))) && collector != Collector::Skills {
            read = timeout(limit, reader.items(collector)).await;
        }
        let subject = format!("right cc {} {}", route.contact_center(), resource.as_str());
        match read {
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
            Ok(Err(error)) => {
                report_refusal(subject, resource, lost_metrics(collector), &error, report);
            }
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
    let has_collector = |count: &CollectionCount| {
        Collector::ALL.into_iter().any(|collector| collector.resource() == Some(count.resource))
    };
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

/// Reader of one contact centre.
struct Reader<'a> {
    client: &'a Client,
    clock: &'a Clock,
    route: &'a Route,
    /// Ids of the services; empty until they were read.
    services: &'a mut Vec<Text>,
    center: &'a mut CenterReading,
}

impl Reader<'_> {
    /// Reads the resource of a collector and returns the number of items.
    ///
    /// # Errors
    /// See [`Error`].
    async fn items(&mut self, collector: Collector) -> Result<usize, Error> {
        let Self { client, route, .. } = *self;
        let begun = self.clock.now();
        Ok(match collector {
            Collector::Services => {
                let services = client.services(route).await?.items;
                *self.services = services.into_iter().map(|service| service.id).collect();
                self.services.len()
            }
            Collector::ServiceState => {
                let states = client.service_state(route).await?.items;
                self.center.states.insert((begun, states)).1.len()
            }
            Collector::ServiceGroups => {
                client.service_groups(route).await?.items.iter().map(|all| all.groups.len()).sum()
            }
            Collector::Agents => client.agents(route).await?.items.len(),
            Collector::AgentState => client.agent_state(route).await?.items.len(),
            Collector::AgentGroups => client.agent_groups(route).await?.items.len(),
            Collector::Calls => {
                let list = client.calls(route).await?.items.pop().unwrap_or_default();
                self.center.calls.insert((begun, list)).1.cases.len()
            }
            Collector::Cases => {
                let list = client.cases(route).await?.items.pop().unwrap_or_default();
                self.center.cases.insert((begun, list)).1.cases.len()
            }
            Collector::Skills => {
                let skills = client.skills(route, self.services).await?.items;
                skills.iter().map(|all| all.skills).sum()
            }
            Collector::Inventory => 0,
        })
    }
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
/// compared.
fn is_paged(resource: Resource) -> bool {
    matches!(
        resource,
        Resource::Services | Resource::ServiceState | Resource::Agents | Resource::AgentState
    )
}

/// Returns the metrics that are absent without a collector.
fn lost_metrics(collector: Collector) -> &'static str {
    match collector {
        Collector::Services => "names and groups of services",
        Collector::ServiceState => "queues (trio_service_…)",
        Collector::ServiceGroups => "groups of services",
        Collector::Agents => "names and groups of agents",
        Collector::AgentState => "states of agents (trio_agents…)",
        Collector::AgentGroups => "names of agent groups",
        Collector::Calls => "trio_calls",
        Collector::Cases => "numbers of chats, e-mails and tasks",
        Collector::Skills => "trio_service_skilled_agents",
        Collector::Inventory => "trio_resource_items",
    }
}
