//! Agents skilled for each service: by the row filter `skills?serviceId=`, or else by members.

use std::collections::HashMap;

use crate::{
    model::{Resource, ServiceSkills, Text},
    trio::{
        client::Client,
        dictionary::{Mapping, shape::SKILL},
        error::Error,
        learned::{ListKey, field_coverage::FieldSeen},
        read::{
            collection::{Collected, CollectionReader, Identified, Listing},
            decode::reader::Reader,
            route::Route,
        },
    },
};

/// Number of services above which all skills are read in one list.
// One request per service: 200 are a third of the default budget of 600 requests a minute.
const MAX_FILTERED_SERVICES: usize = 200;

/// Right of an agent to take cases of a service.
#[derive(Clone, Debug)]
pub(in crate::trio) struct Skill {
    pub(in crate::trio) id: Text,
    pub(in crate::trio) agent_id: Text,
    pub(in crate::trio) service_id: Option<Text>,
}

impl Identified for Skill {
    fn id(&self) -> &Text {
        &self.id
    }
}

impl Client {
    /// Reads the agents that have a skill for each of `services`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn skills(
        &self,
        route: &Route,
        services: &[Text],
    ) -> Result<Listing<ServiceSkills>, Error> {
        let reader = SkillsReader {
            reader: &self.reader,
            route,
            mapping: self.reader.mapping(Resource::Skills)?,
            seen: Vec::new(),
            may_hide_members: false,
            simulated: false,
        };
        reader.read(services).await
    }
}

/// State of reading one contact centre's skills.
struct SkillsReader<'a> {
    reader: &'a CollectionReader,
    route: &'a Route,
    mapping: &'a Mapping,
    seen: Vec<FieldSeen>,
    may_hide_members: bool,
    simulated: bool,
}

impl SkillsReader<'_> {
    async fn read(mut self, services: &[Text]) -> Result<Listing<ServiceSkills>, Error> {
        let filtered = if services.len() > MAX_FILTERED_SERVICES {
            None
        } else {
            self.read_by_filter(services).await?
        };
        let skills = match filtered {
            Some(skills) => skills,
            None => self.read_by_members(services).await?,
        };
        self.record_coverage();
        Ok(Listing { data: skills, simulated: self.simulated })
    }

    /// Reads the skills of each service; `None` if the server does not honour the filter.
    async fn read_by_filter(&mut self, services: &[Text]) -> Result<Option<ServiceSkills>, Error> {
        if services.is_empty() {
            return Ok(Some(ServiceSkills::default()));
        }
        let ids: Vec<&str> = services.iter().map(|id| &**id).collect();
        let readings = self.reader.row_filter(self.route, Resource::Skills, "serviceId")?;
        // A server that ignores the parameter would make every agent skilled for every service.
        if !readings.probe_filter(&ids, skill).await? {
            return Ok(None);
        }
        self.may_hide_members = readings.may_hide_members();
        let mut skills = ServiceSkills::default();
        for (service, collected) in services.iter().zip(readings.read_all(&ids, skill).await?) {
            // A single refused service is left out: its number of skilled agents is absent, not 0.
            let Some(collected) = collected else { continue };
            let found = self.take_skills(collected)?;
            skills.skills += found.len();
            skills.services.push((service.clone(), agents(found)));
        }
        Ok(Some(skills))
    }

    /// Reads all skills and joins them to the services by their member `serviceId`.
    async fn read_by_members(&mut self, services: &[Text]) -> Result<ServiceSkills, Error> {
        let list = self.route.list(Resource::Skills);
        let collected = self.reader.read_collection(&list, skill).await?;
        let found = self.take_skills(collected)?;
        let mut skills = ServiceSkills { skills: found.len(), ..ServiceSkills::default() };
        let mut by_service: HashMap<Text, Vec<Skill>> = HashMap::new();
        for skill in found {
            if let Some(service) = skill.service_id.clone() {
                by_service.entry(service).or_default().push(skill);
            }
        }
        // Skills that name no service join to none. Zero agents for every service would be a false
        // alarm, so the relation stays absent.
        if by_service.is_empty() && skills.skills > 0 {
            if self.reader.connection.learned.record_unjoined_skills() {
                tracing::warn!(
                    resource = Resource::Skills.as_str(),
                    "neither the filter by serviceId nor a known member joins skills to services, so \
                     no agent is known to be skilled; name the member in a fields_file"
                );
            }
            return Ok(skills);
        }
        let skilled = |service: &Text| agents(by_service.remove(service).unwrap_or_default());
        skills.services = services.iter().cloned().zip(services.iter().map(skilled)).collect();
        Ok(skills)
    }

    /// Returns the skills of an answer and adds its findings.
    fn take_skills(&mut self, collected: Collected<Skill>) -> Result<Vec<Skill>, Error> {
        self.simulated |= collected.simulated;
        // A reading by members has recorded its findings itself and handed over none.
        if !collected.seen.is_empty() && collected.rows > 0 {
            if self.seen.is_empty() {
                self.seen = vec![FieldSeen::default(); collected.seen.len()];
            }
            for (all, seen) in self.seen.iter_mut().zip(collected.seen) {
                all.add(seen);
            }
        }
        if collected.rows > 0 && collected.items.is_empty() {
            self.record_coverage();
            return Err(Error::Unmapped { resource: Resource::Skills, items: collected.rows });
        }
        Ok(collected.items)
    }

    /// Records the findings of all answers as one reading.
    fn record_coverage(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        if !seen.is_empty() {
            let key = ListKey::new(Resource::Skills, self.route.contact_center().clone());
            self.reader.connection.learned.field_coverage(|coverage| {
                coverage.record(self.mapping, &key, seen, self.may_hide_members);
            });
        }
    }
}

/// Agents of the skills, sorted, each once.
fn agents(skills: Vec<Skill>) -> Vec<Text> {
    let mut agents: Vec<Text> = skills.into_iter().map(|skill| skill.agent_id).collect();
    agents.sort_unstable();
    agents.dedup();
    agents
}

/// Makes a skill. Without an id of its own, agent, service and role together are its identity.
pub(in crate::trio) fn skill(row: &mut Reader<'_>) -> Option<Skill> {
    let (id, agent_id) = (row.text(SKILL.id), row.key(SKILL.agent_id)?);
    let (service_id, role_id) = (row.text(SKILL.service_id), row.text(SKILL.role_id));
    let joined = || {
        let part = |text: &Option<Text>| text.as_deref().unwrap_or_default().to_owned();
        format!("{agent_id}\n{}\n{}", part(&service_id), part(&role_id)).into()
    };
    Some(Skill { id: id.unwrap_or_else(joined), agent_id, service_id })
}
