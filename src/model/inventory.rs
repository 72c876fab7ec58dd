//! Numbers of items of Trio's collections, and the agents with the skill for each service.

use super::{Resource, Text};

/// Number of items of a collection, if it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectionCount {
    /// The collection.
    pub resource: Resource,
    /// True if the API user may read it.
    pub accessible: bool,
    /// Number of its items; `None` if it cannot be read.
    pub items: Option<u64>,
}

/// The agents that have the skill for each service. Nothing is known about a service that is not
/// listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceSkills {
    /// Ids of services, each with the ids of its agents, each once.
    pub services: Vec<(Text, Vec<Text>)>,
    /// Number of skills.
    pub skills: usize,
}
