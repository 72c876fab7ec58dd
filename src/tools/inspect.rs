//! `inspect`: reports the members of a server's answers and how the exporter uses them, for people
//! who map field names. Reads once and publishes nothing.

mod centers;
mod diff;
mod facts;
mod fields;
mod file;
mod help;
mod plan;
mod prove;
mod report;
mod suggest;
mod summary;
mod table;

pub use diff::differences;
pub use facts::facts;
pub use fields::{Candidate, FieldGrade, FieldVerdict};
pub use help::{HelpField, HelpMember, HelpReport};
pub use prove::{MAX_REQUESTS, Pace};
pub use report::{Evidence, Grade, MemberReport, Proof, ReadOutcome, Report, ResourceReport};
pub use suggest::{extended_fields_file, fields_file};
pub use summary::summary;
pub use table::{TableWriter, table};

use std::time::Duration;

use crate::{
    model::{Collector, ContactCenter, Resource, ServiceSkills, Text},
    tally::TrioClock,
    trio::{Client, Dictionary, Error, Help, HelpError, Root, Route, proof::FILTERS},
};

/// Services of a contact centre from which the documented filters can prove something.
const SERVICES_TO_PROVE: usize = 3;

/// A moment of an inspection that is still running.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// This is read next.
    Reading(&'a str),
    /// The report has new entries.
    Found(&'a Report),
}

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
    inspect_from(Report::default(), client, show_values, prove, &mut |_| {}).await
}

/// Adds to a report that has no entries, only the server's help, and shows each step.
///
/// # Errors
/// As [`inspect`].
pub async fn inspect_from(
    report: Report,
    client: &Client,
    show_values: bool,
    prove: Option<Pace<'_>>,
    show: &mut (dyn FnMut(Step<'_>) + Send),
) -> Result<Report, Error> {
    read(report, client, show_values, prove, true, show).await
}

/// Reads the members of every resource, and nothing that takes a request for each service or group.
///
/// # Errors
/// As [`inspect`].
pub async fn read_members(client: &Client) -> Result<Report, Error> {
    read(Report::default(), client, false, None, false, &mut |_| {}).await
}

/// Adds the proofs to a report, as [`inspect`] with a pace does, without a second reading of the
/// lists for it.
///
/// # Errors
/// The server cannot be asked at all.
pub async fn add_proofs(client: &Client, report: &mut Report, pace: Pace<'_>) -> Result<(), Error> {
    let enough = |id: &String| services(report, id) >= SERVICES_TO_PROVE;
    let Some(id) = report.contact_centers().into_iter().find(enough) else { return Ok(()) };
    let root = client.root().await?;
    let center = ContactCenter { id: id.as_str().into(), name: None };
    let route = client.route(&root, &center).await?;
    let (proofs, evidence) = prove::prove(client, &route, report, pace).await;
    report.proofs.extend(proofs);
    report.evidence = evidence;
    Ok(())
}

/// Reads the lists again whose members the dictionary of the client reads by other names than
/// `before`, and adds the words that they show.
///
/// # Errors
/// The server cannot be asked at all.
pub async fn add_words(
    client: &Client,
    report: &mut Report,
    before: &Dictionary,
) -> Result<(), Error> {
    let resources = Collector::ALL.into_iter().filter_map(Collector::resource);
    let changed: Vec<Resource> = resources.filter(|it| !client.maps_as(before, *it)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let root = client.root().await?;
    for id in report.contact_centers() {
        let center = ContactCenter { id: id.as_str().into(), name: None };
        let route = client.route(&root, &center).await?;
        let mut again = Report::default();
        for resource in &changed {
            again.resources.push(read_resource(client, &route, *resource, false).await);
        }
        report.add_words(&again);
    }
    Ok(())
}

async fn read(
    mut report: Report,
    client: &Client,
    show_values: bool,
    prove: Option<Pace<'_>>,
    with_relations: bool,
    show: &mut (dyn FnMut(Step<'_>) + Send),
) -> Result<Report, Error> {
    show(Step::Reading(Resource::ContactCenters.as_str()));
    let root = client.root().await?;
    let examined = client.examine_contact_centers(&root).await?;
    report.version = client.version().map(|it| it.to_string());
    let (centers, simulated) = match client.contact_centers(&root).await {
        Ok(listing) => {
            // The ids may come from links; then it is open which member shows them.
            let is_named =
                examined.members.iter().any(|it| it.feeds.is_some_and(|it| it.0 == "id"));
            if !is_named {
                report.proofs.extend(centers::find(client, &root, &examined).await?.proof);
            }
            (listing.data, listing.simulated)
        }
        // Without an id nothing below could be read; the member that holds it is found by trying.
        Err(Error::Unmapped { .. }) => {
            let found = centers::find(client, &root, &examined).await?;
            report.proofs.extend(found.proof);
            report.relations.extend(found.problem);
            (found.centers, false)
        }
        Err(error) => return Err(error),
    };
    // A simulator needs no rest between the requests.
    let prove = prove
        .map(|pace| Pace { pause: if simulated { Duration::ZERO } else { pace.pause }, ..pace });
    report.resources.push(ResourceReport::new(
        "",
        Resource::ContactCenters,
        Ok(examined),
        show_values,
    ));
    show(Step::Found(&report));
    let mut is_proved = false;
    for center in centers {
        let route = client.route(&root, &center).await?;
        for resource in Collector::ALL.into_iter().filter_map(Collector::resource) {
            show(Step::Reading(&format!("cc {}, {}", center.id, resource.as_str())));
            report.resources.push(read_resource(client, &route, resource, show_values).await);
            show(Step::Found(&report));
        }
        // Before the relations, which take a request for each service.
        if let Some(pace) = prove.filter(|_| !is_proved)
            && services(&report, &center.id) >= SERVICES_TO_PROVE
        {
            is_proved = true;
            let (proofs, evidence) = prove::prove(client, &route, &report, pace).await;
            report.proofs.extend(proofs);
            report.evidence = evidence;
            show(Step::Found(&report));
        }
        // A server may say in several ways what belongs together; without any of them metrics are
        // missing.
        if with_relations {
            show(Step::Reading(&format!("cc {}, services by groups and skills", center.id)));
            report.relations.push(services_in_groups(client, &route).await);
            report.relations.push(agents_in_groups(&report, &center.id));
            show(Step::Found(&report));
            report.relations.push(skilled_agents(client, &route).await);
            show(Step::Found(&report));
        }
    }
    report.relations.extend(closed_nodes(client, &root).await);
    show(Step::Found(&report));
    Ok(report)
}

/// Reads the first rows of a list, and judges its times.
async fn read_resource(
    client: &Client,
    route: &Route,
    resource: Resource,
    show_values: bool,
) -> ResourceReport {
    let examined = client.examine(route, resource).await;
    let clock = TrioClock { taken: client.now(), skew: client.clock_skew() };
    let examination = examined.as_ref().ok().cloned();
    let center = route.contact_center();
    let mut report = ResourceReport::new(center, resource, examined, show_values);
    if let Some(examination) = examination {
        report.judge_times(&examination, clock);
    }
    report
}

/// Describes the nodes that are closed to the client key, which is no failure of the login.
async fn closed_nodes(client: &Client, root: &Root) -> Vec<String> {
    let closed = client.closed_nodes(root).await.into_iter();
    closed
        .map(|node| {
            format!(
                "{}: not accessible to this client key; API_CC and API_CD are two licences with a key each, and the exporter \
                 needs that of API_CC, so nothing is wrong with the login",
                node.as_str()
            )
        })
        .collect()
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

    /// Returns the verdicts about the fields of each resource, over all contact centres.
    pub fn verdicts(&self) -> Vec<(&str, Vec<FieldVerdict>)> {
        let mut resources: Vec<&str> = Vec::new();
        for seen in &self.resources {
            if !resources.contains(&seen.resource.as_str()) {
                resources.push(&seen.resource);
            }
        }
        let verdicts = |resource| (resource, fields::Known::new(self, resource, None).verdicts());
        resources.into_iter().map(verdicts).collect()
    }

    /// Adds the words that another report on the same server does not map, where the fields have a
    /// member there and none here.
    pub fn add_words(&mut self, other: &Self) {
        for seen in &other.resources {
            let own = self.resources.iter_mut().find(|own| {
                own.resource == seen.resource && own.contact_center == seen.contact_center
            });
            let Some(ReadOutcome::Answered { members: own, .. }) = own.map(|own| &mut own.read)
            else {
                continue;
            };
            for member in seen.members() {
                let found = own.iter_mut().find(|it| it.name == member.name);
                if let Some(found) = found.filter(|it| it.feeds.is_none()) {
                    found.unmapped.clone_from(&member.unmapped);
                    found.span.clone_from(&member.span);
                }
            }
        }
    }

    /// Returns the ids of the contact centres whose lists were read.
    fn contact_centers(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for seen in &self.resources {
            if !seen.contact_center.is_empty() && !ids.contains(&seen.contact_center) {
                ids.push(seen.contact_center.clone());
            }
        }
        ids
    }

    /// Returns the filters that were not tried to the end, with the reason; `None` if all were.
    pub fn untried(&self) -> Option<String> {
        let reason = |proof: &Proof| {
            let reason = proof.reason.strip_prefix("not tried: ");
            reason.or_else(|| proof.reason.strip_prefix("not finished: ")).map(str::to_owned)
        };
        let untried: Vec<(String, String)> = self
            .proofs
            .iter()
            .filter_map(|it| Some((reason(it)?, format!("{}?{}=", it.resource, it.parameter))))
            .collect();
        let (reason, _) = untried.first()?;
        let filters: Vec<&str> = untried.iter().map(|(_, filter)| filter.as_str()).collect();
        Some(format!("{reason}; not tried: {}", filters.join(", ")))
    }

    /// Returns true if the help describes another member for a field that a filter selects by, so
    /// that a known name may hold something else.
    pub fn has_rivals(&self) -> bool {
        FILTERS.iter().any(|filter| {
            let here = self.help.iter().filter(|it| it.resource == filter.resource.as_str());
            let mut fields = here.flat_map(|it| &it.fields).filter(|it| it.field == filter.field);
            fields.any(|it| !it.candidates.is_empty() || !it.problems.is_empty())
        })
    }

    /// Returns true if a field whose absence is reported has no settled member, so that proofs
    /// could help.
    pub fn has_open_fields(&self) -> bool {
        let is_seen = |resource: &str| {
            self.resources.iter().any(|seen| {
                seen.resource == resource
                    && matches!(seen.read, ReadOutcome::Answered { looked_at: 1.., .. })
            })
        };
        let seen = self.verdicts().into_iter().filter(|(resource, _)| is_seen(resource));
        let mut fields = seen.flat_map(|(_, verdicts)| verdicts);
        fields.any(|verdict| !verdict.optional && !verdict.grade.is_settled())
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
