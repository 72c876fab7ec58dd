//! Sees the exchanges with a server and keeps them until they are written.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::seen::{Came, Seen};
use crate::{
    model::Stamp,
    trio::{Exchange, ExchangeObserver, Outcome},
};

/// What was seen so far.
#[derive(Debug)]
pub struct Recorder {
    began: Stamp,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// When each cycle began.
    pub(super) cycles: Vec<Stamp>,
    pub(super) seen: Vec<Seen>,
}

impl Recorder {
    /// A recorder that has seen nothing.
    pub fn new(now: Stamp) -> Self {
        Self { began: now, state: Mutex::default() }
    }

    /// From now on exchanges belong to the next cycle. What comes before the first one is the look.
    pub fn begin_cycle(&self, now: Stamp) {
        self.state().cycles.push(now);
    }

    /// Exchanges seen so far.
    pub fn exchanges(&self) -> usize {
        self.state().seen.len()
    }

    /// When it was made.
    pub(super) fn began(&self) -> Stamp {
        self.began
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ExchangeObserver for Recorder {
    fn on_exchange(&self, exchange: Exchange<'_>) {
        let came = match exchange.outcome {
            Outcome::Answered { status, headers, body } => {
                let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned()));
                Came::Answer { status, headers: headers.collect(), body: body.to_vec() }
            }
            Outcome::Failed(failure) => Came::Nothing(failure.as_str()),
        };
        let mut state = self.state();
        let cycle = state.cycles.len();
        state.seen.push(Seen {
            cycle,
            at: exchange.at.wall,
            took: exchange.took,
            resource: exchange.resource,
            url: exchange.url.clone(),
            came,
        });
    }
}
