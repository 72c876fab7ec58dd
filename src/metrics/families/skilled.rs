//! Agents that have the skill for a service, by present state.

use std::fmt;

use super::{
    encode_input::{CenterInput, EncodeInput, ServiceRow},
    family::{FamilyWriter, Spec},
};
use crate::model::AgentState;

pub(in crate::metrics) const SKILLED_AGENTS: Spec = Spec::gauge(
    "service_skilled_agents",
    "Agents that have the skill for the service, by present state; the states add up to the skilled agents whose state Trio gives. Shows how many could be called to help. An agent serves several services, so do not sum over services. Source: skills, agents/state.",
);

/// Writes the family, for contact centres whose skills and agent states are both known.
// The counts come from the tally, once per reading: with a look-up of each skilled agent of each
// service at each scrape, encoding took 1.57 times the minimum that `benches/encode` measures.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
    rows: &[(&CenterInput<'_>, Vec<ServiceRow<'_>>)],
) -> fmt::Result {
    let mut family = writer.family(&SKILLED_AGENTS);
    for (center, services) in rows {
        if center.center.skills.fresh(input.now).is_none() || center.agent_state.is_none() {
            continue;
        }
        let Some(skilled) = center.skilled else { continue };
        for service in services {
            // Skills of this service are not known: no sample. Known, but no agent has the skill:
            // zeros.
            let Some(counts) = skilled.get(service.id()) else { continue };
            for state in AgentState::ALL {
                family.add_gauge(
                    &(service.labels, [("state", state.as_str())]),
                    counts[state.index()],
                )?;
            }
        }
    }
    Ok(())
}
