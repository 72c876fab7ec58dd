//! The targets that run, and what a configuration that was read anew changes of them.

use std::{path::PathBuf, sync::Arc};

use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
};

use super::{
    Wired, build_info,
    keeper::{self, Keeper, Link},
    share::Share,
    supervisor::Supervisor,
    tally_of,
};
use crate::{
    config::{Config, Target},
    metrics::{self, Exposition, Sharing, Source},
    model::{Clock, Goals, unix_seconds},
    poller,
    stats::{ReloadStats, StateFileStats},
    tally::{self, Edges},
};

/// All targets.
#[derive(Debug)]
pub(super) struct Fleet {
    members: Vec<Member>,
    exposition: Arc<Exposition>,
    clock: Clock,
    reloads: Arc<ReloadStats>,
    state_file: Option<PathBuf>,
    state_file_stats: Option<Arc<StateFileStats>>,
    keeper: Option<Link>,
    supervisor: Arc<Supervisor>,
    running: JoinSet<anyhow::Error>,
}

/// One target, and its poller once that runs.
#[derive(Debug)]
struct Member {
    wired: Wired,
    source: Source,
    task: Option<AbortHandle>,
}

/// What a target is polled and counted by, whatever it is called.
#[derive(Clone)]
struct Manner {
    poll: poller::Settings,
    tally: tally::Settings,
    edges: Edges,
}

/// What a configuration that was read anew changed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes {
    new: Vec<String>,
    changed: Vec<String>,
    gone: Vec<String>,
    unchanged: usize,
}

impl Fleet {
    /// The targets of `config`, none of which runs yet, and who saves what they count.
    ///
    /// # Errors
    /// Another exporter uses the state file.
    pub(super) fn of(config: Config, clock: &Clock) -> anyhow::Result<(Self, Option<Keeper>)> {
        let (mut keeper, state_file_stats) = keeper::of(config.state_file.as_deref(), clock)?;
        let manner = Manner::of(&config, keeper.is_some());
        let Share { here, sharing } = Share::of(config.targets, config.shard);
        let members: Vec<Member> = here
            .into_iter()
            .map(|target| {
                let mut member = Member::new(target, &manner, clock);
                if let Some(keeper) = &mut keeper {
                    member.wired.carried = keeper.carried(&member.wired.target.name);
                    let latest = member.source.latest.clone();
                    member.source.latest = keeper.stand_between(&member.source.name, latest);
                }
                member
            })
            .collect();
        let reloads = Arc::<ReloadStats>::default();
        let sources = members.iter().map(|member| member.source.clone()).collect();
        let settings = shown(config.metrics, &reloads, state_file_stats.as_ref(), sharing);
        let fleet = Self {
            supervisor: Arc::new(Supervisor::new(members.len())),
            members,
            exposition: Arc::new(Exposition::new(sources, settings, clock.clone())),
            clock: clock.clone(),
            reloads,
            state_file: config.state_file,
            state_file_stats,
            keeper: keeper.as_ref().map(Keeper::link),
            running: JoinSet::new(),
        };
        fleet.note(true);
        Ok((fleet, keeper))
    }

    pub(super) fn exposition(&self) -> Arc<Exposition> {
        self.exposition.clone()
    }

    /// The targets, for whoever drives their pollers.
    pub(super) fn into_targets(self) -> Vec<Wired> {
        self.members.into_iter().map(|member| member.wired).collect()
    }

    /// Starts the poller of every target that has none.
    pub(super) fn start(&mut self) {
        self.supervisor.watch_over(self.members.len());
        for member in self.members.iter_mut().filter(|member| member.task.is_none()) {
            let keep_running = self.supervisor.clone().keep_running(member.wired.clone());
            member.task = Some(self.running.spawn(keep_running));
        }
    }

    /// Ends every poller.
    pub(super) async fn stop(&mut self) {
        self.running.shutdown().await;
    }

    /// Completes when there is no point in going on.
    pub(super) async fn failed(&mut self) -> anyhow::Error {
        loop {
            match self.running.join_next().await {
                Some(Ok(error)) => return error,
                // A target that is no longer configured, or is configured anew.
                Some(Err(error)) if error.is_cancelled() => {}
                Some(Err(error)) => return anyhow::Error::new(error).context("a supervisor panicked"),
                None => std::future::pending().await,
            }
        }
    }

    /// Notes that the configuration could not be read; what runs goes on.
    pub(super) fn keeps(&self, mistakes: &str) {
        tracing::error!(%mistakes, "the configuration cannot be used; the one before stays");
        self.note(false);
    }

    /// Goes over to `config`. Targets of which nothing has changed keep their session, their counters and
    /// their cadence; new secrets are theirs from the next login on. Returns what changed, in words.
    pub(super) fn apply(&mut self, config: Config) -> String {
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let manner = Manner::of(&config, self.keeper.is_some());
        let mut before = std::mem::take(&mut self.members);
        let mut changes = Changes::default();
        let Share { here, sharing } = Share::of(config.targets, config.shard);
        for target in here {
            let name = target.name.to_string();
            let known = before.iter().position(|member| member.wired.target.name == target.name);
            let member = match known.map(|position| before.swap_remove(position)) {
                Some(member) if member.wired.is(&target, &manner) => {
                    member.wired.target.trio.adopt_secrets(&target.trio);
                    changes.unchanged += 1;
                    member
                }
                Some(member) => {
                    changes.changed.push(name);
                    member.anew(target, &manner, self.keeper.as_ref())
                }
                None => {
                    changes.new.push(name);
                    let mut member = Member::new(target, &manner, &self.clock);
                    if let Some(keeper) = &self.keeper {
                        let latest = member.source.latest.clone();
                        member.source.latest = keeper.stand_between(&member.source.name, latest);
                    }
                    member
                }
            };
            self.members.push(member);
        }
        for gone in before {
            gone.end();
            if let Some(keeper) = &self.keeper {
                keeper.forget(&gone.source.name);
            }
            changes.gone.push(gone.wired.target.name.to_string());
        }
        let sources = self.members.iter().map(|member| member.source.clone()).collect();
        let settings = shown(config.metrics, &self.reloads, self.state_file_stats.as_ref(), sharing);
        self.exposition.replace(sources, settings);
        if config.state_file != self.state_file {
            tracing::warn!("state_file: another file is used after a restart only");
        }
        self.start();
        self.note(true);
        let words = changes.in_words();
        tracing::info!(changes = %words, "the configuration was read anew");
        words
    }

    fn note(&self, well: bool) {
        self.reloads.successful.set(Some(f64::from(u8::from(well))));
        if well {
            self.reloads.last_success.set(Some(unix_seconds(self.clock.now().wall)));
        }
    }
}

impl Member {
    fn new(target: Target, manner: &Manner, clock: &Clock) -> Self {
        let Manner { poll, tally, edges } = manner.clone();
        let wired = Wired::new(target, poll, tally, edges, clock.clone());
        let Target { name, goals, .. } = wired.target.clone();
        let source = Source { name, stats: wired.stats.clone(), latest: wired.latest(), goals };
        Self { wired, source, task: None }
    }

    /// The same target as it is configured now: what it counts about itself goes on.
    fn anew(mut self, target: Target, manner: &Manner, keeper: Option<&Link>) -> Self {
        self.end();
        self.task = None;
        self.source.goals = target.goals.clone();
        let tally = manner.tally_of(&target);
        if !tally.shows_like(&self.wired.tally) {
            self.withhold(keeper);
        }
        self.wired.tally = tally;
        self.wired.poll = manner.poll;
        self.wired.target = target;
        self
    }

    /// Shows nothing of the target until its next step: what it published may hold what may no longer be
    /// shown. In a channel of its own, because a step that is under way may still publish.
    fn withhold(&mut self, keeper: Option<&Link>) {
        self.wired.begin_publishing_anew();
        let latest = self.wired.latest();
        self.source.latest = match keeper {
            Some(keeper) => keeper.stand_between(&self.source.name, latest),
            None => latest,
        };
    }

    fn end(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Wired {
    /// Publishes to others from now on; counters that are saved go on.
    fn begin_publishing_anew(&mut self) {
        let saved = self.publish.borrow().as_ref().and_then(|latest| latest.totals.saved.clone());
        self.carried = saved.or_else(|| self.carried.take());
        self.publish = watch::Sender::new(None);
    }

    /// Whether the target is polled and counted like this already; secrets may differ.
    fn is(&self, target: &Target, manner: &Manner) -> bool {
        self.target == *target && self.poll == manner.poll && self.tally == manner.tally_of(target)
    }
}

impl Manner {
    fn of(config: &Config, saves: bool) -> Self {
        Self {
            poll: config.poll,
            tally: tally::Settings { saves, ..config.tally.clone() },
            edges: Edges::with(&Goals::edges(config.targets.iter().map(|target| &*target.goals))),
        }
    }

    fn tally_of(&self, target: &Target) -> tally::Settings {
        tally_of(target, self.tally.clone(), self.edges.clone())
    }
}

impl Changes {
    fn in_words(&self) -> String {
        let mut parts: Vec<String> = [("new", &self.new), ("changed", &self.changed), ("gone", &self.gone)]
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

fn shown(
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
