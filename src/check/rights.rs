//! What the API user may read, resource by resource, and what is missing from the metrics without.

use std::future::Future;

use tokio::time::timeout;

use super::{CenterReading, CheckTarget, Gathered, Report, load::Load, mapping::is_core, pages::Largest};
use crate::{
    model::{Clock, CollectionCount, Collector, Resource, Text},
    trio::{Client, Error, Inventory, Root, Route},
};

/// Reads what the exporter reads of one contact centre.
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
        let limit = target.settings.limits.collector;
        let mut reader = Reader { client, clock, route, services: &mut services, center: &mut center };
        let mut read = timeout(limit, reader.items(collector)).await;
        let requests = client.requests_sent() - before;
        gathered.load.add(requests, interval);
        // Members may come only when they are asked for by name, so the first reading says little of the
        // mapping. Skills take a request per service: twice is too much.
        let looks = client.is_looking_for_members(resource, route.contact_center());
        if looks && matches!(read, Ok(Ok(_))) && collector != Collector::Skills {
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
                readable(subject, resource, items as u64, report);
                if is_paged(resource) && gathered.largest.as_ref().is_none_or(|largest| items > largest.items)
                {
                    gathered.largest = Some(Largest { route: route.clone(), resource, items });
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
    gathered.centers.push(center);
    let Some(interval) = target.interval(Collector::Inventory) else { return };
    let place = format!("cc {} ", route.contact_center());
    inventory(client, interval, &place, client.collection_counts(route), &mut gathered.load, report).await;
}

/// Looks at what belongs to no contact centre.
pub(super) async fn check_shared(
    target: &CheckTarget,
    client: &Client,
    root: &Root,
    load: &mut Load,
    report: &mut Report,
) {
    let Some(interval) = target.interval(Collector::Inventory) else { return };
    // The list of contact centres is read beside it, as often as what is configured.
    let before = client.requests_sent();
    let again = client.contact_centers(root).await;
    load.add(client.requests_sent() - before, target.configuration);
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
            Some(items) if holding.accessible => readable(subject, holding.resource, items, report),
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
    let (seen, remedy) = match error {
        Error::Status { status: 403, .. } => (
            "answered 403".to_owned(),
            format!(
                "grant the API user the right to read `{name}` in Trio Administrator; without it no {lost}"
            ),
        ),
        Error::Status { status: status @ (404 | 405 | 410 | 501), .. } => (
            format!("answered {status}"),
            format!("if this Trio does not have it, switch its collector off; without it no {lost}"),
        ),
        Error::Unmapped { .. } | Error::Incomplete { .. } => {
            (error.redacted(), format!("see `trio-exporter inspect`; until then no {lost}"))
        }
        error => {
            report.fail(subject, error.redacted(), "see what Trio's server logged, and check again");
            return;
        }
    };
    // Without these two hardly anything can be exported, so a script must see it by the exit code.
    if is_core(resource) {
        report.fail(subject, seen, remedy);
    } else {
        report.check(subject, seen, remedy);
    }
}

/// The reading of one contact centre.
struct Reader<'a> {
    client: &'a Client,
    clock: &'a Clock,
    route: &'a Route,
    /// The services, once they were read.
    services: &'a mut Vec<Text>,
    center: &'a mut CenterReading,
}

impl Reader<'_> {
    /// Reads what a collector reads. Returns the number of items.
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

/// Reports that a collection can be read. Where every Trio has items and none came, they may be hidden.
fn readable(subject: String, resource: Resource, items: u64, report: &mut Report) {
    let seen = format!("readable, {items} item{}", if items == 1 { "" } else { "s" });
    if items == 0 && is_paged(resource) {
        let remedy = "see in Trio Administrator whether the API user may see them";
        report.unknown(
            subject,
            format!("{seen}: whether there are none or all are hidden cannot be told"),
            remedy,
        );
    } else {
        report.ok(subject, seen);
    }
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
