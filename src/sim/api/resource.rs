//! The readable resources: their paths and their names in links.

/// A kind of resource that can be read, as a collection or one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Centers,
    Agents,
    AgentState,
    AgentGroups,
    Services,
    ServiceState,
    ServiceGroups,
    Calls,
    Cases,
}

/// A resource in a contact centre. [`Resource::Centers`] is in none: its centre is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) resource: Resource,
    pub(super) center: u32,
}

impl Resource {
    pub(super) const ALL: [Self; 9] = [
        Self::Centers,
        Self::Agents,
        Self::AgentState,
        Self::AgentGroups,
        Self::Services,
        Self::ServiceState,
        Self::ServiceGroups,
        Self::Calls,
        Self::Cases,
    ];

    /// What a link to the collection is called.
    pub(super) fn rel(self) -> &'static str {
        match self {
            Self::Centers => "cc",
            Self::Agents => "agents",
            Self::AgentState => "agentstate",
            Self::AgentGroups => "agentgroups",
            Self::Services => "services",
            Self::ServiceState => "servicestate",
            Self::ServiceGroups => "servicegroups",
            Self::Calls => "calls",
            Self::Cases => "cases",
        }
    }

    /// What a link to one item is called.
    pub(super) fn item_rel(self) -> &'static str {
        match self {
            Self::Centers => "cc",
            Self::Agents => "agent",
            Self::AgentState => "agentstate",
            Self::AgentGroups => "agentgroup",
            Self::Services => "service",
            Self::ServiceState => "servicestate",
            Self::ServiceGroups => "servicegroup",
            Self::Calls => "call",
            Self::Cases => "case",
        }
    }
}

impl Place {
    /// Path of the collection below the base.
    pub(super) fn path(self) -> String {
        let tail = match self.resource {
            Resource::Centers => return "/cc".to_owned(),
            Resource::Agents => "agents",
            Resource::AgentState => "agents/state",
            Resource::AgentGroups => "agentgroups",
            Resource::Services => "services",
            Resource::ServiceState => "services/state",
            Resource::ServiceGroups => "servicegroups",
            Resource::Calls => "services/calls",
            Resource::Cases => "services/cases",
        };
        format!("/cc/{}/{tail}", self.center)
    }

    /// Path of one item below the base.
    pub(super) fn item_path(self, id: u64) -> String {
        let path = self.path();
        match path.strip_suffix("/state") {
            Some(owner) => format!("{owner}/{id}/state"),
            None => format!("{path}/{id}"),
        }
    }
}
