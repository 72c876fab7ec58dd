//! Binds and wires everything, and runs it until told to stop.
//!
//! A test can do all that the binary does through the same `build`.

mod fleet;
mod keeper;
mod once;
mod reloading;
mod restart;
mod service_manager;
mod share;
mod supervisor;

use std::{
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, bail};
use axum::Router;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, Interval, timeout_at},
};

use crate::{
    config::{Config, Target},
    http::{self, Landing, Readiness, Reload, Reply, Server},
    metrics::BuildInfo,
    model::Clock,
    poller::{self, Latest, Poller},
    shutdown::{self, Stop},
    stats::Stats,
    tally::{self, Edges, Published, Saved},
    telemetry::LogLevel,
    trio::Client,
};
use fleet::Fleet;
pub use keeper::Keeper;
pub use once::{Once, once};
pub use reloading::Load;
use service_manager::State;

/// How long answers that have begun, and the last save, may take once the program should stop.
const GRACE: Duration = Duration::from_secs(5);

/// The exporter, ready to run.
#[derive(Debug)]
pub struct App {
    server: Server,
    router: Router,
    draining: Arc<AtomicBool>,
    fleet: Fleet,
    keeper: Option<Keeper>,
    reload: Reload,
    reloads: mpsc::Receiver<Reply>,
    load: Option<Load>,
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
    /// Wires one target, whose waits are counted by `edges`; nothing is read yet.
    pub fn new(
        target: Target,
        poll: poller::Settings,
        tally: tally::Settings,
        edges: Edges,
        clock: Clock,
    ) -> Self {
        let tally = tally_of(&target, tally, edges);
        let (stats, publish) = (Arc::default(), watch::Sender::new(None));
        Self { target, poll, tally, clock, stats, carried: None, publish }
    }

    /// What its poller will publish.
    pub fn latest(&self) -> Latest {
        self.publish.subscribe()
    }

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
    /// Binds the addresses and wires everything; nothing runs yet. `web` may be a single address, which
    /// then serves plain HTTP to everybody.
    ///
    /// # Errors
    /// An address cannot be listened on, or another exporter uses the state file.
    pub async fn build(config: Config, web: impl Into<http::Settings>, clock: Clock) -> anyhow::Result<Self> {
        let web = web.into();
        let external = web.external.clone();
        let server = Server::bind(web).await?;
        let (fleet, keeper) = Fleet::of(config, &clock)?;
        let draining = Arc::<AtomicBool>::default();
        let readiness = Readiness::new(clock, draining.clone());
        let (reload, reloads) = Reload::channel();
        let router = http::router(fleet.exposition(), readiness, landing(), reload.clone(), external);
        Ok(Self { server, router, draining, fleet, keeper, reload, reloads, load: None })
    }

    /// The same app, which gets its configuration from `load` when it is asked to read it anew.
    pub fn reloading(mut self, load: Load) -> Self {
        self.load = Some(load);
        self
    }

    /// The same app, through whose pages the log level can be changed.
    pub fn with_log_level(mut self, level: LogLevel) -> Self {
        self.router = self.router.merge(http::log_level(level));
        self
    }

    /// The first of the addresses that are listened on.
    pub fn addr(&self) -> SocketAddr {
        self.server.addresses()[0]
    }

    /// What serves the pages.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Takes the app apart, for a test that drives the pollers step by step: the server and the
    /// pages to serve by it, the targets, and who stands between them if there is a state file.
    pub fn into_parts(self) -> (Server, Router, Vec<Wired>, Option<Keeper>) {
        (self.server, self.router, self.fleet.into_targets(), self.keeper)
    }

    /// Runs until `stop`, then answers what has begun.
    ///
    /// # Errors
    /// The web server failed, or every target has failed too often.
    pub async fn run(mut self, stop: Stop) -> anyhow::Result<()> {
        self.fleet.start();
        let (drained, drain) = shutdown::switch();
        let keeper = self.keeper.map(|keeper| tokio::spawn(keeper.run(drain.clone())));
        let web = self.server.reloader();
        let mut server = tokio::spawn(http::serve(self.server, self.router, drain.requested()));
        let _hangups = self.load.as_ref().map(|_| reloading::on_hangup(self.reload));
        let mut stopped = pin!(stop.requested());
        let mut heart = service_manager::heartbeat().map(tokio::time::interval);
        service_manager::tell(State::Ready);
        let failure = loop {
            tokio::select! {
                () = &mut stopped => break None,
                ended = &mut server => break Some(match ended {
                    Ok(Ok(())) => anyhow::anyhow!("the web server ended unasked"),
                    Ok(Err(error)) => anyhow::Error::new(error).context("the web server failed"),
                    Err(error) => anyhow::Error::new(error).context("the web server panicked"),
                }),
                failure = self.fleet.failed() => break Some(failure),
                () = beat(&mut heart) => service_manager::tell(State::Alive),
                Some(reply) = self.reloads.recv() => {
                    service_manager::tell(State::Reloading);
                    let reload = reloading::reload(self.load.as_ref(), &web, &mut self.fleet);
                    // A file on a disk that hangs must not keep the program from ending.
                    let reloaded = tokio::select! {
                        reloaded = reload => reloaded,
                        () = &mut stopped => break None,
                    };
                    service_manager::tell(State::Ready);
                    // Whoever asked may be gone by now.
                    let _ = reply.send(reloaded);
                }
            }
        };
        service_manager::tell(State::Stopping);
        self.draining.store(true, Ordering::Relaxed);
        self.fleet.stop().await;
        let _ = drained.send(true);
        let end = Instant::now() + GRACE;
        if let Some(keeper) = keeper {
            // What was published last is saved; a disk that hangs must not keep the program from ending.
            let _ = timeout_at(end, keeper).await;
        }
        if let Some(failure) = failure {
            bail!(failure);
        }
        match timeout_at(end, server).await {
            Ok(_) => tracing::info!("stopped"),
            Err(_) => tracing::warn!(?GRACE, "stopped with answers still under way"),
        }
        Ok(())
    }
}

/// Completes when the service manager should hear of the program again.
async fn beat(heart: &mut Option<Interval>) {
    match heart {
        Some(heart) => {
            heart.tick().await;
        }
        None => std::future::pending().await,
    }
}

/// What a target is counted by.
fn tally_of(target: &Target, tally: tally::Settings, edges: Edges) -> tally::Settings {
    tally::Settings { edges, goals: target.goals.clone(), time_zone: target.time_zone(), ..tally }
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
