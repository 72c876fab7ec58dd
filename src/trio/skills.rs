//! Who can take the cases of which service: by the row filter `skills?serviceId=`, else by members.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

use futures_util::future::try_join_all;

use super::{
    client::{Client, Route},
    collection::{Listing, Request, Whole},
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
    simulated: bool,
}

impl Reader<'_> {
    async fn read(mut self, services: &[Text]) -> Result<Listing<ServiceSkills>, Error> {
        let filtered = if services.len() > MOST_FILTERED { None } else { self.filtered(services).await? };
        let skills = match filtered {
            Some(skills) => skills,
            None => self.by_members(services).await?,
        };
        if !self.seen.is_empty() {
            self.client.observed().note(self.mapping, self.route.contact_center(), self.seen, false);
        }
        Ok(Listing { items: vec![skills], simulated: self.simulated })
    }

    /// `None` when the server does not honour the filter: a service that does not exist has no skills.
    async fn filtered(&mut self, services: &[Text]) -> Result<Option<ServiceSkills>, Error> {
        if services.is_empty() {
            return Ok(Some(ServiceSkills::default()));
        }
        let nobody = no_such_id(services.iter().map(|id| &**id));
        match self.whole(Some(&nobody)).await {
            Ok(whole) if whole.rows == 0 => {}
            Ok(_) => return Ok(None),
            // A filter that objects to an id it does not know is at least a filter.
            Err(Error::Status { status: 400 | 404, .. }) => {}
            Err(error) => return Err(error),
        }
        let readings = services.iter().map(async |service| match self.whole(Some(service)).await {
            Ok(whole) => Ok(Some((service.clone(), whole))),
            Err(Error::Status { status: 400 | 404, .. }) => Ok(None),
            Err(error) => Err(error),
        });
        let mut skills = ServiceSkills::default();
        for (service, whole) in try_join_all(readings).await?.into_iter().flatten() {
            let found = self.known(whole)?;
            skills.skills += found.len();
            skills.services.push((service, agents(found)));
        }
        Ok(Some(skills))
    }

    async fn by_members(&mut self, services: &[Text]) -> Result<ServiceSkills, Error> {
        let whole = self.whole(None).await?;
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

    async fn whole(&self, service: Option<&str>) -> Result<Whole<Skill>, Error> {
        let request = Request {
            url: &self.route.url(Resource::Skills),
            doors: self.route.doors(),
            mapping: self.mapping,
            filter: service.map(|service| ("serviceId", service)),
            fields: None,
        };
        self.client.whole(request, rows::skill).await
    }

    /// The skills of an answer; what was seen of their members is kept.
    fn known(&mut self, whole: Whole<Skill>) -> Result<Vec<Skill>, Error> {
        self.simulated |= whole.simulated;
        if whole.rows > 0 {
            if self.seen.is_empty() {
                self.seen = vec![FieldSeen::default(); whole.seen.len()];
            }
            for (all, seen) in self.seen.iter_mut().zip(whole.seen) {
                all.add(seen);
            }
        }
        if whole.rows > 0 && whole.items.is_empty() {
            let seen = std::mem::take(&mut self.seen);
            self.client.observed().note(self.mapping, self.route.contact_center(), seen, false);
            return Err(Error::Unmapped { resource: Resource::Skills, items: whole.rows });
        }
        Ok(whole.items)
    }
}

/// The agents of these skills, each once.
fn agents(skills: Vec<Skill>) -> Vec<Text> {
    let mut agents: Vec<Text> = skills.into_iter().map(|skill| skill.agent_id).collect();
    agents.sort_unstable();
    agents.dedup();
    agents
}
