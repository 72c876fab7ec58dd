//! What the API user may read, resource by resource, and what is missing from the metrics without.

use std::future::Future;

use tokio::time::timeout;

use super::{Patient, Report, load::Load, pages::Largest};
use crate::{
    model::{CollectionCount, Collector, Resource, Text},
    trio::{Client, Error, Inventory, Root, Route},
};

/// Reads what the exporter reads of one contact centre, once.
pub(super) async fn check(
    patient: &Patient,
    client: &Client,
    route: &Route,
    (load, largest): (&mut Load, &mut Option<Largest>),
    report: &mut Report,
) {
    let mut services: Vec<Text> = Vec::new();
    for collector in Collector::ALL {
        let Some(interval) = patient.interval(collector) else { continue };
        let Some(resource) = collector.resource() else { continue };
        let before = client.requests_sent();
        let limit = patient.settings.limits.collector;
        let read = timeout(limit, items(client, route, collector, &mut services)).await;
        let requests = client.requests_sent() - before;
        load.add(requests, interval);
        let subject = format!("right cc {} {}", route.contact_center(), resource.as_str());
        match read {
            Ok(Ok(_)) if requests == 0 => {
                report.check(subject, "left out: no service is known to ask for", "repair `services` first");
            }
            Ok(Ok(items)) => {
                report.ok(subject, readable(items as u64));
                if is_paged(resource) && largest.as_ref().is_none_or(|largest| items > largest.items) {
                    *largest = Some(Largest { route: route.clone(), resource, items });
                }
            }
            Ok(Err(error)) => refused(subject, resource, lost(collector), &error, report),
            Err(_) => {
                report.fail(
                    subject,
                    format!("not read within {limit:?}"),
                    "look at the load of Trio's server",
                );
            }
        }
    }
    let Some(interval) = patient.interval(Collector::Inventory) else { return };
    let place = format!("cc {} ", route.contact_center());
    inventory(client, interval, &place, client.collection_counts(route), load, report).await;
}

/// Looks at what belongs to no contact centre.
pub(super) async fn check_shared(
    patient: &Patient,
    client: &Client,
    root: &Root,
    load: &mut Load,
    report: &mut Report,
) {
    let Some(interval) = patient.interval(Collector::Inventory) else { return };
    // The list of contact centres is read beside it, as often as what is configured.
    let before = client.requests_sent();
    let again = client.contact_centers(root).await;
    load.add(client.requests_sent() - before, patient.configuration);
    if let Err(error) = again {
        report.fail("contact centres", error.redacted(), "run `check` again");
    }
    inventory(client, interval, "", client.shared_collection_counts(root), load, report).await;
}

async fn inventory(
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
    let (holdings, failure) = match read {
        Ok(Inventory { counts: holdings, failure, .. }) => (holdings, failure),
        Err(error) => (Vec::new(), Some(error)),
    };
    let was_read = |holding: &CollectionCount| {
        Collector::ALL.into_iter().any(|collector| collector.resource() == Some(holding.resource))
    };
    for holding in holdings.into_iter().filter(|holding| !was_read(holding)) {
        let name = holding.resource.as_str();
        let subject = format!("right {place}{name}");
        match holding.items {
            Some(items) if holding.accessible => report.ok(subject, readable(items)),
            _ => report.check(
                subject,
                "not accessible",
                format!("to count it in trio_resource_items, grant the right to read `{name}`"),
            ),
        }
    }
    if let Some(error) = failure {
        report.check(format!("right {place}inventory"), error.redacted(), "see what Trio's server logged");
    }
}

fn refused(subject: String, resource: Resource, lost: &str, error: &Error, report: &mut Report) {
    let name = resource.as_str();
    match error {
        Error::Status { status: 403, .. } => report.check(
            subject,
            "answered 403",
            format!(
                "grant the API user the right to read `{name}` in Trio Administrator; without it no {lost}"
            ),
        ),
        Error::Status { status: status @ (404 | 405 | 410 | 501), .. } => {
            let remedy =
                format!("if this Trio does not have it, switch its collector off; without it no {lost}");
            report.check(subject, format!("answered {status}"), remedy);
        }
        Error::Unmapped { .. } | Error::Incomplete { .. } => {
            report.check(
                subject,
                error.redacted(),
                format!("see `trio-exporter inspect`; until then no {lost}"),
            );
        }
        error => report.fail(subject, error.redacted(), "see what Trio's server logged, and check again"),
    }
}

async fn items(
    client: &Client,
    route: &Route,
    collector: Collector,
    services: &mut Vec<Text>,
) -> Result<usize, Error> {
    Ok(match collector {
        Collector::Services => {
            *services = client.services(route).await?.items.into_iter().map(|service| service.id).collect();
            services.len()
        }
        Collector::ServiceState => client.service_state(route).await?.items.len(),
        Collector::ServiceGroups => {
            client.service_groups(route).await?.items.iter().map(|all| all.groups.len()).sum()
        }
        Collector::Agents => client.agents(route).await?.items.len(),
        Collector::AgentState => client.agent_state(route).await?.items.len(),
        Collector::AgentGroups => client.agent_groups(route).await?.items.len(),
        Collector::Calls => client.calls(route).await?.items.iter().map(|all| all.cases.len()).sum(),
        Collector::Cases => client.cases(route).await?.items.iter().map(|all| all.cases.len()).sum(),
        Collector::Skills => client.skills(route, services).await?.items.iter().map(|all| all.skills).sum(),
        Collector::Inventory => 0,
    })
}

fn readable(items: u64) -> String {
    format!("readable, {items} item{}", if items == 1 { "" } else { "s" })
}

/// Collections that stay as they are while somebody looks at their pages.
fn is_paged(resource: Resource) -> bool {
    matches!(resource, Resource::Services | Resource::ServiceState | Resource::Agents | Resource::AgentState)
}

/// The metrics that are absent without a collector.
fn lost(collector: Collector) -> &'static str {
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
