//! Options of a simulated Trio.

use std::time::Duration;

use super::{Charset, Dialect, Naming, Scenario};

/// Options of a simulated Trio. The defaults are those of the demo.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of all random numbers: the same seed gives the same world.
    pub seed: u64,
    /// Number of contact centres, at least one.
    pub contact_centers: usize,
    /// Services in all contact centres together.
    pub services: usize,
    /// Agents in all contact centres together.
    pub agents: usize,
    /// First ids of agents, cases and customers.
    pub id_offsets: IdOffsets,
    /// A stated world instead of a generated one; the three sizes above are then ignored.
    pub scenario: Option<Scenario>,
    /// Logs every segment of a case. The log grows without bound.
    pub segment_log: bool,
    /// Names, units and words of the answers.
    pub dialect: Dialect,
    /// Names of the members, if not those of the dialect.
    pub naming: Naming,
    /// Largest page, even if `pageSize` asks for more: a server may cap it.
    pub page_cap: usize,
    /// Life of an access token; documented default one hour.
    pub access_token_life: Duration,
    /// Life of a refresh token; documented default 30 days.
    pub refresh_token_life: Duration,
    /// API client key as it follows `Basic ` in the `Authorization` header. Not secret: `simulate`
    /// prints it.
    pub client_key: String,
    /// Name of the API user.
    pub username: String,
    /// Password of the API user; not secret either.
    pub password: String,
    /// Includes the times that the server measures itself (start of a state, arrival of a case).
    pub state_times: bool,
    /// Writes times without fractions of a second, cut off as a server with such a clock does.
    pub whole_seconds: bool,
    /// Sends members that feed metrics (estimated waits, start of a state) only when `fields=`
    /// names them.
    pub hide_members: bool,
    /// Answer to a name in `fields=` that no member has.
    pub unknown_fields: UnknownFields,
    /// Writes times without a zone, in the server's local time, an hour ahead of UTC.
    pub zoneless_times: bool,
    /// Includes the state of cases (queued, offered, handled).
    pub case_states: bool,
    /// Truncates `services/calls` at 20 calls per service, as `services/cases` is. The help states
    /// no limit of calls.
    pub calls_limited: bool,
    /// Lists only waiting cases in `services/cases`; cases being handled are still found by
    /// `jobno`.
    pub waiting_cases_only: bool,
    /// Resources that the API user may not read, by their documented paths without `cc/{ccid}`,
    /// such as `services/calls`; a node includes everything below it.
    pub forbidden: Vec<String>,
    /// Delay of each answer of the API.
    pub latency: Duration,
    /// Charset of answers to clients that ask for none.
    pub charset: Charset,
    /// The server's own help pages.
    pub help: HelpPages,
    /// Delay of configuration changes after the last one; zero applies each at once. Trio's is one
    /// minute.
    pub activation: Duration,
}

/// The server's own help pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelpPages {
    /// Access to them.
    pub access: HelpAccess,
    /// Includes descriptions: the XML documentation is deployed with the server.
    pub described: bool,
    /// Includes samples.
    pub samples: bool,
    /// Headings and descriptions are Swedish.
    pub swedish: bool,
    /// One of the pages answers 500.
    pub broken: bool,
}

/// Access to the help pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HelpAccess {
    /// Without a login.
    #[default]
    Open,
    /// With an access token.
    Token,
    /// With a Windows login.
    Windows,
    /// There are none.
    Missing,
}

impl Default for HelpPages {
    fn default() -> Self {
        Self {
            access: HelpAccess::Open,
            described: true,
            samples: true,
            swedish: false,
            broken: false,
        }
    }
}

/// Answer to a name in `fields=` that no member has. None is documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownFields {
    /// The name has no effect.
    #[default]
    Ignored,
    /// The request is refused with 400.
    BadRequest,
    /// The request fails with 500, as in the published design that `X-Pagination` comes from.
    ServerError,
}

/// First ids of a generated world. High ones differ from all other numbers in the output, so that a
/// test can search for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdOffsets {
    /// The first agent's id is this plus one.
    pub agents: u32,
    /// The first case's job number is this plus one.
    pub cases: u64,
    /// Lower bound of customer numbers.
    pub customers: u64,
}

impl Default for IdOffsets {
    fn default() -> Self {
        Self { agents: 1_000, cases: 100_000, customers: 10_000 }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            contact_centers: 1,
            services: 8,
            agents: 40,
            id_offsets: IdOffsets::default(),
            scenario: None,
            segment_log: false,
            dialect: Dialect::English,
            naming: Naming::Own,
            page_cap: 100,
            access_token_life: Duration::from_secs(3_600),
            refresh_token_life: Duration::from_secs(2_592_000),
            // Base64 of `simulator:simulated-client-key`; clients send it verbatim.
            client_key: "c2ltdWxhdG9yOnNpbXVsYXRlZC1jbGllbnQta2V5".to_owned(),
            username: "exporter".to_owned(),
            // With a letter beyond ASCII: its Base64 differs between ISO-8859-1 and UTF-8.
            password: "smörgåsbord".to_owned(),
            state_times: true,
            whole_seconds: false,
            hide_members: false,
            unknown_fields: UnknownFields::Ignored,
            zoneless_times: false,
            case_states: true,
            calls_limited: false,
            waiting_cases_only: false,
            forbidden: Vec::new(),
            latency: Duration::ZERO,
            charset: Charset::Utf8,
            help: HelpPages::default(),
            activation: Duration::ZERO,
        }
    }
}
