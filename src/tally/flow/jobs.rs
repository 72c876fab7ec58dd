//! Job numbers in agent states: they give the stage of cases that a list does not show, or shows
//! without a state.

use rustc_hash::FxHashMap;

use super::{reading::ListReading, tracked::Stage};
use crate::{
    model::{AgentState, Text},
    snapshot::Center,
    tally::elapsed,
};

/// Stages of cases by job number. An agent in an unknown state has the case, too.
#[derive(Debug, Default)]
pub(super) struct Jobs<'a>(FxHashMap<&'a Text, Stage>);

impl<'a> Jobs<'a> {
    /// Reads the jobs of agents whose states were read within an interval of `reading`.
    pub(super) fn read(center: &'a Center, reading: &ListReading<'_>) -> Self {
        let Some(states) = &center.agent_state.good else { return Self::default() };
        let apart = (elapsed::span(states).0 - reading.at).abs();
        // An older state says nothing of this list: the agent may have finished the case.
        if apart > reading.interval.as_secs_f64() {
            return Self::default();
        }
        let jobs = states.data.iter().filter_map(|status| {
            let stage = match status.state {
                Some(AgentState::Reserved) => Stage::Waiting,
                Some(AgentState::Busy | AgentState::WrapUp) => Stage::Handled,
                Some(AgentState::Unknown) | None => Stage::Unknown,
                // The number may be that of the agent's last case.
                Some(AgentState::LoggedOut | AgentState::Available | AgentState::Paused) => {
                    return None;
                }
            };
            Some((status.job.as_ref()?, stage))
        });
        Self(jobs.collect())
    }

    /// Returns the stage of a case by the state of its agent.
    pub(super) fn stage(&self, case: &Text) -> Option<Stage> {
        self.0.get(case).copied()
    }

    /// Returns true if an agent has the case.
    pub(super) fn has(&self, case: &Text) -> bool {
        self.0.contains_key(case)
    }
}
