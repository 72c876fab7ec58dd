//! What scrapers get: encodings made off the async threads, each once, shared while young.

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

use super::{
    Format, Present, Process, Settings, Sharing, Source, Surface, View, cache::Cache, classic, encode,
};
use crate::model::{Clock, Shard, Text};

/// The metrics of all targets, ready to be served.
#[derive(Debug)]
pub struct Exposition {
    served: RwLock<Arc<Served>>,
    clock: Clock,
    started: SystemTime,
    cache: Cache<Key, Arc<Encoded>>,
}

/// What is served: other sources and settings after the configuration was read anew.
#[derive(Debug)]
struct Served {
    sources: Vec<Source>,
    settings: Arc<Settings>,
    generation: u64,
}

/// Surface, position of the target that is asked for alone, format, targets that have been read, and what
/// of it was served.
type Key = (Surface, Option<usize>, Format, usize, u64);

/// Why there is nothing to serve.
#[derive(Debug, thiserror::Error)]
pub enum NotServed {
    /// No target is called so.
    #[error("there is no target {asked:?}; known: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    UnknownTarget {
        /// The name that was asked for.
        asked: String,
        /// The targets' names.
        known: Vec<Text>,
    },
    /// Another exporter reads the target.
    #[error("the target {asked:?} is read by shard {holder} of {}; this is shard {}", shard.count(), shard.number())]
    Elsewhere {
        /// The name that was asked for.
        asked: String,
        /// The number of the shard that reads it.
        holder: u32,
        /// Which shard this exporter is.
        shard: Shard,
    },
    /// The encoding task ended early.
    #[error("the metrics could not be encoded; the log says why")]
    Failed(#[from] EncodeFailed),
}

impl From<JoinError> for NotServed {
    fn from(error: JoinError) -> Self {
        Self::Failed(error.into())
    }
}

/// A task that encodes or compresses panicked or was cancelled.
#[derive(Debug, thiserror::Error)]
#[error("an encoding task ended early")]
pub struct EncodeFailed(#[source] Box<dyn std::error::Error + Send + Sync>);

impl From<JoinError> for EncodeFailed {
    fn from(error: JoinError) -> Self {
        Self(error.into())
    }
}

impl Exposition {
    /// An exposition of `sources`, in their order.
    pub fn new(sources: Vec<Source>, settings: Settings, clock: Clock) -> Self {
        let cache = Cache::new(settings.encoding_max_age);
        let started = clock.now().wall;
        let served = Served { sources, settings: Arc::new(settings), generation: 0 };
        Self { served: RwLock::new(Arc::new(served)), clock, started, cache }
    }

    /// From now on `sources` are served, and as `settings` say; how long encodings are shared stays.
    pub fn replace(&self, sources: Vec<Source>, settings: Settings) {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        let generation = served.generation + 1;
        *served = Arc::new(Served { sources, settings: Arc::new(settings), generation });
    }

    fn served(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The encoding of `surface`, of one target or of all. On the main surface of one target the exporter
    /// does not show itself: whoever scrapes every target by itself would count it as often.
    ///
    /// # Errors
    ///
    /// When no target has that name, or when encoding failed.
    pub async fn get(
        &self,
        surface: Surface,
        target: Option<&str>,
        format: Format,
    ) -> Result<Arc<Encoded>, NotServed> {
        let served = self.served();
        let position = target.map(|asked| served.position(asked)).transpose()?;
        let surface = match (surface, position) {
            (Surface::Main, Some(_)) => Surface::Targets,
            (surface, _) => surface,
        };
        let now = self.clock.now();
        // What was encoded before a target's first step must not hide that step.
        let key = (surface, position, format, served.targets_seen(), served.generation);
        let (clock, started) = (self.clock.clone(), self.started);
        let make = async move {
            let now = clock.now();
            let encoded = spawn_blocking(move || {
                let views = served.views(position);
                let process =
                    if surface.shows_exporter() { Process::read(started) } else { Process::default() };
                let text = encode(surface, &views, &served.settings, process, now);
                Encoded::new(match format {
                    Format::OpenMetrics => text,
                    Format::Classic => classic::from_open_metrics(&text),
                })
            });
            Ok::<_, NotServed>((now, Arc::new(encoded.await?)))
        };
        self.cache.get(key, now, make).await
    }

    /// What is shown at this moment, for a page that tells how it came about.
    pub fn present(&self) -> Present {
        let served = self.served();
        let (views, settings) = (served.views(None), served.settings.clone());
        Present { views, settings, now: self.clock.now(), started: self.started }
    }

    /// Whether agents have a surface of their own.
    pub fn shows_agents(&self) -> bool {
        self.served().settings.identity.exists()
    }

    /// The targets that this exporter reads.
    pub fn targets(&self) -> Vec<Text> {
        self.served().sources.iter().map(|source| source.name.clone()).collect()
    }

    /// Which shard this exporter is, if several share the targets.
    pub fn shard(&self) -> Option<Shard> {
        self.served().settings.sharing.as_ref().map(|sharing| sharing.shard)
    }

    /// Whether every target has finished its first step, well or badly.
    pub fn first_steps_done(&self) -> bool {
        let served = self.served();
        served.targets_seen() == served.sources.len()
    }
}

impl Served {
    /// How many targets have finished their first step.
    fn targets_seen(&self) -> usize {
        self.sources.iter().filter(|source| source.latest.borrow().is_some()).count()
    }

    fn position(&self, asked: &str) -> Result<usize, NotServed> {
        let known = || self.sources.iter().map(|source| source.name.clone()).collect();
        let position = self.sources.iter().position(|source| *source.name == *asked);
        let elsewhere = |sharing: &Sharing| {
            let is_known = sharing.elsewhere.iter().any(|name| **name == *asked);
            is_known.then(|| (sharing.shard.holder(asked), sharing.shard))
        };
        position.ok_or_else(|| match self.settings.sharing.as_ref().and_then(elsewhere) {
            Some((holder, shard)) => NotServed::Elsewhere { asked: asked.to_owned(), holder, shard },
            None => NotServed::UnknownTarget { asked: asked.to_owned(), known: known() },
        })
    }

    /// What is published now, by one source or by all.
    fn views(&self, position: Option<usize>) -> Vec<View> {
        match position.and_then(|position| self.sources.get(position)) {
            Some(source) => vec![source.view()],
            None => self.sources.iter().map(Source::view).collect(),
        }
    }
}

/// An encoding, and its compressed form once somebody has asked for that.
#[derive(Debug)]
pub struct Encoded {
    text: Arc<str>,
    gzip: OnceCell<Arc<[u8]>>,
}

impl Encoded {
    fn new(text: String) -> Self {
        Self { text: text.into(), gzip: OnceCell::new() }
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The text, compressed with gzip.
    ///
    /// # Errors
    ///
    /// When the task that compresses ended early.
    pub async fn gzip(&self) -> Result<&Arc<[u8]>, EncodeFailed> {
        let compress = async || {
            let text = self.text.clone();
            spawn_blocking(move || compress(&text))
                .await?
                .map(Arc::from)
                .map_err(|error| EncodeFailed(error.into()))
        };
        self.gzip.get_or_try_init(compress).await
    }
}

/// The lowest level: a scrape travels once, and higher ones cost more time than they save.
fn compress(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 8), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}
