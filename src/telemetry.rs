//! How the program logs: to stderr, as logfmt or JSON, filtered by level.

use std::io;

use tracing_subscriber::{EnvFilter, Registry, layer::SubscriberExt, util::SubscriberInitExt};

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `key=value` pairs.
    #[default]
    Logfmt,
    /// One JSON object a line.
    Json,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A level, or a filter such as `info,trio_exporter::trio=debug`.
    pub level: String,
    /// How lines are written.
    pub format: Format,
}

/// A level that is none.
#[derive(Debug, thiserror::Error)]
#[error("--log.level: {given:?} is no level; use error, warn, info, debug or trace")]
pub struct BadLevel {
    given: String,
}

/// Starts logging for the whole process. Does nothing when a test has started it already.
///
/// # Errors
/// The level cannot be read.
pub fn init(settings: &Settings) -> Result<(), BadLevel> {
    let filter = EnvFilter::builder().parse(&settings.level);
    let filter = filter.map_err(|_| BadLevel { given: settings.level.clone() })?;
    let registry = Registry::default().with(filter);
    let started = match settings.format {
        Format::Logfmt => {
            let layer = tracing_logfmt::builder().with_location(false).with_module_path(false).layer();
            registry.with(layer.with_writer(io::stderr)).try_init()
        }
        Format::Json => {
            let layer = tracing_subscriber::fmt::layer().json().flatten_event(true);
            registry.with(layer.with_writer(io::stderr)).try_init()
        }
    };
    // The only failure is that a logger is there already.
    let _ = started;
    Ok(())
}
