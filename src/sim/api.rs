//! The Trio API over the world: one request in, one answer out, at a time that the caller states.
//!
//! Sockets, delays and clocks are in [`super::simulator`]. Reading order: `message` holds requests
//! and answers; `resource` the paths and routes, `links` the links; `access` logins, `rights` the rights; `read` and
//! `lists` the rows, `selection` their filters, order and pages; `write` the two PATCH requests;
//! `help` the server's own help pages;
//! `control` and `faults` what `/sim` orders.

mod access;
mod control;
mod faults;
mod help;
mod links;
mod lists;
mod message;
mod read;
mod resource;
mod rights;
mod selection;
mod write;

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use access::Sessions;
pub(crate) use access::{TokenSource, credentials};
use control::PendingChanges;
pub(crate) use control::{AnswerMode, CONTROL_PATH, TRUTH_PATH};
use faults::{FailoverState, Fault};
pub(crate) use help::{HELP_PATH, HelpPage};
use links::Links;
pub use message::Charset;
pub(crate) use message::{Answer, Query, Refusal, Request, SIMULATED_HEADER, http_date, refusal};
use resource::Route;
use rights::Rights;
pub(crate) use selection::{Page, UNPAGED};

use super::Options;
use super::world::World;

/// Base path of the API, as documented by the vendor.
pub(crate) const BASE_PATH: &str = "/te/api";

/// Longest step of the world. After a longer jump of the clock the mapping moves instead:
/// simulating the whole gap would block the request.
const MAX_STEP: Duration = Duration::from_secs(3_600);

/// State of a simulated Trio: the world, the sessions, what was ordered through `/sim/control`.
#[derive(Debug)]
pub(crate) struct Trio {
    options: Options,
    pub(crate) world: World,
    sessions: Sessions,
    world_clock: WorldClock,
    /// Rights of tokens that are issued from now on.
    rights: Rights,
    failover: FailoverState,
    faults: Vec<Fault>,
    pending_changes: PendingChanges,
    /// Resources whose help page was shown: the help knows their types.
    shown_types: BTreeSet<&'static str>,
}

impl Trio {
    /// Returns a Trio whose world, generated or from a scenario, is warmed up at the real time
    /// `now`.
    pub(crate) fn new(options: Options, now: SystemTime) -> Self {
        let world = World::new(&options);
        Self {
            world_clock: WorldClock::new(now, world.now),
            sessions: Sessions::new(options.seed, now),
            world,
            // A word that names no resource forbids nothing.
            rights: Rights::without(&options.forbidden).unwrap_or_default(),
            options,
            failover: FailoverState::default(),
            faults: Vec::new(),
            pending_changes: PendingChanges::default(),
            shown_types: BTreeSet::new(),
        }
    }

    /// Answers a request to the API.
    pub(crate) fn answer(&mut self, request: &Request, now: SystemTime) -> Answer {
        match self.respond(request, now) {
            Ok(answer) => answer,
            Err(refusal) => self.problem(&request.host, refusal),
        }
    }

    /// Returns true for the `Authorization` header of a session.
    pub(crate) fn knows_token(&self, authorization: Option<&str>, now: SystemTime) -> bool {
        self.sessions.rights(authorization, now).is_some()
    }

    /// Answers `GET target` with the rights of the options, without login and redirects. `target`
    /// is the path below the base with its query.
    pub(crate) fn read(&mut self, target: &str) -> Result<Answer, Refusal> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request {
            method: Method::GET,
            path: path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
            query: Query::parse(query.as_bytes()),
            host: "trio.simulated".to_owned(),
            authorization: None,
            body: Vec::new(),
        };
        self.serve(&request, Route::of(&request)?, self.rights.clone())
    }

    fn respond(&mut self, request: &Request, now: SystemTime) -> Result<Answer, Refusal> {
        let route = Route::of(request)?;
        // Before the login: a passive server redirects every request, and a fault may hit the login
        // itself.
        self.redirect(request)?;
        self.take_error(request)?;
        match route {
            Route::Api => return Ok(self.describe_api(&request.host)),
            Route::Login => return self.login(request, now),
            Route::RefreshLogin => return self.refresh(request, now),
            _ => {}
        }
        let rights = self.sessions.rights(request.authorization.as_deref(), now).cloned();
        let rights = rights.ok_or_else(|| {
            let message = "a valid access token is needed: log in or refresh the login";
            refusal(StatusCode::UNAUTHORIZED, message).with_header("www-authenticate", "Bearer")
        })?;
        self.serve(request, route, rights)
    }

    /// Answers a request of a caller with these rights.
    fn serve(
        &mut self,
        request: &Request,
        route: Route,
        rights: Rights,
    ) -> Result<Answer, Refusal> {
        if !rights.allows_route(route) {
            return Err(refusal(StatusCode::FORBIDDEN, "the API user has no right to this"));
        }
        // The answer links only to what this client may read: the help says that nodes list the
        // accessible resources.
        let links = &Links::new(&request.host, rights);
        match route {
            Route::Node(node) => Ok(self.node(links, node)),
            Route::Collection(collection) => self.collection(request, links, collection),
            Route::AgentLogin(collection, id) => {
                self.patch_login(&request.body, collection, id)?;
                self.item(request, links, collection, id)
            }
            Route::Item(collection, id) => {
                if request.method == Method::PATCH {
                    self.patch_state(&request.body, collection, id)?;
                }
                self.item(request, links, collection, id)
            }
            Route::Api | Route::Login | Route::RefreshLogin => Ok(self.describe_api(&request.host)),
        }
    }

    /// Error answer in the envelope of the API.
    pub(crate) fn problem(&self, host: &str, refusal: Refusal) -> Answer {
        let data = json!({ "status": refusal.status.as_u16(), "message": refusal.message });
        refusal.with_body(self.single_at_root(host, data))
    }

    fn describe_api(&self, host: &str) -> Answer {
        // A single server is its own primary and secondary.
        let [primary, secondary] = self.failover.names(host);
        let data = json!({
            "primaryServer": primary,
            "secondaryServer": secondary,
            "binaryVersion": "8.2.0.0",
            "failoverMode": self.failover.is_failover_mode(),
        });
        Answer::ok(self.single_at_root(host, data))
    }

    fn single_at_root(&self, host: &str, data: Value) -> Value {
        let dialect = self.options.dialect;
        dialect.single(&Links::root(host, dialect), data)
    }

    /// Applies due changes and advances the world to `now`.
    pub(crate) fn catch_up(&mut self, now: SystemTime) {
        self.apply_due_changes(now);
        self.advance_world(now);
    }

    fn advance_world(&mut self, now: SystemTime) {
        let behind = self.world_clock.next_step(now, self.world.now);
        self.world.step(behind);
    }

    /// Real time of a world time.
    pub(crate) fn real_time(&self, world: Duration) -> SystemTime {
        self.world_clock.real_time(world)
    }
}

/// Mapping of world time to real time, one second per second, by the real time of world time zero.
#[derive(Clone, Copy, Debug)]
struct WorldClock {
    zero: SystemTime,
}

impl WorldClock {
    /// Returns the mapping in which world time `world` is `now`.
    fn new(now: SystemTime, world: Duration) -> Self {
        Self { zero: now.checked_sub(world).unwrap_or(UNIX_EPOCH) }
    }

    /// Real time of a world time.
    fn real_time(self, world: Duration) -> SystemTime {
        self.zero.checked_add(world).unwrap_or(self.zero)
    }

    /// Returns the step that brings a world at `world` to `now`, at most [`MAX_STEP`]; zero when
    /// the clock was set back.
    fn next_step(&mut self, now: SystemTime, world: Duration) -> Duration {
        let behind = now.duration_since(self.real_time(world)).unwrap_or_default();
        if behind > MAX_STEP {
            *self = Self::new(now, world + MAX_STEP);
        }
        behind.min(MAX_STEP)
    }
}

#[cfg(test)]
pub(crate) mod tests;
