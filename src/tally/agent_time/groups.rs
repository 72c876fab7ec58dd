//! The time of agent groups, as far as groups are large enough to have series.

use std::{sync::Arc, time::Duration};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{GroupTotals, StateSeconds, kept::Kept};
use crate::{
    model::{Agent, AgentGroup, AgentState, AgentStatus, Text},
    snapshot::Center,
    tally::{GroupKey, Settings, agent_groups::Grouping, shown::Shown},
};

/// The groups of one contact centre.
#[derive(Debug, Default)]
pub(super) struct Groups {
    grouping: Option<Grouping>,
    judged: Option<JudgedReadings>,
    /// Who may be shown; `None` before the groups are known.
    pub(super) shown: Option<Arc<Shown>>,
    /// Member-seconds of groups that are gone from Trio, or whose members it no longer names.
    pub(super) gone: Kept<StateSeconds>,
    /// `None` while membership is unknown.
    pub(super) totals: Option<Vec<GroupTotals>>,
}

/// The configuration readings that the groups were last judged by.
type JudgedReadings = (Option<Arc<Vec<Agent>>>, Arc<Vec<AgentGroup>>);

impl Groups {
    /// Groups are judged when their configuration was read anew. One that becomes too small loses its
    /// series, and gets them back at zero; one that Trio forgets for a while goes on where it was.
    pub(super) fn judge(&mut self, center: &Center, settings: &Settings) {
        let Some(groups) = &center.agent_groups.good else { return };
        let agents = center.agents.good.as_ref().map(|good| &good.data);
        if let Some((seen_agents, seen_groups)) = &self.judged
            && Arc::ptr_eq(seen_groups, &groups.data)
            && seen_agents.as_ref().map(Arc::as_ptr) == agents.map(Arc::as_ptr)
        {
            return;
        }
        self.judged = Some((agents.cloned(), groups.data.clone()));
        let members = center.agent_group_members();
        let shown = Shown::of(&settings.groups, center, members.as_deref());
        // Judged by those who may be shown: they alone are counted.
        self.grouping = members.map(|mut members| {
            members.retain(|(group, _)| shown.has_group(&group.id));
            members.iter_mut().for_each(|(_, members)| members.retain(|agent| shown.has_agent(agent)));
            Grouping::judge(&members, settings.min_group_size)
        });
        self.shown = Some(Arc::new(shown));
        let at = groups.taken.mono;
        self.gone.forget_before(at.saturating_sub(settings.keep));
        self.regroup(&groups.data, at, settings.most_agents);
    }

    /// Takes the totals of before over into the groups of now.
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
        // What is listed with its members and has no series is too small, and so are the merged ones.
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
        for &group in grouping.of(agent) {
            totals[group].seconds[state.index()] += seconds;
        }
    }

    /// Counts the members by what they are doing now.
    pub(super) fn count_now(&mut self, statuses: &[AgentStatus]) {
        let (Some(grouping), Some(totals)) = (&self.grouping, &mut self.totals) else { return };
        totals.iter_mut().for_each(|group| group.now = Default::default());
        for status in statuses {
            let Some(state) = status.state else { continue };
            for &group in grouping.of(&status.id) {
                totals[group].now[state.index()] += 1;
            }
        }
    }
}
