//! Agent groups that have series. Groups so small that a number describes one person are merged.

use std::collections::HashMap;

use crate::model::{AgentGroup, Text};

/// Identity of a group in its series. The merged small groups have an empty id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupKey {
    /// Trio's id; empty for the merged groups.
    pub id: Text,
    /// Name of the group; empty when Trio gives none.
    pub name: Text,
}

impl GroupKey {
    fn merged() -> Self {
        Self { id: "".into(), name: "(small groups)".into() }
    }
}

/// Groups with series, and the groups in which each agent counts.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    pub(super) groups: Vec<GroupKey>,
    by_agent: HashMap<Text, Vec<usize>>,
}

impl Grouping {
    /// Selects the groups by their numbers of members. The members of all small groups make one
    /// merged group, unless they are still too few together: then they have no group series.
    pub(super) fn new(groups: &[(AgentGroup, Vec<Text>)], min_group_size: usize) -> Self {
        let mut grouping = Self::default();
        let mut small: Vec<&Text> = Vec::new();
        for (group, members) in groups {
            if members.len() < min_group_size {
                small.extend(members);
                continue;
            }
            let name = group.name.clone().unwrap_or_else(|| "".into());
            grouping.add(GroupKey { id: group.id.clone(), name }, members.iter());
        }
        // An agent in two small groups is one person.
        small.sort_unstable();
        small.dedup();
        if !small.is_empty() && small.len() >= min_group_size {
            grouping.add(GroupKey::merged(), small);
        }
        grouping
    }

    fn add<'a>(&mut self, key: GroupKey, members: impl IntoIterator<Item = &'a Text>) {
        let index = self.groups.len();
        self.groups.push(key);
        for member in members {
            self.by_agent.entry(member.clone()).or_default().push(index);
        }
    }

    /// Returns the positions in `groups` of the groups that the agent counts in.
    pub(super) fn groups_of(&self, agent: &str) -> &[usize] {
        self.by_agent.get(agent).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, members: &[&str]) -> (AgentGroup, Vec<Text>) {
        let group = AgentGroup {
            id: id.into(),
            name: Some(format!("Group {id}").into()),
            agent_ids: vec![],
        };
        (group, members.iter().map(|&member| member.into()).collect())
    }

    fn names(grouping: &Grouping) -> Vec<&str> {
        grouping.groups.iter().map(|key| &*key.name).collect()
    }

    #[test]
    fn small_groups_are_merged_into_one() {
        let groups = [group("1", &["a", "b", "c"]), group("2", &["d", "e"]), group("3", &["f"])];
        let grouping = Grouping::new(&groups, 3);
        assert_eq!(names(&grouping), ["Group 1", "(small groups)"]);
        assert_eq!(grouping.groups_of("d"), grouping.groups_of("f"));
        assert_eq!(&*grouping.groups[1].id, "");
    }

    #[test]
    fn merged_groups_below_the_minimum_have_no_series() {
        let groups = [group("1", &["a", "b", "c"]), group("2", &["d", "e"]), group("3", &["d"])];
        let grouping = Grouping::new(&groups, 3);
        assert_eq!(names(&grouping), ["Group 1"]);
        assert!(grouping.groups_of("d").is_empty());
    }

    #[test]
    fn empty_group_makes_no_merged_group() {
        assert!(Grouping::new(&[group("1", &[])], 1).groups.is_empty());
        assert_eq!(Grouping::new(&[group("1", &[])], 0).groups.len(), 1);
    }

    #[test]
    fn agent_in_several_groups_counts_in_each() {
        let groups = [group("1", &["a", "b"]), group("2", &["b", "c"])];
        assert_eq!(Grouping::new(&groups, 2).groups_of("b"), [0, 1]);
    }
}
