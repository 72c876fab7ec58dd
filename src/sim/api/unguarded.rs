//! Reading without a login and without pages: for callers inside this process.

use std::time::{Duration, SystemTime};

use axum::http::{Method, StatusCode};

use super::answer::Answer;
use super::links::Links;
use super::route::Route;
use super::{Query, Request, Trio};
use crate::sim::truth::Truth;
use crate::sim::world::Stay;

/// The host in the links of what is read here.
const HOST: &str = "trio.simulated";

impl Trio {
    /// What `GET target` gives to a client with the rights of the options, a collection on one page.
    /// The target is what follows the base, with its query.
    pub(crate) fn read(&mut self, target: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let links = Links::new(HOST).for_rights(self.rights.clone());
        let request = Request {
            method: Method::GET,
            path: path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
            query: Query::parse(query.as_bytes()),
            host: HOST.to_owned(),
            authorization: None,
            body: Vec::new(),
        };
        match Route::of(&request.path) {
            Some(route) if !route.methods().contains(&Method::GET) => {
                self.problem(&links, StatusCode::METHOD_NOT_ALLOWED, "this resource has no such method")
            }
            Some(route) if !self.rights.admit(route) => {
                self.problem(&links, StatusCode::FORBIDDEN, "the API user has no right to this")
            }
            Some(route) => self.serve(&request, &links, route),
            None => self.problem(&links, StatusCode::NOT_FOUND, "there is no such resource"),
        }
    }

    /// Lets the world go on.
    pub(crate) fn step(&mut self, time: Duration) {
        self.world.step(time);
    }

    /// The real time of the world's present.
    pub(crate) fn now(&self) -> SystemTime {
        self.wall.at(self.world.now())
    }

    /// The real time of a world time.
    pub(crate) fn at(&self, world: Duration) -> SystemTime {
        self.wall.at(world)
    }

    /// Sets arrivals to a multiple of the usual.
    pub(crate) fn set_pace(&mut self, factor: f64) {
        self.world.set_pace(factor);
    }

    /// What really happened.
    pub(crate) fn truth(&self) -> Truth {
        self.world.truth()
    }

    /// Begins the account of what happens anew.
    pub(crate) fn mark(&mut self) {
        self.world.mark();
    }

    /// Every stay of a case that has ended, if a log is kept.
    pub(crate) fn log(&self) -> &[Stay] {
        self.world.log()
    }
}
