//! What scrapers get: encodings made off the async threads, each once, shared while young.

use std::{
    io::{self, Write},
    sync::Arc,
    time::SystemTime,
};

use flate2::{Compression, write::GzEncoder};
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::{Format, Process, Settings, Source, Surface, View, cache::Cache, classic, encode};
use crate::model::{Clock, Text};

/// The metrics of all targets, ready to be served.
#[derive(Debug)]
pub struct Exposition {
    sources: Vec<Source>,
    settings: Arc<Settings>,
    clock: Clock,
    started: SystemTime,
    cache: Cache<Key, Arc<Encoded>>,
}

/// Surface, position of the target that is asked for alone, format.
type Key = (Surface, Option<usize>, Format);

/// Why there is nothing to serve.
#[derive(Debug, thiserror::Error)]
pub enum NotServed {
    /// No target is called so.
    #[error("there is no target {asked:?}; known: {}", known.join(", "))]
    UnknownTarget {
        /// The name that was asked for.
        asked: String,
        /// The targets' names.
        known: Vec<Text>,
    },
    /// The encoding task ended early.
    #[error("the metrics could not be encoded; the log says why")]
    Failed(#[from] EncodeFailed),
}

/// A task that encodes or compresses panicked or was cancelled.
#[derive(Debug, thiserror::Error)]
#[error("an encoding task ended early")]
pub struct EncodeFailed(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Exposition {
    /// An exposition of `sources`, in their order.
    pub fn new(sources: Vec<Source>, settings: Settings, clock: Clock) -> Self {
        let cache = Cache::new(settings.encoding_max_age);
        let started = clock.now().wall;
        Self { sources, settings: Arc::new(settings), clock, started, cache }
    }

    /// The encoding of `surface`, of one target or of all.
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
        let position = target.map(|asked| self.position(asked)).transpose()?;
        let make = async || {
            let now = self.clock.now();
            let views = self.views(position);
            let (settings, started) = (self.settings.clone(), self.started);
            let make = move || {
                let process = match surface {
                    Surface::Main => Process::read(started),
                    Surface::Agents => Process::default(),
                };
                let text = encode(surface, &views, &settings, process, now);
                match format {
                    Format::OpenMetrics => text,
                    Format::Classic => classic::from_open_metrics(&text),
                }
            };
            let text = spawn_blocking(make).await.map_err(|error| EncodeFailed(error.into()))?;
            Ok::<_, NotServed>((now, Arc::new(Encoded::new(text))))
        };
        self.cache.get((surface, position, format), self.clock.now(), make).await
    }

    /// Whether agents have a surface of their own.
    pub fn shows_agents(&self) -> bool {
        self.settings.identity.exists()
    }

    /// Whether every target has finished its first step, well or badly.
    pub fn first_steps_done(&self) -> bool {
        self.sources.iter().all(|source| source.latest.borrow().is_some())
    }

    fn position(&self, asked: &str) -> Result<usize, NotServed> {
        let known = || self.sources.iter().map(|source| source.name.clone()).collect();
        let position = self.sources.iter().position(|source| *source.name == *asked);
        position.ok_or_else(|| NotServed::UnknownTarget { asked: asked.to_owned(), known: known() })
    }

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
            let compressed = spawn_blocking(move || compress(&text)).await;
            let compressed = compressed.map_err(|error| EncodeFailed(error.into()))?;
            compressed.map(Arc::from).map_err(|error| EncodeFailed(error.into()))
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
