//! Agent time in the state file: totals and groups, never single agents.

use std::time::Duration;

use super::{AgentTime, AgentTotals, Groups, OTHER_REASON, Pauses, StateSeconds};
use crate::{
    model::{AgentState, Stamp, Text},
    tally::{
        Settings,
        saved::{ByLabel, RestoreClock, SavedAgents, from_labels, to_labels},
    },
};

/// Counters of an earlier process, until agent states are read again.
#[derive(Debug)]
pub(super) struct Restored {
    pub(super) totals: AgentTotals,
    /// Number of agents in the last reading, and its moment in seconds: their time since is
    /// unmeasured.
    agents: u64,
    seen_at: Option<f64>,
}

impl Restored {
    /// Returns the unmeasured agent-seconds up to `now`.
    pub(super) fn unmeasured_seconds_until(&self, now: Stamp) -> f64 {
        let since = self.seen_at.map_or(0.0, |at| now.mono.as_secs_f64() - at);
        self.agents as f64 * since.max(0.0)
    }
}

impl AgentTime {
    /// Exports the counters; `None` if agent states were never read.
    pub(in crate::tally) fn export(&self, now: Stamp) -> Option<SavedAgents> {
        let at = now.mono.as_secs_f64();
        let (agents, seen_at) = match (&self.last, &self.restored) {
            (Some(last), _) => (last.data.len() as u64, Some(last.taken.mono.as_secs_f64())),
            (None, restored) => {
                restored.as_ref().map(|restored| (restored.agents, restored.seen_at))?
            }
        };
        let totals =
            self.totals.as_ref().or(self.restored.as_ref().map(|restored| &restored.totals))?;
        let changes = totals.changes.map(|to| to_labels(AgentState::ALL, AgentState::as_str, to));
        Some(SavedAgents {
            agents,
            seen_ago: seen_at.map_or(0.0, |seen| (at - seen).max(0.0)),
            seconds: seconds_by_state(&totals.seconds),
            unmeasured_seconds: totals.unmeasured_seconds,
            changes: to_labels(AgentState::ALL, AgentState::as_str, changes),
            pauses: self.pauses.export(),
            groups: self.groups.export(),
        })
    }

    pub(in crate::tally) fn restore(
        saved: &SavedAgents,
        clock: RestoreClock,
        settings: &Settings,
    ) -> Self {
        let mut totals = AgentTotals::zero();
        totals.seconds = seconds_of(&saved.seconds);
        totals.unmeasured_seconds = saved.unmeasured_seconds;
        totals.changes = from_labels(AgentState::ALL, AgentState::as_str, &saved.changes)
            .map(|to: ByLabel<u64>| from_labels(AgentState::ALL, AgentState::as_str, &to));
        let restored =
            Restored { totals, agents: saved.agents, seen_at: clock.moment(saved.seen_ago) };
        let mut time = Self { restored: Some(restored), ..Self::default() };
        time.pauses.restore(&saved.pauses, &settings.pause_reasons);
        time.groups.restore(&saved.groups, clock.now.mono, settings.max_agents);
        time
    }
}

impl Pauses {
    fn export(&self) -> Vec<(Text, f64)> {
        match &self.totals {
            Some(totals) => {
                totals.reasons.iter().cloned().zip(totals.seconds.iter().copied()).collect()
            }
            None => self.restored.clone(),
        }
    }

    /// Restores reasons that are still allowed.
    fn restore(&mut self, saved: &[(Text, f64)], allowed: &[Text]) {
        let shown = |reason: &Text| **reason == *OTHER_REASON || allowed.contains(reason);
        self.restored = saved.iter().filter(|(reason, _)| shown(reason)).cloned().collect();
    }
}

impl Groups {
    fn export(&self) -> Vec<(Text, ByLabel<f64>)> {
        let now = self.totals.iter().flatten().map(|group| (&group.key.id, &group.seconds));
        let all = now.chain(self.gone.iter());
        let mut saved: Vec<_> =
            all.map(|(id, seconds)| (id.clone(), seconds_by_state(seconds))).collect();
        saved.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        saved
    }

    /// Restores the groups as gone; those that are listed and large enough continue with the next
    /// configuration reading.
    fn restore(&mut self, saved: &[(Text, ByLabel<f64>)], at: Duration, most: usize) {
        for (id, seconds) in saved {
            self.gone.put(id.clone(), at, seconds_of(seconds), most);
        }
    }
}

fn seconds_by_state(seconds: &StateSeconds) -> ByLabel<f64> {
    to_labels(AgentState::ALL, AgentState::as_str, *seconds)
}

fn seconds_of(saved: &ByLabel<f64>) -> StateSeconds {
    from_labels(AgentState::ALL, AgentState::as_str, saved)
}
