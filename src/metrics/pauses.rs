//! Pauses by their reason: only reasons that the configuration allows are shown.

use std::fmt;

use super::{
    family::{Pen, Spec},
    scene::{Scene, name},
};

const PAUSED: Spec = Spec::gauge(
    "agents_paused",
    "Paused agents by the reason that they gave, for the reasons that agents.pause_reasons allows, the rest as `other`; the reasons add up to the paused agents. Who is at lunch, and when too many are. Source: agents/state.",
);
const PAUSE_SECONDS: Spec = Spec::counter(
    "agent_pause_reason",
    "Agent-seconds paused by reason, for the reasons that agents.pause_reasons allows, the rest as `other`; the reasons add up to the paused seconds in trio_agents_state_seconds_total since reasons are known. What pauses are taken for. Source: agents/state, between two readings.",
)
.seconds();

/// Writes both families, where reasons may be shown and Trio gives them.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let pauses = || {
        scene.centers().filter_map(|center| Some((center, center.agents.and_then(|a| a.pauses.as_ref())?)))
    };
    let mut family = pen.family(&PAUSED);
    for (center, pauses) in pauses().filter(|(center, _)| center.agent_state.is_some()) {
        for (reason, agents) in pauses.reasons.iter().zip(pauses.now.iter().flatten()) {
            family.gauge(&(center.labels, [("reason", name(Some(reason)))]), *agents)?;
        }
    }
    let mut family = pen.family(&PAUSE_SECONDS);
    for (center, pauses) in pauses() {
        for (reason, seconds) in pauses.reasons.iter().zip(&pauses.seconds) {
            family.sum(&(center.labels, [("reason", name(Some(reason)))]), *seconds)?;
        }
    }
    Ok(())
}
