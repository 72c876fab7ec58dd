//! Captures what is logged on the thread of a test: events and the lines of libraries alike.

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Registry,
    layer::{Context, Layer, SubscriberExt},
    util::SubscriberInitExt,
};

/// Everything logged on this thread, down to TRACE, until it is dropped.
pub(super) struct Journal {
    lines: Lines,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<(Level, String)>>>);

impl Journal {
    pub(super) fn begin() -> Self {
        let lines = Lines::default();
        let guard = Registry::default().with(lines.clone()).set_default();
        Self { lines, _guard: guard }
    }

    /// Every line.
    pub(super) fn all(&self) -> Vec<String> {
        self.lines.0.lock().unwrap().iter().map(|(_, line)| line.clone()).collect()
    }

    /// What an operator sees at the default level about how Trio is doing.
    pub(super) fn situations(&self) -> Vec<String> {
        let lines = self.lines.0.lock().unwrap();
        let told = lines.iter().filter(|(level, line)| {
            *level <= Level::INFO && line.starts_with("trio_exporter") && !line.contains("field=")
        });
        told.map(|(_, line)| line.clone()).collect()
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn enabled(&self, _: &Metadata<'_>, _: Context<'_, S>) -> bool {
        true
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        self.0.lock().unwrap().push((*event.metadata().level(), line.0));
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}
