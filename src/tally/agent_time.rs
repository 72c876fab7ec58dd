//! How long agents spent in each state, and how often they changed it.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::agent_groups::{GroupKey, Grouping};
use crate::{
    model::{Agent, AgentGroup, AgentState, AgentStatus, Text},
    snapshot::{Center, Good},
};

/// Seconds by state, in the order of [`AgentState::ALL`].
pub type StateSeconds = [f64; AgentState::COUNT];
/// Agents by state, in the order of [`AgentState::ALL`].
pub type StateCounts = [u64; AgentState::COUNT];

/// A longer way between two readings than this many intervals is a gap: nobody knows what happened.
const GAP_INTERVALS: u32 = 3;

/// What is known of the agents of one contact centre.
#[derive(Clone, Debug)]
pub struct AgentTotals {
    /// Agents by state at the last good reading.
    pub now: StateCounts,
    /// Agent-seconds by state since start.
    pub seconds: StateSeconds,
    /// Agent-seconds since start that no state can claim.
    pub unmeasured_seconds: f64,
    /// State changes seen since start: `changes[from][to]`.
    pub changes: [StateCounts; AgentState::COUNT],
    /// The same by agent group; `None` while membership is unknown.
    pub groups: Option<Vec<GroupTotals>>,
    /// One entry an agent, in the order of the last good reading.
    pub persons: Arc<[PersonTotals]>,
}

/// What is known of one agent group.
#[derive(Clone, Debug)]
pub struct GroupTotals {
    /// The group.
    pub key: GroupKey,
    /// Its members by state at the last good reading.
    pub now: StateCounts,
    /// Member-seconds by state since the group was first seen.
    pub seconds: StateSeconds,
}

/// What is known of one agent.
#[derive(Clone, Debug)]
pub struct PersonTotals {
    /// Trio's id.
    pub id: Text,
    /// When the present state began: Trio's own time, else when it was first seen.
    pub since: SystemTime,
    /// Seconds by state since the agent was first seen.
    pub seconds: StateSeconds,
}

/// The running counts of one contact centre.
#[derive(Debug, Default)]
pub(super) struct AgentTime {
    totals: Option<AgentTotals>,
    grouping: Option<Grouping>,
    judged: Option<JudgedReadings>,
}

/// The configuration readings that the groups were last judged by.
type JudgedReadings = (Option<Arc<Vec<Agent>>>, Arc<Vec<AgentGroup>>);

impl AgentTime {
    pub(super) fn totals(&self) -> Option<AgentTotals> {
        self.totals.clone()
    }

    /// Counts from the agent states of `before` to those of `center`.
    pub(super) fn step(&mut self, before: Option<&Center>, center: &Center, min_group_size: usize) {
        let Some(cur) = &center.agent_state.good else { return };
        let prev = before.and_then(|before| before.agent_state.good.as_ref());
        let stateless = !cur.data.is_empty() && cur.data.iter().all(|status| status.state.is_none());
        if self.totals.is_none() && stateless {
            return;
        }
        if prev.is_none_or(|prev| prev.taken != cur.taken) {
            let elapsed =
                prev.map(|prev| Elapsed::between(prev, cur, center.agent_state.interval.unwrap_or_default()));
            self.credit(prev.map(|prev| prev.data.as_slice()), cur, elapsed);
        }
        // Only now: what has passed belongs to the groups that were, and new ones start at zero.
        self.judge_groups(center, min_group_size);
        self.count_now(&cur.data);
    }

    /// Groups are judged when their configuration was read anew. One that loses its series and gets
    /// them back starts at zero.
    fn judge_groups(&mut self, center: &Center, min_group_size: usize) {
        let (Some(groups), Some(totals)) = (&center.agent_groups.good, &mut self.totals) else { return };
        let agents = center.agents.good.as_ref().map(|good| &good.data);
        if let Some((seen_agents, seen_groups)) = &self.judged
            && Arc::ptr_eq(seen_groups, &groups.data)
            && seen_agents.as_ref().map(Arc::as_ptr) == agents.map(Arc::as_ptr)
        {
            return;
        }
        self.judged = Some((agents.cloned(), groups.data.clone()));
        self.grouping = center.agent_group_members().map(|members| Grouping::judge(&members, min_group_size));
        let known = totals.groups.take().unwrap_or_default();
        totals.groups = self.grouping.as_ref().map(|grouping| {
            let total_of = |key: &GroupKey| {
                let seconds = known.iter().find(|known| known.key.id == key.id).map(|known| known.seconds);
                GroupTotals {
                    key: key.clone(),
                    now: Default::default(),
                    seconds: seconds.unwrap_or_default(),
                }
            };
            grouping.groups.iter().map(total_of).collect()
        });
    }

    /// Half of the time between two readings goes to the state at its begin, half to that at its end:
    /// nobody knows when in between a change happened, and this is right on average.
    fn credit(
        &mut self,
        prev: Option<&[AgentStatus]>,
        cur: &Good<Vec<AgentStatus>>,
        elapsed: Option<Elapsed>,
    ) {
        let totals = self.totals.get_or_insert_with(AgentTotals::zero);
        let known: HashMap<&str, &PersonTotals> = totals.persons.iter().map(|p| (&*p.id, p)).collect();
        let mut left: HashMap<&str, Option<AgentState>> =
            prev.into_iter().flatten().map(|status| (&*status.id, status.state)).collect();
        let mut persons = Vec::with_capacity(cur.data.len());
        let mut group_credit = Vec::new();
        for status in cur.data.iter() {
            let known = known.get(&*status.id).copied();
            let from = left.remove(&*status.id);
            let changed = from != Some(status.state);
            let since = match (status.since, known) {
                (Some(since), _) => since,
                (None, Some(known)) if !changed => known.since,
                _ => cur.taken.wall,
            };
            let seconds = known.map(|known| known.seconds).unwrap_or_default();
            let mut person = PersonTotals { id: status.id.clone(), since, seconds };
            match (from, elapsed) {
                (Some(Some(from)), Some(elapsed)) if status.state.is_some() => {
                    let to = status.state.unwrap_or(from);
                    if from != to {
                        totals.changes[from.index()][to.index()] += 1;
                    }
                    if let Elapsed::Measured(seconds) = elapsed {
                        for state in [from, to] {
                            person.seconds[state.index()] += seconds / 2.0;
                            totals.seconds[state.index()] += seconds / 2.0;
                            group_credit.push((&*status.id, state, seconds / 2.0));
                        }
                    } else {
                        totals.unmeasured_seconds += elapsed.seconds();
                    }
                }
                (Some(_), Some(elapsed)) => totals.unmeasured_seconds += elapsed.seconds(),
                _ => {}
            }
            persons.push(person);
        }
        if let Some(elapsed) = elapsed {
            totals.unmeasured_seconds += elapsed.seconds() * left.len() as f64;
        }
        totals.persons = persons.into();
        if let (Some(grouping), Some(groups)) = (&self.grouping, &mut totals.groups) {
            for (agent, state, seconds) in group_credit {
                for &group in grouping.of(agent) {
                    groups[group].seconds[state.index()] += seconds;
                }
            }
        }
    }

    fn count_now(&mut self, statuses: &[AgentStatus]) {
        let Some(totals) = &mut self.totals else { return };
        totals.now = Default::default();
        let mut groups = totals.groups.as_deref_mut().unwrap_or_default().iter_mut().collect::<Vec<_>>();
        for group in &mut groups {
            group.now = Default::default();
        }
        for status in statuses {
            let Some(state) = status.state else { continue };
            totals.now[state.index()] += 1;
            for &group in self.grouping.as_ref().map_or(&[][..], |grouping| grouping.of(&status.id)) {
                groups[group].now[state.index()] += 1;
            }
        }
    }
}

impl AgentTotals {
    fn zero() -> Self {
        Self {
            now: Default::default(),
            seconds: Default::default(),
            unmeasured_seconds: 0.0,
            changes: Default::default(),
            groups: None,
            persons: Arc::new([]),
        }
    }
}

/// The time between two readings.
#[derive(Clone, Copy, Debug)]
enum Elapsed {
    /// Short enough to say what happened in it.
    Measured(f64),
    /// A gap, a suspended machine or a stepped clock.
    Gap(f64),
}

impl Elapsed {
    fn between<T>(prev: &Good<T>, cur: &Good<T>, interval: Duration) -> Self {
        let mono = cur.taken.since(prev.taken);
        let apart = match cur.taken.wall.duration_since(prev.taken.wall) {
            Ok(wall) => wall.abs_diff(mono),
            Err(back) => back.duration() + mono,
        };
        if mono > interval * GAP_INTERVALS || apart > interval * 2 {
            Self::Gap(mono.as_secs_f64())
        } else {
            Self::Measured(mono.as_secs_f64())
        }
    }

    fn seconds(self) -> f64 {
        match self {
            Self::Measured(seconds) | Self::Gap(seconds) => seconds,
        }
    }
}

#[cfg(test)]
mod tests;
