//! Who can take the cases of which service: by the row filter `skills?serviceId=`, else by members.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    client::{Client, Route},
    collection::{Listing, Whole},
    decode::FieldSeen,
    error::Error,
    fields::Mapping,
    groups::no_such_id,
    rows,
};
use crate::model::{Resource, ServiceSkills, Text};

/// Above this number of services one listing of all skills is read: a request a service is too much.
const MOST_FILTERED: usize = 200;

/// An agent's right to take cases of a service.
#[derive(Clone, Debug)]
pub(super) struct Skill {
    pub(super) id: Text,
    pub(super) agent_id: Text,
    pub(super) service_id: Option<Text>,
}

/// Said once: neither the filter nor the members join skills to services.
#[derive(Debug, Default)]
pub(super) struct Unrelated(AtomicBool);

impl Client {
    /// The agents that have a skill for each of `services`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn skills(&self, route: &Route, services: &[Text]) -> Result<Listing<ServiceSkills>, Error> {
        let reader = Reader {
            client: self,
            route,
            mapping: self.mapping(Resource::Skills)?,
            seen: Vec::new(),
            may_hide: false,
            simulated: false,
        };
        reader.read(services).await
    }
}

/// The reading of one contact centre's skills.
struct Reader<'a> {
    client: &'a Client,
    route: &'a Route,
    mapping: &'a Mapping,
    seen: Vec<FieldSeen>,
    may_hide: bool,
    simulated: bool,
}

impl Reader<'_> {
    async fn read(mut self, services: &[Text]) -> Result<Listing<ServiceSkills>, Error> {
        let filtered = if services.len() > MOST_FILTERED { None } else { self.filtered(services).await? };
        let skills = match filtered {
            Some(skills) => skills,
            None => self.by_members(services).await?,
        };
        self.note();
        Ok(Listing { items: vec![skills], simulated: self.simulated })
    }

    /// `None` when the server does not honour the filter: a service that does not exist has no skills.
    async fn filtered(&mut self, services: &[Text]) -> Result<Option<ServiceSkills>, Error> {
        if services.is_empty() {
            return Ok(Some(ServiceSkills::default()));
        }
        let ids: Vec<&str> = services.iter().map(|id| &**id).collect();
        let rows = self.client.row_filter(self.route, Resource::Skills, "serviceId")?;
        if !rows.is_filtered(&no_such_id(ids.iter().copied()), rows::skill).await? {
            return Ok(None);
        }
        self.may_hide = rows.may_hide();
        let mut skills = ServiceSkills::default();
        for (service, whole) in services.iter().zip(rows.all(&ids, rows::skill).await?) {
            let Some(whole) = whole else { continue };
            let found = self.known(whole)?;
            skills.skills += found.len();
            skills.services.push((service.clone(), agents(found)));
        }
        Ok(Some(skills))
    }

    async fn by_members(&mut self, services: &[Text]) -> Result<ServiceSkills, Error> {
        let (url, doors) = (self.route.url(Resource::Skills), self.route.doors());
        let here = self.route.contact_center();
        let whole = self.client.read(Resource::Skills, &url, doors, here, rows::skill).await?;
        let found = self.known(whole)?;
        let mut skills = ServiceSkills { skills: found.len(), ..ServiceSkills::default() };
        let mut of_service: HashMap<Text, Vec<Skill>> = HashMap::new();
        for skill in found {
            if let Some(service) = skill.service_id.clone() {
                of_service.entry(service).or_default().push(skill);
            }
        }
        if of_service.is_empty() && skills.skills > 0 {
            if !self.client.unrelated().0.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    resource = Resource::Skills.as_str(),
                    "neither the filter by serviceId nor a known member joins skills to services, so \
                     nobody is known to be skilled; name the member in a fields_file"
                );
            }
            return Ok(skills);
        }
        let of = |service: &Text| agents(of_service.remove(service).unwrap_or_default());
        skills.services = services.iter().cloned().zip(services.iter().map(of)).collect();
        Ok(skills)
    }

    /// The skills of an answer; what was seen of their members is kept.
    fn known(&mut self, whole: Whole<Skill>) -> Result<Vec<Skill>, Error> {
        self.simulated |= whole.simulated;
        // A plain reading has taken note of its members itself.
        if !whole.seen.is_empty() && whole.rows > 0 {
            if self.seen.is_empty() {
                self.seen = vec![FieldSeen::default(); whole.seen.len()];
            }
            for (all, seen) in self.seen.iter_mut().zip(whole.seen) {
                all.add(seen);
            }
        }
        if whole.rows > 0 && whole.items.is_empty() {
            self.note();
            return Err(Error::Unmapped { resource: Resource::Skills, items: whole.rows });
        }
        Ok(whole.items)
    }

    /// What was seen of the members of all answers counts as one reading.
    fn note(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        if !seen.is_empty() {
            self.client.observed().note(self.mapping, self.route.contact_center(), seen, self.may_hide);
        }
    }
}

/// The agents of these skills, each once.
fn agents(skills: Vec<Skill>) -> Vec<Text> {
    let mut agents: Vec<Text> = skills.into_iter().map(|skill| skill.agent_id).collect();
    agents.sort_unstable();
    agents.dedup();
    agents
}
