//! Which agents may be shown one by one and in groups, where the configuration allows or denies some groups.
//!
//! In doubt nobody is: before it is known who belongs where, and for agents of groups that Trio does not list.

use rustc_hash::FxHashSet;

use crate::{
    model::{Agent, AgentGroup, GroupSelection, Text},
    snapshot::Center,
};

/// The agents and the groups that may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Nothing is left out.
    #[default]
    Everything,
    /// These, by their ids.
    Only {
        /// Agents of allowed groups who belong to no denied one.
        agents: FxHashSet<Text>,
        /// Groups that are allowed and not denied.
        groups: FxHashSet<Text>,
    },
}

impl Shown {
    /// Nobody, if the selection leaves anybody out.
    pub(super) fn unknown(selection: &GroupSelection) -> Self {
        if selection.is_everything() {
            Self::Everything
        } else {
            Self::Only { agents: FxHashSet::default(), groups: FxHashSet::default() }
        }
    }

    /// What `selection` lets be shown of a contact centre whose groups have these `members`.
    pub(super) fn of(
        selection: &GroupSelection,
        center: &Center,
        members: Option<&[(AgentGroup, Vec<Text>)]>,
    ) -> Self {
        let Some(members) = members.filter(|_| !selection.is_everything()) else {
            return Self::unknown(selection);
        };
        let listed = center.agents.good.as_ref().map_or(&[][..], |good| &good.data);
        let of = |fits: &dyn Fn(&AgentGroup) -> bool| -> FxHashSet<&Text> {
            members.iter().filter(|(group, _)| fits(group)).flat_map(|(_, members)| members).collect()
        };
        let mut agents = of(&|group| selection.allows(group));
        if selection.allow.is_empty() {
            agents.extend(listed.iter().map(|agent| &agent.id));
        }
        if !selection.deny.is_empty() {
            let denied = of(&|group| selection.denies(group));
            let in_doubt = in_unlisted_groups(listed, members);
            agents.retain(|agent| !denied.contains(*agent) && !in_doubt.contains(*agent));
        }
        let groups = members.iter().map(|(group, _)| group);
        let groups = groups.filter(|group| selection.allows(group) && !selection.denies(group));
        Self::Only {
            agents: agents.into_iter().cloned().collect(),
            groups: groups.map(|group| group.id.clone()).collect(),
        }
    }

    /// Whether the agent with this id may be shown.
    pub fn has_agent(&self, id: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Only { agents, .. } => agents.contains(id),
        }
    }

    /// Whether the group with this id may be shown.
    pub fn has_group(&self, id: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Only { groups, .. } => groups.contains(id),
        }
    }
}

/// Agents of groups that are not among those listed: one of these may be denied, by a name that is not known.
fn in_unlisted_groups<'a>(agents: &'a [Agent], listed: &[(AgentGroup, Vec<Text>)]) -> FxHashSet<&'a Text> {
    let known: FxHashSet<&str> = listed.iter().map(|(group, _)| &*group.id).collect();
    let in_doubt = agents.iter().filter(|agent| agent.group_ids.iter().any(|id| !known.contains(&**id)));
    in_doubt.map(|agent| &agent.id).collect()
}
