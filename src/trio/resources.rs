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

use std::time::SystemTime;

use super::{
    dictionary::Dictionary,
    learned::Learned,
    read::decode::{
        Page, envelope,
        reader::{Context, Reader},
    },
};
use crate::model::{AgentStatus, CaseList, Resource, ServiceStatus};

impl Dictionary {
    /// Decodes an answer to `agents/state` that arrived at `now`; items in the server's order.
    ///
    /// # Errors
    /// A sentence about the JSON that cannot be read.
    pub fn agent_states(&self, body: &[u8], now: SystemTime) -> Result<Vec<AgentStatus>, String> {
        self.items(Resource::AgentState, body, now, agents::agent_status)
    }

    /// Decodes an answer to `services/state` that arrived at `now`; items in the server's order.
    ///
    /// # Errors
    /// A sentence about the JSON that cannot be read.
    pub fn service_states(
        &self,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Vec<ServiceStatus>, String> {
        self.items(Resource::ServiceState, body, now, services::service_status)
    }

    fn items<T>(
        &self,
        resource: Resource,
        body: &[u8],
        now: SystemTime,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Vec<T>, String> {
        Ok(self.page(resource, body, now, build)?.items)
    }

    fn page<T>(
        &self,
        resource: Resource,
        body: &[u8],
        now: SystemTime,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Page<T>, String> {
        let mapping = self.mapping(resource).ok_or("the dictionary does not know this resource")?;
        envelope::items(body, Context { mapping, zone: None, now }, build)
    }
}

/// Decoder of case lists. It learns, as a client does, how many cases of a service each list shows.
#[derive(Debug)]
pub struct CaseListDecoder<'a> {
    dictionary: &'a Dictionary,
    learned: Learned,
}

impl<'a> CaseListDecoder<'a> {
    /// A decoder that has seen no list yet.
    pub fn new(dictionary: &'a Dictionary) -> Self {
        Self { dictionary, learned: Learned::default() }
    }

    /// Decodes an answer to `resource` (`services/calls` or `services/cases`) that arrived at
    /// `now`, and marks the services whose part is truncated.
    ///
    /// # Errors
    /// A sentence about the JSON that cannot be read.
    pub fn decode(
        &self,
        resource: Resource,
        body: &[u8],
        now: SystemTime,
    ) -> Result<CaseList, String> {
        let page = self.dictionary.page(resource, body, now, cases::case)?;
        // `default_case_class` belongs to a target's configuration, and there is none here.
        Ok(cases::to_case_list(resource, page.items, page.unkeyed, &self.learned, None))
    }
}
