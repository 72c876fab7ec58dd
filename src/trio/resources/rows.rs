//! Rows to domain items, one function a resource. The constants are positions in the resource's
//! `fields::Shape`.

use std::time::Duration;

use super::skills::Skill;
use crate::{
    model::{
        Agent, AgentGroup, AgentState, AgentStatus, Case, CaseState, ContactCenter, Service,
        ServiceGroup, ServiceStatus, Text,
    },
    trio::read::decode::Reader,
};

/// Longest time for which an agent is in a state without logging out.
// A week is more than any shift. A longer time is a default value of the server's, and would put
// every agent over the limit of the state.
const LONGEST_STATE: Duration = Duration::from_secs(7 * 86_400);

const ID: usize = 0;
const NAME: usize = 1;
const FIRST_NAME: usize = 2;
const LAST_NAME: usize = 3;

/// Position of the field `state` in an agent state.
pub(in crate::trio) const AGENT_STATE: usize = 4;

pub(in crate::trio) fn contact_center(row: &mut Reader<'_>) -> Option<ContactCenter> {
    Some(ContactCenter { id: row.key(ID)?, name: row.text(NAME) })
}

pub(in crate::trio) fn service(row: &mut Reader<'_>) -> Option<Service> {
    Some(Service { id: row.key(ID)?, name: row.text(NAME), group_ids: row.texts(2) })
}

pub(in crate::trio) fn service_status(row: &mut Reader<'_>) -> Option<ServiceStatus> {
    Some(ServiceStatus {
        id: row.key(ID)?,
        name: row.text(NAME),
        open: row.flag(2),
        queue_length: row.count(3),
        longest_wait: row.seconds(4),
        estimated_wait: row.seconds(5),
        agents_logged_on: row.count(6),
        agents_available: row.count(7),
        agents_busy: row.count(8),
        exported: row.exported(),
    })
}

pub(in crate::trio) fn service_group(row: &mut Reader<'_>) -> Option<ServiceGroup> {
    Some(ServiceGroup { id: row.key(ID)?, name: row.text(NAME) })
}

pub(in crate::trio) fn agent(row: &mut Reader<'_>) -> Option<Agent> {
    Some(Agent { id: row.key(ID)?, name: person_name(row), group_ids: row.texts(4) })
}

pub(in crate::trio) fn agent_status(row: &mut Reader<'_>) -> Option<AgentStatus> {
    let id = row.key(ID)?;
    let (name, state) = (person_name(row), row.agent_state(AGENT_STATE));
    let since = match state {
        Some(AgentState::LoggedOut) => row.time(5),
        _ => row.recent_time(5, LONGEST_STATE),
    };
    Some(AgentStatus { id, name, state, since, reason: row.text(6), job: row.text(7) })
}

pub(in crate::trio) fn agent_group(row: &mut Reader<'_>) -> Option<AgentGroup> {
    Some(AgentGroup { id: row.key(ID)?, name: row.text(NAME), agent_ids: row.texts(2) })
}

/// A call or another case.
pub(in crate::trio) fn case(row: &mut Reader<'_>) -> Option<Case> {
    if let Some(id) = row.key(ID) {
        return Some(case_with_id(id, row));
    }
    // It cannot be followed from list to list. While it may wait, the number of waiting cases is
    // unknown.
    let has_agent = row.text(6).is_some_and(|id| !is_empty_id(&id));
    if row.case_state(2) != Some(CaseState::Handled)
        && !has_agent
        && let Some(service) = row.text(1)
    {
        row.record_unkeyed(service);
    }
    None
}

/// Makes the case that was asked for by number. The answer need not repeat the number if it holds a
/// service or a state.
pub(in crate::trio) fn single_case(row: &mut Reader<'_>, job: &str) -> Option<Case> {
    let id = row.key(ID);
    let has_id = id.is_some();
    let case = case_with_id(id.unwrap_or_else(|| job.into()), row);
    (has_id || case.service_id.is_some() || case.state.is_some()).then_some(case)
}

fn case_with_id(id: Text, row: &mut Reader<'_>) -> Case {
    let class = row.case_class(3);
    Case {
        id,
        service_id: row.key(1),
        state: row.case_state(2),
        class_is_unknown: class.is_err(),
        class: class.ok().flatten(),
        created: row.time(4),
        answered: row.time(5),
        agent_id: row.text(6).filter(|id| !is_empty_id(id)),
        waited: row.seconds(7),
    }
}

/// Returns whether an id says that there is none: a number, or a GUID, of nothing but zeros.
/// Systems that cannot leave a member out write these, and a waiting case must not count as one
/// that an agent has.
fn is_empty_id(id: &str) -> bool {
    id.bytes().all(|byte| matches!(byte, b'0' | b'-' | b'{' | b'}')) || id == "-1"
}

/// Makes a skill. Without an id of its own, agent, service and role together are its identity.
pub(in crate::trio) fn skill(row: &mut Reader<'_>) -> Option<Skill> {
    let (id, agent_id) = (row.text(ID), row.key(1)?);
    let (service_id, role_id) = (row.text(2), row.text(3));
    let joined = || {
        let part = |text: &Option<Text>| text.as_deref().unwrap_or_default().to_owned();
        format!("{agent_id}\n{}\n{}", part(&service_id), part(&role_id)).into()
    };
    Some(Skill { id: id.unwrap_or_else(joined), agent_id, service_id })
}

/// Full name, or first and last name joined.
fn person_name(row: &mut Reader<'_>) -> Option<Text> {
    if let Some(name) = row.text(NAME) {
        return Some(name);
    }
    row.joined(FIRST_NAME, LAST_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Resource, trio::dictionary::Dictionary};

    #[test]
    fn zeros_are_no_agent() {
        for none in ["0", "-1", "00000000-0000-0000-0000-000000000000"] {
            assert!(is_empty_id(none), "{none}");
        }
        for agent in ["10", "a0", "00000000-0000-0000-0000-00000000000a"] {
            assert!(!is_empty_id(agent), "{agent}");
        }
    }

    #[test]
    fn the_constants_are_the_positions_in_the_shapes() {
        let dictionary = Dictionary::builtin().expect("valid");
        let names = |resource| {
            let mapping = dictionary.mapping(resource).expect("a mapping");
            mapping.shape.fields.iter().map(|field| field.name).collect::<Vec<_>>()
        };
        let agent_state = names(Resource::AgentState);
        assert_eq!(agent_state[..4], ["id", "name", "first_name", "last_name"]);
        assert_eq!(agent_state[AGENT_STATE..], ["state", "since", "reason", "job"]);
        assert_eq!(names(Resource::Agents), ["id", "name", "first_name", "last_name", "group_id"]);
        assert_eq!(names(Resource::Services)[2], "group_id");
        assert_eq!(names(Resource::AgentGroups)[2], "agent_id");
        let case =
            ["id", "service_id", "state", "class", "created", "answered", "agent_id", "waited"];
        assert_eq!(names(Resource::Calls), case);
        assert_eq!(names(Resource::Cases), case);
        assert_eq!(names(Resource::Skills), ["id", "agent_id", "service_id", "role_id"]);
    }
}
