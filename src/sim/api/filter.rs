//! Row filters: the items of a collection that a request selects by the documented parameters.

use std::collections::BTreeMap;

use super::resource::{Collection, Resource};
use super::{Query, Trio};
use crate::sim::dialect::Fact;
use crate::sim::world::{Case, Stage};

/// Limit of `services/cases` per service, waiting and handled together, as documented; also of
/// `services/calls` where `calls_limited` is set.
const MAX_CASES_PER_SERVICE: usize = 20;

impl Trio {
    /// Ids of the items of a collection that pass the request's filters, ascending.
    pub(super) fn matching_ids(&self, collection: Collection, query: &Query) -> Vec<u64> {
        let world = &self.world;
        let here = |center: u32| center == collection.center;
        let id = |id: u32| matches_number(query, "id", u64::from(id));
        match collection.resource {
            Resource::Centers => {
                let wanted = world
                    .centers()
                    .values()
                    .filter(|it| id(it.id) && contains_text(query, "name", &it.name));
                wanted.map(|it| u64::from(it.id)).collect()
            }
            Resource::Agents | Resource::AgentState => {
                let named = collection.resource == Resource::Agents;
                let wanted =
                    world.agents().values().filter(|it| here(it.center) && id(it.id)).filter(
                        |it| {
                            !named
                                || contains_text(query, "firstName", &it.first_name)
                                    && contains_text(query, "lastName", &it.last_name)
                        },
                    );
                wanted.map(|it| u64::from(it.id)).collect()
            }
            Resource::Services | Resource::ServiceState => {
                let grouped = collection.resource == Resource::Services;
                let wanted = world.services().values().filter(|it| {
                    here(it.center)
                        && id(it.id)
                        && contains_text(query, "name", &it.name)
                        && (!grouped || matches_number(query, "groupId", u64::from(it.group)))
                });
                wanted.map(|it| u64::from(it.id)).collect()
            }
            Resource::AgentGroups | Resource::ServiceGroups => {
                let agents = collection.resource == Resource::AgentGroups;
                let groups = if agents { world.agent_groups() } else { world.service_groups() };
                let wanted = groups.values().filter(|it| {
                    here(it.center) && id(it.id) && contains_text(query, "name", &it.name)
                });
                wanted.map(|it| u64::from(it.id)).collect()
            }
            Resource::Calls => self.matching_calls(collection.center, query),
            Resource::Cases => self.matching_cases(collection.center, query),
            list => self.matching_list_ids(list, collection.center, query),
        }
    }

    fn matching_calls(&self, center: u32, query: &Query) -> Vec<u64> {
        let service = |service: u32| {
            let wanted = query.get("service");
            matches_number(query, "service", u64::from(service))
                || wanted.is_some_and(|name| {
                    self.world.services().get(&service).is_some_and(|service| service.name == name)
                })
        };
        let here = |case: &Case| self.center_of(case) == Some(center);
        let calls = self.world.cases().values().filter(|case| case.class.is_call() && here(case));
        // `service` may be an id or a name.
        let calls =
            calls.filter(|case| matches_number(query, "id", case.job) && service(case.service));
        let mut shown: BTreeMap<u32, usize> = BTreeMap::new();
        calls
            .filter(|case| {
                let count = shown.entry(case.service).or_default();
                *count += 1;
                !self.options.calls_limited || *count <= MAX_CASES_PER_SERVICE
            })
            .map(|case| case.job)
            .collect()
    }

    fn matching_cases(&self, center: u32, query: &Query) -> Vec<u64> {
        let services = self.world.services().values().filter(|service| service.center == center);
        let services =
            services.filter(|service| matches_number(query, "sid", u64::from(service.id)));
        services
            .flat_map(|service| {
                let live = service.live.iter().filter_map(|job| self.world.cases().get(job));
                // The limit comes after the filters: a case that is asked for by number is never
                // cut off.
                live.filter(|case| self.matches_query(case, query))
                    .take(MAX_CASES_PER_SERVICE)
                    .map(|case| case.job)
            })
            .collect()
    }

    fn matches_query(&self, case: &Case, query: &Query) -> bool {
        // A case is found by its number until it is finished, even if the list omits it:
        // documented.
        let sought = query.get("jobno").is_some();
        if self.options.waiting_cases_only && !sought && case.stage == Stage::Handled {
            return false;
        }
        // Closures: this runs for each case of each poll, and most requests have no such filter.
        let word = |name, fact: &dyn Fn() -> Fact| {
            query.get(name).is_none_or(|wanted| {
                let written = fact().to_json(self.options.dialect);
                written.as_str().is_some_and(|it| it.to_lowercase() == wanted.to_lowercase())
            })
        };
        matches_number(query, "jobno", case.job)
            && matches_number(query, "cust", case.customer)
            && word("vid", &|| Fact::Text(vid(case)))
            && word("caseClass", &|| Fact::Class(case.class))
            && word("caseType", &|| Fact::Direction(case.class))
    }

    /// Contact centre of a case.
    pub(super) fn center_of(&self, case: &Case) -> Option<u32> {
        self.world.services().get(&case.service).map(|service| service.center)
    }
}

/// Case id of an external system, `vid` in the API; differs from the job number.
pub(super) fn vid(case: &Case) -> String {
    format!("V{}", case.job)
}

fn matches_number(query: &Query, name: &str, number: u64) -> bool {
    query.get(name).is_none_or(|wanted| wanted.trim().parse() == Ok(number))
}

fn contains_text(query: &Query, name: &str, text: &str) -> bool {
    query.get(name).is_none_or(|wanted| text.to_lowercase().contains(&wanted.to_lowercase()))
}
