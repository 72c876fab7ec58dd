//! Server-sent events of the wallboard: their number, their end, and the one task per board and
//! language that renders for all its streams.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    Wallboards,
    board::{Boards, Rendering},
    selection::Selection,
};
use crate::{http::Web, metrics::Exposition, model::Language};

/// Interval at which a board looks for new data.
const LOOK: Duration = Duration::from_millis(500);
/// Longest time between two events, so that a reading that gets too old is seen by the server too.
const EVENT_EVERY: Duration = Duration::from_secs(5);
/// Interval of heartbeats, by which a browser knows that the connection lives.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// Longest life of a stream. Its login is checked again when the browser comes back.
const LIFE: Duration = Duration::from_secs(3600);

/// The event of the heartbeat. A comment would not reach the script.
const HEARTBEAT: &[u8] = b"event: beat\ndata:\n\n";

/// The events of each board that is open in a language.
type Sending = HashMap<(Selection, Language), watch::Sender<Bytes>>;

/// Streams of all boards. Clones share the limit.
#[derive(Clone, Debug)]
pub struct Streams {
    free: Arc<Semaphore>,
    closing: CancellationToken,
    web: watch::Receiver<Arc<Web>>,
    sending: Arc<Mutex<Sending>>,
}

impl Streams {
    /// Returns streams, at most `max` at a time. All end when `closing` is cancelled, and when the
    /// users in `web` change.
    pub(in crate::http) fn new(
        max: usize,
        closing: CancellationToken,
        web: watch::Receiver<Arc<Web>>,
    ) -> Self {
        let free = Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS)));
        Self { free, closing, web, sending: Arc::default() }
    }

    /// Returns streams of pages that no [`Server`](crate::http::Server) serves: they end by
    /// themselves alone.
    pub fn without_server() -> Self {
        Self::new(usize::MAX, CancellationToken::new(), watch::channel(Arc::default()).1)
    }

    /// Returns the changes of the configuration from now on. To be called before the request is
    /// answered from it, so that none is missed.
    pub(super) fn changes(&self, boards: &watch::Receiver<Wallboards>) -> Changes {
        let (mut web, mut boards) = (self.web.clone(), boards.clone());
        // A clone has seen what its original has seen: no reload at all.
        web.mark_unchanged();
        boards.mark_unchanged();
        Changes { web, boards }
    }

    /// Takes a place for a stream; `None` if all are taken or the server stops.
    pub(super) fn try_acquire(&self) -> Option<OwnedSemaphorePermit> {
        let permit = self.free.clone().try_acquire_owned().ok();
        permit.filter(|_| !self.closing.is_cancelled())
    }

    /// Returns the body of a stream that begins with `first`.
    pub(super) fn body(
        &self,
        permit: OwnedSemaphorePermit,
        source: Source,
        changes: Changes,
        first: Bytes,
    ) -> Body {
        let stream = Stream {
            first: Some(first),
            events: self.subscribe(source),
            closing: self.closing.clone(),
            changes,
            beat: Instant::now() + HEARTBEAT_EVERY,
            end: Instant::now() + LIFE,
            _permit: permit,
        };
        Body::from_stream(stream::unfold(stream, async |mut stream| {
            let event = stream.next().await?;
            Some((Ok::<_, Infallible>(event), stream))
        }))
    }

    /// Returns the events of a board, and starts the task that renders them if it is not running.
    fn subscribe(&self, source: Source) -> watch::Receiver<Bytes> {
        let key = (source.selection.clone(), source.language);
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = sending.get(&key) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(Bytes::new());
        sending.insert(key, sender.clone());
        tokio::spawn(send(source, sender, self.clone()));
        receiver
    }

    /// Forgets the task of a board if no one listens to it, and returns true then.
    // Under the lock, so that no one subscribes in between.
    fn forget_unused(&self, key: &(Selection, Language), sender: &watch::Sender<Bytes>) -> bool {
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        let is_unused = sender.receiver_count() == 0;
        if is_unused {
            sending.remove(key);
        }
        is_unused
    }
}

/// The board of a page or stream, and the data that it shows.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) exposition: Arc<Exposition>,
    pub(super) boards: Arc<Boards>,
    pub(super) selection: Selection,
    pub(super) language: Language,
}

impl Source {
    /// Renders the board.
    ///
    /// # Errors
    /// The text of the 404.
    pub(super) fn render(&self) -> Result<Rendering, String> {
        self.boards.render(&self.exposition, &self.selection, self.language)
    }

    /// Renders it as JSON.
    ///
    /// # Errors
    /// The text of the 404.
    pub(super) fn json(&self) -> Result<Bytes, String> {
        self.boards.json(&self.exposition, &self.selection)
    }
}

/// Renders a board and sends it to its streams while it has any. A stream that is slow gets the
/// last one: it skips those that it did not take in time.
async fn send(source: Source, sender: watch::Sender<Bytes>, streams: Streams) {
    let key = (source.selection.clone(), source.language);
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let source = Arc::new(source);
    let mut generation = source.exposition.publications();
    let mut sent = Instant::now();
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            () = streams.closing.cancelled() => return,
        }
        if streams.forget_unused(&key, &sender) {
            return;
        }
        let now = source.exposition.publications();
        let is_new = !generation.is_same(&now);
        if !is_new && sent.elapsed() < EVENT_EVERY {
            continue;
        }
        generation = now;
        sent = Instant::now();
        let rendering = source.clone();
        let rendered = tokio::task::spawn_blocking(move || rendering.render());
        // A board that Trio no longer has is ended; the page then shows what the server answers.
        let Ok(Ok(rendered)) = rendered.await else {
            streams.sending.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            return;
        };
        sender.send_replace(rendered.event);
    }
}

/// Completes when a configuration was read again; never without a server that does so.
async fn next_change<T>(changes: &mut watch::Receiver<T>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Changes of the configuration that end a stream.
pub(super) struct Changes {
    web: watch::Receiver<Arc<Web>>,
    boards: watch::Receiver<Wallboards>,
}

/// One stream.
struct Stream {
    first: Option<Bytes>,
    events: watch::Receiver<Bytes>,
    closing: CancellationToken,
    changes: Changes,
    beat: Instant,
    end: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Stream {
    /// Returns the next event; `None`: the stream ends.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            () = sleep_until(self.end) => None,
            // A user may have been removed. Those who may still see the page come back.
            () = next_change(&mut self.changes.web) => None,
            // The wallboard may show something else now, or be gone.
            () = next_change(&mut self.changes.boards) => None,
            changed = self.events.changed() => {
                changed.ok()?;
                self.beat = Instant::now() + HEARTBEAT_EVERY;
                Some(self.events.borrow_and_update().clone())
            }
            () = sleep_until(self.beat) => {
                self.beat = Instant::now() + HEARTBEAT_EVERY;
                Some(Bytes::from_static(HEARTBEAT))
            }
        }
    }
}
