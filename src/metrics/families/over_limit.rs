//! Agents that have been in a state for longer than its configured limit.

use std::fmt;

use super::{
    encode_input::EncodeInput,
    family::{FamilyWriter, Spec},
};

const OVER_LIMIT: Spec = Spec::gauge(
    "agents_over_limit",
    "Agents that have been in a state for longer than its configured limit; the states add up to all agents over a limit. Shows that agents forgot to come back from wrap-up or a pause. The time counts from Trio's own time of the change, else from when the state was first seen: then the real time may be longer. Source: agents/state.",
);
const STATE_LIMIT: Spec = Spec::gauge(
    "agent_state_limit",
    "Configured limit: an agent that is in the state for longer counts in trio_agents_over_limit. Source: configuration.",
)
.seconds();

/// Writes both families for the states that have a limit, while the states of agents are not too
/// old.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let fresh = || input.centers().filter(|center| center.agent_state.is_some());
    let limits = || {
        fresh().flat_map(|center| {
            let over = center.agents.map_or(&[][..], |totals| &totals.over_limit);
            over.iter().map(move |over| ((center.labels, [("state", over.state.as_str())]), over))
        })
    };
    let mut family = writer.family(&OVER_LIMIT);
    for (labels, over) in limits() {
        family.add_gauge(&labels, over.agents)?;
    }
    let mut family = writer.family(&STATE_LIMIT);
    for (labels, over) in limits() {
        family.add_gauge_f64(&labels, over.limit.as_secs_f64())?;
    }
    Ok(())
}
