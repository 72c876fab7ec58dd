//! A simulated Trio without a socket: the caller advances its time and reads its answers.

use std::time::{Duration, SystemTime};

use super::api::Trio;
use super::{Options, Segment, Truth};

/// A simulated Trio inside the caller's process. Time passes as fast as the machine computes.
#[derive(Debug)]
pub struct InProcess(Trio);

impl InProcess {
    /// Returns a Trio with the world of `options`, warmed up, at the real time `now`, with its
    /// truth reset. [`Options::page_cap`] is not used, since each collection comes on one page; nor
    /// are logins and latency.
    pub fn new(options: Options, now: SystemTime) -> Self {
        // Without a cap each collection is one page.
        Self(Trio::new(Options { page_cap: usize::MAX, ..options }, now))
    }

    /// Advances the world.
    pub fn step(&mut self, time: Duration) {
        self.0.world.step(time);
    }

    /// Real time: the start time plus the world time that has passed.
    pub fn now(&self) -> SystemTime {
        self.0.real_time(self.0.world.now)
    }

    /// Real time of a world time, such as those in the truth and in segments.
    pub fn real_time(&self, world: Duration) -> SystemTime {
        self.0.real_time(world)
    }

    /// Returns the body of the answer to `GET /te/api/{target}`, as the API writes it for a client
    /// with a session. Targets: `cc/1/services/state`, `cc/1/services/cases?jobno=100123`.
    ///
    /// # Errors
    /// The status of an answer other than 200.
    pub fn read(&mut self, target: &str) -> Result<Vec<u8>, u16> {
        let answer = self.0.read(target).map_err(|refusal| refusal.status.as_u16())?;
        Ok(answer.body.to_string().into_bytes())
    }

    /// Sets the arrival rate to a multiple of the configured one; 0 stops arrivals.
    pub fn set_arrivals(&mut self, factor: f64) {
        self.0.world.set_arrival_factor(factor);
    }

    /// Exact figures since the last reset.
    pub fn truth(&self) -> Truth {
        self.0.world.truth()
    }

    /// Resets the truth and the segment log.
    pub fn reset_truth(&mut self) {
        self.0.world.reset_truth();
    }

    /// Segments that ended since the last reset, in the order of their end. Empty without
    /// [`Options::segment_log`].
    pub fn segment_log(&self) -> &[Segment] {
        self.0.world.segment_log()
    }
}

#[cfg(test)]
mod tests;
