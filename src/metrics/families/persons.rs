//! Single agents, on the page that exists only if it is configured.

use std::{borrow::Cow, collections::HashMap, fmt};

use super::{
    encode_input::{CenterInput, EncodeInput, label_text},
    family::{FamilyWriter, Label, Spec},
    identity::Naming,
};
use crate::{
    model::{AgentState, AgentStatus, Text, unix_seconds},
    tally::PersonTotals,
};

const AGENT_INFO: Spec = Spec::gauge(
    "agent_info",
    "An agent that exists now, always 1: join it on agent_id to show names instead of ids. Source: agents/state, names from agents.",
);
const GROUP_MEMBER: Spec = Spec::gauge(
    "agent_group_member",
    "An agent that belongs to an agent group, always 1: join it on agent_id to select the agents of a group. Source: agents, agentgroups.",
);
pub(in crate::metrics) const STATE: Spec = Spec::gauge(
    "agent_state",
    "1 for the state that the agent is in, 0 for the others; the states add up to 1, because an agent is in exactly one. Source: agents/state.",
);
const STATE_SINCE: Spec = Spec::gauge(
    "agent_state_since_timestamp",
    "Start of the agent's present state, in seconds since 1970: time() minus this value is the time in the state. Trio's own time, else the time when the state was first seen. Source: agents/state.",
)
.seconds();
const LIMIT: Spec = Spec::gauge(
    "agent_limit",
    "Configured limit of the state that the agent is in now; absent where that state has none. An agent that has been in the state for longer counts in trio_agents_over_limit. Source: agents/state, configuration.",
)
.seconds();
pub(in crate::metrics) const STATE_SECONDS: Spec = Spec::counter(
    "agent_state",
    "Seconds that the agent spent in each state; the states add up to the agent's measured time. Source: agents/state, between two readings.",
)
.seconds();

/// An agent with the labels of its series.
pub(in crate::metrics) struct PersonRow<'a> {
    target: Label<'a>,
    contact_center: Label<'a>,
    id: Cow<'a, str>,
    /// Present state; `None` if the reading is too old: then the agent has only counters.
    status: Option<&'a AgentStatus>,
    totals: Option<&'a PersonTotals>,
}

impl PersonRow<'_> {
    /// Returns the labels of the agent's series.
    fn labels(&self) -> [Label<'_>; 3] {
        [self.target, self.contact_center, ("agent_id", &self.id)]
    }
}

/// Returns the agents that may be shown, by contact centre, with ids in the form of `naming`.
pub(in crate::metrics) fn rows<'a>(
    input: &EncodeInput<'a>,
    naming: &Naming,
) -> Vec<Vec<PersonRow<'a>>> {
    input.centers().map(|center| center_rows(center, naming)).collect()
}

/// Returns the agents of a contact centre that may be shown.
fn center_rows<'a>(center: &CenterInput<'a>, naming: &Naming) -> Vec<PersonRow<'a>> {
    let [target, contact_center] = center.labels;
    let persons = center.agents.map_or(&[][..], |totals| &totals.persons);
    let row = |id: &'a Text, status, totals| {
        let id = naming.agent_id(contact_center.1, id);
        PersonRow { target, contact_center, id, status, totals }
    };
    let Some(statuses) = center.agent_state else {
        let shown = persons.iter().filter(|person| center.shows_agent(&person.id));
        return shown.map(|person| row(&person.id, None, Some(person))).collect();
    };
    let totals_of = |(position, status): (usize, &AgentStatus)| {
        // The totals have the order of the reading that they were made from, nearly always this
        // one: the position saves a search through all agents.
        let same = |person: &&PersonTotals| person.id == status.id;
        persons.get(position).filter(same).or_else(|| persons.iter().find(same))
    };
    let numbered = statuses.iter().enumerate().filter(|(_, status)| center.shows_agent(&status.id));
    numbered.map(|(at, status)| row(&status.id, Some(status), totals_of((at, status)))).collect()
}

/// Number of series of one agent beside its groups: info, start and limit of the state, and two
/// families by state.
pub(in crate::metrics) const SERIES_PER_AGENT: usize = 3 + 2 * AgentState::COUNT;

/// Returns an upper bound for the number of series of single agents, without looking at each agent.
pub(in crate::metrics) fn max_series(input: &EncodeInput<'_>) -> usize {
    let max_of_center = |center: &CenterInput<'_>| {
        let agents = center.agents.map_or(0, |totals| totals.persons.len());
        let agents = agents.max(center.agent_state.map_or(0, <[_]>::len));
        let named = center.center.agents.good.iter().flat_map(|good| good.data.iter());
        let listed = center.center.agent_groups.good.iter().flat_map(|good| good.data.iter());
        let members = named.map(|agent| agent.group_ids.len()).sum::<usize>()
            + listed.map(|group| group.agent_ids.len()).sum::<usize>();
        agents * SERIES_PER_AGENT + members
    };
    input.centers().map(max_of_center).sum()
}

/// Writes the families of single agents.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
    rows: &[Vec<PersonRow<'_>>],
) -> fmt::Result {
    let persons = || rows.iter().flatten();
    write_info(writer, input, rows)?;
    write_members(writer, input, rows)?;

    let mut family = writer.family(&STATE);
    for person in persons() {
        let Some(current) = person.status.and_then(|status| status.state) else { continue };
        for state in AgentState::ALL {
            let labels = (person.labels(), [("state", state.as_str())]);
            family.add_gauge(&labels, u64::from(state == current))?;
        }
    }
    let mut family = writer.family(&STATE_SINCE);
    for person in persons() {
        let known =
            person.status.is_some_and(|status| status.state.is_some() || status.since.is_some());
        if let Some(totals) = person.totals.filter(|_| known) {
            family.add_gauge_f64(&person.labels(), unix_seconds(totals.since))?;
        }
    }
    write_limits(writer, input, rows)?;
    let mut family = writer.family(&STATE_SECONDS);
    for person in persons() {
        let Some(totals) = person.totals else { continue };
        for state in AgentState::ALL {
            let labels = (person.labels(), [("state", state.as_str())]);
            family.add_counter_f64(&labels, totals.seconds[state.index()])?;
        }
    }
    Ok(())
}

/// Writes the limit of each agent's present state. The page of single agents has a Prometheus of
/// its own, so the limits on the main page cannot be joined there.
fn write_limits(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
    rows: &[Vec<PersonRow<'_>>],
) -> fmt::Result {
    let mut family = writer.family(&LIMIT);
    for (center, persons) in input.centers().zip(rows) {
        let limits = center.agents.map_or(&[][..], |totals| &totals.over_limit);
        for person in persons {
            let Some(state) = person.status.and_then(|status| status.state) else { continue };
            if let Some(over) = limits.iter().find(|over| over.state == state) {
                family.add_gauge_f64(&person.labels(), over.limit.as_secs_f64())?;
            }
        }
    }
    Ok(())
}

/// Writes the agents that exist now, with their names if they may be shown.
fn write_info(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
    rows: &[Vec<PersonRow<'_>>],
) -> fmt::Result {
    let mut family = writer.family(&AGENT_INFO);
    for (center, persons) in input.centers().zip(rows) {
        // If names are not shown, the label is left out as well, and no name is looked up.
        if !input.identity.shows_names() {
            for person in persons.iter().filter(|person| person.status.is_some()) {
                family.add_gauge(&person.labels(), 1)?;
            }
            continue;
        }
        let agents = center.center.agents.fresh(input.now).into_iter().flat_map(|data| data.iter());
        let names: HashMap<&str, &Text> =
            agents.filter_map(|a| Some((&*a.id, a.name.as_ref()?))).collect();
        for person in persons {
            let Some(status) = person.status else { continue };
            let named = names.get(&*status.id).copied().or(status.name.as_ref());
            family.add_gauge(&(person.labels(), [("agent_name", label_text(named))]), 1)?;
        }
    }
    Ok(())
}

/// Writes the memberships in agent groups.
fn write_members(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
    rows: &[Vec<PersonRow<'_>>],
) -> fmt::Result {
    let mut family = writer.family(&GROUP_MEMBER);
    for (center, persons) in input.centers().zip(rows) {
        let agents = &center.center.agents;
        // Either list may name the memberships. If the agents were read once, they must not be too
        // old now, because a part of the memberships could come from them.
        let usable = agents.good.is_none() || agents.fresh(input.now).is_some();
        if !usable || center.center.agent_groups.fresh(input.now).is_none() {
            continue;
        }
        let Some(groups) = center.center.agent_group_members() else { continue };
        let now = persons.iter().filter_map(|person| Some((&*person.status?.id, person)));
        let present: HashMap<&str, &PersonRow<'_>> = now.collect();
        for (group, members) in groups.iter().filter(|(group, _)| center.shows_group(&group.id)) {
            let labels =
                [("agent_group_id", &*group.id), ("agent_group", label_text(group.name.as_ref()))];
            for person in members.iter().filter_map(|member| present.get(&**member)) {
                family.add_gauge(&(person.labels(), labels), 1)?;
            }
        }
    }
    Ok(())
}
