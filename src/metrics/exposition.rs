//! The exposition for scrapers: encodings made outside the async threads, each once, and shared
//! while they are young.

mod cache;
mod cap;
pub(super) mod classic;
pub(super) mod encode;
pub(super) mod negotiate;
pub(super) mod status_view;

use std::{
    io::{self, Write},
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use flate2::{Compression, write::GzEncoder};
use tokio::{
    sync::OnceCell,
    task::{JoinError, spawn_blocking},
};

use self::{cache::Cache, encode::encode};
use super::{Format, MetricsPage, Process, Settings, Sharing, Source, StatusView, View};
use crate::{
    model::{Clock, Shard, Text},
    tally::Published,
};

/// The metrics of all targets, ready to be served.
#[derive(Debug)]
pub struct Exposition {
    served: RwLock<Arc<Served>>,
    clock: Clock,
    started: SystemTime,
    cache: Cache<Key, Arc<Encoded>>,
}

/// Sources and settings of the exposition. A reload of the configuration replaces them together.
#[derive(Debug)]
struct Served {
    sources: Vec<Source>,
    settings: Arc<Settings>,
    generation: u64,
}

/// The last publications of all targets, to see if there is something newer.
#[derive(Clone, Debug)]
pub struct Publications {
    generation: u64,
    latest: Vec<Option<Arc<Published>>>,
}

impl Publications {
    /// Returns true if no target has published anything in between, and no reload has replaced the
    /// targets.
    pub fn is_same(&self, other: &Self) -> bool {
        // Both hold what was published, so equal addresses are equal publications.
        let is_same =
            |(one, other): (&Option<Arc<Published>>, &Option<Arc<Published>>)| match (one, other) {
                (Some(one), Some(other)) => Arc::ptr_eq(one, other),
                (None, None) => true,
                _ => false,
            };
        self.generation == other.generation
            && self.latest.len() == other.latest.len()
            && self.latest.iter().zip(&other.latest).all(is_same)
    }
}

/// Key of an encoding: page, position of the target if only one was requested, format, number of
/// targets whose first step has ended, and generation of the sources and settings.
type Key = (MetricsPage, Option<usize>, Format, usize, u64);

/// Reasons why a page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ExpositionError {
    /// No target has this name.
    #[error("there is no target {asked:?}; known: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    UnknownTarget {
        /// The name in the request.
        asked: String,
        /// Names of the targets.
        known: Vec<Text>,
    },
    /// Another exporter reads the target.
    #[error("the target {asked:?} is read by shard {holder} of {}; this is shard {}", shard.count(), shard.number())]
    OtherShard {
        /// The name in the request.
        asked: String,
        /// Number of the shard that reads the target.
        holder: u32,
        /// The shard of this exporter.
        shard: Shard,
    },
    /// The encoding would have to be made, and there is no room for another one.
    #[error("too many encodings are being made")]
    Busy,
    /// The encoding task ended early.
    #[error("the metrics could not be encoded; the log says why")]
    Failed(#[from] EncodeError),
}

impl From<JoinError> for ExpositionError {
    fn from(error: JoinError) -> Self {
        Self::Failed(error.into())
    }
}

/// A task that encodes or compresses panicked or was cancelled.
#[derive(Debug, thiserror::Error)]
#[error("an encoding task ended early")]
pub struct EncodeError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl From<JoinError> for EncodeError {
    fn from(error: JoinError) -> Self {
        Self(error.into())
    }
}

impl Exposition {
    /// Returns an exposition of `sources`, in their order.
    pub fn new(sources: Vec<Source>, settings: Settings, clock: Clock) -> Self {
        let cache = Cache::new(settings.encoding_max_age);
        let started = clock.now().wall;
        let served = Served { sources, settings: Arc::new(settings), generation: 0 };
        Self { served: RwLock::new(Arc::new(served)), clock, started, cache }
    }

    /// Replaces sources and settings, except for the age up to which encodings are shared.
    pub fn replace(&self, sources: Vec<Source>, settings: Settings) {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        // The generation is part of the key of the cache: once a reload is answered, no encoding is
        // served that shows agents who may no longer be shown.
        let generation = served.generation + 1;
        *served = Arc::new(Served { sources, settings: Arc::new(settings), generation });
    }

    fn served(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the encoding of `page`, for one target or for all. The main page of one target does
    /// not have the families about the exporter itself ([`MetricsPage::Targets`]).
    ///
    /// # Errors
    /// No target has that name, another shard reads it, or encoding failed.
    pub async fn get(
        &self,
        page: MetricsPage,
        target: Option<&str>,
        format: Format,
    ) -> Result<Arc<Encoded>, ExpositionError> {
        self.get_admitted(page, target, format, || Some(())).await
    }

    /// Returns the encoding like [`Exposition::get`]. If it has to be made, `admit` is called first
    /// and its permit held meanwhile; a request that shares an encoding needs none.
    ///
    /// # Errors
    /// As for `get`; [`ExpositionError::Busy`] if `admit` gave no permit.
    pub async fn get_admitted<P: Send + 'static>(
        &self,
        page: MetricsPage,
        target: Option<&str>,
        format: Format,
        admit: impl FnOnce() -> Option<P> + Send + 'static,
    ) -> Result<Arc<Encoded>, ExpositionError> {
        let served = self.served();
        let position = target.map(|asked| served.position(asked)).transpose()?;
        let page = match (page, position) {
            (MetricsPage::Main, Some(_)) => MetricsPage::Targets,
            (page, _) => page,
        };
        let now = self.clock.now();
        // A page that was encoded before a target's first step (`trio_up 0`) must not hide that
        // step.
        let key = (page, position, format, served.targets_with_data(), served.generation);
        let (clock, started) = (self.clock.clone(), self.started);
        let make = async move {
            let Some(permit) = admit() else { return Err(ExpositionError::Busy) };
            // The age of the encoding counts from here: the task may have started later than the
            // request came.
            let now = clock.now();
            // 170,000 samples take about 50 ms: an async thread must not be blocked that long.
            let encoded = spawn_blocking(move || {
                let _permit = permit;
                let views = served.views(position);
                let process =
                    if page.shows_exporter() { Process::read(started) } else { Process::default() };
                let text = encode(page, &views, &served.settings, process, now);
                Encoded::new(match format {
                    Format::OpenMetrics => text,
                    Format::Classic => classic::from_open_metrics(&text),
                })
            });
            Ok::<_, ExpositionError>((now, Arc::new(encoded.await?)))
        };
        self.cache.get(key, now, make).await
    }

    /// Returns the data that scrapers get now, for the status page.
    pub fn status_view(&self) -> StatusView {
        let served = self.served();
        let (views, settings) = (served.views(None), served.settings.clone());
        StatusView { views, settings, now: self.clock.now(), started: self.started }
    }

    /// Returns what the targets published last.
    pub fn publications(&self) -> Publications {
        let served = self.served();
        let latest = served.sources.iter().map(|source| source.latest.borrow().clone()).collect();
        Publications { generation: served.generation, latest }
    }

    /// Returns true if the page of single agents exists.
    pub fn shows_agents(&self) -> bool {
        self.served().settings.identity.exists()
    }

    /// Returns the names of the targets that this exporter reads.
    pub fn targets(&self) -> Vec<Text> {
        self.served().sources.iter().map(|source| source.name.clone()).collect()
    }

    /// Returns the shard of this exporter, if several exporters share the targets.
    pub fn shard(&self) -> Option<Shard> {
        self.served().settings.sharing.as_ref().map(|sharing| sharing.shard)
    }

    /// Returns true if the first step of every target has ended, with success or without.
    pub fn first_steps_done(&self) -> bool {
        let served = self.served();
        served.targets_with_data() == served.sources.len()
    }
}

impl Served {
    /// Returns the number of targets whose first step has ended.
    fn targets_with_data(&self) -> usize {
        self.sources.iter().filter(|source| source.latest.borrow().is_some()).count()
    }

    /// Returns the position of the target with this name.
    fn position(&self, asked: &str) -> Result<usize, ExpositionError> {
        let known = || self.sources.iter().map(|source| source.name.clone()).collect();
        let position = self.sources.iter().position(|source| *source.name == *asked);
        let other_shard = |sharing: &Sharing| {
            let is_known = sharing.other_targets.iter().any(|name| **name == *asked);
            is_known.then(|| (sharing.shard.holder(asked), sharing.shard))
        };
        position.ok_or_else(|| match self.settings.sharing.as_ref().and_then(other_shard) {
            Some((holder, shard)) => {
                ExpositionError::OtherShard { asked: asked.to_owned(), holder, shard }
            }
            None => ExpositionError::UnknownTarget { asked: asked.to_owned(), known: known() },
        })
    }

    /// Returns the data that is published now, of one source or of all.
    fn views(&self, position: Option<usize>) -> Vec<View> {
        match position.and_then(|position| self.sources.get(position)) {
            Some(source) => vec![source.view()],
            None => self.sources.iter().map(Source::view).collect(),
        }
    }
}

/// An encoding, and its compressed form after the first request for it.
#[derive(Debug)]
pub struct Encoded {
    // Shared as they were made: making slices of them would copy up to 14 MB.
    text: Arc<String>,
    gzip: OnceCell<Arc<Vec<u8>>>,
}

impl Encoded {
    fn new(text: String) -> Self {
        Self { text: Arc::new(text), gzip: OnceCell::new() }
    }

    /// Returns the text.
    pub fn text(&self) -> &Arc<String> {
        &self.text
    }

    /// Returns the text, compressed with gzip.
    ///
    /// # Errors
    /// The task that compresses ended early.
    pub async fn gzip(&self) -> Result<&Arc<Vec<u8>>, EncodeError> {
        let compress = async || {
            let text = self.text.clone();
            spawn_blocking(move || compress(&text))
                .await?
                .map(Arc::new)
                .map_err(|error| EncodeError(error.into()))
        };
        self.gzip.get_or_try_init(compress).await
    }
}

/// Compresses a text with gzip.
fn compress(text: &str) -> io::Result<Vec<u8>> {
    // The lowest level: each scrape is sent once, and higher levels cost more time than they save.
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 8), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}
