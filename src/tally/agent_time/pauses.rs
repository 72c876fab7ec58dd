//! Pauses by their reason, as far as reasons may be shown: they can be sensitive.

use std::sync::Arc;

use crate::model::{AgentState, AgentStatus, Text};

/// The word for every reason that may not be shown, and for none.
pub const OTHER_REASON: &str = "other";

/// Pauses of the agents of one contact centre.
#[derive(Clone, Debug, PartialEq)]
pub struct PauseTotals {
    /// The reasons that may be shown, as configured, then [`OTHER_REASON`].
    pub reasons: Arc<[Text]>,
    /// Paused agents by reason; `None` while Trio does not say why.
    pub now: Option<Vec<u64>>,
    /// Paused agent-seconds by reason since reasons are known.
    pub seconds: Vec<f64>,
}

/// The running counts. Without an allowed reason there are none.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    pub(super) totals: Option<PauseTotals>,
    /// The allowed reasons as they are compared.
    words: Vec<String>,
    /// Whether the last reading said why agents were paused.
    told: bool,
    /// Paused seconds by reason of an earlier process, until reasons are told again.
    pub(super) carried: Vec<(Text, f64)>,
}

impl Pauses {
    pub(super) fn totals(&self) -> Option<PauseTotals> {
        self.totals.clone()
    }

    /// Credits time at the state of an agent: at the begin of an interval by what the reading before
    /// said, at its end by what the new one says.
    pub(super) fn credit(&mut self, begin: &AgentStatus, end: &AgentStatus, tells: bool, seconds: f64) {
        for (status, told) in [(begin, self.told), (end, tells)] {
            if told && status.state == Some(AgentState::Paused) && self.totals.is_some() {
                let position = self.position(status);
                if let Some(total) = self.totals.as_mut().and_then(|totals| totals.seconds.get_mut(position))
                {
                    *total += seconds / 2.0;
                }
            }
        }
    }

    /// Counts who is paused now. What is counted exists from the first reading that tells reasons.
    pub(super) fn count(&mut self, statuses: &[AgentStatus], tells: bool, allowed: &[Text]) {
        self.told = tells;
        if self.totals.is_none() && tells && !allowed.is_empty() {
            self.words = allowed.iter().map(|reason| word(reason)).collect();
            let reasons: Arc<[Text]> = allowed.iter().cloned().chain([OTHER_REASON.into()]).collect();
            let seconds = reasons.iter().map(|reason| self.carried_seconds(reason)).collect();
            self.totals = Some(PauseTotals { now: None, seconds, reasons });
            self.carried = Vec::new();
        }
        let Some(places) = self.totals.as_ref().map(|totals| totals.reasons.len()) else { return };
        let mut counts = vec![0; places];
        let paused = statuses.iter().filter(|status| status.state == Some(AgentState::Paused));
        for position in paused.map(|status| self.position(status)) {
            counts[position] += 1;
        }
        let known = tells || counts.iter().all(|count| *count == 0);
        if let Some(totals) = &mut self.totals {
            totals.now = known.then_some(counts);
        }
    }

    fn carried_seconds(&self, reason: &str) -> f64 {
        let same = self.carried.iter().find(|(carried, _)| word(carried) == word(reason));
        same.map_or(0.0, |(_, seconds)| *seconds)
    }

    /// The position of an agent's reason; the last one is that of all others.
    fn position(&self, status: &AgentStatus) -> usize {
        let reason = status.reason.as_deref().map(word);
        let known = reason.and_then(|reason| self.words.iter().position(|word| *word == reason));
        known.unwrap_or(self.words.len())
    }
}

/// Whether a reading says why agents are paused: the member is there, if only for some of them.
pub(super) fn tells_reasons(statuses: &[AgentStatus], member_seen: bool) -> bool {
    member_seen || statuses.iter().any(|status| status.reason.is_some())
}

fn word(reason: &str) -> String {
    reason.trim().to_lowercase()
}
