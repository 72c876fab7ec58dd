//! The metrics that the exporter serves: names and HELP, the pages ([`MetricsPage`]), the two text
//! formats.
//!
//! The numbers come from other rooms, which know no names of metrics. Requests to Trio (`trio`) and
//! the web server (`http`) do not belong here.
//!
//! Each encoding is built from the data that the targets published last. No metric is registered,
//! so the series of a service that was removed cannot remain.

mod exposition;
mod families;
mod queue_figures;

#[cfg(test)]
pub(crate) mod tests;

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

pub use exposition::{
    EncodeError, Encoded, Exposition, ExpositionError, Publications, TextBlocks,
    encode::encode,
    negotiate::{Negotiated, negotiate, prefers_json, wants_gzip},
    status_view::StatusView,
};
pub use families::{exporter::Sharing, fields::FieldUsage, identity::Identity, process::Process};
pub use queue_figures::{
    CenterFigures, ClassFigures, PresentState, QueueFigures, ReadingAge, SkilledNow, TargetFigures,
    queue_figures,
};

use crate::{
    model::{Goals, Text},
    stats::{ReloadStats, StateFileStats, Stats},
    tally::Published,
};

/// The sources of the numbers of one target.
#[derive(Clone, Debug)]
pub struct Source {
    /// Configured name of the target.
    pub name: Text,
    /// Counters of the exporter about this target.
    pub stats: Arc<Stats>,
    /// Data that the target's poller published last; `None` before its first step has ended.
    pub latest: watch::Receiver<Option<Arc<Published>>>,
    /// The goals of the target's services.
    pub goals: Arc<Goals>,
}

impl Source {
    /// Returns the data that is published now.
    pub fn view(&self) -> View {
        let published = self.latest.borrow().clone();
        View {
            name: self.name.clone(),
            stats: self.stats.clone(),
            published,
            goals: self.goals.clone(),
        }
    }
}

/// The data of one target for one encoding.
#[derive(Clone, Debug)]
pub struct View {
    /// Configured name of the target.
    pub name: Text,
    /// Counters of the exporter about this target.
    pub stats: Arc<Stats>,
    /// Data that was published last.
    pub published: Option<Arc<Published>>,
    /// The goals of the target's services.
    pub goals: Arc<Goals>,
}

/// The configuration of the exposition.
#[derive(Debug)]
pub struct Settings {
    /// Maximum number of series on a page; above it, whole families are left out.
    pub max_series: usize,
    /// Form of the agents' ids on the page of single agents, if it exists.
    pub identity: Identity,
    /// Age up to which an encoding is served again.
    pub encoding_max_age: Duration,
    /// The build that is running.
    pub build: BuildInfo,
    /// Results of configuration reloads.
    pub reload: Option<Arc<ReloadStats>>,
    /// Results of writing the state file, if one is configured.
    pub state_file: Option<Arc<StateFileStats>>,
    /// The shard of this exporter, if several exporters share the targets.
    pub sharing: Option<Sharing>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_series: 500_000,
            identity: Identity::None,
            // Scrapers that come at the same moment share one encoding. Trio is read every few
            // seconds, so the data is hardly older than without it.
            encoding_max_age: Duration::from_secs(1),
            build: BuildInfo::default(),
            reload: None,
            state_file: None,
            sharing: None,
        }
    }
}

/// The build that is running.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// Version of the exporter.
    pub version: String,
    /// Commit of the source.
    pub revision: String,
    /// Version of the compiler.
    pub rustc_version: String,
}

/// A page: a set of families that is served together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MetricsPage {
    /// All families that name no person: `/metrics`.
    Main,
    /// The series of single agents: `/metrics/agents`.
    Agents,
    /// The families of [`Self::Main`] that belong to a target: `/metrics?target=NAME`, for scrapers
    /// that read each target separately.
    Targets,
    /// The other families of [`Self::Main`], about the exporter itself: `/metrics/exporter`, which
    /// such scrapers read once.
    Exporter,
}

/// A text format of the exposition. Both have the same samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus text 0.0.4.
    Classic,
}
