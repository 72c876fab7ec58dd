//! The servers of a target: those that are configured, in their order, and those that the Api
//! resource of a configured one names. Which of them answers, and which one is asked.
//!
//! Every request goes to a server of this list and to no other host. How to get from one to the
//! next is `failover`'s business.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use url::Url;

use super::{
    failing::Failures,
    names::{Named, label, same},
    session::{Account, Doors, Session},
    settings::Settings,
};
use crate::{
    model::{Resource, ServerRole, ServerUse, Stamp, Text},
    stats::Stats,
};

/// Every server is looked at this often, whether it is in use or not.
const LOOK_INTERVAL: Duration = Duration::from_secs(30);
/// The longest time between two returns to a primary that sends the exporter away again.
const LONGEST_STAY: Duration = Duration::from_secs(15 * 60);
/// More servers than this are not taken from answers.
const MOST_NAMED: usize = 4;

/// One server, with its own tokens.
#[derive(Debug)]
pub(super) struct Server {
    /// Base of the API there.
    pub(super) base: Url,
    /// Host and port.
    pub(super) label: Text,
    /// Configured, rather than only named: what it names is believed.
    pub(super) configured: bool,
    pub(super) session: Session,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Servers {
    account: Arc<Account>,
    stats: Arc<Stats>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    known: Vec<Known>,
    active: usize,
    /// Returns to the primary that did not last, and the time before which there is no other.
    returns: u32,
    no_return_before: Duration,
    /// When the primary was last returned to.
    returned: Duration,
}

#[derive(Debug)]
struct Known {
    server: Arc<Server>,
    role: ServerRole,
    up: Option<bool>,
    looked: Option<Duration>,
    failures: Failures,
    names: Vec<Named>,
    doors: Option<Doors>,
}

/// The servers that one request was tried at.
#[derive(Debug)]
pub(super) struct Journey {
    pub(super) server: Arc<Server>,
    tried: Vec<Text>,
}

impl Journey {
    /// Whether it is no longer where it began.
    pub(super) fn went_on(&self) -> bool {
        self.tried.len() > 1
    }

    /// Goes on to `next`; false if it has been there.
    pub(super) fn go(&mut self, next: Arc<Server>) -> bool {
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
        let mut known: Vec<Known> = Vec::new();
        for base in &settings.servers {
            let role = if known.is_empty() { ServerRole::Primary } else { ServerRole::Secondary };
            known.push(Known::new(base.clone(), role, true, &account));
        }
        let state = State {
            known,
            active: 0,
            returns: 0,
            no_return_before: Duration::ZERO,
            returned: Duration::ZERO,
        };
        let this = Self { account, stats, state: Mutex::new(state) };
        this.publish(&this.lock());
        this
    }

    /// The way of a request; it begins at the active server.
    pub(super) fn journey(&self) -> Journey {
        let server = self.active();
        Journey { tried: vec![server.label.clone()], server }
    }

    /// The server that requests go to first.
    pub(super) fn active(&self) -> Arc<Server> {
        let state = self.lock();
        state.known[state.active].server.clone()
    }

    /// Whether there is another one than this.
    pub(super) fn has_others(&self) -> bool {
        self.lock().known.len() > 1
    }

    /// The server that an address names: by host and port, or by the host alone where that is
    /// clear. What else stands in the address does not matter, because it is never used.
    pub(super) fn find(&self, address: &Url) -> Option<Arc<Server>> {
        if !address.username().is_empty() || address.password().is_some() {
            return None;
        }
        let state = self.lock();
        let there = label(address);
        if let Some(known) = state.known.iter().find(|known| *known.server.label == *there) {
            return Some(known.server.clone());
        }
        let host = address.host_str()?;
        let mut of_host = state.known.iter().filter(|known| known.server.base.host_str() == Some(host));
        let found = of_host.next().filter(|_| address.port().is_none() && of_host.next().is_none());
        found.map(|known| known.server.clone())
    }

    /// The next server in order that the journey has not seen.
    pub(super) fn next(&self, journey: &Journey) -> Option<Arc<Server>> {
        let state = self.lock();
        let mut known = state.known.iter().map(|known| &known.server);
        known.find(|server| !journey.tried.contains(&server.label)).cloned()
    }

    /// `url`, which may stand for any of the servers, at `server`.
    pub(super) fn at(&self, url: &Url, server: &Server) -> Url {
        if url.origin() == server.base.origin() {
            return url.clone();
        }
        let state = self.lock();
        let home = state.known.iter().find(|known| known.server.base.origin() == url.origin());
        let below =
            home.and_then(|home| url.path().strip_prefix(home.server.base.path().trim_end_matches('/')));
        let path = match below {
            Some(below) => format!("{}{below}", server.base.path().trim_end_matches('/')),
            None => url.path().to_owned(),
        };
        let mut moved = server.base.clone();
        moved.set_path(&path);
        moved.set_query(url.query());
        moved
    }

    /// Where to log in at a server, as it said itself.
    pub(super) fn doors(&self, server: &Server) -> Option<Doors> {
        let state = self.lock();
        state.known.iter().find(|known| known.server.label == server.label)?.doors.clone()
    }

    /// Takes note of a server's own doors, and of the servers that it names: only a configured one
    /// is believed those.
    pub(super) fn learn(&self, from: &Server, doors: Doors, names: Vec<Named>) {
        let mut state = self.lock();
        let Some(known) = state.known.iter_mut().find(|known| known.server.label == from.label) else {
            return;
        };
        known.doors = Some(doors);
        if !from.configured || names.is_empty() {
            return;
        }
        known.names = names;
        state.rebuild(&self.account);
        self.publish(&state);
    }

    /// A server was looked at: whether it answers.
    pub(super) fn looked(&self, server: &Server, up: bool, now: Stamp) {
        let mut state = self.lock();
        // Of a server that is alone the situation of the target tells already.
        let told = state.known.len() > 1;
        if let Some(known) = state.known.iter_mut().find(|known| known.server.label == server.label) {
            if told && known.up.is_some_and(|before| before != up) {
                tracing::info!(server = &*server.label, up, "a server went or came");
            }
            (known.up, known.looked) = (Some(up), Some(now.mono));
        }
        self.publish(&state);
    }

    /// Forgets what servers failed that are neither in use nor to be returned to: they are asked
    /// again only when they are needed.
    pub(super) fn forgive(&self) {
        let mut state = self.lock();
        let (active, primary) = (state.active, state.primary());
        let others = state.known.iter_mut().enumerate().filter(|(n, _)| ![active, primary].contains(n));
        others.for_each(|(_, known)| known.failures = Failures::default());
    }

    /// A server failed a request.
    pub(super) fn failed(&self, server: &Server, (resource, url): (Resource, &Url), now: Stamp) {
        let mut state = self.lock();
        if let Some(known) = state.find(server) {
            known.failures.another(resource, url, now);
        }
    }

    /// Whether a server fails so many requests that it is to be left.
    pub(super) fn is_failing(&self, server: &Server, now: Stamp) -> bool {
        self.lock().find(server).is_some_and(|known| known.failures.are_many(now))
    }

    /// The requests that a server failed last and has to answer before it is trusted again.
    pub(super) fn failures(&self, server: &Server) -> Vec<(Resource, Url)> {
        self.lock().find(server).map(|known| known.failures.requests().to_vec()).unwrap_or_default()
    }

    /// The servers that nobody has looked at for a while.
    pub(super) fn unseen(&self, now: Stamp) -> Vec<Arc<Server>> {
        let state = self.lock();
        let unseen = state.known.iter().filter(|known| {
            known.looked.is_none_or(|looked| now.mono.saturating_sub(looked) >= LOOK_INTERVAL)
        });
        unseen.map(|known| known.server.clone()).collect()
    }

    /// The primary, if it answers, is not in use, and may be tried.
    pub(super) fn deserted(&self, now: Stamp) -> Option<Arc<Server>> {
        let state = self.lock();
        let primary = &state.known[state.primary()];
        let deserted = state.primary() != state.active && primary.up == Some(true);
        (deserted && now.mono >= state.no_return_before).then(|| primary.server.clone())
    }

    /// From now on `server` is asked. Returns the one that was asked before, if it was another.
    pub(super) fn go_over(&self, server: &Server, now: Stamp) -> Option<Arc<Server>> {
        let mut state = self.lock();
        let to = state.known.iter().position(|known| known.server.label == server.label)?;
        if to == state.active {
            return None;
        }
        let from = std::mem::replace(&mut state.active, to);
        // It was left for another reason.
        if state.known[from].up == Some(true) {
            state.known[from].failures = Failures::default();
        }
        if from == state.primary() {
            let stay = LOOK_INTERVAL.saturating_mul(1 << state.returns.min(8)).min(LONGEST_STAY);
            state.returns += 1;
            state.no_return_before = now.mono + stay;
        } else if to == state.primary() {
            state.returned = now.mono;
        }
        self.stats.failovers.add(1);
        self.publish(&state);
        let left = state.known[from].server.clone();
        tracing::warn!(from = &*left.label, to = &*server.label, "another server is asked from now on");
        Some(left)
    }

    /// `server` answered a request with a token. A return to the primary that has held for as long as
    /// the longest stay elsewhere was the last of a series.
    pub(super) fn answered(&self, server: &Server, now: Stamp) {
        let mut state = self.lock();
        if let Some(known) = state.find(server) {
            known.failures = Failures::default();
        }
        let is_primary = state.known[state.primary()].server.label == server.label;
        if is_primary && now.mono.saturating_sub(state.returned) >= LONGEST_STAY {
            state.returns = 0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, state: &State) {
        let uses = state.known.iter().enumerate().map(|(position, known)| ServerUse {
            server: known.server.label.clone(),
            role: known.role,
            active: position == state.active,
            // One that was left since it failed everything may still answer for itself.
            up: known.up.map(|up| up && (position == state.active || known.failures.requests().is_empty())),
        });
        self.stats.set_servers(uses.collect());
    }
}

impl State {
    fn find(&mut self, server: &Server) -> Option<&mut Known> {
        self.known.iter_mut().find(|known| known.server.label == server.label)
    }

    /// The configured servers in their order, then the named ones, each once.
    fn rebuild(&mut self, account: &Arc<Account>) {
        let active = self.known[self.active].server.label.clone();
        let before = std::mem::take(&mut self.known);
        let (mut known, mut named): (Vec<_>, Vec<_>) =
            before.into_iter().partition(|known| known.server.configured);
        for (position, server) in known.iter_mut().enumerate() {
            server.role = if position == 0 { ServerRole::Primary } else { ServerRole::Secondary };
        }
        let configured = known.len();
        let mut told: Vec<usize> = Vec::new();
        let names: Vec<Named> = known.iter().flat_map(|known| known.names.clone()).collect();
        for name in names {
            let here = known.iter().position(|known| same(&known.server.base, &name.base));
            let position = match here {
                Some(position) => position,
                None if known.len() - configured >= MOST_NAMED => continue,
                None => {
                    let old = named.iter().position(|old| old.server.base == name.base);
                    known.push(match old {
                        Some(old) => named.swap_remove(old),
                        None => Known::new(name.base, name.role, false, account),
                    });
                    known.len() - 1
                }
            };
            if !told.contains(&position) {
                told.push(position);
                known[position].role = name.role;
            }
        }
        // Where it is said which one is the primary, the order says nothing any more.
        if told.iter().any(|position| known[*position].role == ServerRole::Primary) {
            let untold = known.iter_mut().enumerate().filter(|(position, _)| !told.contains(position));
            untold.for_each(|(_, known)| known.role = ServerRole::Secondary);
        }
        self.active = known.iter().position(|known| known.server.label == active).unwrap_or(0);
        self.known = known;
    }

    /// The server to be at: the first that is said to be the primary one.
    fn primary(&self) -> usize {
        self.known.iter().position(|known| known.role == ServerRole::Primary).unwrap_or(0)
    }
}

impl Known {
    fn new(base: Url, role: ServerRole, configured: bool, account: &Arc<Account>) -> Self {
        let label = Text::from(label(&base));
        let server = Server { base, label, configured, session: Session::new(account.clone()) };
        let failures = Failures::default();
        Self {
            server: Arc::new(server),
            role,
            up: None,
            looked: None,
            failures,
            names: Vec::new(),
            doors: None,
        }
    }
}
