//! Keeps the exchanges with a server in memory until they are written.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::exchange::{RecordedExchange, Reply};
use crate::{
    model::Stamp,
    trio::{Exchange, ExchangeObserver, Outcome},
};

/// The exchanges of one recording. Behind a mutex, because the client reads several resources at
/// once.
#[derive(Debug)]
pub struct Recorder {
    began: Stamp,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// Start of each cycle.
    pub(super) cycles: Vec<Stamp>,
    pub(super) exchanges: Vec<RecordedExchange>,
}

impl Recorder {
    /// Returns an empty recorder; `now` is the start of the recording.
    pub fn new(now: Stamp) -> Self {
        Self { began: now, state: Mutex::default() }
    }

    /// Begins the next cycle. Exchanges before the first cycle belong to the look.
    pub fn begin_cycle(&self, now: Stamp) {
        self.state().cycles.push(now);
    }

    /// Returns the number of exchanges.
    pub fn exchanges(&self) -> usize {
        self.state().exchanges.len()
    }

    /// Returns the start of the recording.
    pub(super) fn began(&self) -> Stamp {
        self.began
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock is held leaves whole entries: only `push` changes the lists.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ExchangeObserver for Recorder {
    fn on_exchange(&self, exchange: Exchange<'_>) {
        let reply = match exchange.outcome {
            Outcome::Answered { status, headers, body } => {
                let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned()));
                Reply::Answer { status, headers: headers.collect(), body: body.to_vec() }
            }
            Outcome::Failed(failure) => Reply::Failure(failure.as_str()),
        };
        let mut state = self.state();
        let cycle = state.cycles.len();
        state.exchanges.push(RecordedExchange {
            cycle,
            at: exchange.at.wall,
            took: exchange.took,
            resource: exchange.resource,
            url: exchange.url.clone(),
            reply,
        });
    }
}
