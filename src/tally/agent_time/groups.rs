//! Agent groups: which may be shown, which are large enough to have series, and the time of their
//! members.
//!
//! In doubt an agent is hidden: before membership is known, and in groups that Trio does not list.

use std::{sync::Arc, time::Duration};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{GroupTotals, StateSeconds};
use crate::{
    model::{Agent, AgentGroup, AgentState, AgentStatus, GroupSelection, Text},
    snapshot::Center,
    tally::{Settings, ids::Retained, saved_form::ByState},
};

/// The agents and the groups that may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// No restriction.
    #[default]
    All,
    /// Only these ids.
    Only {
        /// Agents of allowed groups (all agents if none is named) without those who are, or may be,
        /// in a denied group.
        agents: FxHashSet<Text>,
        /// Groups that are allowed and not denied.
        groups: FxHashSet<Text>,
    },
}

impl Visibility {
    /// Returns `Only` without agents and groups if the selection restricts anything, else `All`.
    pub(in crate::tally) fn before_groups_are_read(selection: &GroupSelection) -> Self {
        if selection.is_everything() {
            Self::All
        } else {
            Self::Only { agents: FxHashSet::default(), groups: FxHashSet::default() }
        }
    }

    /// Selects what may be shown of a contact centre whose groups have these `members`.
    pub(in crate::tally) fn select(
        selection: &GroupSelection,
        center: &Center,
        members: Option<&[(AgentGroup, Vec<Text>)]>,
    ) -> Self {
        let Some(members) = members.filter(|_| !selection.is_everything()) else {
            return Self::before_groups_are_read(selection);
        };
        let listed = center.agents.good.as_ref().map_or(&[][..], |good| &good.data);
        let members_of = |fits: &dyn Fn(&AgentGroup) -> bool| -> FxHashSet<&Text> {
            members
                .iter()
                .filter(|(group, _)| fits(group))
                .flat_map(|(_, members)| members)
                .collect()
        };
        let mut agents = members_of(&|group| selection.allows(group));
        if selection.allow.is_empty() {
            agents.extend(listed.iter().map(|agent| &agent.id));
        }
        if !selection.deny.is_empty() {
            let denied = members_of(&|group| selection.denies(group));
            let possibly_denied = in_unlisted_groups(listed, members);
            // Deny wins over allow: an agent in a denied group must appear nowhere, also not in the
            // sums of an allowed one.
            agents.retain(|agent| !denied.contains(*agent) && !possibly_denied.contains(*agent));
        }
        let groups = members.iter().map(|(group, _)| group);
        let groups = groups.filter(|group| selection.allows(group) && !selection.denies(group));
        Self::Only {
            agents: agents.into_iter().cloned().collect(),
            groups: groups.map(|group| group.id.clone()).collect(),
        }
    }

    /// Returns true if the agent with this id may be shown.
    pub fn has_agent(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only { agents, .. } => agents.contains(id),
        }
    }

    /// Returns true if the group with this id may be shown.
    pub fn has_group(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only { groups, .. } => groups.contains(id),
        }
    }
}

/// Returns agents in groups that Trio does not list: the name of such a group is unknown, so it may
/// be a denied one.
fn in_unlisted_groups<'a>(
    agents: &'a [Agent],
    listed: &[(AgentGroup, Vec<Text>)],
) -> FxHashSet<&'a Text> {
    let known: FxHashSet<&str> = listed.iter().map(|(group, _)| &*group.id).collect();
    let possibly_denied =
        agents.iter().filter(|agent| agent.group_ids.iter().any(|id| !known.contains(&**id)));
    possibly_denied.map(|agent| &agent.id).collect()
}

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
struct Grouping {
    groups: Vec<GroupKey>,
    by_agent: FxHashMap<Text, Vec<usize>>,
}

impl Grouping {
    /// Selects the groups by their numbers of members. The members of all small groups make one
    /// merged group, unless they are still too few together: then they have no group series.
    fn new(groups: &[(AgentGroup, Vec<Text>)], min_group_size: usize) -> Self {
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
    fn groups_of(&self, agent: &str) -> &[usize] {
        self.by_agent.get(agent).map_or(&[], Vec::as_slice)
    }
}

/// The groups of one contact centre.
#[derive(Debug, Default)]
pub(super) struct Groups {
    grouping: Option<Grouping>,
    membership_readings: Option<MembershipReadings>,
    /// Agents and groups that may be shown; `None` before the groups are known.
    pub(super) visibility: Option<Arc<Visibility>>,
    /// Member-seconds of groups that are gone from Trio, or whose members it no longer names.
    gone: Retained<StateSeconds>,
    /// `None` while membership is unknown.
    pub(super) totals: Option<Vec<GroupTotals>>,
}

/// Configuration readings that the membership was last taken from.
type MembershipReadings = (Option<Arc<Vec<Agent>>>, Arc<Vec<AgentGroup>>);

impl Groups {
    /// Updates the membership if the agents or groups in the configuration have changed. A group
    /// that becomes too small loses its series and starts at zero if it grows again; a group that
    /// Trio does not list for a while continues.
    pub(super) fn update_membership(&mut self, center: &Center, settings: &Settings) {
        let Some(groups) = &center.agent_groups.good else { return };
        let agents = center.agents.good.as_ref().map(|good| &good.data);
        if let Some((seen_agents, seen_groups)) = &self.membership_readings
            // An unchanged reading keeps its `Arc`, so comparing pointers is enough.
            && Arc::ptr_eq(seen_groups, &groups.data)
            && seen_agents.as_ref().map(Arc::as_ptr) == agents.map(Arc::as_ptr)
        {
            return;
        }
        self.membership_readings = Some((agents.cloned(), groups.data.clone()));
        let members = center.agent_group_members();
        let visibility = Visibility::select(&settings.groups, center, members.as_deref());
        // Hidden agents are not counted in a group, so the minimum size applies to the others
        // alone.
        self.grouping = members.map(|mut members| {
            members.retain(|(group, _)| visibility.has_group(&group.id));
            members
                .iter_mut()
                .for_each(|(_, members)| members.retain(|agent| visibility.has_agent(agent)));
            Grouping::new(&members, settings.min_group_size)
        });
        self.visibility = Some(Arc::new(visibility));
        let at = groups.taken.mono;
        self.gone.forget_before(at.saturating_sub(settings.keep));
        self.regroup(&groups.data, at, settings.max_agents);
    }

    /// Carries the totals of the previous groups over to the present ones.
    fn regroup(&mut self, listed: &[AgentGroup], at: Duration, most: usize) {
        let before = self.totals.take().unwrap_or_default();
        let mut known: FxHashMap<Text, StateSeconds> =
            before.into_iter().map(|group| (group.key.id, group.seconds)).collect();
        self.totals = self.grouping.as_ref().map(|grouping| {
            let total = |key: &GroupKey| {
                let seconds = known.remove(&key.id).or_else(|| self.gone.take(&key.id));
                GroupTotals {
                    key: key.clone(),
                    now: Default::default(),
                    seconds: seconds.unwrap_or_default(),
                }
            };
            grouping.groups.iter().map(total).collect()
        });
        // A listed group without series is hidden or too small, so its counters are dropped. The
        // counters of the merged group are dropped when it has no series. If such counters went on
        // when the series come back, their growth between two scrapes could be the time of a single
        // person.
        if self.totals.is_some() {
            let listed: FxHashSet<&str> = listed.iter().map(|group| &*group.id).collect();
            for id in listed.iter().chain([&""]) {
                self.gone.take(id);
            }
            known.retain(|id, _| !id.is_empty() && !listed.contains(&**id));
        }
        for (id, seconds) in known {
            self.gone.put(id, at, seconds, most);
        }
    }

    /// Credits seconds of an agent to each of its groups.
    pub(super) fn credit(&mut self, agent: &str, state: AgentState, seconds: f64) {
        let (Some(grouping), Some(totals)) = (&self.grouping, &mut self.totals) else { return };
        for &group in grouping.groups_of(agent) {
            totals[group].seconds[state.index()] += seconds;
        }
    }

    /// Counts the members by their present state.
    pub(super) fn count_now(&mut self, statuses: &[AgentStatus]) {
        let (Some(grouping), Some(totals)) = (&self.grouping, &mut self.totals) else { return };
        totals.iter_mut().for_each(|group| group.now = Default::default());
        for status in statuses {
            let Some(state) = status.state else { continue };
            for &group in grouping.groups_of(&status.id) {
                totals[group].now[state.index()] += 1;
            }
        }
    }

    pub(super) fn export(&self) -> Vec<(Text, ByState<f64>)> {
        let now = self.totals.iter().flatten().map(|group| (&group.key.id, &group.seconds));
        let all = now.chain(self.gone.iter());
        let mut saved: Vec<_> = all.map(|(id, seconds)| (id.clone(), ByState(*seconds))).collect();
        saved.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        saved
    }

    /// Restores the groups as gone; those that are listed and large enough continue with the next
    /// configuration reading.
    pub(super) fn restore(&mut self, saved: &[(Text, ByState<f64>)], at: Duration, most: usize) {
        for (id, seconds) in saved {
            self.gone.put(id.clone(), at, seconds.0, most);
        }
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
