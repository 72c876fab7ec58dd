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
    Skills,
    Roles,
    Schedules,
    ExceptionLists,
    SkillProfiles,
    SecurityGroups,
    Subscribers,
    DirectorySkills,
    Capabilities,
    Departments,
    Pbxs,
    CalendarSystems,
    CustomerGroups,
    Titles,
    ExtraFieldNames,
    AddressSpaces,
}

/// A node above resources that belong to no contact centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Security,
    Directory,
}

impl Node {
    /// Path of the node, and what a link to it is called.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Directory => "directory",
        }
    }
}

/// A resource in a contact centre. One that is in none has the centre 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) resource: Resource,
    pub(super) center: u32,
}

impl Resource {
    pub(super) const ALL: [Self; 25] = [
        Self::Centers,
        Self::Agents,
        Self::AgentState,
        Self::AgentGroups,
        Self::Services,
        Self::ServiceState,
        Self::ServiceGroups,
        Self::Calls,
        Self::Cases,
        Self::Skills,
        Self::Roles,
        Self::Schedules,
        Self::ExceptionLists,
        Self::SkillProfiles,
        Self::SecurityGroups,
        Self::Subscribers,
        Self::DirectorySkills,
        Self::Capabilities,
        Self::Departments,
        Self::Pbxs,
        Self::CalendarSystems,
        Self::CustomerGroups,
        Self::Titles,
        Self::ExtraFieldNames,
        Self::AddressSpaces,
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
            Self::Skills => "skills",
            Self::Roles => "roles",
            Self::Schedules => "schedules",
            Self::ExceptionLists => "exceptionlists",
            Self::SkillProfiles => "skillprofiles",
            Self::SecurityGroups => "groups",
            Self::Subscribers => "subscribers",
            Self::DirectorySkills => "skills",
            Self::Capabilities => "capabilities",
            Self::Departments => "departments",
            Self::Pbxs => "pbxs",
            Self::CalendarSystems => "calendarsystems",
            Self::CustomerGroups => "customergroups",
            Self::Titles => "titles",
            Self::ExtraFieldNames => "extrafieldnames",
            Self::AddressSpaces => "addressspaces",
        }
    }

    /// Path below the contact centre, or below the base where it is in none.
    pub(super) fn tail(self) -> &'static str {
        match self {
            Self::Centers => "cc",
            Self::Agents => "agents",
            Self::AgentState => "agents/state",
            Self::AgentGroups => "agentgroups",
            Self::Services => "services",
            Self::ServiceState => "services/state",
            Self::ServiceGroups => "servicegroups",
            Self::Calls => "services/calls",
            Self::Cases => "services/cases",
            Self::Skills => "skills",
            Self::Roles => "roles",
            Self::Schedules => "schedules",
            Self::ExceptionLists => "schedules/exceptionlists",
            Self::SkillProfiles => "skillprofiles",
            Self::SecurityGroups => "security/groups",
            Self::Subscribers => "directory/subscribers",
            Self::DirectorySkills => "directory/skills",
            Self::Capabilities => "directory/capabilities",
            Self::Departments => "directory/departments",
            Self::Pbxs => "directory/pbxs",
            Self::CalendarSystems => "directory/calendarsystems",
            Self::CustomerGroups => "directory/customergroups",
            Self::Titles => "directory/titles",
            Self::ExtraFieldNames => "directory/extrafieldnames",
            Self::AddressSpaces => "directory/addressspaces",
        }
    }

    /// The node above the resource, where there is one.
    pub(super) fn node(self) -> Option<Node> {
        let (node, _) = self.tail().split_once('/')?;
        [Node::Security, Node::Directory].into_iter().find(|known| known.as_str() == node)
    }

    /// Whether the resource is in no contact centre.
    pub(super) fn is_shared(self) -> bool {
        self == Self::Centers || self.node().is_some()
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
            Self::Skills => "skill",
            Self::Roles => "role",
            Self::Schedules => "schedule",
            Self::ExceptionLists => "exceptionlist",
            Self::SkillProfiles => "skillprofile",
            Self::SecurityGroups => "group",
            Self::Subscribers => "subscriber",
            Self::DirectorySkills => "skill",
            Self::Capabilities => "capability",
            Self::Departments => "department",
            Self::Pbxs => "pbx",
            Self::CalendarSystems => "calendarsystem",
            Self::CustomerGroups => "customergroup",
            Self::Titles => "title",
            Self::ExtraFieldNames => "extrafieldname",
            Self::AddressSpaces => "addressspace",
        }
    }
}

impl Place {
    /// Path of the collection below the base.
    pub(super) fn path(self) -> String {
        let tail = self.resource.tail();
        if self.resource.is_shared() { format!("/{tail}") } else { format!("/cc/{}/{tail}", self.center) }
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
