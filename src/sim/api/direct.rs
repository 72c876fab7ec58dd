//! Reads without login and without paging, for callers inside this process.

use std::time::{Duration, SystemTime};

use axum::http::{Method, StatusCode};

use super::answer::Answer;
use super::links::Links;
use super::route::Route;
use super::{Query, Request, Trio};
use crate::sim::truth::Truth;
use crate::sim::world::Segment;

/// Host of the links in these answers.
const HOST: &str = "trio.simulated";

impl Trio {
    /// Answers `GET target` with the rights of the options. `target` is the path below the base
    /// with its query.
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
        match Route::parse(&request.path) {
            Some(route) if !route.methods().contains(&Method::GET) => self.problem(
                &links,
                StatusCode::METHOD_NOT_ALLOWED,
                "this resource has no such method",
            ),
            Some(route) if !self.rights.allows_route(route) => {
                self.problem(&links, StatusCode::FORBIDDEN, "the API user has no right to this")
            }
            Some(route) => self.serve(&request, &links, route),
            None => self.problem(&links, StatusCode::NOT_FOUND, "there is no such resource"),
        }
    }

    /// Advances the world.
    pub(crate) fn step(&mut self, time: Duration) {
        self.world.step(time);
    }

    /// Real time of the present world time.
    pub(crate) fn now(&self) -> SystemTime {
        self.world_clock.real_time(self.world.now())
    }

    /// Real time of a world time.
    pub(crate) fn real_time(&self, world: Duration) -> SystemTime {
        self.world_clock.real_time(world)
    }

    /// Sets the arrival rate to a multiple of the configured one.
    pub(crate) fn set_arrival_factor(&mut self, factor: f64) {
        self.world.set_arrival_factor(factor);
    }

    /// Exact figures since the last reset.
    pub(crate) fn truth(&self) -> Truth {
        self.world.truth()
    }

    /// Resets the exact figures and the segment log.
    pub(crate) fn reset_truth(&mut self) {
        self.world.reset_truth();
    }

    /// Ended segments since the last reset, if the segment log is on.
    pub(crate) fn segment_log(&self) -> &[Segment] {
        self.world.segment_log()
    }
}
