//! One exchange as it was received. It is kept in memory only.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde_json::Value;
use url::Url;

use crate::model::Resource;

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
