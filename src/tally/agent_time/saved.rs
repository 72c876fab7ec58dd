//! What of agent time is saved: crowds and groups, nobody alone.

use std::time::Duration;

use super::{AgentTime, AgentTotals, Groups, OTHER_REASON, Pauses, StateSeconds};
use crate::{
    model::{AgentState, Stamp, Text},
    tally::{
        Settings,
        saved::{ByWord, Return, SavedAgents, by_word, of_words},
    },
};

/// Agent time of an earlier process, until agent states are read again.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) totals: AgentTotals,
    /// How many agents were seen last, and when, seconds: nobody counted their time since.
    agents: u64,
    seen_at: Option<f64>,
}

impl Carried {
    /// Agent-seconds up to `now` that nobody counted.
    pub(super) fn missed_seconds(&self, now: Stamp) -> f64 {
        let since = self.seen_at.map_or(0.0, |at| now.mono.as_secs_f64() - at);
        self.agents as f64 * since.max(0.0)
    }
}

impl AgentTime {
    /// What can go on in another process; `None` if no agent states were ever read.
    pub(in crate::tally) fn export(&self, now: Stamp) -> Option<SavedAgents> {
        let at = now.mono.as_secs_f64();
        let (agents, seen_at) = match (&self.last, &self.carried) {
            (Some(last), _) => (last.data.len() as u64, Some(last.taken.mono.as_secs_f64())),
            (None, carried) => carried.as_ref().map(|carried| (carried.agents, carried.seen_at))?,
        };
        let totals = self.totals.as_ref().or(self.carried.as_ref().map(|carried| &carried.totals))?;
        let changes = totals.changes.map(|to| by_word(AgentState::ALL, AgentState::as_str, to));
        Some(SavedAgents {
            agents,
            seen_ago: seen_at.map_or(0.0, |seen| (at - seen).max(0.0)),
            seconds: seconds_by_state(&totals.seconds),
            unmeasured_seconds: totals.unmeasured_seconds,
            changes: by_word(AgentState::ALL, AgentState::as_str, changes),
            pauses: self.pauses.export(),
            groups: self.groups.export(),
        })
    }

    pub(in crate::tally) fn restore(saved: &SavedAgents, way: Return, settings: &Settings) -> Self {
        let mut totals = AgentTotals::zero();
        totals.seconds = seconds_of(&saved.seconds);
        totals.unmeasured_seconds = saved.unmeasured_seconds;
        totals.changes = of_words(AgentState::ALL, AgentState::as_str, &saved.changes)
            .map(|to: ByWord<u64>| of_words(AgentState::ALL, AgentState::as_str, &to));
        let carried = Carried { totals, agents: saved.agents, seen_at: way.moment(saved.seen_ago) };
        let mut time = Self { carried: Some(carried), ..Self::default() };
        time.pauses.restore(&saved.pauses, &settings.pause_reasons);
        time.groups.restore(&saved.groups, way.now.mono, settings.most_agents);
        time
    }
}

impl Pauses {
    fn export(&self) -> Vec<(Text, f64)> {
        match &self.totals {
            Some(totals) => totals.reasons.iter().cloned().zip(totals.seconds.iter().copied()).collect(),
            None => self.carried.clone(),
        }
    }

    /// Only what may still be shown goes on.
    fn restore(&mut self, saved: &[(Text, f64)], allowed: &[Text]) {
        let shown = |reason: &Text| **reason == *OTHER_REASON || allowed.contains(reason);
        self.carried = saved.iter().filter(|(reason, _)| shown(reason)).cloned().collect();
    }
}

impl Groups {
    fn export(&self) -> Vec<(Text, ByWord<f64>)> {
        let now = self.totals.iter().flatten().map(|group| (&group.key.id, &group.seconds));
        let all = now.chain(self.gone.iter());
        let mut saved: Vec<_> = all.map(|(id, seconds)| (id.clone(), seconds_by_state(seconds))).collect();
        saved.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        saved
    }

    /// The groups are taken for gone until they are judged.
    fn restore(&mut self, saved: &[(Text, ByWord<f64>)], at: Duration, most: usize) {
        for (id, seconds) in saved {
            self.gone.put(id.clone(), at, seconds_of(seconds), most);
        }
    }
}

fn seconds_by_state(seconds: &StateSeconds) -> ByWord<f64> {
    by_word(AgentState::ALL, AgentState::as_str, *seconds)
}

fn seconds_of(saved: &ByWord<f64>) -> StateSeconds {
    of_words(AgentState::ALL, AgentState::as_str, saved)
}
