//! Time of agent groups that are large enough to have series.

use std::{sync::Arc, time::Duration};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{GroupTotals, StateSeconds, retained::Retained};
use crate::{
    model::{Agent, AgentGroup, AgentState, AgentStatus, Text},
    snapshot::Center,
    tally::{GroupKey, Settings, agent_groups::Grouping, visibility::Visibility},
};

/// The groups of one contact centre.
#[derive(Debug, Default)]
pub(super) struct Groups {
    grouping: Option<Grouping>,
    membership_readings: Option<MembershipReadings>,
    /// Agents and groups that may be shown; `None` before the groups are known.
    pub(super) visibility: Option<Arc<Visibility>>,
    /// Member-seconds of groups that are gone from Trio, or whose members it no longer names.
    pub(super) gone: Retained<StateSeconds>,
    /// `None` while membership is unknown.
    pub(super) totals: Option<Vec<GroupTotals>>,
}

/// Configuration readings that the membership was last taken from.
type MembershipReadings = (Option<Arc<Vec<Agent>>>, Arc<Vec<AgentGroup>>);

impl Groups {
    /// Updates the membership if its configuration was read again. A group that becomes too small
    /// loses its series and starts at zero if it grows again; a group that Trio does not list for a
    /// while continues.
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
        // counters of the merged group are dropped when it has no series. If they continued later,
        // the growth between two scrapes could describe one person.
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
}
