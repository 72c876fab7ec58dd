//! Log lines of one test: events with their message and fields, and the lines of libraries.

use std::{
    fmt::Write,
    sync::{Arc, Mutex},
};

use tracing::subscriber::DefaultGuard;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// Everything logged on this thread, down to TRACE, until it is dropped.
pub(crate) struct Journal {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Journal {
    pub(crate) fn begin() -> Self {
        let lines = Arc::default();
        // Unlike `tracing::subscriber::set_default` this also takes the lines of the crate `log`.
        let guard = tracing_subscriber::registry().with(LogLines(Arc::clone(&lines))).set_default();
        Self { lines, _guard: guard }
    }

    /// Every line.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("not poisoned").clone()
    }

    /// Every line since this was called last.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lines.lock().expect("not poisoned"))
    }

    /// Lines about the state of Trio that an operator sees at the default level.
    pub(crate) fn situations(&self) -> Vec<String> {
        let ours = ["ERROR", "WARN", "INFO"].map(|level| format!("{level} trio_exporter::poller"));
        let mut lines = self.lines();
        lines.retain(|line| ours.iter().any(|ours| line.starts_with(ours)));
        lines
    }
}

/// Keeps every event, at every level, as one line.
struct LogLines(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("text");
    }
}

impl<S: Subscriber> Layer<S> for LogLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(format!("{} {}", event.metadata().level(), event.metadata().target()));
        event.record(&mut line);
        self.0.lock().expect("not poisoned").push(line.0);
    }
}
