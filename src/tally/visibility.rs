//! Agents and groups that may be shown, where the configuration allows or denies agent groups.
//!
//! In doubt an agent is hidden: before membership is known, and in groups that Trio does not list.

use rustc_hash::FxHashSet;

use crate::{
    model::{Agent, AgentGroup, GroupSelection, Text},
    snapshot::Center,
};

/// The agents and the groups that may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// No restriction.
    #[default]
    All,
    /// Only these ids.
    Only {
        /// Agents of allowed groups that are in no denied one.
        agents: FxHashSet<Text>,
        /// Groups that are allowed and not denied.
        groups: FxHashSet<Text>,
    },
}

impl Visibility {
    /// Returns an empty visibility if the selection restricts anything.
    pub(super) fn before_groups_are_read(selection: &GroupSelection) -> Self {
        if selection.is_everything() {
            Self::All
        } else {
            Self::Only { agents: FxHashSet::default(), groups: FxHashSet::default() }
        }
    }

    /// Selects what may be shown of a contact centre whose groups have these `members`.
    pub(super) fn select(
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
