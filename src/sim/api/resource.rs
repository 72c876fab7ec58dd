//! Readable resources: paths and link relations.

/// A readable resource type of the documented API.
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

/// A node that lists resources outside of contact centres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Security,
    Directory,
}

impl Node {
    /// Path of the node below the base; also its link relation.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Directory => "directory",
        }
    }
}

/// A resource of one contact centre. Resources outside of contact centres have centre 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Collection {
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

    /// Link relation of the collection.
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

    /// Path below the contact centre, or below the base for a resource outside of one.
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

    /// Node above the resource, if there is one.
    pub(super) fn node(self) -> Option<Node> {
        let (node, _) = self.tail().split_once('/')?;
        [Node::Security, Node::Directory].into_iter().find(|known| known.as_str() == node)
    }

    /// Returns true for a resource outside of contact centres.
    pub(super) fn is_shared(self) -> bool {
        self == Self::Centers || self.node().is_some()
    }

    /// Link relation of an item.
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

impl Collection {
    /// Path of the collection below the base.
    pub(super) fn path(self) -> String {
        let tail = self.resource.tail();
        if self.resource.is_shared() {
            format!("/{tail}")
        } else {
            format!("/cc/{}/{tail}", self.center)
        }
    }

    /// Path of an item below the base.
    pub(super) fn item_path(self, id: u64) -> String {
        let path = self.path();
        // States are under the item: `agents/17/state`, not `agents/state/17`.
        match path.strip_suffix("/state") {
            Some(owner) => format!("{owner}/{id}/state"),
            None => format!("{path}/{id}"),
        }
    }
}
