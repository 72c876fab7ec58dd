//! Binds and wires everything, and runs it until told to stop.
//!
//! A test can do all that the binary does through the same `build`.

mod keeper;
mod restart;
mod supervisor;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, bail};
use axum::Router;
use jiff::tz::TimeZone;
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};

use crate::{
    config::{Config, Target},
    http::{self, Landing, ListenAddress, Readiness},
    metrics::{self, BuildInfo, Exposition, Source},
    model::{Clock, Goals},
    poller::{self, Poller},
    shutdown::{self, Stop},
    stats::Stats,
    tally::{self, Edges, Published, Saved},
    trio::Client,
};
pub use keeper::Keeper;
use supervisor::Supervisor;

/// How long answers that have begun may take once the program should stop.
const GRACE: Duration = Duration::from_secs(5);

/// The exporter, ready to run.
#[derive(Debug)]
pub struct App {
    listener: TcpListener,
    addr: SocketAddr,
    router: Router,
    draining: Arc<AtomicBool>,
    targets: Vec<Wired>,
    keeper: Option<Keeper>,
}

/// What the poller of one target is made of, again after each panic.
#[derive(Clone, Debug)]
pub struct Wired {
    target: Target,
    poll: poller::Settings,
    tally: tally::Settings,
    clock: Clock,
    stats: Arc<Stats>,
    /// What an earlier process had counted.
    carried: Option<Arc<Saved>>,
    publish: watch::Sender<Option<Arc<Published>>>,
}

impl Wired {
    /// A poller of the target.
    ///
    /// # Errors
    /// The TLS set-up of this machine cannot be used.
    pub fn poller(&self) -> anyhow::Result<Poller> {
        let Target { name, trio, dictionary, goals, contact_centers } = self.target.clone();
        let limits = trio.limits;
        let client = Client::new(trio, dictionary, self.stats.clone(), self.clock.clone())
            .with_context(|| format!("target {name}: no HTTP client can be made"))?;
        let poll = self.poll.within(&limits);
        let (clock, stats, publish) = (self.clock.clone(), self.stats.clone(), self.publish.clone());
        let poller = Poller::new(name, client, poll, self.tally.clone(), clock, stats, publish);
        let poller = poller.selecting(contact_centers).with_goals(goals);
        // After a panic the counters go on from the last step, not from the start of the process.
        let latest = self.publish.borrow().as_ref().and_then(|latest| latest.totals.saved.clone());
        Ok(match latest.or_else(|| self.carried.clone()) {
            Some(saved) => poller.resuming(&saved),
            None => poller,
        })
    }
}

impl App {
    /// Binds the address and wires everything; nothing runs yet.
    ///
    /// # Errors
    /// The address cannot be listened on, or another exporter uses the state file.
    pub async fn build(config: Config, listen: &ListenAddress, clock: Clock) -> anyhow::Result<Self> {
        let listener = listen.bind().await.with_context(|| {
            format!("--web.listen-address: cannot listen on {listen}; stop what listens there, or choose another address")
        })?;
        let addr = listener.local_addr().context("the listener has no address")?;
        let (mut keeper, state_file) = keeper::of(config.state_file.as_deref(), &clock)?;
        let edges = Edges::with(&Goals::edges(config.targets.iter().map(|target| &*target.goals)));
        let mut sources = Vec::new();
        let mut targets = Vec::new();
        for target in config.targets {
            let stats = Arc::<Stats>::default();
            let (publish, published) = watch::channel(None);
            let carried = keeper.as_ref().and_then(|keeper| keeper.carried(&target.name));
            let latest = match &mut keeper {
                Some(keeper) => keeper.stand_between(&target.name, published),
                None => published,
            };
            sources.push(Source {
                name: target.name.clone(),
                stats: stats.clone(),
                latest,
                goals: target.goals.clone(),
            });
            let (poll, tally, clock) = (config.poll, config.tally.clone(), clock.clone());
            let tally = tally::Settings {
                edges: edges.clone(),
                goals: target.goals.clone(),
                time_zone: target.trio.time_zone.clone().unwrap_or_else(TimeZone::system),
                saves: keeper.is_some(),
                ..tally
            };
            targets.push(Wired { target, poll, tally, clock, stats, carried, publish });
        }
        let settings = metrics::Settings { build: build_info(), state_file, ..config.metrics };
        let exposition = Arc::new(Exposition::new(sources, settings, clock.clone()));
        let draining = Arc::<AtomicBool>::default();
        let readiness = Readiness::new(clock, draining.clone());
        let router = http::router(exposition, readiness, landing());
        Ok(Self { listener, addr, router, draining, targets, keeper })
    }

    /// The address that is listened on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Takes the app apart, for a test that drives the pollers step by step: the listener and the
    /// pages to serve on it, the targets, and who stands between them if there is a state file.
    pub fn into_parts(self) -> (TcpListener, Router, Vec<Wired>, Option<Keeper>) {
        (self.listener, self.router, self.targets, self.keeper)
    }

    /// Runs until `stop`, then answers what has begun.
    ///
    /// # Errors
    /// The web server failed, or every target has failed too often.
    pub async fn run(self, stop: Stop) -> anyhow::Result<()> {
        let supervisor = Arc::new(Supervisor::new(self.targets.len()));
        let mut pollers = JoinSet::new();
        for wired in self.targets {
            pollers.spawn(supervisor.clone().keep_running(wired));
        }
        let (drained, drain) = shutdown::switch();
        let keeper = self.keeper.map(|keeper| tokio::spawn(keeper.run(drain.clone())));
        let mut server = tokio::spawn(http::serve(self.listener, self.router, drain.requested()));
        let failure = tokio::select! {
            () = stop.requested() => None,
            ended = &mut server => Some(match ended {
                Ok(Ok(())) => anyhow::anyhow!("the web server ended unasked"),
                Ok(Err(error)) => anyhow::Error::new(error).context("the web server failed"),
                Err(error) => anyhow::Error::new(error).context("the web server panicked"),
            }),
            Some(ended) = pollers.join_next() => Some(match ended {
                Ok(error) => error,
                Err(error) => anyhow::Error::new(error).context("a supervisor panicked"),
            }),
        };
        self.draining.store(true, Ordering::Relaxed);
        pollers.shutdown().await;
        let _ = drained.send(true);
        if let Some(keeper) = keeper {
            // What was published last is saved; a disk that hangs must not keep the program from ending.
            let _ = timeout(GRACE, keeper).await;
        }
        if let Some(failure) = failure {
            bail!(failure);
        }
        match timeout(GRACE, server).await {
            Ok(_) => tracing::info!("stopped"),
            Err(_) => tracing::warn!(?GRACE, "stopped with answers still under way"),
        }
        Ok(())
    }
}

fn landing() -> Landing {
    Landing {
        name: env!("CARGO_PKG_NAME").to_owned(),
        description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn build_info() -> BuildInfo {
    BuildInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision: env!("BUILD_REVISION").to_owned(),
        rustc_version: env!("BUILD_RUSTC").to_owned(),
    }
}
