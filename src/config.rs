//! Configuration: reads a YAML file, or environment variables for a single target, into typed
//! settings, or returns all errors at once. Outside this module every setting is already parsed
//! into its type.

mod agents;
mod environment;
mod exposure;
mod files;
mod goals;
mod limits;
mod schema;
mod secret;
mod sections;
mod target;
pub mod web;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::tz::TimeZone;

use crate::{
    metrics,
    model::{Goals, Selection, Shard, Text},
    poller, tally,
    trio::{self, Dictionary},
    yaml::{self, Complaints, Section},
};
pub use environment::servers;
use files::Files;
pub use schema::{schema, schema_text};
pub use target::{check_name, check_secret};

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
    /// Member names and words of its answers.
    pub dictionary: Arc<Dictionary>,
    /// Goals of its services.
    pub goals: Arc<Goals>,
    /// Contact centres that are read.
    pub contact_centers: Selection,
}

impl Target {
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
    let config = yaml::parse(&text, &mut complaints).map(|root| {
        let mut root = Section::root(&root, &mut complaints);
        read(&mut root, &mut files, &mut complaints)
    });
    match config {
        Some(mut config) if complaints.is_empty() => {
            config.warnings.extend(files.into_warnings());
            Ok(config)
        }
        _ => Err(complaints.into_list()),
    }
}

fn read(root: &mut Section<'_>, files: &mut Files, complaints: &mut Complaints) -> Config {
    let mut warnings = Vec::new();
    // Before the targets, because each target keeps the goals of its own services.
    let (goals, references) = goals::read(root, complaints);
    let (mut targets, mut listed) = (Vec::new(), 0);
    match root.get("targets") {
        Some(list) => {
            if list.list().is_empty() {
                list.wrong(complaints, "must name at least one Trio system to read");
            }
            listed = list.list().len();
            for entry in list.list() {
                let Some(target) = target::read(&entry, files, &goals, complaints, &mut warnings)
                else {
                    continue;
                };
                if targets.iter().any(|other: &Target| other.name == target.name) {
                    // Their series would collide: the label `target` is all that tells them apart.
                    let message = format_args!(
                        "is called `{}`, as another target is; give each a `name` of its own",
                        target.name
                    );
                    entry.wrong(complaints, message);
                }
                targets.push(target);
            }
        }
        None => complaints.add(
            root.position(),
            "targets",
            "missing; name at least one Trio system to read",
        ),
    }
    let mut poll = sections::poll(root, complaints);
    sections::collectors(root, &mut poll, complaints);
    let names = targets.iter().map(|target| &*target.name).collect::<Vec<_>>();
    // A target with an error has no known name. Skip this check then, or a rule that names that
    // target would be reported as a second error.
    if names.len() == listed {
        references.check_targets(&names, complaints);
    }
    goals::warn(&goals, &references.wait_targets, &poll, &mut warnings);
    let (mut tally, identity) = agents::read(root, files, complaints);
    let (max_series, keep) = sections::metrics(root, complaints);
    tally.keep = keep.unwrap_or(tally.keep);
    let state_file = root
        .get("state_file")
        .and_then(|entry| sections::state_file(&entry, files.folder(), complaints));
    root.finish(complaints);
    let defaults = metrics::Settings::default();
    let metrics = metrics::Settings {
        max_series: max_series.unwrap_or(defaults.max_series),
        identity,
        ..defaults
    };
    Config { targets, poll, tally, metrics, state_file, shard: None, warnings }
}

/// Shortest interval of a collector. Polling more often than this would overload Trio.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
