//! The Trio API over the world: one request in, one answer out, at a time that the caller states.
//!
//! Sockets, delays and clocks are in [`super::simulator`].

mod answer;
mod auth;
mod control;
mod direct;
mod failover;
mod fault;
mod filter;
mod links;
mod lists;
mod login;
mod paging;
mod pending_changes;
mod query;
mod read;
mod resource;
mod rights;
mod route;
mod rows;
mod sorting;
mod truth;
mod world_clock;
mod write;

use std::time::SystemTime;

use axum::http::{Method, StatusCode};

pub(crate) use answer::{Answer, refuse};
use auth::Sessions;
pub(crate) use control::{AnswerMode, CONTROL_PATH};
use failover::FailoverState;
use fault::Fault;
use links::Links;
use pending_changes::PendingChanges;
pub(crate) use query::Query;
pub(crate) use rights::Rights;
use route::Route;
pub(crate) use truth::TRUTH_PATH;
use world_clock::WorldClock;

use super::Options;
use super::world::{World, WorldOptions};

/// Base path of the API, as documented by the vendor.
pub(crate) const BASE_PATH: &str = "/te/api";

/// State of a simulated Trio: the world, the sessions, what was ordered through `/sim/control`.
#[derive(Debug)]
pub(crate) struct Trio {
    options: Options,
    world: World,
    sessions: Sessions,
    world_clock: WorldClock,
    /// Rights of tokens that are issued from now on.
    rights: Rights,
    failover: FailoverState,
    faults: Vec<Fault>,
    pending_changes: PendingChanges,
}

/// The parts of a request that the API uses.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path segments below the base.
    pub(crate) path: Vec<String>,
    pub(crate) query: Query,
    /// `Host` header: the links of the answer start with it.
    pub(crate) host: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Trio {
    /// Returns a Trio whose world, generated or from a scenario, is warmed up at the real time
    /// `now`.
    pub(crate) fn new(options: Options, now: SystemTime) -> Self {
        let mut world = build_world(&options);
        if options.segment_log {
            world.keep_log();
        }
        // A word that names no resource forbids nothing.
        let rights = Rights::without(&options.forbidden).unwrap_or_default();
        let (failover, faults, pending_changes) = Default::default();
        let (world_clock, sessions) =
            (WorldClock::new(now, world.now()), Sessions::new(options.seed, now));
        Self { world_clock, sessions, world, options, rights, failover, faults, pending_changes }
    }

    /// The world as of the last request.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// Answers a request to the API.
    pub(crate) fn answer(&mut self, request: &Request, now: SystemTime) -> Answer {
        let links = Links::new(&request.host);
        let Some(route) = Route::parse(&request.path) else {
            return self.problem(&links, StatusCode::NOT_FOUND, "there is no such resource");
        };
        // hyper sends no body in an answer to HEAD.
        let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
        if !route.methods().contains(method) {
            let problem = self.problem(
                &links,
                StatusCode::METHOD_NOT_ALLOWED,
                "this resource has no such method",
            );
            return problem.with_allow(route.methods());
        }
        // Before the login: a passive server redirects every request, and a fault may hit the login
        // itself.
        if let Some(answer) =
            self.redirect(request, &links).or_else(|| self.take_error(request, &links))
        {
            return answer;
        }
        match route {
            Route::Api => return self.describe_api(&links),
            Route::Login => return self.login(request, &links, now),
            Route::RefreshLogin => return self.refresh(request, &links, now),
            _ => {}
        }
        let Some(rights) = self.sessions.rights(request.authorization.as_deref(), now) else {
            let message = "a valid access token is needed: log in or refresh the login";
            return self.problem(&links, StatusCode::UNAUTHORIZED, message).with_challenge();
        };
        if !rights.allows_route(route) {
            return self.problem(
                &links,
                StatusCode::FORBIDDEN,
                "the API user has no right to this",
            );
        }
        // The answer links only to what this client may read: the help says that nodes list the
        // accessible resources.
        let rights = rights.clone();
        self.serve(request, &links.for_rights(rights), route)
    }

    /// Answers a request whose caller is authorised.
    fn serve(&mut self, request: &Request, links: &Links, route: Route) -> Answer {
        match route {
            Route::Node(node) => self.node(links, node),
            Route::Collection(collection) => self.collection(request, links, collection),
            Route::AgentLogin(collection, id) => self.patch_login(request, links, collection, id),
            Route::Item(collection, id) if request.method == Method::PATCH => {
                self.patch_state(request, links, collection, id)
            }
            Route::Item(collection, id) => self.item(request, links, collection, id),
            Route::Api | Route::Login | Route::RefreshLogin => self.describe_api(links),
        }
    }

    /// Answer while API requests are refused: 503.
    pub(crate) fn unavailable(&self, host: &str) -> Answer {
        self.problem(
            &Links::new(host),
            StatusCode::SERVICE_UNAVAILABLE,
            "the simulated Trio does not answer",
        )
    }

    /// Error answer with a message.
    pub(crate) fn problem(&self, links: &Links, status: StatusCode, message: &str) -> Answer {
        let data = serde_json::json!({ "status": status.as_u16(), "message": message });
        Answer::new(status, self.options.dialect.single(&links.root(), data))
    }

    fn describe_api(&self, links: &Links) -> Answer {
        // A single server is its own primary and secondary.
        let [primary, secondary] = self.failover.names(links.host());
        let data = serde_json::json!({ "primaryServer": primary, "secondaryServer": secondary });
        Answer::ok(self.options.dialect.single(&links.root(), data))
    }
}

fn build_world(options: &Options) -> World {
    let Options { seed, contact_centers, services, agents, id_offsets, .. } = *options;
    if let Some(scenario) = &options.scenario {
        return World::from_scenario(seed, scenario);
    }
    let mut world =
        World::new(&WorldOptions { seed, contact_centers, services, agents, id_offsets });
    world.warm_up();
    world
}

#[cfg(test)]
pub(crate) mod tests;
