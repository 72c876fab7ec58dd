//! Configuration: a YAML file, or the environment for a single target, becomes typed settings, or a
//! list of all mistakes. After this nobody sees a text that means something else.

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
    document::{self, Complaints, Section},
    metrics,
    model::{Goals, Selection, Text},
    poller, tally,
    trio::{self, Dictionary},
};
pub use environment::servers;
use files::Files;
pub use schema::{schema, schema_text};
pub use target::{check_name, check_secret};

/// Everything that is configured.
#[derive(Debug)]
pub struct Config {
    /// The Trio systems to read; at least one.
    pub targets: Vec<Target>,
    /// How often what is read.
    pub poll: poller::Settings,
    /// How agent groups are counted.
    pub tally: tally::Settings,
    /// What is exposed.
    pub metrics: metrics::Settings,
    /// The file that carries counters over a restart.
    pub state_file: Option<PathBuf>,
    /// What is allowed but unwise, to be logged.
    pub warnings: Vec<String>,
}

/// One Trio system.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The value of the label `target`.
    pub name: Text,
    /// How to reach it.
    pub trio: trio::Settings,
    /// Where in its answers the facts stand.
    pub dictionary: Arc<Dictionary>,
    /// The goals of its services.
    pub goals: Arc<Goals>,
    /// Which of its contact centres are read.
    pub contact_centers: Selection,
}

impl Target {
    /// Where its midnight is: as configured, else where this machine stands.
    pub fn time_zone(&self) -> TimeZone {
        self.trio.time_zone.clone().unwrap_or_else(TimeZone::system)
    }
}

/// Reads an environment variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads `file`, or the environment if there is none.
///
/// # Errors
/// Every mistake, each naming the file or variable, the key, and what to change.
pub fn load(file: Option<&Path>, environment: Environment<'_>) -> Result<Config, Vec<String>> {
    match file {
        Some(path) => from_file(path, environment),
        None => environment::load(environment),
    }
}

fn from_file(path: &Path, environment: Environment<'_>) -> Result<Config, Vec<String>> {
    let file = path.display().to_string();
    let text = document::read_text(path, document::LONGEST_DOCUMENT)
        .map_err(|message| vec![format!("--config.file: {message}")])?;
    let mut files = Files::beside(path, environment);
    let mut complaints = Complaints::about(file);
    if environment(environment::URL).is_some() {
        complaints.add_whole(format_args!(
            "the variable {} is set as well; use the file or the environment, not both",
            environment::URL
        ));
    }
    let config = document::parse(&text, &mut complaints).map(|root| {
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
    let (goals, said) = goals::read(root, complaints);
    let (mut targets, mut listed) = (Vec::new(), 0);
    match root.get("targets") {
        Some(list) => {
            if list.list().is_empty() {
                list.wrong(complaints, "must name at least one Trio system to read");
            }
            listed = list.list().len();
            for entry in list.list() {
                let Some(target) = target::read(&entry, files, &goals, complaints, &mut warnings) else {
                    continue;
                };
                if targets.iter().any(|other: &Target| other.name == target.name) {
                    let message = format_args!(
                        "is called `{}`, as another target is; give each a `name` of its own",
                        target.name
                    );
                    entry.wrong(complaints, message);
                }
                targets.push(target);
            }
        }
        None => complaints.add(root.at(), "targets", "missing; name at least one Trio system to read"),
    }
    let mut poll = sections::poll(root, complaints);
    sections::collectors(root, &mut poll, complaints);
    let names = targets.iter().map(|target| &*target.name).collect::<Vec<_>>();
    // Of targets that are wrong themselves not even the name is known.
    if names.len() == listed {
        said.check_targets(&names, complaints);
    }
    goals::warn(&goals, &said.wait_targets, &poll, &mut warnings);
    let (mut tally, identity) = agents::read(root, files, complaints);
    let (max_series, keep) = sections::metrics(root, complaints);
    tally.keep = keep.unwrap_or(tally.keep);
    let state_file =
        root.get("state_file").and_then(|entry| sections::state_file(&entry, files.folder(), complaints));
    root.finish(complaints);
    let defaults = metrics::Settings::default();
    let metrics =
        metrics::Settings { max_series: max_series.unwrap_or(defaults.max_series), identity, ..defaults };
    Config { targets, poll, tally, metrics, state_file, warnings }
}

/// The shortest interval: more often than this is an attack, not a poll.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
