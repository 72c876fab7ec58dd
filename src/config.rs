//! Configuration: reads a YAML file, or environment variables for a single target, into typed
//! settings, or returns all errors at once. Outside this module every setting is already parsed
//! into its type.

mod agents;
mod environment;
mod files;
mod form;
mod goals;
mod keys;
mod kinds;
mod schema;
mod search;
mod secret;
mod sections;
mod target;
mod wallboards;
pub mod web;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::tz::TimeZone;

use crate::{
    metrics,
    model::{Goals, Selection, Shard, Text, Wallboard},
    poller, tally,
    trio::{self, Dictionary},
    yaml::{self, Complaints, Entry},
};
pub use environment::servers;
use files::Files;
pub use form::KeyRow;
use keys::Keys;
pub use schema::{keys, schema, schema_text};
pub use search::{Source, is_there};
pub use target::{NameError, UnusableSecret, check_name, check_secret};
pub use wallboards::read_token;

/// All settings of the exporter.
#[derive(Debug)]
pub struct Config {
    /// The Trio systems to read, at least one; includes those that other shards read.
    pub targets: Vec<Target>,
    /// Intervals of the collectors.
    pub poll: poller::Settings,
    /// Rules for counting agents: group size, groups, limits, pause reasons, life of counters.
    pub tally: tally::Settings,
    /// Limit on series, and how single agents are named.
    pub metrics: metrics::Settings,
    /// File that keeps the counters over a restart.
    pub state_file: Option<PathBuf>,
    /// Number of this exporter among those that share the targets; `None`: it reads all targets.
    pub shard: Option<Shard>,
    /// Wallboards, in the order of the file.
    pub wallboards: Vec<Arc<Wallboard>>,
    /// Settings that are allowed but unwise, one sentence each, to be logged.
    pub warnings: Vec<String>,
}

impl Config {
    /// Limits the exporter to the targets of `shard`, and gives it a state file of its own.
    pub fn with_shard(mut self, shard: Shard) -> Self {
        self.shard = Some(shard);
        self.state_file = self.state_file.map(|file| {
            let mut name = file.into_os_string();
            // Without the number of shards: with it, each change of that number would reset all
            // counters.
            name.push(format!(".shard-{}", shard.number()));
            name.into()
        });
        self
    }
}

/// One Trio system.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Value of the label `target`.
    pub name: Text,
    /// Servers, account and limits of requests.
    pub trio: trio::Settings,
    /// Limits of its poller.
    pub poll: poller::Limits,
    /// Member names and words of its answers.
    pub dictionary: Arc<Dictionary>,
    /// The file that the dictionary was extended by.
    pub fields_file: Option<PathBuf>,
    /// Goals of its services.
    pub goals: Arc<Goals>,
    /// Contact centres that are read.
    pub contact_centers: Selection,
}

impl Target {
    /// Puts a target together from what each needs; the rest has its defaults.
    pub fn new(name: impl Into<Text>, trio: trio::Settings, dictionary: Dictionary) -> Self {
        Self {
            name: name.into(),
            trio,
            poll: poller::Limits::default(),
            dictionary: Arc::new(dictionary),
            fields_file: None,
            goals: Arc::default(),
            contact_centers: Selection::default(),
        }
    }

    /// Returns the time zone in which its day begins: the configured one, else that of this
    /// machine.
    pub fn time_zone(&self) -> TimeZone {
        self.trio.time_zone.clone().unwrap_or_else(TimeZone::system)
    }
}

/// Returns the value of an environment variable. A function, so that tests need no process
/// environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads `file`, or without one the environment variables.
///
/// # Errors
/// All errors; each names the file or variable, the key, and what to change.
pub fn load(file: Option<&Path>, environment: Environment<'_>) -> Result<Config, Vec<String>> {
    match file {
        Some(path) => from_file(path, environment),
        None => environment::load(environment),
    }
}

fn from_file(path: &Path, environment: Environment<'_>) -> Result<Config, Vec<String>> {
    let file = path.display().to_string();
    let text = yaml::read_text(path, yaml::LONGEST_DOCUMENT)
        .map_err(|message| vec![format!("--config.file: {message}")])?;
    let mut files = Files::for_configuration(path, environment);
    let mut complaints = Complaints::about(file);
    // A leftover variable would be ignored silently, and the operator would wonder which Trio is
    // read. An empty one is not set, as in `environment`.
    if environment(environment::URL).is_some_and(|value| !value.is_empty()) {
        complaints.add_whole(format_args!(
            "the variable {} is set as well; use the file or the environment, not both",
            environment::URL
        ));
    }
    let config = yaml::parse(&text, &mut complaints).map(|node| {
        let root = Entry { path: String::new(), node: &node };
        Keys::read(&root, &mut complaints, |keys| read(keys, &mut files))
    });
    match config {
        Some(mut config) if complaints.is_empty() => {
            config.warnings.extend(files.into_warnings());
            Ok(config)
        }
        _ => Err(complaints.into_list()),
    }
}

/// Reads all keys of the file; `keys` describes them with it as well.
fn read(keys: &mut Keys<'_, '_>, files: &mut Files) -> Config {
    let mut warnings = Vec::new();
    // Before the targets, because each target keeps the goals of its own services.
    let (goals, references) = goals::read(keys);
    let targets = target::read(keys, files, &goals, &mut warnings);
    let listed = targets.len();
    let targets: Vec<Target> = targets.into_iter().flatten().collect();
    let poll = sections::poll(keys);
    let poll = sections::collectors(keys, poll);
    let (wallboards, on_wallboards) = wallboards::read(keys, files);
    // A target with an error has no known name. Skip this check then, or a rule that names that
    // target would be reported as a second error.
    if targets.len() == listed {
        let names = targets.iter().map(|target| &*target.name).collect::<Vec<_>>();
        references.check_targets(&names, keys.complaints());
        on_wallboards.check_targets(&names, keys.complaints());
    }
    goals::warn(&goals, &references.wait_targets, &poll, &mut warnings);
    let (tally, identity) = agents::read(keys, files);
    let (max_series, keep) = sections::metrics(keys);
    let state_file = sections::state_file(keys, files.folder());
    Config {
        targets,
        poll,
        tally: tally::Settings { keep, ..tally },
        metrics: metrics::Settings { max_series, identity, ..metrics::Settings::default() },
        state_file,
        shard: None,
        wallboards,
        warnings,
    }
}

#[cfg(test)]
mod tests;
