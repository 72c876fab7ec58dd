//! Who could answer now: the agents that have the skill for a service, by what they are doing.

use std::{collections::HashMap, fmt};

use rustc_hash::{FxBuildHasher, FxHashMap};

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
        let (Some(skills), Some(states)) = (center.center.skills.fresh(scene.now), states(center)) else {
            continue;
        };
        let skilled: HashMap<&str, _> = skills.services.iter().map(|(id, agents)| (&**id, agents)).collect();
        for service in services {
            let Some(agents) = skilled.get(service.id()) else { continue };
            let mut counts = [0; AgentState::COUNT];
            for state in agents.iter().filter_map(|agent| states.get(&**agent)) {
                counts[state.index()] += 1;
            }
            for state in AgentState::ALL {
                family.gauge(&(service.labels, [("state", state.as_str())]), counts[state.index()])?;
            }
        }
    }
    Ok(())
}

/// What every agent is doing; `None` where that is unknown.
///
/// Every service looks up each of its skilled agents, so a quick hash is worth having here.
fn states<'a>(center: &CenterScene<'a>) -> Option<FxHashMap<&'a str, AgentState>> {
    let statuses = center.agent_state?;
    let mut states = FxHashMap::with_capacity_and_hasher(statuses.len(), FxBuildHasher);
    for status in statuses {
        states.insert(&*status.id, status.state?);
    }
    Some(states)
}
