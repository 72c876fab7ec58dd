//! The resources: their rows become values of the domain model. Each file adds to the client the
//! methods that read its resources.
//!
//! Beside them: decoding of a single answer's body without a server, by the code that the client
//! uses for each page.

pub(super) mod agents;
pub(super) mod cases;
pub(super) mod contact_centers;
pub(super) mod inventory;
mod nodes;
pub(super) mod services;
pub(super) mod skills;

use super::{
    dictionary::Dictionary,
    read::decode::{
        Page, envelope,
        reader::{Context, Reader},
    },
};
use crate::model::{AgentStatus, CaseList, Resource, ServiceStatus};

impl Dictionary {
    /// Decodes an answer to `agents/state`; items in the server's order.
    ///
    /// # Errors
    /// A sentence about the JSON that cannot be read.
    pub fn agent_states(&self, body: &[u8]) -> Result<Vec<AgentStatus>, String> {
        self.items(Resource::AgentState, body, agents::agent_status)
    }

    /// Decodes an answer to `services/state`; items in the server's order.
    ///
    /// # Errors
    /// A sentence about the JSON that cannot be read.
    pub fn service_states(&self, body: &[u8]) -> Result<Vec<ServiceStatus>, String> {
        self.items(Resource::ServiceState, body, services::service_status)
    }

    /// Decodes an answer to `resource` (`services/calls` or `services/cases`). It marks no service
    /// as truncated: that takes more than one answer.
    ///
    /// # Errors
    /// A sentence about the JSON that cannot be read.
    pub fn case_list(&self, resource: Resource, body: &[u8]) -> Result<CaseList, String> {
        let page = self.page(resource, body, cases::case)?;
        // `default_case_class` belongs to a target's configuration, and there is none here.
        Ok(cases::to_case_list(resource, page.items, page.unkeyed, None))
    }

    fn items<T>(
        &self,
        resource: Resource,
        body: &[u8],
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Vec<T>, String> {
        Ok(self.page(resource, body, build)?.items)
    }

    fn page<T>(
        &self,
        resource: Resource,
        body: &[u8],
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Page<T>, String> {
        let mapping = self.mapping(resource).ok_or("the dictionary does not know this resource")?;
        envelope::items(body, Context { mapping, zone: None, memory: usize::MAX }, build)
    }
}
