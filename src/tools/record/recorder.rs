//! Keeps the exchanges with a server, as they were received, in memory until they are written.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use serde_json::Value;
use url::Url;

use crate::{
    model::{Resource, Stamp},
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

/// A request and its reply.
pub(super) struct RecordedExchange {
    /// Number of its cycle, from 1; 0 is the look before the first cycle.
    pub(super) cycle: usize,
    /// Time at which the reply was complete.
    pub(super) at: SystemTime,
    pub(super) took: Duration,
    pub(super) resource: Resource,
    pub(super) url: Url,
    pub(super) reply: Reply,
}

/// The reply to a request.
pub(super) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// No answer, with the short word for the failure.
    Failure(&'static str),
}

impl RecordedExchange {
    pub(super) fn is_success(&self) -> bool {
        matches!(self.reply, Reply::Answer { status: 200..=299, .. })
    }

    /// Parses the answer as JSON; `None` if there is no answer.
    pub(super) fn json(&self) -> Option<Result<Value, serde_json::Error>> {
        match &self.reply {
            Reply::Answer { body, .. } => Some(serde_json::from_slice(body)),
            Reply::Failure(_) => None,
        }
    }
}

// Written by hand, because answers hold personal data that must not be logged.
impl fmt::Debug for RecordedExchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecordedExchange")
            .field("cycle", &self.cycle)
            .finish_non_exhaustive()
    }
}
