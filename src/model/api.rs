//! The closed sets in which the exporter speaks about itself and the API.

macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident => $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$item_doc])* $item),+ }

        impl $name {
            /// Every member of the set.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$item),+];
            /// How many members the set has.
            pub const COUNT: usize = [$($text),+].len();

            /// The label value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$item => $text),+ }
            }

            /// Position in `ALL`.
            pub const fn index(self) -> usize {
                self as usize
            }
        }
    };
}

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
        /// Agents now.
        AgentState => "agents/state",
        /// Agent groups.
        AgentGroups => "agentgroups",
        /// Services as configured.
        Services => "services",
        /// Services now.
        ServiceState => "services/state",
        /// Service groups.
        ServiceGroups => "servicegroups",
        /// Calls now.
        Calls => "services/calls",
        /// Cases of every kind now.
        Cases => "services/cases",
        /// Who can take cases of which service.
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
    /// The collections of a contact centre whose items are counted.
    pub const OF_CONTACT_CENTER: [Self; 9] = [
        Self::Agents,
        Self::AgentGroups,
        Self::Services,
        Self::ServiceGroups,
        Self::Roles,
        Self::Schedules,
        Self::ExceptionLists,
        Self::Skills,
        Self::SkillProfiles,
    ];

    /// The collections below the nodes `security` and `directory`, each with its node.
    pub const OF_NODES: [(Self, Self); 11] = [
        (Self::Security, Self::SecurityGroups),
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

    /// Whether its items come and go all the time, so that a list may change while it is paged.
    pub const fn comes_and_goes(self) -> bool {
        matches!(self, Self::Calls | Self::Cases)
    }

    /// Whether the number of items that the server tells can be held against those that came: calls
    /// and cases change all the time, and skills may be shown without anything that tells one from another.
    pub const fn has_exact_total(self) -> bool {
        !self.comes_and_goes() && !matches!(self, Self::Skills)
    }
}

closed_set! {
    /// A kind of reading that has its own cadence, success and age.
    Collector {
        /// Services as configured.
        Services => "services",
        /// Services now.
        ServiceState => "service_state",
        /// Service groups and their members.
        ServiceGroups => "service_groups",
        /// Agents as configured.
        Agents => "agents",
        /// Agents now.
        AgentState => "agent_state",
        /// Agent groups.
        AgentGroups => "agent_groups",
        /// Calls now.
        Calls => "calls",
        /// Cases of every kind now.
        Cases => "cases",
        /// Who can take cases of which service.
        Skills => "skills",
        /// How many items there are of everything.
        Inventory => "inventory",
    }
}

impl Collector {
    /// The collector called `word` in [`Collector::as_str`]'s spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collector| collector.as_str() == word)
    }

    /// What it reads, which stands for it in messages; `None` for the inventory, which reads many
    /// things.
    pub const fn resource(self) -> Option<Resource> {
        Some(match self {
            Self::Services => Resource::Services,
            Self::ServiceState => Resource::ServiceState,
            Self::ServiceGroups => Resource::ServiceGroups,
            Self::Agents => Resource::Agents,
            Self::AgentState => Resource::AgentState,
            Self::AgentGroups => Resource::AgentGroups,
            Self::Calls => Resource::Calls,
            Self::Cases => Resource::Cases,
            Self::Skills => Resource::Skills,
            Self::Inventory => return None,
        })
    }

    /// Whether the collector reads what is happening now, rather than what is configured.
    pub const fn is_fast(self) -> bool {
        matches!(self, Self::ServiceState | Self::AgentState | Self::Calls | Self::Cases)
    }
}

closed_set! {
    /// Why a request got no usable answer, where there is no status code to name.
    RequestFailure {
        /// No complete answer in time.
        Timeout => "timeout",
        /// No connection, or it broke.
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
    /// Why a login or a renewal failed.
    AuthFailure {
        /// User name or password refused.
        Credentials => "credentials",
        /// API client key refused.
        ClientKey => "client_key",
        /// Refresh token refused.
        Refresh => "refresh",
        /// A fresh token is not accepted.
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
    /// Why a request was sent a second time, after the wait that the server had asked for.
    RetryReason {
        /// It had said 429: too many requests.
        RateLimited => "rate_limited",
        /// It had said 503: not now.
        Unavailable => "unavailable",
    }
}

closed_set! {
    /// The part that a server of a target plays.
    ServerRole {
        /// The one to be at.
        Primary => "primary",
        /// The one to be at while the primary does not answer.
        Secondary => "secondary",
    }
}

/// A server of a target, as it was last found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUse {
    /// Host and port.
    pub server: super::Text,
    /// Its part, by what the Api resource says, else by the order of the configuration.
    pub role: ServerRole,
    /// Requests go to it.
    pub active: bool,
    /// It answers; `None` until it was first asked.
    pub up: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_at_their_index() {
        for (position, resource) in Resource::ALL.into_iter().enumerate() {
            assert_eq!(resource.index(), position);
        }
        assert_eq!(Collector::AgentState.as_str(), "agent_state");
    }
}
