//! Row filters: which items of a collection a request wants, by the documented parameters.

use std::collections::BTreeMap;

use super::resource::{Place, Resource};
use super::{Query, Trio};
use crate::sim::dialect::Fact;
use crate::sim::world::{Case, Stage};

/// The most cases a service that `services/cases` shows, waiting and handled together, and
/// `services/calls` too where it is limited.
const MOST_CASES: usize = 20;

impl Trio {
    /// The numbers of the items in a collection that pass the request's filters, in order.
    pub(super) fn wanted(&self, place: Place, query: &Query) -> Vec<u64> {
        let world = &self.world;
        let here = |center: u32| center == place.center;
        let id = |id: u32| is(query, "id", u64::from(id));
        match place.resource {
            Resource::Centers => {
                let wanted = world.centers().values().filter(|it| id(it.id) && has(query, "name", &it.name));
                wanted.map(|it| u64::from(it.id)).collect()
            }
            Resource::Agents | Resource::AgentState => {
                let named = place.resource == Resource::Agents;
                let wanted = world.agents().values().filter(|it| here(it.center) && id(it.id)).filter(|it| {
                    !named || has(query, "firstName", &it.first_name) && has(query, "lastName", &it.last_name)
                });
                wanted.map(|it| u64::from(it.id)).collect()
            }
            Resource::Services | Resource::ServiceState => {
                let grouped = place.resource == Resource::Services;
                let wanted = world.services().values().filter(|it| {
                    here(it.center)
                        && id(it.id)
                        && has(query, "name", &it.name)
                        && (!grouped || is(query, "groupId", u64::from(it.group)))
                });
                wanted.map(|it| u64::from(it.id)).collect()
            }
            Resource::AgentGroups | Resource::ServiceGroups => {
                let agents = place.resource == Resource::AgentGroups;
                let groups = if agents { world.agent_groups() } else { world.service_groups() };
                let wanted =
                    groups.values().filter(|it| here(it.center) && id(it.id) && has(query, "name", &it.name));
                wanted.map(|it| u64::from(it.id)).collect()
            }
            Resource::Calls => self.calls(place.center, query),
            Resource::Cases => self.cases(place.center, query),
            list => self.listed(list, place.center, query),
        }
    }

    fn calls(&self, center: u32, query: &Query) -> Vec<u64> {
        let service = |service: u32| {
            let wanted = query.get("service");
            is(query, "service", u64::from(service))
                || wanted.is_some_and(|name| {
                    self.world.services().get(&service).is_some_and(|service| service.name == name)
                })
        };
        let here = |case: &Case| self.center_of(case) == Some(center);
        let calls = self.world.cases().values().filter(|case| case.class.is_call() && here(case));
        let calls = calls.filter(|case| is(query, "id", case.job) && service(case.service));
        let mut shown: BTreeMap<u32, usize> = BTreeMap::new();
        calls
            .filter(|case| {
                let count = shown.entry(case.service).or_default();
                *count += 1;
                !self.options.calls_limited || *count <= MOST_CASES
            })
            .map(|case| case.job)
            .collect()
    }

    fn cases(&self, center: u32, query: &Query) -> Vec<u64> {
        let services = self.world.services().values().filter(|service| service.center == center);
        let services = services.filter(|service| is(query, "sid", u64::from(service.id)));
        services
            .flat_map(|service| {
                let live = service.live.iter().filter_map(|job| self.world.cases().get(job));
                live.filter(|case| self.is_wanted(case, query)).take(MOST_CASES).map(|case| case.job)
            })
            .collect()
    }

    fn is_wanted(&self, case: &Case, query: &Query) -> bool {
        let sought = query.get("jobno").is_some();
        if self.options.waiting_cases_only && !sought && case.stage == Stage::Handled {
            return false;
        }
        // Facts are written only where they are asked for: this is done for every case at every poll.
        let word = |name, fact: &dyn Fn() -> Fact| {
            query.get(name).is_none_or(|wanted| {
                let written = fact().json(self.options.dialect);
                written.as_str().is_some_and(|it| it.to_lowercase() == wanted.to_lowercase())
            })
        };
        is(query, "jobno", case.job)
            && is(query, "cust", case.customer)
            && word("vid", &|| Fact::Text(vid(case)))
            && word("caseClass", &|| Fact::Class(case.class))
            && word("caseType", &|| Fact::Direction(case.class))
    }

    /// The contact centre of a case.
    pub(super) fn center_of(&self, case: &Case) -> Option<u32> {
        self.world.services().get(&case.service).map(|service| service.center)
    }
}

/// Some other system's name for a case: what `vid` shows.
pub(super) fn vid(case: &Case) -> String {
    format!("V{}", case.job)
}

fn is(query: &Query, name: &str, number: u64) -> bool {
    query.get(name).is_none_or(|wanted| wanted.trim().parse() == Ok(number))
}

fn has(query: &Query, name: &str, text: &str) -> bool {
    query.get(name).is_none_or(|wanted| text.to_lowercase().contains(&wanted.to_lowercase()))
}
