//! Pauses by reason. Only reasons that the configuration allows have series of their own.

use std::fmt;

use super::{
    encode_input::{EncodeInput, label_text},
    family::{FamilyWriter, Spec},
};

const PAUSED: Spec = Spec::gauge(
    "agents_paused",
    "Paused agents by the reason that they gave: the reasons in agents.pause_reasons, and `other` for the rest; the reasons add up to the paused agents. Shows how many are at lunch, and when too many are. Source: agents/state.",
);
const PAUSE_SECONDS: Spec = Spec::counter(
    "agent_pause_reason",
    "Agent-seconds paused, by reason: the reasons in agents.pause_reasons, and `other` for the rest; the reasons add up to the paused seconds in trio_agents_state_seconds_total since reasons are known. Shows what pauses are used for. Source: agents/state, between two readings.",
)
.seconds();

/// Writes both families, for contact centres where reasons may be shown and Trio gives them.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let pauses = || {
        input
            .centers()
            .filter_map(|center| Some((center, center.agents.and_then(|a| a.pauses.as_ref())?)))
    };
    let mut family = writer.family(&PAUSED);
    for (center, pauses) in pauses().filter(|(center, _)| center.agent_state.is_some()) {
        // `now` is `None` while Trio gives no reasons: zeros would say that no one is paused.
        for (reason, agents) in pauses.reasons.iter().zip(pauses.now.iter().flatten()) {
            family.add_gauge(&(center.labels, [("reason", label_text(Some(reason)))]), *agents)?;
        }
    }
    let mut family = writer.family(&PAUSE_SECONDS);
    for (center, pauses) in pauses() {
        for (reason, seconds) in pauses.reasons.iter().zip(&pauses.seconds) {
            family.add_counter_f64(
                &(center.labels, [("reason", label_text(Some(reason)))]),
                *seconds,
            )?;
        }
    }
    Ok(())
}
