//! The servers of a target: the configured ones in their order, then those that the Api resource of
//! a configured one names; which of them answers, and which is active.
//!
//! Every request goes to a server of this list and to no other host. Moving from one to the next is
//! the concern of `connection`.

pub(super) mod connection;
mod day_counts;
mod doubts;
mod facts;
mod failure_streak;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::tz::TimeZone;
use url::Url;

use self::{day_counts::DayCountTrust, failure_streak::FailureStreak};
use super::{
    session::{AuthEndpoints, Session, account::Account},
    settings::Settings,
    wire::address::{NamedServer, host_and_port, is_same_server},
};
use crate::{
    model::{Resource, ServerFacts, ServerRole, ServerUse, Stamp, Text},
    stats::Stats,
};

/// Time between two probes of a server, active or not.
// `trio_server_up` of the passive server must be known before it is needed, and a return to the
// primary waits for a probe. The Api resource is small and needs no login.
const PROBE_INTERVAL: Duration = Duration::from_secs(30);
/// Longest wait before another return to the primary if earlier returns did not last. A return that
/// lasts as long ends these waits.
const MAX_RETURN_WAIT: Duration = Duration::from_secs(15 * 60);
/// Named servers that are added to the configured ones at most.
// Documented are two. The bound keeps an answer from growing the list, and with it probes and
// series.
const MAX_NAMED_SERVERS: usize = 4;

/// One server, with its own session.
#[derive(Debug)]
pub(super) struct Server {
    /// Base of the API on this server.
    pub(super) base: Url,
    /// Host and port.
    pub(super) label: Text,
    /// Configured, not only named. Only configured servers may name others.
    pub(super) configured: bool,
    pub(super) session: Session,
}

/// All servers of a target.
#[derive(Debug)]
pub(super) struct Servers {
    account: Arc<Account>,
    stats: Arc<Stats>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    known: Vec<KnownServer>,
    active: usize,
    /// Times that the primary was left since it last stayed active for [`MAX_RETURN_WAIT`].
    short_returns: u32,
    /// Time before which there is no other return.
    no_return_before: Duration,
    /// Time of the last return to the primary.
    last_return: Duration,
    /// Trust in figures that Trio counts from midnight.
    day_counts: DayCountTrust,
}

#[derive(Debug)]
struct KnownServer {
    server: Arc<Server>,
    role: ServerRole,
    up: Option<bool>,
    probed: Option<Duration>,
    failures: FailureStreak,
    named_servers: Vec<NamedServer>,
    endpoints: Option<AuthEndpoints>,
    facts: ServerFacts,
}

/// Servers that one request was sent to.
#[derive(Debug)]
pub(super) struct Attempts {
    pub(super) server: Arc<Server>,
    tried: Vec<Text>,
}

impl Attempts {
    /// Returns whether the request has left the server where it began.
    pub(super) fn has_moved(&self) -> bool {
        self.tried.len() > 1
    }

    /// Moves on to `next`; returns false if that was tried already.
    pub(super) fn move_to(&mut self, next: Arc<Server>) -> bool {
        if self.tried.contains(&next.label) {
            return false;
        }
        self.tried.push(next.label.clone());
        self.server = next;
        true
    }
}

impl Servers {
    pub(super) fn new(settings: &Settings, account: Arc<Account>, stats: Arc<Stats>) -> Self {
        let mut known: Vec<KnownServer> = Vec::new();
        for base in &settings.servers {
            let role = if known.is_empty() { ServerRole::Primary } else { ServerRole::Secondary };
            known.push(KnownServer::new(base.clone(), role, true, &account));
        }
        let state = State {
            known,
            active: 0,
            short_returns: 0,
            no_return_before: Duration::ZERO,
            last_return: Duration::ZERO,
            day_counts: DayCountTrust::default(),
        };
        let this = Self { account, stats, state: Mutex::new(state) };
        this.publish_uses(&this.lock());
        this
    }

    /// Begins the attempts of a request, at the active server.
    pub(super) fn start_attempts(&self) -> Attempts {
        let server = self.active();
        let mut attempts = Attempts { tried: vec![server.label.clone()], server };
        let Account { login_backoff, clock, .. } = &*self.account;
        if login_backoff.server_to_avoid(clock.now()).as_ref() == Some(&attempts.server.label)
            && let Some(next) = self.next_untried(&attempts)
        {
            attempts.move_to(next);
        }
        attempts
    }

    /// Server that requests go to first.
    pub(super) fn active(&self) -> Arc<Server> {
        let state = self.lock();
        state.known[state.active].server.clone()
    }

    /// Returns whether the target has more than one server.
    pub(super) fn has_others(&self) -> bool {
        self.lock().known.len() > 1
    }

    /// Returns the known server that an address names: by host and port; an address without a port
    /// is found by its host, too, if exactly one server has that host. The rest of the address is
    /// never used.
    pub(super) fn find(&self, address: &Url) -> Option<Arc<Server>> {
        // Credentials can make the address of another host look like a known one:
        // `https://good@evil`.
        if !address.username().is_empty() || address.password().is_some() {
            return None;
        }
        let state = self.lock();
        let there = host_and_port(address);
        if let Some(known) = state.known.iter().find(|known| *known.server.label == *there) {
            return Some(known.server.clone());
        }
        let host = address.host_str()?;
        // Trio names its servers without a port, so a redirect may do so, too: a bare host is
        // enough if exactly one known server has it.
        let mut of_host =
            state.known.iter().filter(|known| known.server.base.host_str() == Some(host));
        let found = of_host.next().filter(|_| address.port().is_none() && of_host.next().is_none());
        found.map(|known| known.server.clone())
    }

    /// Next server in order that was not tried.
    pub(super) fn next_untried(&self, attempts: &Attempts) -> Option<Arc<Server>> {
        let state = self.lock();
        let mut known = state.known.iter().map(|known| &known.server);
        known.find(|server| !attempts.tried.contains(&server.label)).cloned()
    }

    /// Address of the same resource on `server`; `url` may belong to any of the servers.
    pub(super) fn url_on(&self, url: &Url, server: &Server) -> Url {
        if url.origin() == server.base.origin() {
            return url.clone();
        }
        let state = self.lock();
        let origin_server =
            state.known.iter().find(|known| known.server.base.origin() == url.origin());
        // Links of one server are reused on the other. The path below the one base is appended to
        // the other, because bases can differ.
        let below = origin_server.and_then(|origin_server| {
            url.path().strip_prefix(origin_server.server.base.path().trim_end_matches('/'))
        });
        let path = match below {
            Some(below) => format!("{}{below}", server.base.path().trim_end_matches('/')),
            None => url.path().to_owned(),
        };
        let mut url_there = server.base.clone();
        url_there.set_path(&path);
        url_there.set_query(url.query());
        url_there
    }

    /// Login endpoints from the Api resource of this server; `None` until it was read.
    pub(super) fn endpoints(&self, server: &Server) -> Option<AuthEndpoints> {
        let state = self.lock();
        state.known.iter().find(|known| known.server.label == server.label)?.endpoints.clone()
    }

    /// Records the login endpoints of a server and its facts, and the servers that it names if it is
    /// configured.
    pub(super) fn record_api_answer(
        &self,
        from: &Server,
        endpoints: AuthEndpoints,
        names: Vec<NamedServer>,
        facts: ServerFacts,
        now: Stamp,
    ) {
        let mut state = self.lock();
        if state.known[state.active].server.label == from.label {
            state.day_counts.record_mode(facts.failover_mode, now.wall);
        }
        let Some(known) = state.known.iter_mut().find(|known| known.server.label == from.label)
        else {
            return;
        };
        known.endpoints = Some(endpoints);
        known.facts = facts;
        // A named server could name a third one, and so on to a host that no one configured. An
        // answer without names does not remove those that are known.
        if from.configured && !names.is_empty() {
            known.named_servers = names;
            state.rebuild(&self.account);
        }
        self.publish_uses(&state);
    }

    /// Records whether a server answered a probe.
    pub(super) fn record_probe(&self, server: &Server, up: bool, now: Stamp) {
        let mut state = self.lock();
        // The failure of a single server is the failure of its target, which the poller logs.
        let has_others = state.known.len() > 1;
        if let Some(known) = state.known.iter_mut().find(|known| known.server.label == server.label)
        {
            if has_others && known.up.is_some_and(|before| before != up) {
                tracing::info!(server = &*server.label, up, "a server came up or went down");
            }
            (known.up, known.probed) = (Some(up), Some(now.mono));
        }
        self.publish_uses(&state);
    }

    /// Forgets the failures of servers that are neither active nor the primary: no request is sent
    /// there that could end the streak. It would show them as down, and a single new failure would
    /// be enough to leave them again.
    pub(super) fn reset_failures(&self) {
        let mut state = self.lock();
        let (active, primary) = (state.active, state.primary());
        let others =
            state.known.iter_mut().enumerate().filter(|(n, _)| ![active, primary].contains(n));
        others.for_each(|(_, known)| known.failures = FailureStreak::default());
    }

    /// Records that a server failed a request.
    pub(super) fn record_failure(
        &self,
        server: &Server,
        (resource, url): (Resource, &Url),
        now: Stamp,
    ) {
        let mut state = self.lock();
        if let Some(known) = state.find(server) {
            known.failures.record(resource, url, now);
        }
    }

    /// Returns whether a server is to be left: since its last success it failed for enough
    /// resources, or for long enough.
    pub(super) fn is_failing(&self, server: &Server, now: Stamp) -> bool {
        self.lock().find(server).is_some_and(|known| known.failures.is_over_limit(now))
    }

    /// Requests that a server has failed since its last success, one of each resource. The primary
    /// has to answer them before the exporter returns to it.
    pub(super) fn failures(&self, server: &Server) -> Vec<(Resource, Url)> {
        self.lock().find(server).map(|known| known.failures.requests.clone()).unwrap_or_default()
    }

    /// Servers that were not probed for an interval.
    pub(super) fn due_for_probe(&self, now: Stamp) -> Vec<Arc<Server>> {
        let state = self.lock();
        let due_for_probe = state.known.iter().filter(|known| {
            known.probed.is_none_or(|probed| now.mono.saturating_sub(probed) >= PROBE_INTERVAL)
        });
        due_for_probe.map(|known| known.server.clone()).collect()
    }

    /// Primary server, if it is not active, answers probes, and the wait is over.
    pub(super) fn primary_to_return_to(&self, now: Stamp) -> Option<Arc<Server>> {
        let state = self.lock();
        let primary = &state.known[state.primary()];
        let is_left = state.primary() != state.active && primary.up == Some(true);
        (is_left && now.mono >= state.no_return_before).then(|| primary.server.clone())
    }

    /// Makes `server` the active one. Returns the server that was active, if it was another.
    pub(super) fn switch_to(&self, server: &Server, now: Stamp) -> Option<Arc<Server>> {
        let mut state = self.lock();
        let to = state.known.iter().position(|known| known.server.label == server.label)?;
        if to == state.active {
            return None;
        }
        let from = std::mem::replace(&mut state.active, to);
        state.day_counts.record_switch(now.wall);
        // A server that was left because of a failure was recorded as down before. This one is up:
        // a redirect, or the return to the primary, was the reason, and its failures must not block
        // a later return.
        if state.known[from].up == Some(true) {
            state.known[from].failures = FailureStreak::default();
        }
        if from == state.primary() {
            // Doubles from 30 s with each return that did not last. A primary that fails under load
            // and recovers without it would otherwise move the exporter, with a new login, every
            // half minute.
            let wait =
                PROBE_INTERVAL.saturating_mul(1 << state.short_returns.min(8)).min(MAX_RETURN_WAIT);
            state.short_returns += 1;
            state.no_return_before = now.mono + wait;
        } else if to == state.primary() {
            state.last_return = now.mono;
        }
        self.stats.failovers.add(1);
        self.publish_uses(&state);
        let left = state.known[from].server.clone();
        tracing::warn!(
            from = &*left.label,
            to = &*server.label,
            "another server is asked from now on"
        );
        Some(left)
    }

    /// Records that `server` answered a request that carried a token.
    pub(super) fn record_answer(&self, server: &Server, now: Stamp) {
        let mut state = self.lock();
        if let Some(known) = state.find(server) {
            known.failures = FailureStreak::default();
        }
        let is_primary = state.known[state.primary()].server.label == server.label;
        // A return that has lasted as long as the longest wait ends the series of short ones.
        if is_primary && now.mono.saturating_sub(state.last_return) >= MAX_RETURN_WAIT {
            state.short_returns = 0;
        }
    }

    /// Returns the version that the active server states.
    pub(super) fn active_version(&self) -> Option<Text> {
        let state = self.lock();
        state.known[state.active].facts.version.clone()
    }

    /// Returns true if figures that Trio counts from midnight are wrong at `now`, by the midnights
    /// of `zone`.
    pub(super) fn are_day_counts_withheld(&self, now: Stamp, zone: &TimeZone) -> bool {
        self.lock().day_counts.are_withheld(now.wall, zone)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes role and state of every server for the metrics.
    fn publish_uses(&self, state: &State) {
        let uses = state.known.iter().enumerate().map(|(position, known)| ServerUse {
            server: known.server.label.clone(),
            role: known.role,
            active: position == state.active,
            // A server that was left because of failed requests may still answer probes. It is not
            // shown as up.
            up: known
                .up
                .map(|up| up && (position == state.active || known.failures.requests.is_empty())),
            // What a server said before it went silent may not be true any more.
            facts: match known.up {
                Some(true) => known.facts.clone(),
                _ => ServerFacts::default(),
            },
        });
        self.stats.set_servers(uses.collect());
    }
}

impl State {
    fn find(&mut self, server: &Server) -> Option<&mut KnownServer> {
        self.known.iter_mut().find(|known| known.server.label == server.label)
    }

    /// Rebuilds the list: the configured servers in their order, then the named ones, each once.
    fn rebuild(&mut self, account: &Arc<Account>) {
        let active = self.known[self.active].server.label.clone();
        let before = std::mem::take(&mut self.known);
        let (mut known, mut named): (Vec<_>, Vec<_>) =
            before.into_iter().partition(|known| known.server.configured);
        for (position, server) in known.iter_mut().enumerate() {
            server.role = if position == 0 { ServerRole::Primary } else { ServerRole::Secondary };
        }
        let configured = known.len();
        let mut named_positions: Vec<usize> = Vec::new();
        let names: Vec<NamedServer> =
            known.iter().flat_map(|known| known.named_servers.clone()).collect();
        for name in names {
            let here =
                known.iter().position(|known| is_same_server(&known.server.base, &name.base));
            let position = match here {
                Some(position) => position,
                None if known.len() - configured >= MAX_NAMED_SERVERS => continue,
                None => {
                    // A server that is named again keeps its session, its probe and its failures.
                    let old = named.iter().position(|old| old.server.base == name.base);
                    known.push(match old {
                        Some(old) => named.swap_remove(old),
                        None => KnownServer::new(name.base, name.role, false, account),
                    });
                    known.len() - 1
                }
            };
            if !named_positions.contains(&position) {
                named_positions.push(position);
                known[position].role = name.role;
            }
        }
        // Once an answer says which server is the primary, the order of the configuration says
        // nothing more.
        if named_positions.iter().any(|position| known[*position].role == ServerRole::Primary) {
            let unnamed = known
                .iter_mut()
                .enumerate()
                .filter(|(position, _)| !named_positions.contains(position));
            unnamed.for_each(|(_, known)| known.role = ServerRole::Secondary);
        }
        // By label: positions change. A server that is named no longer is left for the first one.
        self.active = known.iter().position(|known| known.server.label == active).unwrap_or(0);
        self.known = known;
    }

    /// Position of the primary: the first server with that role.
    fn primary(&self) -> usize {
        self.known.iter().position(|known| known.role == ServerRole::Primary).unwrap_or(0)
    }
}

impl KnownServer {
    fn new(base: Url, role: ServerRole, configured: bool, account: &Arc<Account>) -> Self {
        let label = Text::from(host_and_port(&base));
        let session = Session::new(account.clone(), label.clone());
        let server = Server { base, label, configured, session };
        let failures = FailureStreak::default();
        Self {
            server: Arc::new(server),
            role,
            up: None,
            probed: None,
            failures,
            named_servers: Vec::new(),
            endpoints: None,
            facts: ServerFacts::default(),
        }
    }
}
