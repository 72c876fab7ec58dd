//! The Trio API over the world: one request in, one answer out, at a time that the caller states.
//!
//! No sockets and no waiting here; [`super::simulator`] has those.

mod activation;
mod answer;
mod auth;
mod control;
mod failover;
mod fault;
mod filter;
mod links;
mod lists;
mod login;
mod paging;
mod query;
mod read;
mod resource;
mod rights;
mod route;
mod rows;
mod sorting;
mod truth;
mod unguarded;
mod wall;
mod write;

use std::time::SystemTime;

use axum::http::{Method, StatusCode};

use activation::Activation;
pub(crate) use answer::Answer;
use auth::Sessions;
pub(crate) use control::{CONTROL, Gate, refuse};
use failover::Pair;
use fault::Fault;
use links::Links;
pub(crate) use query::Query;
pub(crate) use rights::Rights;
use route::Route;
pub(crate) use truth::TRUTH;
use wall::Wall;

use super::Options;
use super::world::{World, WorldOptions};

/// Where the API begins.
pub(crate) const BASE: &str = "/te/api";

/// A simulated Trio: the world, who is logged in, and how world time relates to real time.
#[derive(Debug)]
pub(crate) struct Trio {
    options: Options,
    world: World,
    sessions: Sessions,
    wall: Wall,
    /// What tokens that are given out now give access to.
    rights: Rights,
    pair: Pair,
    faults: Vec<Fault>,
    activation: Activation,
}

/// A request, as far as the API looks at it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path, without the base of the API.
    pub(crate) path: Vec<String>,
    pub(crate) query: Query,
    /// The `Host` header: what links are built from.
    pub(crate) host: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Trio {
    /// A Trio in the middle of a busy morning, or of a scenario, which is now.
    pub(crate) fn new(options: Options, now: SystemTime) -> Self {
        let mut world = begin(&options);
        if options.log {
            world.keep_log();
        }
        // A word that names no resource forbids nothing.
        let rights = Rights::without(&options.forbidden).unwrap_or_default();
        let (pair, faults, activation) = Default::default();
        let (wall, sessions) = (Wall::new(now, world.now()), Sessions::new(options.seed, now));
        Self { wall, sessions, world, options, rights, pair, faults, activation }
    }

    /// The world, as it was at the last request.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// Answers a request to the API.
    pub(crate) fn answer(&mut self, request: &Request, now: SystemTime) -> Answer {
        let links = Links::new(&request.host);
        let Some(route) = Route::of(&request.path) else {
            return self.problem(&links, StatusCode::NOT_FOUND, "there is no such resource");
        };
        let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
        if !route.methods().contains(method) {
            let problem =
                self.problem(&links, StatusCode::METHOD_NOT_ALLOWED, "this resource has no such method");
            return problem.allow(route.methods());
        }
        if let Some(answer) = self.redirect(request, &links).or_else(|| self.fault(request, &links)) {
            return answer;
        }
        match route {
            Route::Api => return self.describe(&links),
            Route::Login => return self.login(request, &links, now),
            Route::RefreshLogin => return self.refresh(request, &links, now),
            _ => {}
        }
        let Some(rights) = self.sessions.rights(request.authorization.as_deref(), now) else {
            let message = "a valid access token is needed: log in or refresh the login";
            return self.problem(&links, StatusCode::UNAUTHORIZED, message).challenge();
        };
        if !rights.admit(route) {
            return self.problem(&links, StatusCode::FORBIDDEN, "the API user has no right to this");
        }
        let rights = rights.clone();
        self.serve(request, &links.for_rights(rights), route)
    }

    /// Answers a request of somebody who may make it.
    fn serve(&mut self, request: &Request, links: &Links, route: Route) -> Answer {
        match route {
            Route::Node(node) => self.node(links, node),
            Route::Collection(place) => self.collection(request, links, place),
            Route::AgentLogin(place, id) => self.patch_login(request, links, place, id),
            Route::Item(place, id) if request.method == Method::PATCH => {
                self.patch_state(request, links, place, id)
            }
            Route::Item(place, id) => self.item(request, links, place, id),
            Route::Api | Route::Login | Route::RefreshLogin => self.describe(links),
        }
    }

    /// The answer when nobody may be served.
    pub(crate) fn out_of_order(&self, host: &str) -> Answer {
        self.problem(&Links::new(host), StatusCode::SERVICE_UNAVAILABLE, "the simulated Trio does not answer")
    }

    /// An answer that says what is wrong.
    pub(crate) fn problem(&self, links: &Links, status: StatusCode, message: &str) -> Answer {
        let data = serde_json::json!({ "status": status.as_u16(), "message": message });
        Answer::new(status, self.options.dialect.single(&links.entrance(), data))
    }

    fn describe(&self, links: &Links) -> Answer {
        // A server that is alone plays both parts.
        let [primary, secondary] = self.pair.names(links.host());
        let data = serde_json::json!({ "primaryServer": primary, "secondaryServer": secondary });
        Answer::ok(self.options.dialect.single(&links.entrance(), data))
    }
}

fn begin(options: &Options) -> World {
    let Options { seed, contact_centers, services, agents, numbers, .. } = *options;
    if let Some(scenario) = &options.scenario {
        return World::of_scenario(seed, scenario);
    }
    let mut world = World::new(&WorldOptions { seed, contact_centers, services, agents, numbers });
    world.warm_up();
    world
}

#[cfg(test)]
pub(crate) mod tests;
