//! A simulated Trio without a socket: the caller moves its time and reads its answers.

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;

use super::Options;
use super::api::Trio;
use super::truth::Truth;
use super::world::Stay;

/// A simulated Trio inside the caller's process. Weeks pass in it as fast as the machine can reckon.
#[derive(Debug)]
pub struct InProcess(Trio);

impl InProcess {
    /// The world of `options`, warmed up, at the real time `now`: its account begins here.
    /// [`Options::page_cap`] is not used, everything comes on one page; nor are logins or latency.
    pub fn new(options: Options, now: SystemTime) -> Self {
        Self(Trio::new(Options { page_cap: usize::MAX, ..options }, now))
    }

    /// Lets time pass.
    pub fn step(&mut self, time: Duration) {
        self.0.step(time);
    }

    /// The real time: what it was at the beginning, and what has passed since.
    pub fn now(&self) -> SystemTime {
        self.0.now()
    }

    /// The real time of a world time, such as those in the truth and in the log.
    pub fn at(&self, world: Duration) -> SystemTime {
        self.0.at(world)
    }

    /// The body of the answer to `GET /te/api/{target}` at this moment, as the API writes it to a
    /// client that is logged in: `cc/1/services/state`, `cc/1/services/cases?jobno=100123`.
    ///
    /// # Errors
    /// The status of an answer that is no 200.
    pub fn read(&mut self, target: &str) -> Result<Vec<u8>, u16> {
        let answer = self.0.read(target);
        match answer.status {
            StatusCode::OK => Ok(answer.body.to_string().into_bytes()),
            status => Err(status.as_u16()),
        }
    }

    /// Sets arrivals to a multiple of the usual, from now on; zero stops them.
    pub fn set_arrivals(&mut self, factor: f64) {
        self.0.set_pace(factor);
    }

    /// What really happened since the account began.
    pub fn truth(&self) -> Truth {
        self.0.truth()
    }

    /// Begins the account, and the log, anew.
    pub fn mark(&mut self) {
        self.0.mark();
    }

    /// Every stay of a case that has ended since the account began, in the order of its end. Empty
    /// without [`Options::log`].
    pub fn log(&self) -> &[Stay] {
        self.0.log()
    }
}

#[cfg(test)]
mod tests;
