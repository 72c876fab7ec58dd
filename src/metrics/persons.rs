//! Agents one by one, for the surface that is served only when configured.

use std::{borrow::Cow, collections::HashMap, fmt};

use super::{
    family::{Label, Pen, Spec},
    identity::Naming,
    scene::{CenterScene, Scene, name},
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
    "An agent that belongs to an agent group, always 1: join it on agent_id to pick the agents of a group. Source: agents, agentgroups.",
);
pub(super) const STATE: Spec = Spec::gauge(
    "agent_state",
    "1 for the state that the agent is in, 0 for the others; the states add up to 1: an agent is in exactly one. Source: agents/state.",
);
const STATE_SINCE: Spec = Spec::gauge(
    "agent_state_since_timestamp",
    "When the agent's present state began, in seconds since 1970: time() minus it is the time in the state. Trio's own time, else when the state was first seen. Source: agents/state.",
)
.seconds();
const LIMIT: Spec = Spec::gauge(
    "agent_limit",
    "Configured limit of the state that the agent is in now; absent where that state has none. Time in the state over it: the agent counts in trio_agents_over_limit. Source: agents/state, configuration.",
)
.seconds();
pub(super) const STATE_SECONDS: Spec = Spec::counter(
    "agent_state",
    "Seconds that the agent spent in each state; the states add up to the agent's measured time. Source: agents/state, between two readings.",
)
.seconds();

/// An agent as its series name it.
pub(super) struct PersonRow<'a> {
    target: Label<'a>,
    contact_center: Label<'a>,
    id: Cow<'a, str>,
    /// `None` once the reading of agent states is too old: only counters are left.
    status: Option<&'a AgentStatus>,
    totals: Option<&'a PersonTotals>,
}

impl PersonRow<'_> {
    fn labels(&self) -> [Label<'_>; 3] {
        [self.target, self.contact_center, ("agent_id", &self.id)]
    }
}

/// The agents of all contact centres whom the configuration lets be shown, named as it allows.
pub(super) fn rows<'a>(scene: &Scene<'a>, naming: &Naming) -> Vec<Vec<PersonRow<'a>>> {
    scene.centers().map(|center| center_rows(center, naming)).collect()
}

fn center_rows<'a>(center: &CenterScene<'a>, naming: &Naming) -> Vec<PersonRow<'a>> {
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
        let same = |person: &&PersonTotals| person.id == status.id;
        persons.get(position).filter(same).or_else(|| persons.iter().find(same))
    };
    let numbered = statuses.iter().enumerate().filter(|(_, status)| center.shows_agent(&status.id));
    numbered.map(|(at, status)| row(&status.id, Some(status), totals_of((at, status)))).collect()
}

/// No more series than this can come of `scene`, without looking at any agent.
pub(super) fn at_most(scene: &Scene<'_>) -> usize {
    let of_center = |center: &CenterScene<'_>| {
        let agents = center.agents.map_or(0, |totals| totals.persons.len());
        let agents = agents.max(center.agent_state.map_or(0, <[_]>::len));
        let named = center.center.agents.good.iter().flat_map(|good| good.data.iter());
        let listed = center.center.agent_groups.good.iter().flat_map(|good| good.data.iter());
        let members = named.map(|agent| agent.group_ids.len()).sum::<usize>()
            + listed.map(|group| group.agent_ids.len()).sum::<usize>();
        agents * (3 + 2 * AgentState::COUNT) + members
    };
    scene.centers().map(of_center).sum()
}

/// Writes all families that name agents.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>, rows: &[Vec<PersonRow<'_>>]) -> fmt::Result {
    let persons = || rows.iter().flatten();
    write_info(pen, scene, rows)?;
    write_members(pen, scene, rows)?;

    let mut family = pen.family(&STATE);
    for person in persons() {
        let Some(current) = person.status.and_then(|status| status.state) else { continue };
        for state in AgentState::ALL {
            let labels = (person.labels(), [("state", state.as_str())]);
            family.gauge(&labels, u64::from(state == current))?;
        }
    }
    let mut family = pen.family(&STATE_SINCE);
    for person in persons() {
        let known = person.status.is_some_and(|status| status.state.is_some() || status.since.is_some());
        if let Some(totals) = person.totals.filter(|_| known) {
            family.measure(&person.labels(), unix_seconds(totals.since))?;
        }
    }
    write_limits(pen, scene, rows)?;
    let mut family = pen.family(&STATE_SECONDS);
    for person in persons() {
        let Some(totals) = person.totals else { continue };
        for state in AgentState::ALL {
            let labels = (person.labels(), [("state", state.as_str())]);
            family.sum(&labels, totals.seconds[state.index()])?;
        }
    }
    Ok(())
}

/// Writes the limit of each agent's present state. The page of single agents has a Prometheus of its own, so the limits
/// on the main page cannot be joined there.
fn write_limits(pen: &mut Pen<'_>, scene: &Scene<'_>, rows: &[Vec<PersonRow<'_>>]) -> fmt::Result {
    let mut family = pen.family(&LIMIT);
    for (center, persons) in scene.centers().zip(rows) {
        let limits = center.agents.map_or(&[][..], |totals| &totals.over_limit);
        for person in persons {
            let Some(state) = person.status.and_then(|status| status.state) else { continue };
            if let Some(over) = limits.iter().find(|over| over.state == state) {
                family.measure(&person.labels(), over.limit.as_secs_f64())?;
            }
        }
    }
    Ok(())
}

fn write_info(pen: &mut Pen<'_>, scene: &Scene<'_>, rows: &[Vec<PersonRow<'_>>]) -> fmt::Result {
    let mut family = pen.family(&AGENT_INFO);
    for (center, persons) in scene.centers().zip(rows) {
        if !scene.identity.shows_names() {
            for person in persons.iter().filter(|person| person.status.is_some()) {
                family.gauge(&person.labels(), 1)?;
            }
            continue;
        }
        let agents = center.center.agents.fresh(scene.now).into_iter().flat_map(|data| data.iter());
        let names: HashMap<&str, &Text> = agents.filter_map(|a| Some((&*a.id, a.name.as_ref()?))).collect();
        for person in persons {
            let Some(status) = person.status else { continue };
            let named = names.get(&*status.id).copied().or(status.name.as_ref());
            family.gauge(&(person.labels(), [("agent_name", name(named))]), 1)?;
        }
    }
    Ok(())
}

fn write_members(pen: &mut Pen<'_>, scene: &Scene<'_>, rows: &[Vec<PersonRow<'_>>]) -> fmt::Result {
    let mut family = pen.family(&GROUP_MEMBER);
    for (center, persons) in scene.centers().zip(rows) {
        let agents = &center.center.agents;
        let configured = agents.good.is_none() || agents.fresh(scene.now).is_some();
        if !configured || center.center.agent_groups.fresh(scene.now).is_none() {
            continue;
        }
        let Some(groups) = center.center.agent_group_members() else { continue };
        let now = persons.iter().filter_map(|person| Some((&*person.status?.id, person)));
        let present: HashMap<&str, &PersonRow<'_>> = now.collect();
        for (group, members) in groups.iter().filter(|(group, _)| center.shows_group(&group.id)) {
            let labels = [("agent_group_id", &*group.id), ("agent_group", name(group.name.as_ref()))];
            for person in members.iter().filter_map(|member| present.get(&**member)) {
                family.gauge(&(person.labels(), labels), 1)?;
            }
        }
    }
    Ok(())
}
