//! Which agent groups may have series: groups so small that a number is a person are merged.

use std::collections::HashMap;

use crate::model::{AgentGroup, Text};

/// A group as its series name it. The merged small groups have an empty id.
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

/// The groups that have series, and which of them an agent counts in.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    pub(super) groups: Vec<GroupKey>,
    of_agent: HashMap<Text, Vec<usize>>,
}

impl Grouping {
    /// Judges the groups by their members. The members of all small groups together make one merged
    /// group, unless they are still too few: then they have no group series.
    pub(super) fn judge(groups: &[(AgentGroup, Vec<Text>)], min_group_size: usize) -> Self {
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
            self.of_agent.entry(member.clone()).or_default().push(index);
        }
    }

    /// Positions in `groups` of the groups that the agent counts in.
    pub(super) fn of(&self, agent: &str) -> &[usize] {
        self.of_agent.get(agent).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, members: &[&str]) -> (AgentGroup, Vec<Text>) {
        let group = AgentGroup { id: id.into(), name: Some(format!("Group {id}").into()), agent_ids: vec![] };
        (group, members.iter().map(|&member| member.into()).collect())
    }

    fn names(grouping: &Grouping) -> Vec<&str> {
        grouping.groups.iter().map(|key| &*key.name).collect()
    }

    #[test]
    fn small_groups_are_merged_into_one() {
        let groups = [group("1", &["a", "b", "c"]), group("2", &["d", "e"]), group("3", &["f"])];
        let grouping = Grouping::judge(&groups, 3);
        assert_eq!(names(&grouping), ["Group 1", "(small groups)"]);
        assert_eq!(grouping.of("d"), grouping.of("f"));
        assert_eq!(&*grouping.groups[1].id, "");
    }

    #[test]
    fn small_groups_that_stay_small_together_have_no_series() {
        let groups = [group("1", &["a", "b", "c"]), group("2", &["d", "e"]), group("3", &["d"])];
        let grouping = Grouping::judge(&groups, 3);
        assert_eq!(names(&grouping), ["Group 1"]);
        assert!(grouping.of("d").is_empty());
    }

    #[test]
    fn an_empty_group_makes_no_merged_group_whatever_the_minimum() {
        assert!(Grouping::judge(&[group("1", &[])], 1).groups.is_empty());
        assert_eq!(Grouping::judge(&[group("1", &[])], 0).groups.len(), 1);
    }

    #[test]
    fn an_agent_in_several_groups_counts_in_each() {
        let groups = [group("1", &["a", "b"]), group("2", &["b", "c"])];
        assert_eq!(Grouping::judge(&groups, 2).of("b"), [0, 1]);
    }
}
