//! The configured targets and their pollers: the selection by `--shard`, start, stop, and the
//! change to a reloaded configuration.

use std::{path::PathBuf, sync::Arc};

use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
};

use super::{
    PollerFactory, build_info,
    state_writer::{self, StateWriter, StateWriterHandle},
    supervisor::Supervisor,
    tally_settings,
};
use crate::{
    config::{Config, Target},
    http::Wallboards,
    metrics::{self, Exposition, Sharing, Source},
    model::{Clock, Goals, Shard, unix_seconds},
    poller,
    stats::{ReloadStats, StateFileStats},
    tally::{self, Edges},
};

/// All targets that this exporter reads.
#[derive(Debug)]
pub(super) struct Targets {
    list: Vec<RunningTarget>,
    exposition: Arc<Exposition>,
    clock: Clock,
    reloads: Arc<ReloadStats>,
    state_file: Option<PathBuf>,
    state_file_stats: Option<Arc<StateFileStats>>,
    state_writer: Option<StateWriterHandle>,
    supervisor: Arc<Supervisor>,
    wallboards: watch::Sender<Wallboards>,
    running: JoinSet<anyhow::Error>,
}

/// One target with the task of its poller; `None` before the start.
#[derive(Debug)]
struct RunningTarget {
    factory: PollerFactory,
    source: Source,
    task: Option<AbortHandle>,
}

/// Settings that are the same for all targets.
#[derive(Clone)]
struct SharedSettings {
    poll: poller::Settings,
    tally: tally::Settings,
    // One set of bucket edges for the process: buckets of several targets can only be added up if
    // they agree.
    edges: Edges,
}

/// Changes of a reload, by names of targets.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes {
    new: Vec<String>,
    changed: Vec<String>,
    gone: Vec<String>,
    unchanged: usize,
}

impl Targets {
    /// Builds the targets of `config`, none of which runs yet, and the writer of the state file if
    /// one is configured and usable.
    ///
    /// # Errors
    /// Another exporter uses the state file.
    pub(super) async fn build(
        config: Config,
        clock: &Clock,
    ) -> anyhow::Result<(Self, Option<StateWriter>)> {
        let (mut state_writer, state_file_stats) =
            state_writer::open(config.state_file.as_deref(), clock).await?;
        let shared = SharedSettings::new(&config, state_writer.is_some());
        let ShardTargets { local, sharing } = ShardTargets::select(config.targets, config.shard);
        let list: Vec<RunningTarget> = local
            .into_iter()
            .map(|target| {
                let mut target = RunningTarget::new(target, &shared, clock);
                if let Some(writer) = &mut state_writer {
                    target.factory.restored = writer.restored(&target.source.name);
                    let latest = target.source.latest.clone();
                    target.source.latest = writer.gate_until_saved(&target.source.name, latest);
                }
                target
            })
            .collect();
        let reloads = Arc::<ReloadStats>::default();
        let sources = list.iter().map(|target| target.source.clone()).collect();
        let settings =
            exposition_settings(config.metrics, &reloads, state_file_stats.as_ref(), sharing);
        let targets = Self {
            supervisor: Arc::new(Supervisor::new(list.len())),
            list,
            exposition: Arc::new(Exposition::new(sources, settings, clock.clone())),
            clock: clock.clone(),
            reloads,
            state_file: config.state_file,
            state_file_stats,
            state_writer: state_writer.as_ref().map(StateWriter::handle),
            wallboards: watch::Sender::new(config.wallboards.into()),
            running: JoinSet::new(),
        };
        targets.record_reload(true);
        Ok((targets, state_writer))
    }

    /// Returns the exposition of these targets.
    pub(super) fn exposition(&self) -> Arc<Exposition> {
        self.exposition.clone()
    }

    /// Returns the wallboards of the configuration; a reload replaces them.
    pub(super) fn wallboards(&self) -> watch::Receiver<Wallboards> {
        self.wallboards.subscribe()
    }

    /// Returns the sender of the wallboards, for changes of their tokens.
    pub(super) fn wallboards_sender(&self) -> watch::Sender<Wallboards> {
        self.wallboards.clone()
    }

    /// Returns the factories, for tests and `--once`, which drive the pollers themselves.
    pub(super) fn into_factories(self) -> Vec<PollerFactory> {
        self.list.into_iter().map(|target| target.factory).collect()
    }

    /// Starts the poller of each target that has none.
    pub(super) fn start(&mut self) {
        self.supervisor.set_target_count(self.list.len());
        for target in self.list.iter_mut().filter(|target| target.task.is_none()) {
            let keep_running = self.supervisor.clone().keep_running(target.factory.clone());
            target.task = Some(self.running.spawn(keep_running));
        }
    }

    /// Ends all pollers and waits for their tasks.
    pub(super) async fn stop(&mut self) {
        self.running.shutdown().await;
    }

    /// Completes when all targets are paused, or a supervisor failed: the process should then end.
    pub(super) async fn wait_for_failure(&mut self) -> anyhow::Error {
        loop {
            match self.running.join_next().await {
                Some(Ok(error)) => return error,
                // A reload removed or changed the target.
                Some(Err(error)) if error.is_cancelled() => {}
                Some(Err(error)) => {
                    return anyhow::Error::new(error).context("a supervisor panicked");
                }
                None => std::future::pending().await,
            }
        }
    }

    /// Logs and counts a reload that failed. The targets run on unchanged.
    pub(super) fn reject(&self, mistakes: &str) {
        tracing::error!(%mistakes, "the configuration cannot be used; the previous one stays in use");
        self.record_reload(false);
    }

    /// Changes to `config` and returns a summary for the operator.
    pub(super) fn apply(&mut self, config: Config) -> String {
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let shared = SharedSettings::new(&config, self.state_writer.is_some());
        let mut previous = std::mem::take(&mut self.list);
        let mut changes = Changes::default();
        let ShardTargets { local, sharing } = ShardTargets::select(config.targets, config.shard);
        for target in local {
            let name = target.name.to_string();
            let known = previous.iter().position(|running| running.source.name == target.name);
            let running = match known.map(|position| previous.swap_remove(position)) {
                // An unchanged target keeps its session, counters and cadence: a reload for one
                // target must not cost the others a login and a gap. New secrets are used from the
                // next login on, because a session that is valid does not need them.
                Some(running) if running.factory.has_settings(&target, &shared) => {
                    running.factory.target.trio.adopt_secrets(&target.trio);
                    changes.unchanged += 1;
                    running
                }
                Some(running) => {
                    changes.changed.push(name);
                    running.reconfigure(target, &shared, self.state_writer.as_ref())
                }
                None => {
                    changes.new.push(name);
                    let mut new = RunningTarget::new(target, &shared, &self.clock);
                    if let Some(writer) = &self.state_writer {
                        let latest = new.source.latest.clone();
                        new.source.latest = writer.gate_until_saved(&new.source.name, latest);
                    }
                    new
                }
            };
            self.list.push(running);
        }
        for removed in previous {
            removed.abort();
            if let Some(writer) = &self.state_writer {
                writer.remove(&removed.source.name);
            }
            changes.gone.push(removed.source.name.to_string());
        }
        let sources = self.list.iter().map(|target| target.source.clone()).collect();
        let settings = exposition_settings(
            config.metrics,
            &self.reloads,
            self.state_file_stats.as_ref(),
            sharing,
        );
        self.exposition.replace(sources, settings);
        // After the targets: a page that is rendered in between shows an old wallboard of them.
        // Unchanged ones are not replaced: that would end all streams.
        let is_new = **self.wallboards.borrow() != *config.wallboards;
        if is_new {
            self.wallboards.send_replace(config.wallboards.into());
        }
        // The writer holds the lock and the open file from the start.
        if config.state_file != self.state_file {
            tracing::warn!("state_file: another file is used after a restart only");
        }
        self.start();
        self.record_reload(true);
        let summary = changes.summary();
        tracing::info!(changes = %summary, "the configuration was reloaded");
        summary
    }

    fn record_reload(&self, successful: bool) {
        self.reloads.successful.set(Some(f64::from(u8::from(successful))));
        if successful {
            self.reloads.last_success.set(Some(unix_seconds(self.clock.now().wall)));
        }
    }
}

impl RunningTarget {
    fn new(target: Target, shared: &SharedSettings, clock: &Clock) -> Self {
        let SharedSettings { poll, tally, edges } = shared.clone();
        let factory = PollerFactory::new(target, poll, tally, edges, clock.clone());
        let Target { name, goals, .. } = factory.target.clone();
        let source = Source { name, stats: factory.stats.clone(), latest: factory.latest(), goals };
        Self { factory, source, task: None }
    }

    /// Ends the poller and takes over the new settings; the next start uses them. Its stats
    /// continue.
    fn reconfigure(
        mut self,
        target: Target,
        shared: &SharedSettings,
        writer: Option<&StateWriterHandle>,
    ) -> Self {
        self.abort();
        self.task = None;
        self.source.goals = target.goals.clone();
        let tally = shared.tally_settings(&target);
        // Agents who may no longer be shown must be gone before the reload is answered.
        if !tally.has_same_visibility(&self.factory.tally) {
            self.hide_until_next_step(writer);
        }
        self.factory.tally = tally;
        self.factory.poll = shared.poll;
        self.factory.target = target;
        self
    }

    /// Shows nothing of the target until its next step.
    // By a new channel: a step in progress could still publish into the old one after it was
    // cleared.
    fn hide_until_next_step(&mut self, writer: Option<&StateWriterHandle>) {
        self.factory.replace_channel();
        let latest = self.factory.latest();
        self.source.latest = match writer {
            Some(writer) => writer.gate_until_saved(&self.source.name, latest),
            None => latest,
        };
    }

    fn abort(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl PollerFactory {
    /// Makes the next pollers publish into a new, empty channel. The counters continue.
    fn replace_channel(&mut self) {
        let saved = self.publish.borrow().as_ref().and_then(|latest| latest.totals.saved.clone());
        self.restored = saved.or_else(|| self.restored.take());
        self.publish = watch::Sender::new(None);
    }

    /// Returns true if the target is polled and counted by these settings already; secrets may
    /// differ.
    fn has_settings(&self, target: &Target, shared: &SharedSettings) -> bool {
        self.target == *target
            && self.poll == shared.poll
            && self.tally == shared.tally_settings(target)
    }
}

impl SharedSettings {
    fn new(config: &Config, saves: bool) -> Self {
        Self {
            poll: config.poll,
            tally: tally::Settings { saves, ..config.tally.clone() },
            edges: Edges::with(&Goals::edges(config.targets.iter().map(|target| &*target.goals))),
        }
    }

    fn tally_settings(&self, target: &Target) -> tally::Settings {
        tally_settings(target, self.tally.clone(), self.edges.clone())
    }
}

impl Changes {
    /// Returns the changes on one line: `new: a, b; changed: c; 3 unchanged`.
    fn summary(&self) -> String {
        let mut parts: Vec<String> =
            [("new", &self.new), ("changed", &self.changed), ("gone", &self.gone)]
                .into_iter()
                .filter(|(_, names)| !names.is_empty())
                .map(|(what, names)| format!("{what}: {}", names.join(", ")))
                .collect();
        if self.unchanged > 0 {
            parts.push(format!("{} unchanged", self.unchanged));
        }
        parts.join("; ")
    }
}

/// Completes `settings` with what is known once for the process.
fn exposition_settings(
    settings: metrics::Settings,
    reloads: &Arc<ReloadStats>,
    state_file: Option<&Arc<StateFileStats>>,
    sharing: Option<Sharing>,
) -> metrics::Settings {
    metrics::Settings {
        build: build_info(),
        reload: Some(reloads.clone()),
        state_file: state_file.cloned(),
        sharing,
        ..settings
    }
}

/// Configured targets, split into those of this shard and the others.
pub(super) struct ShardTargets {
    /// Targets that are read here.
    pub(super) local: Vec<Target>,
    /// Shard and names of the other targets, for 404 answers that name the right shard; `None`
    /// without `--shard`.
    pub(super) sharing: Option<Sharing>,
}

impl ShardTargets {
    /// Selects the targets of `shard`, or all without one.
    pub(super) fn select(targets: Vec<Target>, shard: Option<Shard>) -> Self {
        let Some(shard) = shard else { return Self { local: targets, sharing: None } };
        let (local, other_targets): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| shard.reads(&target.name));
        let names: Vec<&str> = local.iter().map(|target| &*target.name).collect();
        let (number, of) = (shard.number(), shard.count());
        // Not an error: with few targets the hash may leave a shard without one, and a reload may
        // bring one.
        if names.is_empty() {
            tracing::warn!(
                shard = number,
                of,
                "no configured target belongs to this shard; it waits for one"
            );
        } else {
            tracing::info!(shard = number, of, targets = names.join(", "), "targets of this shard");
        }
        let other_targets: Arc<[_]> = other_targets.into_iter().map(|target| target.name).collect();
        Self { local, sharing: Some(Sharing { shard, other_targets }) }
    }
}
