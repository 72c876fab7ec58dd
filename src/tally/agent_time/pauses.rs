//! Pauses by reason, for the reasons that the configuration allows: reasons can be sensitive.

use std::sync::Arc;

use crate::model::{AgentState, AgentStatus, Text};

/// Label value for all reasons that are not allowed, and for pauses without a reason.
pub const OTHER_REASON: &str = "other";

/// Pauses of the agents of one contact centre.
#[derive(Clone, Debug, PartialEq)]
pub struct PauseTotals {
    /// The reasons that may be shown, as configured, then [`OTHER_REASON`].
    pub reasons: Arc<[Text]>,
    /// Paused agents by reason; `None` while Trio does not give reasons.
    pub now: Option<Vec<u64>>,
    /// Paused agent-seconds by reason, since reasons are known.
    pub seconds: Vec<f64>,
}

/// Running counts of pauses. Without an allowed reason there are none.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    totals: Option<PauseTotals>,
    /// The allowed reasons, normalised for the comparison.
    normalized: Vec<String>,
    /// True if the last reading gave the reasons of pauses.
    reasons_reported: bool,
    /// Paused seconds by reason of an earlier process, until reasons are read again.
    restored: Vec<(Text, f64)>,
}

impl Pauses {
    pub(super) fn totals(&self) -> Option<PauseTotals> {
        self.totals.clone()
    }

    /// Credits half of an interval to the reason at its begin, by the previous reading, and half to
    /// the reason at its end.
    pub(super) fn credit(
        &mut self,
        begin: &AgentStatus,
        end: &AgentStatus,
        has_reasons: bool,
        seconds: f64,
    ) {
        for (status, reported) in [(begin, self.reasons_reported), (end, has_reasons)] {
            if reported && status.state == Some(AgentState::Paused) && self.totals.is_some() {
                let position = self.position(status);
                if let Some(total) =
                    self.totals.as_mut().and_then(|totals| totals.seconds.get_mut(position))
                {
                    *total += seconds / 2.0;
                }
            }
        }
    }

    /// Counts the paused agents by reason. The counters exist from the first reading that gives
    /// reasons.
    pub(super) fn count(&mut self, statuses: &[AgentStatus], has_reasons: bool, allowed: &[Text]) {
        self.reasons_reported = has_reasons;
        if self.totals.is_none() && has_reasons && !allowed.is_empty() {
            self.normalized = allowed.iter().map(|reason| normalize(reason)).collect();
            let reasons: Arc<[Text]> =
                allowed.iter().cloned().chain([OTHER_REASON.into()]).collect();
            let seconds = reasons.iter().map(|reason| self.restored_seconds(reason)).collect();
            self.totals = Some(PauseTotals { now: None, seconds, reasons });
            self.restored = Vec::new();
        }
        let Some(places) = self.totals.as_ref().map(|totals| totals.reasons.len()) else { return };
        let mut counts = vec![0; places];
        let paused = statuses.iter().filter(|status| status.state == Some(AgentState::Paused));
        for position in paused.map(|status| self.position(status)) {
            counts[position] += 1;
        }
        // With no one paused, zero is right even without the member.
        let known = has_reasons || counts.iter().all(|count| *count == 0);
        if let Some(totals) = &mut self.totals {
            totals.now = known.then_some(counts);
        }
    }

    pub(super) fn export(&self) -> Vec<(Text, f64)> {
        match &self.totals {
            Some(totals) => {
                totals.reasons.iter().cloned().zip(totals.seconds.iter().copied()).collect()
            }
            None => self.restored.clone(),
        }
    }

    /// Restores reasons that are still allowed.
    pub(super) fn restore(&mut self, saved: &[(Text, f64)], allowed: &[Text]) {
        let shown = |reason: &Text| **reason == *OTHER_REASON || allowed.contains(reason);
        self.restored = saved.iter().filter(|(reason, _)| shown(reason)).cloned().collect();
    }

    fn restored_seconds(&self, reason: &str) -> f64 {
        let same =
            self.restored.iter().find(|(restored, _)| normalize(restored) == normalize(reason));
        same.map_or(0.0, |(_, seconds)| *seconds)
    }

    /// Returns the position of an agent's reason; the last position is that of all other reasons.
    fn position(&self, status: &AgentStatus) -> usize {
        let reason = status.reason.as_deref().map(normalize);
        let known =
            reason.and_then(|reason| self.normalized.iter().position(|known| *known == reason));
        known.unwrap_or(self.normalized.len())
    }
}

/// Returns true if a reading gives reasons of pauses: the member exists, even if only for some
/// agents.
pub(super) fn reports_reasons(statuses: &[AgentStatus], member_seen: bool) -> bool {
    member_seen || statuses.iter().any(|status| status.reason.is_some())
}

// Reasons are typed by people into Trio and into the configuration: spaces and capitals may differ.
fn normalize(reason: &str) -> String {
    reason.trim().to_lowercase()
}
