//! Contact centres, services (queues), service groups, and the agents with the skill for a service.

use super::Text;

/// A contact centre (`cc`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCenter {
    /// Trio's id.
    pub id: Text,
    /// Name of the contact centre.
    pub name: Option<Text>,
}

impl ContactCenter {
    /// Returns its id and its name, by either of which an operator may refer to it.
    pub fn names(&self) -> Vec<&str> {
        [&*self.id].into_iter().chain(self.name.as_deref()).collect()
    }
}

/// A service as configured (`services`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Trio's id.
    pub id: Text,
    /// Name of the service.
    pub name: Option<Text>,
    /// Ids of the service groups in the service's record.
    pub group_ids: Vec<Text>,
}

/// The current state of a service (`services/state`). A value that Trio does not give is `None`,
/// never zero.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceStatus {
    /// Trio's id.
    pub id: Text,
    /// Name, if the state record contains one.
    pub name: Option<Text>,
    /// True if the service is open.
    pub open: Option<bool>,
    /// Number of waiting cases.
    pub queue_length: Option<f64>,
    /// Age of the oldest waiting case, in seconds.
    pub longest_wait: Option<f64>,
    /// Trio's estimate of the wait, in seconds.
    pub estimated_wait: Option<f64>,
    /// Number of agents logged on to the service.
    pub agents_logged_on: Option<f64>,
    /// Number of agents free to take a case of the service.
    pub agents_available: Option<f64>,
    /// Number of busy agents.
    pub agents_busy: Option<f64>,
    /// Numbers and flags (1 or 0) of `export_service_state`, by the name of their member.
    pub exported: Vec<(Text, f64)>,
}

impl ServiceStatus {
    /// Creates the status of a service of which only the id is known.
    pub fn new(id: impl Into<Text>) -> Self {
        Self {
            id: id.into(),
            name: None,
            open: None,
            queue_length: None,
            longest_wait: None,
            estimated_wait: None,
            agents_logged_on: None,
            agents_available: None,
            agents_busy: None,
            exported: Vec::new(),
        }
    }
}

/// A service group (`servicegroups`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceGroup {
    /// Trio's id.
    pub id: Text,
    /// Name of the group.
    pub name: Option<Text>,
}

/// The service groups of a contact centre, and their members by the row filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceGroups {
    /// The groups.
    pub groups: Vec<ServiceGroup>,
    /// `(service id, group id)` pairs from `services?groupId=`; `None` if the server ignores that
    /// filter.
    pub members: Option<Vec<(Text, Text)>>,
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
