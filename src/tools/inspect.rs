//! `inspect`: reports the members of a server's answers and how the exporter uses them, for people
//! who map field names. Reads once and publishes nothing.

mod diff;
mod help;
mod prove;
mod report;
mod suggest;

pub use diff::differences;
pub use help::{HelpField, HelpMember, HelpReport};
pub use prove::Pace;
pub use report::table;
pub use report::{Evidence, Grade, MemberReport, Proof, ReadOutcome, Report, ResourceReport};
pub use suggest::fields_file;

use crate::{
    model::{Collector, Resource, ServiceSkills, Text},
    tally::TrioClock,
    trio::{Client, Error, Help, HelpError, Route},
};

/// Services of a contact centre from which the documented filters can prove something.
const SERVICES_TO_PROVE: usize = 3;

/// Reads every resource that the exporter uses. A resource that cannot be read is an entry of the
/// report. With a pace the members are proved by the documented filters, in the first contact
/// centre that has services enough.
///
/// # Errors
/// The server gives no data at all: no connection, no login, no contact centre.
pub async fn inspect(
    client: &Client,
    show_values: bool,
    prove: Option<Pace<'_>>,
) -> Result<Report, Error> {
    let root = client.root().await?;
    let examined = client.examine_contact_centers(&root).await?;
    let mut report = Report::default();
    report.resources.push(ResourceReport::new(
        "",
        Resource::ContactCenters,
        Ok(examined),
        show_values,
    ));
    for center in client.contact_centers(&root).await?.data {
        let route = client.route(&root, &center).await?;
        for resource in Collector::ALL.into_iter().filter_map(Collector::resource) {
            let examined = client.examine(&route, resource).await;
            let clock = TrioClock { taken: client.now(), skew: client.clock_skew() };
            let examination = examined.as_ref().ok().cloned();
            let mut resource = ResourceReport::new(&center.id, resource, examined, show_values);
            if let Some(examination) = examination {
                resource.judge_times(&examination, clock);
            }
            report.resources.push(resource);
        }
        // A server may say in several ways what belongs together; without any of them metrics are
        // missing.
        report.relations.push(services_in_groups(client, &route).await);
        report.relations.push(agents_in_groups(&report, &center.id));
        report.relations.push(skilled_agents(client, &route).await);
        if let Some(pace) = prove.filter(|_| report.proofs.is_empty())
            && services(&report, &center.id) >= SERVICES_TO_PROVE
        {
            (report.proofs, report.evidence) = prove::prove(client, &route, &report, pace).await;
        }
    }
    Ok(report)
}

impl Report {
    /// Adds what the server's own help says, compared with the dictionary of the client.
    pub fn add_help(&mut self, client: &Client, help: &Result<Help, HelpError>) {
        match help {
            Ok(help) => {
                self.help = help::reports(client, help);
                self.help_missing.clone_from(&help.stopped);
            }
            Err(error) => self.help_missing = Some(error.to_string()),
        }
    }

    /// Returns true if the help gives an entry of a fields file.
    pub fn has_help_entries(&self) -> bool {
        self.help.iter().flat_map(|help| &help.fields).any(|field| field.differs)
    }
}

/// Number of services of a contact centre.
fn services(report: &Report, contact_center: &str) -> usize {
    let here = |seen: &&ResourceReport| {
        seen.contact_center == contact_center && seen.resource == Resource::Services.as_str()
    };
    match report.resources.iter().find(here).map(|seen| &seen.read) {
        Some(ReadOutcome::Answered { items, .. }) => *items,
        _ => 0,
    }
}

/// Describes how the server says which services a service group has.
async fn services_in_groups(client: &Client, route: &Route) -> String {
    let center = route.contact_center();
    let found = match client.service_groups(route).await {
        Ok(listing) => match listing.data.members {
            Some(members) => format!("{} by services?groupId=", members.len()),
            None => "not by services?groupId=, so only by the services' own group_id".to_owned(),
        },
        Err(error) => format!("unknown: {error}"),
    };
    format!("cc {center}: services in service groups: {found}")
}

/// Describes how the server says which agents have the skill for a service.
async fn skilled_agents(client: &Client, route: &Route) -> String {
    let found = match skills(client, route).await {
        Ok(skills) if skills.skills == 0 => {
            "no skills, so no agent is known to be skilled".to_owned()
        }
        Ok(skills) if skills.services.is_empty() => {
            "neither by skills?serviceId= nor by the skills' own service_id".to_owned()
        }
        Ok(skills) => format!("{} skills, of {} services", skills.skills, skills.services.len()),
        Err(error) => format!("unknown: {error}"),
    };
    format!("cc {}: agents skilled for services: {found}", route.contact_center())
}

/// Reads the skills for the services of a contact centre.
async fn skills(client: &Client, route: &Route) -> Result<ServiceSkills, Error> {
    let services: Vec<Text> =
        client.services(route).await?.data.into_iter().map(|service| service.id).collect();
    Ok(client.skills(route, &services).await?.data)
}

/// Describes how the server says which agents an agent group has, from the members that were found.
fn agents_in_groups(report: &Report, contact_center: &str) -> String {
    let feeds = |resource: Resource, field: &str| {
        let seen = report.resources.iter().find(|seen| {
            seen.contact_center == contact_center && seen.resource == resource.as_str()
        });
        seen.is_some_and(|seen| {
            seen.members().iter().any(|member| member.feeds.as_deref() == Some(field))
        })
    };
    let found =
        match (feeds(Resource::Agents, "group_id"), feeds(Resource::AgentGroups, "agent_id")) {
            (true, true) => "by agents' group_id and agentgroups' agent_id",
            (true, false) => "by agents' group_id",
            (false, true) => "by agentgroups' agent_id",
            (false, false) => "not found, so there are no series of agent groups",
        };
    format!("cc {contact_center}: agents in agent groups: {found}")
}
