//! Stage of a case: by its row, by the agent that has its job number, or by the answer for the case
//! alone.

use rustc_hash::FxHashMap;

use super::ListReading;
use crate::{
    model::{AgentState, Case, CaseState, Text},
    snapshot::Center,
};

/// Stage of a case; ringing counts as waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tally) enum Stage {
    Waiting,
    Handled,
    /// Neither the row nor an agent says so.
    Unknown,
}

impl Stage {
    pub(in crate::tally) fn from_state(state: Option<CaseState>) -> Self {
        match state {
            Some(CaseState::Queued | CaseState::Offered) => Self::Waiting,
            Some(CaseState::Handled) => Self::Handled,
            Some(CaseState::Unknown) | None => Self::Unknown,
        }
    }
}

/// Stages of cases by job number, by the state of the agent. An agent in an unknown state has the
/// case, too.
#[derive(Debug, Default)]
pub(in crate::tally) struct Jobs<'a>(FxHashMap<&'a Text, (Stage, AgentState)>);

impl<'a> Jobs<'a> {
    /// Reads the jobs of agents whose states were read within an interval of `reading`.
    pub(in crate::tally) fn read(center: &'a Center, reading: &ListReading<'_>) -> Self {
        let Some(states) = &center.agent_state.good else { return Self::default() };
        let apart = (states.taken.moment() - reading.at).abs();
        // An older state says nothing of this list: the agent may have finished the case.
        if apart > reading.interval.as_secs_f64() {
            return Self::default();
        }
        let jobs = states.data.iter().filter_map(|status| {
            let state = status.state.unwrap_or(AgentState::Unknown);
            let stage = match state {
                AgentState::Reserved => Stage::Waiting,
                AgentState::Busy | AgentState::WrapUp => Stage::Handled,
                AgentState::Unknown => Stage::Unknown,
                // The number may be that of the agent's last case.
                AgentState::LoggedOut | AgentState::Available | AgentState::Paused => {
                    return None;
                }
            };
            Some((status.job.as_ref()?, (stage, state)))
        });
        Self(jobs.collect())
    }

    /// Returns the stage of a case by the state of its agent.
    pub(in crate::tally) fn stage(&self, case: &Text) -> Option<Stage> {
        self.0.get(case).map(|(stage, _)| *stage)
    }

    /// Returns true if an agent handles the case now, and is not only finishing up after it.
    pub(in crate::tally) fn is_handled(&self, case: &Text) -> bool {
        self.0.get(case).is_some_and(|(_, state)| *state == AgentState::Busy)
    }

    /// Returns true if an agent has the case.
    pub(in crate::tally) fn has(&self, case: &Text) -> bool {
        self.0.contains_key(case)
    }
}

/// Cases that were read one by one, and the answers.
#[derive(Debug, Default)]
pub(in crate::tally) struct FollowedCases<'a>(FxHashMap<&'a Text, Option<&'a Case>>);

impl<'a> FollowedCases<'a> {
    pub(in crate::tally) fn since(center: &'a Center, reading: &ListReading<'_>) -> Self {
        // An answer from before the list says nothing about a case that the list does not show.
        let fresh = center.followed.iter().filter(|followed| followed.at.moment() >= reading.at);
        Self(fresh.map(|followed| (&followed.id, followed.case.as_ref())).collect())
    }

    /// Returns the answer for a case; `Some(None)`: Trio no longer has it.
    pub(in crate::tally) fn answer(&self, id: &Text) -> Option<Option<&'a Case>> {
        self.0.get(id).copied()
    }
}
