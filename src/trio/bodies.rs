//! Reading the body of one answer by itself, without a server: what a client does with each page.

use std::time::SystemTime;

use super::{
    case_limits::CaseLimits,
    cases,
    decode::{self, Context, Reader},
    fields::Dictionary,
    rows,
};
use crate::model::{AgentStatus, CaseList, Resource, ServiceStatus};

impl Dictionary {
    /// The items of an answer to `agents/state` that arrived at `now`, in the server's order.
    ///
    /// # Errors
    /// What is wrong with the JSON, in words.
    pub fn agent_states(&self, body: &[u8], now: SystemTime) -> Result<Vec<AgentStatus>, String> {
        self.items(Resource::AgentState, body, now, rows::agent_status)
    }

    /// The items of an answer to `services/state` that arrived at `now`, in the server's order.
    ///
    /// # Errors
    /// What is wrong with the JSON, in words.
    pub fn service_states(&self, body: &[u8], now: SystemTime) -> Result<Vec<ServiceStatus>, String> {
        self.items(Resource::ServiceState, body, now, rows::service_status)
    }

    fn items<T>(
        &self,
        resource: Resource,
        body: &[u8],
        now: SystemTime,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Vec<T>, String> {
        let mapping = self.mapping(resource).ok_or("the dictionary does not know this resource")?;
        Ok(decode::items(body, Context { mapping, zone: None, now }, build)?.items)
    }
}

/// Reads lists of cases by themselves. Remembers, as a client does, how many cases of a service each
/// list was ever seen to show.
#[derive(Debug)]
pub struct CaseBodies<'a> {
    dictionary: &'a Dictionary,
    limits: CaseLimits,
}

impl<'a> CaseBodies<'a> {
    /// A reader that has seen no list yet.
    pub fn new(dictionary: &'a Dictionary) -> Self {
        Self { dictionary, limits: CaseLimits::default() }
    }

    /// The whole list that an answer to `resource` (`services/calls`, `services/cases`) of the moment
    /// `now` is.
    ///
    /// # Errors
    /// What is wrong with the JSON, in words.
    pub fn list(&self, resource: Resource, body: &[u8], now: SystemTime) -> Result<CaseList, String> {
        let cases = self.dictionary.items(resource, body, now, rows::case)?;
        Ok(cases::whole_list(resource, cases, &self.limits, None))
    }
}
