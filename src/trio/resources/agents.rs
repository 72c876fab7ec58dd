//! Agents, their state, and agent groups.

use crate::{
    model::{Agent, AgentGroup, AgentState, AgentStatus, Resource, Text},
    trio::{
        client::Client,
        dictionary::shape::{AGENT, AGENT_GROUP, AGENT_STATE},
        error::Error,
        read::{collection::Listing, decode::reader::Reader, route::Route},
    },
};

impl Client {
    /// Reads the agents as configured.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agents(&self, route: &Route) -> Result<Listing<Vec<Agent>>, Error> {
        self.list(Resource::Agents, route, agent).await
    }

    /// Reads the state of the agents now. If any item has a state, an item without one is
    /// `unknown`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agent_state(&self, route: &Route) -> Result<Listing<Vec<AgentStatus>>, Error> {
        let mut listing = self.list(Resource::AgentState, route, agent_status).await?;
        // Where no item has a state the member is missing altogether (hidden, not permitted or
        // under another name): then the state is absent, and no agent is counted as unknown.
        if listing.data.iter().any(|status| status.state.is_some()) {
            for status in &mut listing.data {
                status.state.get_or_insert(AgentState::Unknown);
            }
        }
        Ok(listing)
    }

    /// Reads the agent groups.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agent_groups(&self, route: &Route) -> Result<Listing<Vec<AgentGroup>>, Error> {
        self.list(Resource::AgentGroups, route, agent_group).await
    }
}

pub(in crate::trio) fn agent(row: &mut Reader<'_>) -> Option<Agent> {
    Some(Agent {
        id: row.key(AGENT.id)?,
        name: person_name(row, AGENT.name, AGENT.first_name, AGENT.last_name),
        group_ids: row.texts(AGENT.group_id),
    })
}

pub(in crate::trio) fn agent_status(row: &mut Reader<'_>) -> Option<AgentStatus> {
    let field = AGENT_STATE;
    let id = row.key(field.id)?;
    let name = person_name(row, field.name, field.first_name, field.last_name);
    let state = row.agent_state(field.state);
    let since = row.time(field.since);
    Some(AgentStatus {
        id,
        name,
        state,
        since: since.unwrap_or_default(),
        since_is_unreadable: since.is_err(),
        reason: row.text(field.reason),
        job: row.text(field.job),
    })
}

pub(in crate::trio) fn agent_group(row: &mut Reader<'_>) -> Option<AgentGroup> {
    Some(AgentGroup {
        id: row.key(AGENT_GROUP.id)?,
        name: row.name(AGENT_GROUP.name),
        agent_ids: row.texts(AGENT_GROUP.agent_id),
    })
}

/// Full name, or first and last name joined.
fn person_name(row: &mut Reader<'_>, full: usize, first: usize, last: usize) -> Option<Text> {
    row.name(full).or_else(|| row.joined(first, last))
}
