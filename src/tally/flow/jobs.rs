//! What agents say of their cases: they stand in where a list does not.

use rustc_hash::FxHashMap;

use super::{reading::ListReading, tracked::Stage};
use crate::{
    model::{AgentState, Text},
    snapshot::Center,
    tally::elapsed,
};

/// Where cases stand by the job numbers that agents have. An agent in an unknown state has the case, too.
#[derive(Debug, Default)]
pub(super) struct Jobs<'a>(FxHashMap<&'a Text, Stage>);

impl<'a> Jobs<'a> {
    /// The jobs of agents whose states were read at about the time of `reading`.
    pub(super) fn of(center: &'a Center, reading: &ListReading<'_>) -> Self {
        let Some(states) = &center.agent_state.good else { return Self::default() };
        let apart = (elapsed::span(states).0 - reading.at).abs();
        if apart > reading.interval.as_secs_f64() {
            return Self::default();
        }
        let jobs = states.data.iter().filter_map(|status| {
            let stage = match status.state {
                Some(AgentState::Reserved) => Stage::Waiting,
                Some(AgentState::Busy | AgentState::WrapUp) => Stage::Handled,
                Some(AgentState::Unknown) | None => Stage::Unknown,
                // The number may be that of the last case.
                Some(AgentState::LoggedOut | AgentState::Available | AgentState::Paused) => return None,
            };
            Some((status.job.as_ref()?, stage))
        });
        Self(jobs.collect())
    }

    /// Where a case stands by what its agent does.
    pub(super) fn stage(&self, case: &Text) -> Option<Stage> {
        self.0.get(case).copied()
    }

    /// Returns whether an agent has the case.
    pub(super) fn has(&self, case: &Text) -> bool {
        self.0.contains_key(case)
    }
}
