//! The exposition for scrapers: encodings made outside the async threads, each once, and shared
//! while they are young.
//!
//! A page has two parts. That of the published data is made once for each publication; it is made
//! again before that when a reading becomes too old. That of the exporter's own numbers is small and
//! made for each encoding.

mod cache;
mod cap;
pub(super) mod classic;
mod compressed;
pub(super) mod encode;
pub(super) mod negotiate;
pub(super) mod status_view;

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError, RwLock, Weak},
    time::SystemTime,
};

use tokio::task::{JoinError, spawn_blocking};

pub use self::compressed::{Encoded, TextBlocks};
use self::{
    cache::Cache,
    compressed::{Compressor, Head},
    encode::{Part, write_part},
};
use super::{Format, MetricsPage, Process, Settings, Sharing, Source, StatusView, View};
use crate::{
    model::{Clock, Shard, Stamp, Text},
    tally::Published,
};

/// The metrics of all targets, ready to be served.
#[derive(Debug)]
pub struct Exposition {
    served: RwLock<Arc<Served>>,
    clock: Clock,
    started: SystemTime,
    cache: Cache<Key, Made>,
    published: Arc<PublishedParts>,
}

/// Sources and settings of the exposition. A reload of the configuration replaces them together.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) sources: Vec<Source>,
    settings: Arc<Settings>,
    generation: u64,
}

/// The last publications of targets, to see if there is something newer.
#[derive(Clone, Debug)]
pub struct Publications {
    generation: u64,
    // Weak, so that old data is freed although someone remembers which it was. Its address is not
    // given to newer data meanwhile.
    latest: Vec<Option<Weak<Published>>>,
}

impl Publications {
    fn new<'a>(generation: u64, latest: impl Iterator<Item = Option<&'a Arc<Published>>>) -> Self {
        Self { generation, latest: latest.map(|latest| latest.map(Arc::downgrade)).collect() }
    }

    /// Returns true if no target has published anything in between, and no reload has replaced the
    /// targets.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_same =
            |(one, other): (&Option<Weak<Published>>, &Option<Weak<Published>>)| match (one, other)
            {
                (Some(one), Some(other)) => Weak::ptr_eq(one, other),
                (None, None) => true,
                _ => false,
            };
        self.generation == other.generation
            && self.latest.len() == other.latest.len()
            && self.latest.iter().zip(&other.latest).all(is_same)
    }
}

/// All answers that depend on the present time: targets that are up, and readings that are not too
/// old, in their order.
// Compared with those of now, they say if an encoding shows what it should: no timer is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Freshness(Vec<bool>);

impl Freshness {
    fn new<'a>(published: impl Iterator<Item = Option<&'a Arc<Published>>>, now: Stamp) -> Self {
        let mut answers = Vec::new();
        for published in published {
            answers.push(published.is_some());
            answers.extend(published.iter().flat_map(|it| it.snapshot.freshness(now)));
        }
        Self(answers)
    }
}

/// Key of an encoding: page, position of the target if only one was requested, format, and
/// generation of the sources and settings.
type Key = (MetricsPage, Option<usize>, Format, u64);

/// An encoding, and what was fresh when it was made.
#[derive(Clone, Debug)]
struct Made {
    freshness: Freshness,
    encoded: Arc<Encoded>,
}

/// Key of a published part: page, position of the target if only one was requested, and format.
type PartKey = (MetricsPage, Option<usize>, Format);

/// The published part of each page that was served, in each format.
#[derive(Debug, Default)]
struct PublishedParts(Mutex<HashMap<PartKey, Arc<PublishedPart>>>);

#[derive(Debug)]
struct PublishedPart {
    publications: Publications,
    freshness: Freshness,
    head: Head,
}

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

/// A task that encodes panicked or was cancelled, or the compression failed.
#[derive(Debug, thiserror::Error)]
#[error("an encoding task ended early")]
pub struct EncodeError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl From<JoinError> for EncodeError {
    fn from(error: JoinError) -> Self {
        Self(error.into())
    }
}

impl From<io::Error> for EncodeError {
    fn from(error: io::Error) -> Self {
        Self(error.into())
    }
}

impl Exposition {
    /// Returns an exposition of `sources`, in their order.
    pub fn new(sources: Vec<Source>, settings: Settings, clock: Clock) -> Self {
        let cache = Cache::new(settings.encoding_max_age);
        let started = clock.now().wall;
        let served = Served { sources, settings: Arc::new(settings), generation: 0 };
        let (served, published) = (RwLock::new(Arc::new(served)), Arc::default());
        Self { served, clock, started, cache, published }
    }

    /// Replaces sources and settings, except for the age up to which encodings are shared.
    pub fn replace(&self, sources: Vec<Source>, settings: Settings) {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        // The generation is part of the key of the cache: once a reload is answered, no encoding is
        // served that shows agents who may no longer be shown.
        let generation = served.generation + 1;
        *served = Arc::new(Served { sources, settings: Arc::new(settings), generation });
        self.published.clear();
    }

    pub(super) fn served(&self) -> Arc<Served> {
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
        // What was fresh must be the same now: an encoding must not hide a target's first step, nor
        // show a reading that has become too old since.
        let freshness = served.freshness(position, now);
        let key = (page, position, format, served.generation);
        let (clock, started, published) =
            (self.clock.clone(), self.started, self.published.clone());
        let make = async move {
            let Some(permit) = admit() else { return Err(ExpositionError::Busy) };
            // The age of the encoding counts from here: the task may have started later than the
            // request came.
            let now = clock.now();
            // 170,000 samples take about 50 ms: an async thread must not be blocked that long.
            let made = spawn_blocking(move || {
                let _permit = permit;
                let process =
                    if page.shows_exporter() { Process::read(started) } else { Process::default() };
                served.encode(page, position, format, process, now, &published)
            });
            Ok::<_, ExpositionError>((now, made.await?.map_err(EncodeError::from)?))
        };
        let is_valid = |made: &Made| made.freshness == freshness;
        Ok(self.cache.get(key, now, is_valid, make).await?.encoded)
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
        let latest: Vec<_> =
            served.sources.iter().map(|source| source.latest.borrow().clone()).collect();
        Publications::new(served.generation, latest.iter().map(Option::as_ref))
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

    /// Returns what may be shown now of one source or of all.
    fn freshness(&self, position: Option<usize>, now: Stamp) -> Freshness {
        let mut latest = Vec::new();
        for source in self.selected(position) {
            latest.push(source.latest.borrow().clone());
        }
        Freshness::new(latest.iter().map(Option::as_ref), now)
    }

    /// Returns one source or all.
    fn selected(&self, position: Option<usize>) -> &[Source] {
        let one = position.and_then(|position| self.sources.get(position));
        one.map_or(&self.sources, std::slice::from_ref)
    }

    /// Returns the data that is published now, of one source or of all.
    fn views(&self, position: Option<usize>) -> Vec<View> {
        self.selected(position).iter().map(Source::view).collect()
    }

    /// Encodes a page. The part of the published data is taken from `parts` if it is still true, and
    /// put there if it has to be made.
    fn encode(
        &self,
        page: MetricsPage,
        position: Option<usize>,
        format: Format,
        process: Process,
        now: Stamp,
        parts: &PublishedParts,
    ) -> io::Result<Made> {
        let views = self.views(position);
        let published = || views.iter().map(|view| view.published.as_ref());
        let publications = Publications::new(self.generation, published());
        let freshness = Freshness::new(published(), now);
        let write = |part, to: &mut Compressor| {
            write_part(part, page, &views, &self.settings, process, now, to)
                .map_err(|_| io::Error::other("a family could not be written"))
        };
        let key = (page, position, format);
        let known = parts.get(key);
        let is_true = |part: &Arc<PublishedPart>| {
            part.freshness == freshness && part.publications.is_same(&publications)
        };
        let part = match known.as_ref().filter(|part| is_true(part)) {
            Some(part) => part.clone(),
            None => {
                // An eighth more than the last one had, so that the buffer rarely grows.
                let expected = known.map_or(0, |part| part.head.compressed_len() / 8 * 9);
                let mut compressor = Compressor::head(format, expected);
                write(Part::Published, &mut compressor)?;
                let head = compressor.finish_head()?;
                let freshness = freshness.clone();
                let part = Arc::new(PublishedPart { publications, freshness, head });
                parts.put(key, part.clone());
                part
            }
        };
        let mut compressor = Compressor::tail(format);
        write(Part::Exporter, &mut compressor)?;
        Ok(Made { freshness, encoded: Arc::new(compressor.finish_after(&part.head)?) })
    }
}

impl PublishedParts {
    fn get(&self, key: PartKey) -> Option<Arc<PublishedPart>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    fn put(&self, key: PartKey, part: Arc<PublishedPart>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, part);
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
