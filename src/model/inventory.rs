//! What there is of everything else in Trio, and who can take cases of which service.

use super::{Resource, Text};

/// How many items a collection has, as far as it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectionCount {
    /// The collection.
    pub resource: Resource,
    /// Whether the API user may read it.
    pub accessible: bool,
    /// Its items; `None` where it cannot be read.
    pub items: Option<u64>,
}

/// The agents that have the skill for each service; a service that is not there is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceSkills {
    /// Service id and the ids of its agents, each once.
    pub services: Vec<(Text, Vec<Text>)>,
    /// Skills in all.
    pub skills: usize,
}
