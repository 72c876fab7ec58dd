//! Captures what is logged on the thread of a test: events and the lines of libraries alike.

use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

use crate::support::LogLines;

/// Everything logged on this thread, down to TRACE, until it is dropped.
pub(super) struct Journal {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Journal {
    pub(super) fn begin() -> Self {
        let lines = Arc::default();
        // Unlike `tracing::subscriber::set_default` this also takes the lines of the crate `log`.
        let guard = tracing_subscriber::registry().with(LogLines(Arc::clone(&lines))).set_default();
        Self { lines, _guard: guard }
    }

    /// Every line.
    pub(super) fn all(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Lines about the state of Trio that an operator sees at the default level.
    pub(super) fn situations(&self) -> Vec<String> {
        let ours = ["ERROR", "WARN", "INFO"].map(|level| format!("{level} trio_exporter::poller"));
        let mut lines = self.all();
        lines.retain(|line| ours.iter().any(|ours| line.starts_with(ours)));
        lines
    }
}
