//! Order of items by `sort=`.

use std::cmp::Ordering;

use super::Trio;
use super::resource::{Collection, Resource};
use super::rows::parse_names;
use crate::sim::dialect::{Fact, Member};

/// Sort key of an item.
type Key = Vec<Option<Fact>>;

impl Trio {
    /// Sorts items by the members that `sort` names. A `-` before a name reverses its order; an
    /// unknown name has no effect.
    pub(super) fn sort(&self, collection: Collection, mut ids: Vec<u64>, sort: &str) -> Vec<u64> {
        let sort = parse_names(sort);
        let columns: Vec<(&str, bool)> = sort.iter().map(|name| column(name)).collect();
        // The id is the sort key itself, so no row need be built. Clients page through lists in
        // this order to keep pages stable; building all rows for each page made a cycle take 1.39
        // instead of 1.20 × the time of its requests.
        let number = collection.resource.number().name(self.options.dialect).to_lowercase();
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
        let named =
            |member: Member, name: &str| member.name(self.options.dialect).to_lowercase() == name;
        let value = |name: &str| {
            row.iter().find(|(member, _)| named(*member, name)).map(|(_, fact)| fact.clone())
        };
        Some(columns.iter().map(|(name, _)| value(name)).collect())
    }
}

fn column(name: &str) -> (&str, bool) {
    name.strip_prefix('-').map_or((name, false), |name| (name, true))
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

#[cfg(test)]
mod tests {
    use super::super::tests::Client;
    use crate::sim::Options;

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
}
