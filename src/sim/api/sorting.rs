//! In which order items come: `sort=`.

use std::cmp::Ordering;

use super::Trio;
use super::resource::{Place, Resource};
use super::rows::names;
use crate::sim::dialect::{Fact, Member};

/// The values that an item is sorted by.
type Key = Vec<Option<Fact>>;

impl Trio {
    /// Sorts the items `ids` of a collection by the members that `sort` names; a `-` before a name turns
    /// its order round, and one that is no member sorts nothing.
    pub(super) fn sort(&self, place: Place, mut ids: Vec<u64>, sort: &str) -> Vec<u64> {
        let sort = names(sort);
        let columns: Vec<(&str, bool)> = sort.iter().map(|name| column(name)).collect();
        // The number stands for its item, so no item need be built. Lists are asked for in this order
        // page by page, by every client that does not want them to shift under its hands.
        let number = place.resource.number().name(self.options.dialect).to_lowercase();
        if let Some((_, reversed)) = columns.first().filter(|(name, _)| *name == number) {
            ids.sort_unstable();
            if *reversed {
                ids.reverse();
            }
            return ids;
        }
        let mut keyed: Vec<(Key, u64)> =
            ids.into_iter().filter_map(|id| Some((self.key(place, id, &columns)?, id))).collect();
        keyed.sort_by(|(a, _), (b, _)| order(&columns, a, b));
        keyed.into_iter().map(|(_, id)| id).collect()
    }

    fn key(&self, place: Place, id: u64, columns: &[(&str, bool)]) -> Option<Key> {
        let row = self.row(place, id)?;
        let named = |member: Member, name: &str| member.name(self.options.dialect).to_lowercase() == name;
        let value =
            |name: &str| row.iter().find(|(member, _)| named(*member, name)).map(|(_, fact)| fact.clone());
        Some(columns.iter().map(|(name, _)| value(name)).collect())
    }
}

fn column(name: &str) -> (&str, bool) {
    name.strip_prefix('-').map_or((name, false), |name| (name, true))
}

fn order(columns: &[(&str, bool)], a: &Key, b: &Key) -> Ordering {
    let orders = columns.iter().zip(a.iter().zip(b)).map(
        |((_, reversed), (a, b))| {
            if *reversed { b.cmp(a) } else { a.cmp(b) }
        },
    );
    orders.fold(Ordering::Equal, Ordering::then)
}

impl Resource {
    /// The member that holds the number which an item is found by.
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
    fn every_list_is_sorted_by_its_number_up_and_down() {
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
                let column = client.column(&format!("/{list}?pageSize=1000&sort={sort}{member}"), member);
                column.iter().map(|id| id.as_u64().expect("a number")).collect::<Vec<_>>()
            };
            let (up, mut down) = (read(""), read("-"));
            assert!(up.is_sorted() && up.len() > 1, "{list}");
            down.reverse();
            assert_eq!(up, down, "{list}");
        }
    }
}
