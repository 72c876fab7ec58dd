//! Keeps the counters on disk while the program runs.
//!
//! What pollers publish is shown to scrapers once it has been saved: so after a crash, too, no counter is
//! below what was scraped. A disk that fails or hangs holds nothing up for long; it is told and counted.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::bail;
use futures_util::future::select_all;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};

use crate::{
    model::{Clock, Text, unix_seconds},
    shutdown::Stop,
    state_file::{Contents, Problem, StateFile},
    stats::StateFileStats,
    tally::{Published, Saved},
};

/// Scrapers wait for the disk no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// Saves what the pollers publish, then shows it.
#[derive(Debug)]
pub struct Keeper {
    file: Arc<StateFile>,
    contents: Contents,
    targets: Vec<Kept>,
    stats: Arc<StateFileStats>,
    clock: Clock,
    /// A write that has not come back.
    hanging: Option<Writing>,
    is_ill: bool,
    link: Link,
    changes: mpsc::UnboundedReceiver<Change>,
}

/// How a keeper that runs is told of targets that come and go.
#[derive(Clone, Debug)]
pub(super) struct Link(mpsc::UnboundedSender<Change>);

#[derive(Debug)]
enum Change {
    Comes(Kept),
    Goes(Text),
}

impl Link {
    /// Has the keeper stand between a new poller and those who are shown what it publishes.
    pub(super) fn stand_between(&self, name: &Text, published: Latest) -> Latest {
        let (kept, latest) = Kept::new(name, published);
        // A keeper that is gone means that the program is going down.
        let _ = self.0.send(Change::Comes(kept));
        latest
    }

    /// The counters of a target are no longer kept.
    pub(super) fn forget(&self, name: &Text) {
        let _ = self.0.send(Change::Goes(name.clone()));
    }
}

/// One target: what its poller published, and what scrapers are shown.
#[derive(Debug)]
struct Kept {
    name: Text,
    published: Latest,
    shown: watch::Sender<Option<Arc<Published>>>,
}

impl Kept {
    fn new(name: &Text, published: Latest) -> (Self, Latest) {
        let (shown, latest) = watch::channel(None);
        (Self { name: name.clone(), published, shown }, latest)
    }
}

type Latest = watch::Receiver<Option<Arc<Published>>>;
type Writing = JoinHandle<Result<(), Problem>>;

/// The keeper of the configured file, and what it counts. A file that cannot be used is told, and counters
/// are not kept; they never take the place of something else.
///
/// # Errors
/// Another exporter uses the file.
pub(super) fn of(path: Option<&Path>, clock: &Clock) -> anyhow::Result<Wiring> {
    let Some(path) = path else { return Ok((None, None)) };
    let stats = Arc::<StateFileStats>::default();
    let keeper = match StateFile::open(path) {
        Ok(opened) => {
            if let Some(problem) = opened.rejected {
                tracing::error!("{problem}");
                stats.errors.add(1);
            }
            let targets = opened.contents.targets.len();
            tracing::info!(file = %path.display(), targets, "counters are saved, and go on for the targets found");
            Some(Keeper::new(opened.file, opened.contents, stats.clone(), clock.clone()))
        }
        Err(problem @ Problem::InUse { .. }) => return Err(problem.into()),
        Err(problem) => {
            tracing::error!("{problem}; until then counters do not outlive a restart");
            stats.errors.add(1);
            None
        }
    };
    Ok((keeper, Some(stats)))
}

type Wiring = (Option<Keeper>, Option<Arc<StateFileStats>>);

impl Keeper {
    /// A keeper of `file`, in which `contents` were found.
    fn new(file: StateFile, contents: Contents, stats: Arc<StateFileStats>, clock: Clock) -> Self {
        let file = Arc::new(file);
        let (sender, changes) = mpsc::unbounded_channel();
        let (targets, link) = (Vec::new(), Link(sender));
        Self { file, contents, targets, stats, clock, hanging: None, is_ill: false, link, changes }
    }

    /// What an earlier process had counted of a target.
    pub(super) fn carried(&self, target: &str) -> Option<Arc<Saved>> {
        self.contents.targets.get(target).cloned()
    }

    /// Stands between a poller and those who are shown what it publishes.
    pub(super) fn stand_between(&mut self, name: &Text, published: Latest) -> Latest {
        let (kept, latest) = Kept::new(name, published);
        self.targets.push(kept);
        latest
    }

    /// How it is told of targets once it runs.
    pub(super) fn link(&self) -> Link {
        self.link.clone()
    }

    /// Saves and shows until `stop`, then once more.
    pub(super) async fn run(mut self, stop: Stop) {
        loop {
            let stopped = tokio::select! {
                () = published(&mut self.targets) => false,
                () = stop.clone().requested() => true,
                Some(change) = self.changes.recv() => {
                    match change {
                        Change::Comes(kept) => {
                            // The same target may publish anew.
                            self.targets.retain(|target| target.name != kept.name);
                            self.targets.push(kept);
                        }
                        Change::Goes(name) => self.targets.retain(|target| target.name != name),
                    }
                    false
                }
            };
            self.save_and_show().await;
            if stopped {
                return;
            }
        }
    }

    /// Saves what was published last, then shows it.
    pub async fn save_and_show(&mut self) {
        let latest: Vec<_> =
            self.targets.iter_mut().map(|target| target.published.borrow_and_update().clone()).collect();
        // Targets that are no longer configured are forgotten.
        self.contents.targets.retain(|name, _| self.targets.iter().any(|target| target.name == *name));
        for (target, latest) in self.targets.iter().zip(&latest) {
            if let Some(saved) = latest.as_ref().and_then(|latest| latest.totals.saved.clone()) {
                self.contents.targets.insert(target.name.clone(), saved);
            }
        }
        if latest.iter().any(Option::is_some) {
            let saved = self.save().await;
            self.note(saved.as_ref().map_err(ToString::to_string).err());
        }
        for (target, latest) in self.targets.iter().zip(latest) {
            target.shown.send_if_modified(|shown| {
                let is_newer = latest.as_ref().map(Arc::as_ptr) != shown.as_ref().map(Arc::as_ptr);
                *shown = latest;
                is_newer
            });
        }
    }

    async fn save(&mut self) -> anyhow::Result<()> {
        // What hung was older: what is to be shown now is written after it.
        if let Some(hanging) = self.hanging.take() {
            self.finish(hanging).await?;
        }
        let (file, contents) = (self.file.clone(), self.contents.clone());
        self.finish(spawn_blocking(move || file.save(&contents))).await
    }

    /// Waits for a write, but not for long.
    async fn finish(&mut self, mut writing: Writing) -> anyhow::Result<()> {
        match timeout(PATIENCE, &mut writing).await {
            Ok(written) => Ok(written??),
            Err(_) => {
                self.hanging = Some(writing);
                bail!(
                    "state_file: the disk takes longer than {PATIENCE:?}; counters are shown without being saved"
                )
            }
        }
    }

    /// Counts how a write went, and tells when that changes.
    fn note(&mut self, error: Option<String>) {
        let was_ill = std::mem::replace(&mut self.is_ill, error.is_some());
        match error {
            None => self.stats.last_success.set(Some(unix_seconds(self.clock.now().wall))),
            Some(_) => self.stats.errors.add(1),
        }
        match error {
            Some(error) if !was_ill => tracing::error!("{error}"),
            None if was_ill => tracing::info!("state_file: counters are saved again"),
            _ => {}
        }
    }
}

/// Completes once a poller has published something new.
async fn published(targets: &mut [Kept]) {
    if targets.is_empty() {
        return std::future::pending().await;
    }
    let changes = targets.iter_mut().map(|target| Box::pin(target.published.changed()));
    if let (Err(_), ..) = select_all(changes).await {
        // The pollers are gone: nothing comes any more but the stop.
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
