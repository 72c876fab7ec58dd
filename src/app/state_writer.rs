//! Writes the counters to the state file while the program runs.
//!
//! It is a gate between pollers and scrapers: a publication is saved first and shown then. So after
//! a crash no counter is below a value that was scraped, which Prometheus would take for a reset. A
//! disk that fails or hangs delays publications by 2 s at most; it is logged and counted.

use std::{io, path::Path, sync::Arc, time::Duration};

use anyhow::bail;
use futures_util::future::select_all;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};

use crate::{
    app::shutdown::Stop,
    files::{FileTaskError, FileTasks},
    model::{Clock, Text, unix_seconds},
    state_file::{Contents, Problem, StateFile},
    stats::StateFileStats,
    tally::{Published, Saved},
};

/// Longest delay of a publication by the disk.
// Current numbers without a saved copy are worth more than none: after this they are shown all the
// same.
const MAX_DISK_WAIT: Duration = Duration::from_secs(2);

/// Saves publications of the pollers, then shows them.
#[derive(Debug)]
pub struct StateWriter {
    file: Arc<StateFile>,
    contents: Contents,
    targets: Vec<GatedTarget>,
    stats: Arc<StateFileStats>,
    clock: Clock,
    /// Write that has not returned within [`MAX_DISK_WAIT`].
    pending: Option<Writing>,
    /// The last save failed.
    failing: bool,
    handle: StateWriterHandle,
    changes: mpsc::UnboundedReceiver<Change>,
}

/// Adds targets to a running writer and removes them.
#[derive(Clone, Debug)]
pub(super) struct StateWriterHandle(mpsc::UnboundedSender<Change>);

#[derive(Debug)]
enum Change {
    Add(GatedTarget),
    Remove(Text),
}

impl StateWriterHandle {
    /// Puts the writer between a new poller and the scrapers. Returns the receiver for the
    /// scrapers.
    pub(super) fn gate_until_saved(&self, name: &Text, published: Latest) -> Latest {
        let (target, latest) = GatedTarget::new(name, published);
        // The writer ends only when the program stops.
        let _ = self.0.send(Change::Add(target));
        latest
    }

    /// Removes a target: its counters leave the file with the next save.
    pub(super) fn remove(&self, name: &Text) {
        let _ = self.0.send(Change::Remove(name.clone()));
    }
}

/// One target: channel of its poller, and channel for the scrapers.
#[derive(Debug)]
struct GatedTarget {
    name: Text,
    published: Latest,
    shown: watch::Sender<Option<Arc<Published>>>,
}

impl GatedTarget {
    fn new(name: &Text, published: Latest) -> (Self, Latest) {
        let (shown, latest) = watch::channel(None);
        (Self { name: name.clone(), published, shown }, latest)
    }
}

type Latest = watch::Receiver<Option<Arc<Published>>>;
type Writing = JoinHandle<Result<(), Problem>>;

/// Opens the configured state file, if any, and returns its writer and stats. If the file cannot be
/// opened, an error is logged, there is no writer, and the file is left as it is.
///
/// # Errors
/// Another exporter uses the file.
pub(super) async fn open(path: Option<&Path>, clock: &Clock) -> anyhow::Result<Opened> {
    let Some(path) = path else { return Ok((None, None)) };
    let stats = Arc::<StateFileStats>::default();
    let file = path.to_owned();
    // A disk that hangs must not keep the program from serving and from ending.
    let opened = FileTasks::default().run(move || StateFile::open(&file)).await;
    let unanswered = |error: FileTaskError| {
        Err(Problem::unreadable(path, io::Error::new(io::ErrorKind::TimedOut, error.to_string())))
    };
    let writer = match opened.unwrap_or_else(unanswered) {
        Ok(opened) => {
            if let Some(problem) = opened.rejected {
                tracing::error!("{problem}");
                stats.errors.add(1);
            }
            let targets = opened.contents.targets.len();
            tracing::info!(file = %path.display(), targets, "counters are saved, and continue for the targets in the file");
            Some(StateWriter::new(opened.file, opened.contents, stats.clone(), clock.clone()))
        }
        // Two writers would overwrite each other's counters, so the second exporter must not start.
        // Any other problem costs the counters of a restart at most, and current numbers are more
        // important.
        Err(problem @ Problem::InUse { .. }) => return Err(problem.into()),
        Err(problem) => {
            tracing::error!("{problem}; until then counters do not outlive a restart");
            stats.errors.add(1);
            None
        }
    };
    Ok((writer, Some(stats)))
}

type Opened = (Option<StateWriter>, Option<Arc<StateFileStats>>);

impl StateWriter {
    /// Creates the writer of `file`, which contained `contents`.
    fn new(file: StateFile, contents: Contents, stats: Arc<StateFileStats>, clock: Clock) -> Self {
        let file = Arc::new(file);
        let (sender, changes) = mpsc::unbounded_channel();
        let (targets, handle) = (Vec::new(), StateWriterHandle(sender));
        Self {
            file,
            contents,
            targets,
            stats,
            clock,
            pending: None,
            failing: false,
            handle,
            changes,
        }
    }

    /// Returns the counters of a target from an earlier process.
    pub(super) fn restored(&self, target: &str) -> Option<Arc<Saved>> {
        self.contents.targets.get(target).cloned()
    }

    /// Puts the writer between a poller and the scrapers, before it runs. Returns the receiver for
    /// the scrapers.
    pub(super) fn gate_until_saved(&mut self, name: &Text, published: Latest) -> Latest {
        let (target, latest) = GatedTarget::new(name, published);
        self.targets.push(target);
        latest
    }

    /// Returns a handle for changes while it runs.
    pub(super) fn handle(&self) -> StateWriterHandle {
        self.handle.clone()
    }

    /// Saves and shows each publication until `stop`, then the last one.
    pub(super) async fn run(mut self, stop: Stop) {
        loop {
            let stopped = tokio::select! {
                () = next_publication(&mut self.targets) => false,
                () = stop.clone().requested() => true,
                Some(change) = self.changes.recv() => {
                    match change {
                        Change::Add(new) => {
                            // A reload may replace the channel of a target that is here already.
                            self.targets.retain(|target| target.name != new.name);
                            self.targets.push(new);
                        }
                        Change::Remove(name) => self.targets.retain(|target| target.name != name),
                    }
                    false
                }
            };
            self.save_and_publish().await;
            if stopped {
                return;
            }
        }
    }

    /// Saves the latest publication of each target, then shows it.
    pub async fn save_and_publish(&mut self) {
        let latest: Vec<_> = self
            .targets
            .iter_mut()
            .map(|target| target.published.borrow_and_update().clone())
            .collect();
        // Targets that were removed from the configuration leave the file as well.
        self.contents
            .targets
            .retain(|name, _| self.targets.iter().any(|target| target.name == *name));
        for (target, latest) in self.targets.iter().zip(&latest) {
            if let Some(saved) = latest.as_ref().and_then(|latest| latest.totals.saved.clone()) {
                self.contents.targets.insert(target.name.clone(), saved);
            }
        }
        if latest.iter().any(Option::is_some) {
            let saved = self.save().await;
            self.record_save(saved.as_ref().map_err(ToString::to_string).err());
        }
        for (target, latest) in self.targets.iter().zip(latest) {
            // Only new publications wake the readers: others would be encoded again for nothing.
            target.shown.send_if_modified(|shown| {
                let is_newer = latest.as_ref().map(Arc::as_ptr) != shown.as_ref().map(Arc::as_ptr);
                *shown = latest;
                is_newer
            });
        }
    }

    async fn save(&mut self) -> anyhow::Result<()> {
        // An older write that hangs comes first: if it returned after the new one, it would put old
        // counters back into the file.
        if let Some(pending) = self.pending.take() {
            self.wait_for_write(pending).await?;
        }
        let (file, contents) = (self.file.clone(), self.contents.clone());
        self.wait_for_write(spawn_blocking(move || file.save(&contents))).await
    }

    /// Waits for a write, at most [`MAX_DISK_WAIT`].
    async fn wait_for_write(&mut self, mut writing: Writing) -> anyhow::Result<()> {
        match timeout(MAX_DISK_WAIT, &mut writing).await {
            Ok(written) => Ok(written??),
            Err(_) => {
                self.pending = Some(writing);
                bail!(
                    "state_file: the disk takes longer than {MAX_DISK_WAIT:?}; counters are shown without being saved"
                )
            }
        }
    }

    /// Counts the result of a save, and logs it when it differs from the one before.
    fn record_save(&mut self, error: Option<String>) {
        // Saves follow each poll; a full disk must not fill the log, which may be on the same disk.
        let was_failing = std::mem::replace(&mut self.failing, error.is_some());
        match error {
            None => self.stats.last_success.set(Some(unix_seconds(self.clock.now().wall))),
            Some(_) => self.stats.errors.add(1),
        }
        match error {
            Some(problem) if !was_failing => tracing::error!("{problem}"),
            None if was_failing => tracing::info!("state_file: counters are saved again"),
            _ => {}
        }
    }
}

/// Completes once a poller has published something new.
async fn next_publication(targets: &mut [GatedTarget]) {
    if targets.is_empty() {
        return std::future::pending().await;
    }
    let changes = targets.iter_mut().map(|target| Box::pin(target.published.changed()));
    if let (Err(_), ..) = select_all(changes).await {
        // The pollers ended with the stop. A closed channel is ready at once for ever: without this
        // wait the loop would take a whole processor.
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
