//! Items of a collection that a request selects: by the documented row filters, in the order of
//! `sort=`, in pages. Collections of more than ten items are served in pages, described by the
//! header `X-Pagination`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Value, json};

use super::resource::{Collection, Resource};
use super::{Query, Trio};
use crate::sim::Options;
use crate::sim::dialect::{Fact, Member};
use crate::sim::world::{Case, Group, Stage};

/// Limit of `services/cases` per service, waiting and handled together, as documented; also of
/// `services/calls` where `calls_limited` is set.
const MAX_CASES_PER_SERVICE: usize = 20;

/// Default page size, and the size up to which a collection is not paged, both as documented.
pub(crate) const UNPAGED: usize = 10;

/// Sort key of an item.
type Key = Vec<Option<Fact>>;

impl Trio {
    /// Ids of the items of a collection that pass the request's filters, ascending.
    pub(super) fn matching_ids(&self, collection: Collection, query: &Query) -> Vec<u64> {
        let world = &self.world;
        let Collection { resource, center } = collection;
        let here = |of: u32, id: u32| of == center && query.admits_number("id", u64::from(id));
        let has = |name: &str, text: &str| query.admits_text(name, text);
        let ids: Vec<u32> = match resource {
            Resource::Centers => {
                let centers = world.centers.iter();
                let wanted = centers.filter(|(id, name)| here(center, **id) && has("name", name));
                wanted.map(|(id, _)| *id).collect()
            }
            Resource::Agents | Resource::AgentState => {
                let unnamed = resource == Resource::AgentState;
                let wanted = world.agents.values().filter(|it| {
                    here(it.center, it.id)
                        && (unnamed
                            || has("firstName", &it.first_name) && has("lastName", &it.last_name))
                });
                wanted.map(|it| it.id).collect()
            }
            Resource::Services | Resource::ServiceState => {
                let ungrouped = resource == Resource::ServiceState;
                let wanted = world.services.values().filter(|it| {
                    here(it.center, it.id)
                        && has("name", &it.name)
                        && (ungrouped || query.admits_number("groupId", u64::from(it.group)))
                });
                wanted.map(|it| it.id).collect()
            }
            Resource::AgentGroups | Resource::ServiceGroups => {
                let groups = self.groups(resource).values();
                let wanted = groups.filter(|it| here(it.center, it.id) && has("name", &it.name));
                wanted.map(|it| it.id).collect()
            }
            Resource::Calls => return self.matching_calls(center, query),
            Resource::Cases => return self.matching_cases(center, query),
            list => return self.matching_list_ids(list, center, query),
        };
        ids.into_iter().map(u64::from).collect()
    }

    /// Agent groups or service groups.
    pub(super) fn groups(&self, resource: Resource) -> &BTreeMap<u32, Group> {
        match resource {
            Resource::AgentGroups => &self.world.agent_groups,
            _ => &self.world.service_groups,
        }
    }

    fn matching_calls(&self, center: u32, query: &Query) -> Vec<u64> {
        // `service` may be an id or a name.
        let of_service = |case: &Case| {
            let service = self.world.services.get(&case.service);
            query.admits_number("service", u64::from(case.service))
                || service
                    .is_some_and(|service| query.get("service") == Some(service.name.as_str()))
        };
        let calls = self.world.cases.values().filter(|case| {
            case.class.is_call()
                && self.center_of(case) == Some(center)
                && query.admits_number("id", case.job)
                && of_service(case)
        });
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
        let services = self.world.services.values().filter(|service| {
            service.center == center && query.admits_number("sid", u64::from(service.id))
        });
        services
            .flat_map(|service| {
                let live = service.live.iter().filter_map(|job| self.world.cases.get(job));
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
                match written {
                    Value::String(word) => word.to_lowercase() == wanted.to_lowercase(),
                    number => number.as_u64().is_some_and(|it| wanted.trim().parse() == Ok(it)),
                }
            })
        };
        query.admits_number("jobno", case.job)
            && query.admits_number("cust", case.customer)
            && word("vid", &|| Fact::Text(vid(case)))
            && word("caseClass", &|| Fact::Class(case.class))
            && word("caseType", &|| Fact::Direction(case.class))
    }

    /// Contact centre of a case.
    pub(super) fn center_of(&self, case: &Case) -> Option<u32> {
        self.world.services.get(&case.service).map(|service| service.center)
    }

    /// Sorts items by the members that `sort` names. A `-` before a name reverses its order; an
    /// unknown name has no effect.
    pub(super) fn sort(
        &self,
        collection: Collection,
        mut ids: Vec<u64>,
        sort: &[String],
    ) -> Vec<u64> {
        let columns = sort
            .iter()
            .map(|name| name.strip_prefix('-').map_or((&**name, false), |name| (name, true)));
        let columns: Vec<(&str, bool)> = columns.collect();
        // The id is the sort key itself, so no row need be built. Clients page through lists in
        // this order to keep pages stable; building all rows for each page made a cycle take 1.39
        // instead of 1.20 × the time of its requests.
        let Options { dialect, naming, .. } = self.options;
        let number = collection.resource.number().name(dialect, naming).to_lowercase();
        if let Some((_, reversed)) = columns.first().filter(|(name, _)| *name == number) {
            ids.sort_unstable();
            if *reversed {
                ids.reverse();
            }
            return ids;
        }
        let mut keyed: Vec<(Key, u64)> = ids
            .into_iter()
            .filter_map(|id| Some((self.key(collection, id, &columns)?, id)))
            .collect();
        keyed.sort_by(|(a, _), (b, _)| order(&columns, a, b));
        keyed.into_iter().map(|(_, id)| id).collect()
    }

    fn key(&self, collection: Collection, id: u64, columns: &[(&str, bool)]) -> Option<Key> {
        let row = self.row(collection, id)?;
        let Options { dialect, naming, .. } = self.options;
        let named =
            |member: Member, name: &str| member.name(dialect, naming).to_lowercase() == name;
        let value = |name: &str| {
            row.iter().find(|(member, _)| named(*member, name)).map(|(_, fact)| fact.clone())
        };
        Some(columns.iter().map(|(name, _)| value(name)).collect())
    }
}

/// Case id of an external system, `vid` in the API; differs from the job number.
pub(super) fn vid(case: &Case) -> String {
    format!("V{}", case.job)
}

fn order(columns: &[(&str, bool)], a: &Key, b: &Key) -> Ordering {
    let orders = columns
        .iter()
        .zip(a.iter().zip(b))
        .map(|((_, reversed), (a, b))| if *reversed { b.cmp(a) } else { a.cmp(b) });
    orders.fold(Ordering::Equal, Ordering::then)
}

impl Resource {
    /// Member that holds the id of an item.
    fn number(self) -> Member {
        match self {
            Self::Centers => Member::CenterId,
            Self::Agents | Self::AgentState => Member::AgentId,
            Self::AgentGroups | Self::ServiceGroups => Member::GroupId,
            Self::Services | Self::ServiceState => Member::ServiceId,
            Self::Calls | Self::Cases => Member::JobNo,
            Self::Skills => Member::SkillUid,
            _ => Member::ItemId,
        }
    }
}

/// One page of a collection.
#[derive(Debug)]
pub(crate) struct Page {
    number: usize,
    size: usize,
    total: usize,
}

impl Page {
    /// Returns the page that a request asks for, of `total` items: of `usual` size unless it names
    /// one, and of at most `cap`.
    pub(crate) fn new(query: &Query, total: usize, usual: usize, cap: usize) -> Self {
        let size = query.number("pageSize").unwrap_or(usual).min(cap.max(1));
        // Documented: collections of more than ten items are paged, so a smaller `pageSize` does
        // not split ten.
        let size = if total <= UNPAGED { UNPAGED } else { size };
        Self { number: query.number("page").unwrap_or(1), size, total }
    }

    /// Index range of the items on this page; empty after the last page.
    pub(crate) fn range(&self) -> Range<usize> {
        // Saturating: `page=18446744073709551615` is a valid number.
        let start = (self.number - 1).saturating_mul(self.size).min(self.total);
        start..start.saturating_add(self.size).min(self.total)
    }

    /// Value of `X-Pagination`, where `url` is that of a page by number and `no_link` the value of a
    /// link that leads nowhere; `None` for a collection that is not paged.
    pub(crate) fn header(&self, url: impl Fn(usize) -> String, no_link: &Value) -> Option<String> {
        if self.total <= UNPAGED {
            return None;
        }
        let pages = self.total.div_ceil(self.size);
        let link = |number: usize| {
            let exists = (1..=pages).contains(&number);
            if exists { json!(url(number)) } else { no_link.clone() }
        };
        let description = json!({
            "currentPage": self.number,
            "pageSize": self.size,
            "totalCount": self.total,
            "totalPages": pages,
            "previousPageLink": link(self.number - 1),
            "nextPageLink": link(self.number.saturating_add(1)),
        });
        Some(description.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Client;
    use crate::sim::Options;
    use pretty_assertions::assert_eq;
    use serde_json::Value;

    #[test]
    fn lists_sort_by_id_in_both_directions() {
        let mut client = Client::new(Options::default());
        for (list, member) in [
            ("cc/1/agents", "agentId"),
            ("cc/1/agents/state", "agentId"),
            ("cc/1/agentgroups", "groupId"),
            ("cc/1/services", "serviceId"),
            ("cc/1/services/cases", "jobNo"),
            ("cc/1/services/calls", "jobNo"),
            ("cc/1/skills", "uid"),
            ("cc/1/roles", "id"),
        ] {
            let mut read = |sort: &str| {
                let column =
                    client.column(&format!("/{list}?pageSize=1000&sort={sort}{member}"), member);
                column.iter().map(|id| id.as_u64().expect("a number")).collect::<Vec<_>>()
            };
            let (up, mut down) = (read(""), read("-"));
            assert!(up.is_sorted() && up.len() > 1, "{list}");
            down.reverse();
            assert_eq!(up, down, "{list}");
        }
    }

    fn read(client: &mut Client, target: &str) -> (usize, Option<Value>) {
        let answer = client.get(target);
        let header = answer.headers.get("x-pagination").and_then(|header| header.to_str().ok());
        let header = header.map(|header| serde_json::from_str(header).expect("JSON"));
        (answer.body["data"].as_array().expect("a collection").len(), header)
    }

    #[test]
    fn ten_items_are_not_paged() {
        let mut client = Client::new(Options { agents: 10, ..Options::default() });
        for target in
            ["/cc/1/agents", "/cc/1/agents?pageSize=3", "/cc/1/agents?page=1&pageSize=500"]
        {
            assert_eq!(read(&mut client, target), (10, None), "{target}");
        }
        assert_eq!(read(&mut client, "/cc/1/agents?page=2"), (0, None));
    }

    #[test]
    fn pages_link_to_each_other() {
        let mut client = Client::new(Options { agents: 25, ..Options::default() });
        let (rows, header) = read(&mut client, "/cc/1/agents?fields=agentId&page=2");
        let expected = serde_json::json!({
            "currentPage": 2, "pageSize": 10, "totalCount": 25, "totalPages": 3,
            "previousPageLink": "http://trio.test:8080/te/api/cc/1/agents?fields=agentId&page=1",
            "nextPageLink": "http://trio.test:8080/te/api/cc/1/agents?fields=agentId&page=3",
        });
        assert_eq!((rows, header), (10, Some(expected)));
        let mut seen = Vec::new();
        for page in 1..=3 {
            seen.extend(client.column(&format!("/cc/1/agents?page={page}"), "agentId"));
        }
        assert_eq!(seen, (1001..=1025).map(Value::from).collect::<Vec<_>>());
        let (rows, header) = read(&mut client, "/cc/1/agents?page=3");
        assert_eq!((rows, &header.expect("a header")["nextPageLink"]), (5, &Value::Null));
    }

    #[test]
    fn page_size_is_capped_and_bad_numbers_ignored() {
        let mut client = Client::new(Options { agents: 40, page_cap: 15, ..Options::default() });
        let (rows, header) = read(&mut client, "/cc/1/agents?pageSize=1000");
        assert_eq!((rows, &header.expect("a header")["pageSize"]), (15, &Value::from(15)));
        for (target, rows) in [
            ("/cc/1/agents?pageSize=0&page=0", 10),
            ("/cc/1/agents?pageSize=-1&page=x", 10),
            ("/cc/1/agents?page=18446744073709551615", 0),
            ("/cc/1/agents?page=99999999999999999999999", 10),
        ] {
            assert_eq!(read(&mut client, target).0, rows, "{target}");
        }
    }
}
