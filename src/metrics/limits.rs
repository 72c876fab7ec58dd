//! Agents that are in a state for longer than they should be, as far as limits are configured.

use std::fmt;

use super::{
    family::{Pen, Spec},
    scene::Scene,
};

const OVER_LIMIT: Spec = Spec::gauge(
    "agents_over_limit",
    "Agents that are in a state for longer than its configured limit; the states add up to all agents over a limit. Who forgot to come back from wrap-up or a pause; by Trio's own time of the change, else since it was first seen: then it may be longer. Source: agents/state.",
);
const STATE_LIMIT: Spec = Spec::gauge(
    "agent_state_limit",
    "Configured limit: an agent that is longer in the state counts in trio_agents_over_limit. Source: configuration.",
)
.seconds();

/// Writes both families, for the states that have a limit and while agent states are fresh.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let fresh = || scene.centers().filter(|center| center.agent_state.is_some());
    let limits = || {
        fresh().flat_map(|center| {
            let over = center.agents.map_or(&[][..], |totals| &totals.over_limit);
            over.iter().map(move |over| ((center.labels, [("state", over.state.as_str())]), over))
        })
    };
    let mut family = pen.family(&OVER_LIMIT);
    for (labels, over) in limits() {
        family.gauge(&labels, over.agents)?;
    }
    let mut family = pen.family(&STATE_LIMIT);
    for (labels, over) in limits() {
        family.measure(&labels, over.limit.as_secs_f64())?;
    }
    Ok(())
}
