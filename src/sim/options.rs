//! What can be set on a simulated Trio.

use std::time::Duration;

use super::charset::Charset;
use super::dialect::Dialect;
use super::scenario::Scenario;

/// Settings of a simulated Trio. The defaults are those of the demo.
#[derive(Clone, Debug)]
pub struct Options {
    /// The same seed gives the same contact centres and the same chance.
    pub seed: u64,
    /// How many contact centres there are; at least one.
    pub contact_centers: usize,
    /// Services in all contact centres together.
    pub services: usize,
    /// Agents in all contact centres together.
    pub agents: usize,
    /// Where the numbers of people and cases begin.
    pub numbers: Numbers,
    /// A stated world instead of a made-up one: the three numbers above then mean nothing.
    pub scenario: Option<Scenario>,
    /// Whether every stay of a case is kept in a log, which grows for ever.
    pub log: bool,
    /// The names, units and words of the answers.
    pub dialect: Dialect,
    /// The largest page that is given, whatever `pageSize` asks for.
    pub page_cap: usize,
    /// How long an access token is good for.
    pub access_token_life: Duration,
    /// How long a refresh token is good for.
    pub refresh_token_life: Duration,
    /// The API client key, as it stands after `Basic ` in the `Authorization` header. Not secret:
    /// the simulator tells it to everybody who wants to log in.
    pub client_key: String,
    /// Name of the API user.
    pub username: String,
    /// Password of the API user; not secret either.
    pub password: String,
    /// Whether Trio's own times (since when a state lasts, when a case arrived) are in the answers.
    pub state_times: bool,
    /// Whether members that feed metrics (estimated waits, since when a state lasts) come only when
    /// they are asked for.
    pub hide: bool,
    /// Whether answers tell where a case stands (queued, offered, handled).
    pub case_states: bool,
    /// Whether `services/calls` is cut at 20 calls a service, as `services/cases` is at 20 cases.
    pub calls_limited: bool,
    /// Whether `services/cases` lists only the cases that wait; those in hand are still found by `jobno`.
    pub waiting_cases_only: bool,
    /// Resources that the API user may not read, by their documented paths without `cc/{ccid}`, such as
    /// `services/calls`; a node stands for everything below it.
    pub forbidden: Vec<String>,
    /// How much later than at once each API request is answered.
    pub latency: Duration,
    /// The letters of answers to clients that ask for none.
    pub charset: Charset,
    /// How long after the last change of what is configured all changes show; zero: each at once.
    pub activation: Duration,
}

/// Where the numbers of a made-up world begin: high ones are told from all other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The first agent's id is the one after this.
    pub agents: u32,
    /// The first case's number is the one after this.
    pub cases: u64,
    /// No customer's number is smaller.
    pub customers: u64,
}

impl Default for Numbers {
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
            numbers: Numbers::default(),
            scenario: None,
            log: false,
            dialect: Dialect::English,
            page_cap: 100,
            access_token_life: Duration::from_secs(3_600),
            refresh_token_life: Duration::from_secs(2_592_000),
            client_key: "c2ltdWxhdGVkLWNsaWVudC1rZXk=".to_owned(),
            username: "exporter".to_owned(),
            password: "smörgåsbord".to_owned(),
            state_times: true,
            hide: false,
            case_states: true,
            calls_limited: false,
            waiting_cases_only: false,
            forbidden: Vec::new(),
            latency: Duration::ZERO,
            charset: Charset::Utf8,
            activation: Duration::ZERO,
        }
    }
}
