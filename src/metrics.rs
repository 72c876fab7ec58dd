//! The metrics that the exporter serves: names and HELP, the two surfaces, the two formats.
//!
//! The part of a program that counts something lives elsewhere and holds only numbers; what does not
//! belong here is anything that asks Trio (`trio`) or speaks HTTP to scrapers (`http`).
//!
//! Every encoding is made of what the targets last published, at one moment: nothing is registered,
//! so nothing can be left behind.

mod agents;
mod api;
mod cache;
mod cap;
mod classic;
mod collectors;
mod encode;
mod exporter;
mod exposition;
mod family;
mod fields;
mod flow;
mod goals;
mod identity;
mod limits;
mod pauses;
mod persons;
mod present;
mod process;
mod reload;
mod scene;
mod servers;
mod services;
mod sharing;
mod skilled;
mod state_file;
mod system;

#[cfg(test)]
pub(crate) mod tests;

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

pub use encode::encode;
pub use exposition::{EncodeFailed, Encoded, Exposition, NotServed};
pub use identity::Identity;
pub use present::{Present, Used};
pub use process::Process;
pub use sharing::Sharing;

use crate::{
    model::{Goals, Text},
    stats::{ReloadStats, StateFileStats, Stats},
    tally::Published,
};

/// Where the numbers of one target come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Configured name of the target.
    pub name: Text,
    /// What the exporter counts about itself for this target.
    pub stats: Arc<Stats>,
    /// What the target's poller published last; `None` before its first step is finished.
    pub latest: watch::Receiver<Option<Arc<Published>>>,
    /// The goals of the target's services.
    pub goals: Arc<Goals>,
}

impl Source {
    /// The source as it is now.
    pub fn view(&self) -> View {
        let published = self.latest.borrow().clone();
        View { name: self.name.clone(), stats: self.stats.clone(), published, goals: self.goals.clone() }
    }
}

/// What one encoding is made of, for one target.
#[derive(Clone, Debug)]
pub struct View {
    /// Configured name of the target.
    pub name: Text,
    /// What the exporter counts about itself for this target.
    pub stats: Arc<Stats>,
    /// What was published last.
    pub published: Option<Arc<Published>>,
    /// The goals of the target's services.
    pub goals: Arc<Goals>,
}

/// What of the exposition is configured.
#[derive(Debug)]
pub struct Settings {
    /// Above this number of series a surface drops whole families.
    pub max_series: usize,
    /// How the per-agent series name agents, if they exist.
    pub identity: Identity,
    /// How long an encoding is shared.
    pub encoding_max_age: Duration,
    /// Which build is running.
    pub build: BuildInfo,
    /// How reading the configuration anew went.
    pub reload: Option<Arc<ReloadStats>>,
    /// What became of the state file, if one is configured.
    pub state_file: Option<Arc<StateFileStats>>,
    /// Which shard this exporter is, if several share the targets.
    pub sharing: Option<Sharing>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_series: 500_000,
            identity: Identity::None,
            encoding_max_age: Duration::from_secs(1),
            build: BuildInfo::default(),
            reload: None,
            state_file: None,
            sharing: None,
        }
    }
}

/// Which build is running.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// Version of the exporter.
    pub version: String,
    /// Commit that it was built from.
    pub revision: String,
    /// Compiler that built it.
    pub rustc_version: String,
}

/// A set of families with an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    /// Everything that names no person.
    Main,
    /// The per-agent series.
    Agents,
    /// What of [`Self::Main`] belongs to targets, for scrapers that come for each target by itself.
    Targets,
    /// The rest of [`Self::Main`]: the exporter itself, which such scrapers come for once.
    Exporter,
}

/// A text format of the exposition. Samples are the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus text 0.0.4.
    Classic,
}
