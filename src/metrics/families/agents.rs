//! Numbers of agents and agent-seconds, by state, by group and by reason of a pause, and agents
//! over the limit of a state. No series here names a person.
//!
//! Only reasons of pauses that the configuration allows have series of their own.

use std::fmt;

use super::{
    encode_input::{CenterInput, EncodeInput, label_text},
    family::{FamilyWriter, Spec},
};
use crate::{
    model::AgentState,
    tally::{AgentTotals, GroupTotals, StateCounts},
};

const AGENTS: Spec = Spec::gauge(
    "agents",
    "Agents by present state; the states add up to the agents whose state Trio gives. Shows how many are free and how many are away. Source: agents/state.",
);
const GROUP_AGENTS: Spec = Spec::gauge(
    "agent_group_agents",
    "Agents of a group by present state; the states add up to the visible members whose state Trio gives. An agent counts in each of its groups, so do not sum over groups. Small groups are merged. Source: agents/state, agentgroups.",
);
const STATE_SECONDS: Spec = Spec::counter(
    "agents_state",
    "Agent-seconds spent in each state; the states and trio_agents_unmeasured_seconds_total add up to the time of all agents. Its rate by state gives occupancy and utilisation. Source: agents/state, between two readings.",
)
.seconds();
const GROUP_STATE_SECONDS: Spec = Spec::counter(
    "agent_group_state",
    "Agent-seconds that the members of a group spent in each state; the states add up to the measured time of the group. An agent counts in each of its groups, so do not sum over groups. Source: agents/state, agentgroups.",
)
.seconds();
const UNMEASURED_SECONDS: Spec = Spec::counter(
    "agents_unmeasured",
    "Agent-seconds that could not be assigned to a state: a long gap between readings, a restart of the exporter (with a state file), a failover, a mass logout, an answer without states, or an agent who left the list. Shows how far to trust trio_agents_state_seconds_total. Source: agents/state.",
)
.seconds();
const STATE_CHANGES: Spec = Spec::counter(
    "agent_state_changes",
    "State changes of agents seen between two readings; all pairs add up to all changes. States that last less than the poll interval are not seen. Source: agents/state.",
);

/// Writes the families of agents that name no person.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let totals = || input.centers().filter_map(|center| Some((center, center.agents?)));

    let mut family = writer.family(&AGENTS);
    for center in input.centers() {
        let Some(now) = agents_now(center) else { continue };
        for state in AgentState::ALL {
            family.add_gauge(&(center.labels, [("state", state.as_str())]), now[state.index()])?;
        }
    }
    write_groups(writer, input)?;
    let mut family = writer.family(&STATE_SECONDS);
    for (center, totals) in totals() {
        for state in AgentState::ALL {
            family.add_counter_f64(
                &(center.labels, [("state", state.as_str())]),
                totals.seconds[state.index()],
            )?;
        }
    }
    let mut family = writer.family(&UNMEASURED_SECONDS);
    for (center, totals) in totals() {
        family.add_counter_f64(&center.labels, totals.unmeasured_seconds)?;
    }
    let mut family = writer.family(&STATE_CHANGES);
    for (center, totals) in totals() {
        for (from, to) in state_pairs() {
            let change = [("from", from.as_str()), ("to", to.as_str())];
            family
                .add_counter(&(center.labels, change), totals.changes[from.index()][to.index()])?;
        }
    }
    Ok(())
}

/// Returns the agents of a contact centre by present state; `None` while their states are not known.
pub(in crate::metrics) fn agents_now(center: &CenterInput<'_>) -> Option<StateCounts> {
    // The totals hold the states of the last reading, at any age: gauges need one that is not too
    // old.
    center.agents.filter(|_| center.agent_state.is_some()).map(|totals| totals.now)
}

/// Writes the families of agent groups.
fn write_groups(writer: &mut FamilyWriter<'_>, input: &EncodeInput<'_>) -> fmt::Result {
    let mut family = writer.family(&GROUP_AGENTS);
    for center in input.centers() {
        // Gauges need both readings: states, and memberships that are not too old.
        let readings = center.agent_state.and(center.center.agent_groups.fresh(input.now));
        for group in readings.iter().flat_map(|_| groups(center)) {
            for state in AgentState::ALL {
                let labels = (group_labels(group), [("state", state.as_str())]);
                family.add_gauge(&(center.labels, labels), group.now[state.index()])?;
            }
        }
    }
    let mut family = writer.family(&GROUP_STATE_SECONDS);
    for center in input.centers() {
        for group in groups(center) {
            for state in AgentState::ALL {
                let labels = (group_labels(group), [("state", state.as_str())]);
                family.add_counter_f64(&(center.labels, labels), group.seconds[state.index()])?;
            }
        }
    }
    Ok(())
}

/// Returns the totals of the groups of a contact centre.
fn groups<'a>(center: &CenterInput<'a>) -> &'a [GroupTotals] {
    center.agents.and_then(|AgentTotals { groups, .. }| groups.as_deref()).unwrap_or_default()
}

fn group_labels(group: &GroupTotals) -> [(&'static str, &str); 2] {
    [("agent_group_id", &group.key.id), ("agent_group", label_text(Some(&group.key.name)))]
}

/// Returns every change between two different states.
fn state_pairs() -> impl Iterator<Item = (AgentState, AgentState)> {
    let pairs = AgentState::ALL.into_iter().flat_map(|from| AgentState::ALL.map(|to| (from, to)));
    pairs.filter(|(from, to)| from != to)
}

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
pub(in crate::metrics) fn write_pauses(
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
pub(in crate::metrics) fn write_over_limit(
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
