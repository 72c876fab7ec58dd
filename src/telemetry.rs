//! How the program logs: to stderr, as logfmt or JSON, filtered by a level that may change while it runs.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, Targets, filter_fn},
    layer::SubscriberExt,
    registry::LookupSpan,
    reload,
    util::SubscriberInitExt,
};

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

/// The words for levels, the most silent first.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Why the level is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLevel {
    /// It cannot be read.
    #[error(
        "{given:?} is no level; use error, warn, info, debug or trace, or a filter such as \
         info,trio_exporter::trio=debug"
    )]
    Unknown {
        /// What was given.
        given: String,
    },
    /// Somebody else logs for this process.
    #[error("this process logs by rules of its own, which cannot be changed here")]
    NotOurs,
}

/// What is logged: shown, and changed while the program runs.
#[derive(Clone, Debug)]
pub struct LogLevel {
    targets: reload::Handle<Targets, Registry>,
    in_force: Arc<Mutex<String>>,
}

impl LogLevel {
    /// The level or filter in force.
    pub fn in_force(&self) -> String {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another level or filter in force, and returns the one before.
    ///
    /// # Errors
    /// It is none; the one before stays.
    pub fn set(&self, level: &str) -> Result<String, BadLevel> {
        let level = level.trim();
        let targets = targets(level)?;
        // Held while it changes, so that what is shown is what is in force.
        let mut in_force = self.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        self.targets.reload(targets).map_err(|_| BadLevel::NotOurs)?;
        Ok(std::mem::replace(&mut in_force, level.to_owned()))
    }
}

/// Starts logging for the whole process. Does nothing when a test has started it already.
///
/// # Errors
/// The level cannot be read.
pub fn init(settings: &Settings) -> Result<LogLevel, BadLevel> {
    let (filter, level) = filter(&settings.level)?;
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
    Ok(level)
}

/// A filter of log lines, and what changes it.
///
/// # Errors
/// The level cannot be read.
pub fn filter(level: &str) -> Result<(impl Layer<Registry> + use<>, LogLevel), BadLevel> {
    let level = level.trim();
    let (layer, handle) = reload::Layer::new(targets(level)?);
    let in_force = Arc::new(Mutex::new(level.to_owned()));
    Ok((layer.and_then(discretion()), LogLevel { targets: handle, in_force }))
}

/// Other crates may trace the bytes and headers that they send, tokens and passwords among them: whatever
/// the level, they tell no more than `debug` does.
fn discretion<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> + use<S> {
    filter_fn(|metadata: &Metadata<'_>| *metadata.level() <= Level::DEBUG || is_ours(metadata.target()))
}

fn is_ours(target: &str) -> bool {
    let crate_name = target.split("::").next().unwrap_or_default();
    crate_name == env!("CARGO_CRATE_NAME")
}

/// What a level, or a filter by modules, lets through. A word that is no level is a mistake, not a module.
fn targets(given: &str) -> Result<Targets, BadLevel> {
    let unknown = || BadLevel::Unknown { given: given.to_owned() };
    let mut targets = Targets::new();
    for part in given.split(',').map(str::trim) {
        let (module, word) = match part.rsplit_once('=') {
            Some((module, word)) => (Some(module.trim()), word.trim()),
            None => (None, part),
        };
        let word = word.to_ascii_lowercase();
        if !LEVELS.contains(&&*word) {
            return Err(unknown());
        }
        let level: LevelFilter = word.parse().map_err(|_| unknown())?;
        let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
        targets = match module {
            None => targets.with_default(level),
            Some(module) if !module.is_empty() && module.chars().all(is_path) => {
                targets.with_target(module, level)
            }
            Some(_) => return Err(unknown()),
        };
    }
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use tracing::{enabled, subscriber::with_default};

    use super::*;

    /// Whether modules of ours, of another crate and of one named alike are heard, at every level.
    fn heard() -> [String; 3] {
        macro_rules! at {
            ($target:literal) => {
                [
                    enabled!(target: $target, Level::ERROR),
                    enabled!(target: $target, Level::WARN),
                    enabled!(target: $target, Level::INFO),
                    enabled!(target: $target, Level::DEBUG),
                    enabled!(target: $target, Level::TRACE),
                ]
            };
        }
        let words = |heard: [bool; 5]| LEVELS[heard.iter().filter(|heard| **heard).count()].to_owned();
        [at!("trio_exporter::trio"), at!("h2::hpack"), at!("trio_exporter_spy")].map(words)
    }

    #[test]
    fn the_level_in_force_changes_while_the_program_runs_and_a_bad_one_leaves_it() {
        let (filter, level) = filter("info").expect("a level");
        with_default(Registry::default().with(filter), || {
            assert_eq!(heard(), ["info", "info", "info"]);
            assert_eq!(level.set(" debug\n"), Ok("info".to_owned()));
            assert_eq!((heard(), &*level.in_force()), (["debug"; 3].map(str::to_owned), "debug"));
            for bad in
                ["loud", "", "info,", "trio=loud", "=debug", "a b=debug", "[span]=debug", "5", "debug=trio"]
            {
                let error = level.set(bad).expect_err(bad);
                let said = error.to_string();
                assert!(said.starts_with(&format!("{bad:?} is no level; use error, warn, ")), "{said}");
                assert_eq!((heard(), &*level.in_force()), (["debug"; 3].map(str::to_owned), "debug"));
            }
            level.set("OFF,trio_exporter::trio=warn").expect("a filter");
            assert_eq!(heard(), ["warn", "off", "off"]);
        });
    }

    #[test]
    fn no_level_makes_other_crates_tell_what_they_send() {
        let (filter, level) = filter("trace").expect("a level");
        with_default(Registry::default().with(filter), || {
            assert_eq!(heard(), ["trace", "debug", "debug"]);
            level.set("warn,h2=trace,trio_exporter=trace").expect("a filter");
            assert_eq!(heard(), ["trace", "debug", "debug"], "not even by name");
        });
    }

    #[test]
    fn a_level_that_governs_nothing_says_so() {
        let (_, level) = filter("info").expect("a level");
        assert_eq!(level.set("debug"), Err(BadLevel::NotOurs));
        assert_eq!(level.in_force(), "info");
    }
}
