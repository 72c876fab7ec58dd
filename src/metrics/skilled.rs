//! Who could answer now: the agents that have the skill for a service, by what they are doing.

use std::fmt;

use super::{
    family::{Pen, Spec},
    scene::{CenterScene, Scene},
    services::ServiceRow,
};
use crate::model::AgentState;

pub(super) const SKILLED_AGENTS: Spec = Spec::gauge(
    "service_skilled_agents",
    "Agents that have the skill for the service, by what they are doing now; the states add up to the skilled agents whose state Trio gives. Who could be called to help; an agent serves several services, so never add services up. Source: skills, agents/state.",
);

/// Writes the family, for contact centres whose skills and agent states are both known.
pub(super) fn write(
    pen: &mut Pen<'_>,
    scene: &Scene<'_>,
    rows: &[(&CenterScene<'_>, Vec<ServiceRow<'_>>)],
) -> fmt::Result {
    let mut family = pen.family(&SKILLED_AGENTS);
    for (center, services) in rows {
        if center.center.skills.fresh(scene.now).is_none() || center.agent_state.is_none() {
            continue;
        }
        let Some(skilled) = center.skilled else { continue };
        for service in services {
            let Some(counts) = skilled.get(service.id()) else { continue };
            for state in AgentState::ALL {
                family.gauge(&(service.labels, [("state", state.as_str())]), counts[state.index()])?;
            }
        }
    }
    Ok(())
}
