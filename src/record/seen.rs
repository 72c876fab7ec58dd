//! One exchange, as it was: kept in memory only.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde_json::Value;
use url::Url;

use crate::model::Resource;

/// A request and what came of it.
pub(super) struct Seen {
    /// The cycle it belongs to; 0 is the look before the first one.
    pub(super) cycle: usize,
    pub(super) at: SystemTime,
    pub(super) took: Duration,
    pub(super) resource: Resource,
    pub(super) url: Url,
    pub(super) came: Came,
}

/// What came.
pub(super) enum Came {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Nothing, and the short kind of the failure.
    Nothing(&'static str),
}

impl Seen {
    pub(super) fn is_success(&self) -> bool {
        matches!(self.came, Came::Answer { status: 200..=299, .. })
    }

    /// The answer as JSON; an error says why it is none.
    pub(super) fn json(&self) -> Option<Result<Value, serde_json::Error>> {
        match &self.came {
            Came::Answer { body, .. } => Some(serde_json::from_slice(body)),
            Came::Nothing(_) => None,
        }
    }
}

/// What it holds must not stand in a log line.
impl fmt::Debug for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Seen").field("cycle", &self.cycle).finish_non_exhaustive()
    }
}
