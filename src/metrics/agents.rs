//! Agents as a crowd: how many, and how long, in which state. No series here names a person.

use std::fmt;

use super::{
    family::{Pen, Spec},
    scene::{CenterScene, Scene, name},
};
use crate::{
    model::AgentState,
    tally::{AgentTotals, GroupTotals},
};

const AGENTS: Spec = Spec::gauge(
    "agents",
    "Agents by what they are doing now; the states add up to the agents whose state Trio gives. Who is free, who is away. Source: agents/state.",
);
const GROUP_AGENTS: Spec = Spec::gauge(
    "agent_group_agents",
    "Agents of a group by what they are doing now; the states add up to the group. An agent counts in each of its groups, so never add groups up. Small groups are merged. Source: agents/state, agentgroups.",
);
const STATE_SECONDS: Spec = Spec::counter(
    "agents_state",
    "Agent-seconds spent in each state; the states and trio_agents_unmeasured_seconds_total add up to the time of all agents. Its rate by state gives occupancy and utilisation. Source: agents/state, between two readings.",
)
.seconds();
const GROUP_STATE_SECONDS: Spec = Spec::counter(
    "agent_group_state",
    "Agent-seconds that the members of a group spent in each state; the states add up to the measured time of the group. An agent counts in each of its groups, so never add groups up. Source: agents/state, agentgroups.",
)
.seconds();
const UNMEASURED_SECONDS: Spec = Spec::counter(
    "agents_unmeasured",
    "Agent-seconds that no state can claim because readings were too far apart, another server took over or all were logged out at once: shows how far to trust trio_agents_state_seconds_total. Source: agents/state.",
)
.seconds();
const STATE_CHANGES: Spec = Spec::counter(
    "agent_state_changes",
    "State changes of agents seen between two readings; all pairs add up to all changes. Changes shorter than the poll interval are not seen. Source: agents/state.",
);

/// Writes all families of agents that name nobody.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let totals = || scene.centers().filter_map(|center| Some((center, center.agents?)));

    let mut family = pen.family(&AGENTS);
    for (center, totals) in totals().filter(|(center, _)| center.agent_state.is_some()) {
        for state in AgentState::ALL {
            family.gauge(&(center.labels, [("state", state.as_str())]), totals.now[state.index()])?;
        }
    }
    write_groups(pen, scene)?;
    let mut family = pen.family(&STATE_SECONDS);
    for (center, totals) in totals() {
        for state in AgentState::ALL {
            family.sum(&(center.labels, [("state", state.as_str())]), totals.seconds[state.index()])?;
        }
    }
    let mut family = pen.family(&UNMEASURED_SECONDS);
    for (center, totals) in totals() {
        family.sum(&center.labels, totals.unmeasured_seconds)?;
    }
    let mut family = pen.family(&STATE_CHANGES);
    for (center, totals) in totals() {
        for (from, to) in state_pairs() {
            let change = [("from", from.as_str()), ("to", to.as_str())];
            family.count(&(center.labels, change), totals.changes[from.index()][to.index()])?;
        }
    }
    Ok(())
}

fn write_groups(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let mut family = pen.family(&GROUP_AGENTS);
    for center in scene.centers() {
        let readings = center.agent_state.and(center.center.agent_groups.fresh(scene.now));
        for group in readings.iter().flat_map(|_| groups(center)) {
            for state in AgentState::ALL {
                let labels = (group_labels(group), [("state", state.as_str())]);
                family.gauge(&(center.labels, labels), group.now[state.index()])?;
            }
        }
    }
    let mut family = pen.family(&GROUP_STATE_SECONDS);
    for center in scene.centers() {
        for group in groups(center) {
            for state in AgentState::ALL {
                let labels = (group_labels(group), [("state", state.as_str())]);
                family.sum(&(center.labels, labels), group.seconds[state.index()])?;
            }
        }
    }
    Ok(())
}

fn groups<'a>(center: &CenterScene<'a>) -> &'a [GroupTotals] {
    center.agents.and_then(|AgentTotals { groups, .. }| groups.as_deref()).unwrap_or_default()
}

fn group_labels(group: &GroupTotals) -> [(&'static str, &str); 2] {
    [("agent_group_id", &group.key.id), ("agent_group", name(Some(&group.key.name)))]
}

fn state_pairs() -> impl Iterator<Item = (AgentState, AgentState)> {
    let pairs = AgentState::ALL.into_iter().flat_map(|from| AgentState::ALL.map(|to| (from, to)));
    pairs.filter(|(from, to)| from != to)
}
