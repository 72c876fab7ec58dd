//! The API and its use: resources, collectors, servers, fields, and kinds of failures.

use super::{CaseClass, Text, closed_set::closed_set};

closed_set! {
    /// A documented resource of the API; the text is its path without `cc/{ccid}` and ids.
    Resource {
        /// The base of the API.
        Api => "api",
        /// Login.
        Login => "login",
        /// Renewal of the access token.
        RefreshLogin => "refreshlogin",
        /// Contact centres.
        ContactCenters => "cc",
        /// Agents as configured.
        Agents => "agents",
        /// Current states of agents.
        AgentState => "agents/state",
        /// Agent groups.
        AgentGroups => "agentgroups",
        /// Services as configured.
        Services => "services",
        /// Current states of services.
        ServiceState => "services/state",
        /// Service groups.
        ServiceGroups => "servicegroups",
        /// Current calls.
        Calls => "services/calls",
        /// Current cases of all classes.
        Cases => "services/cases",
        /// Skills: the services whose cases each agent can take.
        Skills => "skills",
        /// Roles.
        Roles => "roles",
        /// Opening hours.
        Schedules => "schedules",
        /// Lists of exceptions to opening hours.
        ExceptionLists => "schedules/exceptionlists",
        /// Sets of skills.
        SkillProfiles => "skillprofiles",
        /// The node above everything about rights.
        Security => "security",
        /// Groups of users with rights.
        SecurityGroups => "security/groups",
        /// Rights of agents.
        SecurityAgents => "security/agents",
        /// Rights of services.
        SecurityServices => "security/services",
        /// The node above the company directory.
        Directory => "directory",
        /// Persons and functions of the company directory.
        Subscribers => "directory/subscribers",
        /// Skills of subscribers.
        DirectorySkills => "directory/skills",
        /// Capabilities of subscribers.
        Capabilities => "directory/capabilities",
        /// Departments.
        Departments => "directory/departments",
        /// Telephone exchanges.
        Pbxs => "directory/pbxs",
        /// Calendar systems.
        CalendarSystems => "directory/calendarsystems",
        /// Customer groups.
        CustomerGroups => "directory/customergroups",
        /// Titles of subscribers.
        Titles => "directory/titles",
        /// Names of the extra fields of subscribers.
        ExtraFieldNames => "directory/extrafieldnames",
        /// Address spaces.
        AddressSpaces => "directory/addressspaces",
    }
}

impl Resource {
    /// The collections below the nodes `security` and `directory`, each with its node.
    pub const OF_NODES: [(Self, Self); 13] = [
        (Self::Security, Self::SecurityGroups),
        (Self::Security, Self::SecurityAgents),
        (Self::Security, Self::SecurityServices),
        (Self::Directory, Self::Subscribers),
        (Self::Directory, Self::DirectorySkills),
        (Self::Directory, Self::Capabilities),
        (Self::Directory, Self::Departments),
        (Self::Directory, Self::Pbxs),
        (Self::Directory, Self::CalendarSystems),
        (Self::Directory, Self::CustomerGroups),
        (Self::Directory, Self::Titles),
        (Self::Directory, Self::ExtraFieldNames),
        (Self::Directory, Self::AddressSpaces),
    ];

    /// Returns whether nothing is known of the items but their number.
    pub fn is_only_counted(self) -> bool {
        Self::OF_NODES.iter().any(|(_, child)| *child == self)
            || matches!(
                self,
                Self::Roles | Self::Schedules | Self::ExceptionLists | Self::SkillProfiles
            )
    }

    /// Returns the collections of a contact centre whose items are counted: those that are read as
    /// configuration, and others.
    pub fn counted_in_contact_center() -> impl Iterator<Item = Self> {
        let others = [Self::Roles, Self::Schedules, Self::ExceptionLists, Self::SkillProfiles];
        let is_configuration = |of: &Collector| of.cadence() == Cadence::Configuration;
        let configuration = Collector::ALL.into_iter().filter(is_configuration);
        configuration.filter_map(Collector::resource).chain(others)
    }

    /// Returns true if items come and go all the time, so that a list may change while it is paged.
    pub const fn comes_and_goes(self) -> bool {
        matches!(self, Self::Calls | Self::Cases)
    }

    /// Returns true if the total that the server states must equal the number of items received.
    pub const fn has_exact_total(self) -> bool {
        // Calls and cases change between two pages. Skills may have no member that distinguishes
        // them, so repeated ones cannot be recognised.
        !self.comes_and_goes() && !matches!(self, Self::Skills)
    }
}

closed_set! {
    /// A kind of reading, with an interval, a success and an age of its own.
    Collector {
        /// Services as configured.
        Services => "services",
        /// Current states of services.
        ServiceState => "service_state",
        /// Service groups and their members.
        ServiceGroups => "service_groups",
        /// Agents as configured.
        Agents => "agents",
        /// Current states of agents.
        AgentState => "agent_state",
        /// Agent groups.
        AgentGroups => "agent_groups",
        /// Current calls.
        Calls => "calls",
        /// Current cases of all classes.
        Cases => "cases",
        /// Skills: the services whose cases each agent can take.
        Skills => "skills",
        /// Number of items of each collection.
        Inventory => "inventory",
    }
}

/// The time at which a collector is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// The state now, at `poll.state`. These collectors decide `up`, with those of the flow.
    Live,
    /// Cases, and the agents who have them, at `poll.flow`: each is evidence for the others, so
    /// they are read together.
    Flow,
    /// The configuration of Trio, at `poll.configuration`.
    Configuration,
    /// Numbers of items, at `poll.inventory`.
    Inventory,
}

/// A property of some collectors that other rooms ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// Most metrics come from it, so a script sees a failure of it by the exit code of `check`.
    Core,
    /// Every Trio in use has items of it: if it has none, they may be hidden from the API user.
    NeverEmpty,
    /// It sends a request for each known service, so it is read after the services.
    PerService,
    /// Its list of cases shows calls alone.
    CallsAlone,
    /// `trace` reads it: for the events, or for the names in their lines.
    Traced,
}

/// The declaration of a collector.
#[derive(Clone, Copy, Debug)]
struct Declaration {
    resource: Option<Resource>,
    cadence: Cadence,
    feeds: &'static str,
    properties: &'static [Property],
}

impl Collector {
    /// Returns the declaration. The request that a collector makes is in `poller::collectors`, the
    /// place of its data in `snapshot::Center`.
    const fn declaration(self) -> Declaration {
        use Cadence::{Configuration, Flow, Inventory, Live};
        use Property::{CallsAlone, Core, NeverEmpty, PerService, Traced};
        let (resource, cadence, feeds, properties): (_, _, _, &[Property]) = match self {
            Self::Services => (
                Some(Resource::Services),
                Configuration,
                "names and groups of services",
                &[NeverEmpty, Traced],
            ),
            Self::ServiceState => (
                Some(Resource::ServiceState),
                Live,
                "queues (trio_service_…)",
                &[Core, NeverEmpty, Traced],
            ),
            Self::ServiceGroups => {
                (Some(Resource::ServiceGroups), Configuration, "groups of services", &[Traced])
            }
            Self::Agents => {
                (Some(Resource::Agents), Configuration, "names and groups of agents", &[NeverEmpty])
            }
            Self::AgentState => (
                Some(Resource::AgentState),
                Flow,
                "states of agents (trio_agents…)",
                &[Core, NeverEmpty, Traced],
            ),
            Self::AgentGroups => {
                (Some(Resource::AgentGroups), Configuration, "names of agent groups", &[])
            }
            Self::Calls => (Some(Resource::Calls), Flow, "trio_calls", &[CallsAlone, Traced]),
            Self::Cases => {
                (Some(Resource::Cases), Flow, "numbers of chats, e-mails and tasks", &[Traced])
            }
            Self::Skills => (
                Some(Resource::Skills),
                Configuration,
                "trio_service_skilled_agents",
                &[PerService],
            ),
            Self::Inventory => (None, Inventory, "trio_resource_items", &[]),
        };
        Declaration { resource, cadence, feeds, properties }
    }

    /// Returns the collector that reads a resource; `None` if at most the inventory reads it.
    pub fn of(resource: Resource) -> Option<Self> {
        Self::ALL.into_iter().find(|collector| collector.resource() == Some(resource))
    }

    /// Returns the resource that it reads, which messages name; `None` for the inventory, which
    /// reads many.
    pub const fn resource(self) -> Option<Resource> {
        self.declaration().resource
    }

    /// Returns the time at which it is due.
    pub const fn cadence(self) -> Cadence {
        self.declaration().cadence
    }

    /// Returns the metrics that are absent without it, in words for people.
    pub const fn feeds(self) -> &'static str {
        self.declaration().feeds
    }

    /// Returns true if it has the property.
    pub fn has(self, property: Property) -> bool {
        self.declaration().properties.contains(&property)
    }

    /// Returns true if the collector reads the current state rather than the configuration.
    pub const fn is_fast(self) -> bool {
        matches!(self.cadence(), Cadence::Live | Cadence::Flow)
    }

    /// Returns true if it reads one of the lists of cases.
    pub fn lists_cases(self) -> bool {
        self.resource().is_some_and(Resource::comes_and_goes)
    }

    /// Returns true if it reads a list that shows cases of the class.
    pub fn shows(self, class: CaseClass) -> bool {
        self.lists_cases() && (class.is_call() || !self.has(Property::CallsAlone))
    }
}

closed_set! {
    /// Kinds of requests without a usable answer, where there is no status code.
    RequestFailure {
        /// No complete answer within the limit of time.
        Timeout => "timeout",
        /// No connection, or it was broken off.
        Connect => "connect",
        /// The TLS handshake failed.
        Tls => "tls",
        /// The body is not what the API describes.
        Decode => "decode",
        /// The body is larger than allowed.
        TooLarge => "too_large",
    }
}

closed_set! {
    /// Kinds of failed logins and renewals.
    AuthFailure {
        /// User name or password refused.
        Credentials => "credentials",
        /// API client key refused.
        ClientKey => "client_key",
        /// Refresh token refused.
        Refresh => "refresh",
        /// A new token is not accepted.
        Forbidden => "forbidden",
        /// No answer.
        Network => "network",
        /// The server failed.
        Server => "server",
        /// The answer holds no token.
        Decode => "decode",
    }
}

closed_set! {
    /// The two tokens of a session.
    Token {
        /// Sent with every request.
        Access => "access",
        /// Exchanged for a new access token.
        Refresh => "refresh",
    }
}

closed_set! {
    /// Reasons why a request was repeated: a wait that the server had asked for is over, or the
    /// connection broke before the answer began.
    RetryReason {
        /// The answer was 429 (too many requests).
        RateLimited => "rate_limited",
        /// The answer was 503 (service unavailable).
        Unavailable => "unavailable",
        /// The connection was closed or reset before the answer began.
        ConnectionLost => "connection_lost",
    }
}

closed_set! {
    /// The role of a server of a target.
    ServerRole {
        /// Preferred for requests.
        Primary => "primary",
        /// Used while the primary does not answer.
        Secondary => "secondary",
    }
}

/// A server of a target, as last known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUse {
    /// Host and port.
    pub server: Text,
    /// Role by the Api resource, else by the order of the configuration.
    pub role: ServerRole,
    /// True if requests are sent to it.
    pub active: bool,
    /// True if it answers; `None` before the first request.
    pub up: Option<bool>,
    /// Facts that it states of itself; none if it does not answer.
    pub facts: ServerFacts,
}

/// Facts that a server states in its Api resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerFacts {
    /// Version of Trio's programs, such as `8.0.2.0`.
    pub version: Option<Text>,
    /// True while the server works in place of the primary one.
    pub failover_mode: Option<bool>,
}

closed_set! {
    /// Source of the mapping of a field.
    FieldSource {
        /// The built-in dictionary.
        Builtin => "builtin",
        /// The user's fields file.
        User => "user",
        /// The user's fields file, in an entry that the server's own help gave.
        Help => "help",
        /// The user's fields file, in an entry that the server's answers proved.
        Proved => "proved",
    }
}

/// Use of one field of one resource: presence, member name, and values that could not be mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldUse {
    /// Resource whose items should have the field.
    pub resource: Resource,
    /// Name of the field in the dictionary.
    pub field: &'static str,
    /// `None` until the resource has answered with at least one item.
    pub present: Option<bool>,
    /// Name of the member that feeds it, in the server's spelling.
    pub member: Option<Text>,
    /// Form in which its values are read.
    pub form: &'static str,
    /// Dictionary that names the member.
    pub source: FieldSource,
    /// Number of items of the last answer whose value could not be mapped.
    pub unknown_values: u64,
    /// Number of values of the last answer that could be read.
    pub understood: u64,
    /// Number of values of the last answer that could not be used: not mapped, or a time that
    /// cannot be read.
    pub not_understood: u64,
    /// The first of those values, if the field is an enumeration.
    pub unknown_words: Vec<Text>,
    /// Rows of the last answer that lack this required field and are left out of the counts; `None`
    /// if the field is not required.
    pub rows_without: Option<u64>,
    /// True for fields that hold a time.
    pub is_time: bool,
}

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
