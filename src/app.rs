//! Assembly of the exporter: binds the sockets, builds pollers and pages, runs them until the stop.
//!
//! `main` and the tests use the same [`App::build`].

mod board_tokens;
mod once;
mod reloading;
mod service_manager;
pub mod shutdown;
mod state_writer;
mod supervisor;
mod targets;
pub mod telemetry;

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
    http::{self, Landing, Readiness, Reload, Reply, Server, WallSettings},
    metrics::BuildInfo,
    model::Clock,
    poller::{self, Latest, Poller},
    stats::Stats,
    tally::{self, Edges, Published, Saved},
    trio::Client,
};
pub use once::{OneReading, read_once};
pub use reloading::ConfigLoader;
use service_manager::State;
use shutdown::{Hangups, Stop};
pub use state_writer::StateWriter;
use targets::Targets;
use telemetry::LogLevel;

/// Longest time for the last save and for the answers in progress once the program should stop.
// One limit for both, and below the 20 s of TimeoutStopSec in the systemd unit and the 30 s of
// Kubernetes: after those the process is killed, and what the state file lacks is lost.
const GRACE: Duration = Duration::from_secs(5);

/// The exporter, ready to run.
#[derive(Debug)]
pub struct App {
    server: Server,
    router: Router,
    draining: Arc<AtomicBool>,
    targets: Targets,
    state_writer: Option<StateWriter>,
    reload: Reload,
    reloads: mpsc::Receiver<Reply>,
    loader: Option<ConfigLoader>,
    hangups: Option<Hangups>,
}

/// Builds the poller of one target, at the start and again after each panic.
#[derive(Clone, Debug)]
pub struct PollerFactory {
    target: Target,
    poll: poller::Settings,
    tally: tally::Settings,
    clock: Clock,
    stats: Arc<Stats>,
    /// Counters of an earlier process, from the state file.
    restored: Option<Arc<Saved>>,
    publish: watch::Sender<Option<Arc<Published>>>,
}

impl PollerFactory {
    /// Creates the factory of a target. `edges` are the bucket edges of its wait histograms.
    pub fn new(
        target: Target,
        poll: poller::Settings,
        tally: tally::Settings,
        edges: Edges,
        clock: Clock,
    ) -> Self {
        let tally = tally_settings(&target, tally, edges);
        let (stats, publish) = (Arc::default(), watch::Sender::new(None));
        Self { target, poll, tally, clock, stats, restored: None, publish }
    }

    /// Returns a receiver of what its pollers publish.
    pub fn latest(&self) -> Latest {
        self.publish.subscribe()
    }

    /// Builds a poller that continues the last known counters.
    ///
    /// # Errors
    /// The TLS configuration of the target or of this machine cannot be used.
    pub fn poller(&self) -> anyhow::Result<Poller> {
        let Target { name, trio, poll: limits, dictionary, goals, contact_centers, .. } =
            self.target.clone();
        let client = Client::new(trio, dictionary, self.stats.clone(), self.clock.clone())
            .with_context(|| format!("target {name}: no HTTP client can be made"))?;
        let poll = self.poll.within(limits);
        let (clock, stats, publish) =
            (self.clock.clone(), self.stats.clone(), self.publish.clone());
        let poller = Poller::new(name, client, poll, self.tally.clone(), clock, stats, publish);
        let poller = poller.selecting(contact_centers).with_goals(goals);
        // After a panic the counters continue from the last published step: a counter that falls
        // back to the state file or to 0 is a reset to Prometheus, and rate() would count the
        // difference twice.
        let latest = self.publish.borrow().as_ref().and_then(|latest| latest.totals.saved.clone());
        Ok(match latest.or_else(|| self.restored.clone()) {
            Some(saved) => poller.resuming(&saved),
            None => poller,
        })
    }
}

impl App {
    /// Binds the sockets and builds all parts; nothing runs yet. `web` may be a single address,
    /// which then serves plain HTTP without users.
    ///
    /// # Errors
    /// An address cannot be bound, or another exporter uses the state file.
    pub async fn build(
        config: Config,
        web: impl Into<http::Settings>,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let web = web.into();
        let external = web.external.clone();
        // First: a port that is in use ends a second exporter before it touches the state file.
        let server = Server::bind(web).await?;
        let (targets, state_writer) = Targets::build(config, &clock).await?;
        let draining = Arc::<AtomicBool>::default();
        let readiness = Readiness::new(clock, draining.clone());
        let (reload, reloads) = Reload::channel();
        let boards = targets.wallboards();
        let is_closed = boards.borrow().iter().any(|board| board.token.is_some());
        if is_closed && server.streams().is_some() && !server.has_users() {
            tracing::warn!(
                "a wallboard has a token, but /wall and all other pages need no user; name users in --web.config.file"
            );
        }
        let server = server.with_wallboards(boards.clone());
        let wall = server.streams().map(|streams| WallSettings { streams, boards });
        let router = http::router(
            targets.exposition(),
            readiness,
            landing(),
            reload.clone(),
            external,
            wall,
        );
        Ok(Self {
            server,
            router,
            draining,
            targets,
            state_writer,
            reload,
            reloads,
            loader: None,
            hangups: None,
        })
    }

    /// Sets the loader that reloads call, and registers for SIGHUP. Needs a Tokio runtime.
    pub fn with_config_loader(mut self, loader: ConfigLoader) -> Self {
        self.loader = Some(loader);
        // Before anything is reported as served: from then on a SIGHUP asks for a reload and must
        // not end the program.
        match Hangups::new() {
            Ok(hangups) => self.hangups = Some(hangups),
            Err(error) => {
                tracing::warn!(%error, "SIGHUP cannot be received; reload by POST /-/reload");
            }
        }
        self
    }

    /// Adds `/-/log-level`, which shows and changes `level`.
    pub fn with_log_level(mut self, level: LogLevel) -> Self {
        self.router = self.router.merge(http::log_level(level));
        self
    }

    /// Returns the first bound address.
    pub fn addr(&self) -> SocketAddr {
        self.server.addresses()[0]
    }

    /// Returns the server of the pages.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Takes the app apart, for tests that drive the pollers step by step: the server, its pages,
    /// the factories of the pollers, and the writer of the state file if there is one.
    pub fn into_parts(self) -> (Server, Router, Vec<PollerFactory>, Option<StateWriter>) {
        (self.server, self.router, self.targets.into_factories(), self.state_writer)
    }

    /// Runs until `stop`, then saves the counters and finishes the answers in progress.
    ///
    /// # Errors
    /// The web server failed, or all targets are paused after too many panics.
    pub async fn run(mut self, stop: Stop) -> anyhow::Result<()> {
        self.targets.start();
        let (drained, drain) = shutdown::switch();
        let state_writer = self.state_writer.map(|writer| tokio::spawn(writer.run(drain.clone())));
        let web = self.server.reloader();
        let _tokens =
            board_tokens::watch(self.targets.wallboards_sender(), self.server.check_interval());
        let mut server = tokio::spawn(http::serve(self.server, self.router, drain.requested()));
        // Without a loader SIGHUP keeps its default, which ends the program: the terminal of `demo`
        // was closed.
        let _hangups = self.hangups.map(|hangups| reloading::on_hangup(hangups, self.reload));
        let mut stopped = pin!(stop.requested());
        let mut watchdog = service_manager::watchdog_interval().map(tokio::time::interval);
        service_manager::notify(State::Ready);
        let failure = loop {
            tokio::select! {
                () = &mut stopped => break None,
                ended = &mut server => break Some(match ended {
                    Ok(Ok(())) => anyhow::anyhow!("the web server ended unexpectedly"),
                    Ok(Err(error)) => anyhow::Error::new(error).context("the web server failed"),
                    Err(error) => anyhow::Error::new(error).context("the web server panicked"),
                }),
                failure = self.targets.wait_for_failure() => break Some(failure),
                // From this loop, not from a task of its own: the watchdog must notice when the
                // loop hangs.
                () = next_ping(&mut watchdog) => service_manager::notify(State::Watchdog),
                Some(reply) = self.reloads.recv() => {
                    service_manager::notify(State::Reloading);
                    let reload = reloading::reload(self.loader.as_ref(), &web, &mut self.targets);
                    // The file may be on a disk that hangs, or be a pipe without a writer: the
                    // program must still end when it is asked to.
                    let reloaded = tokio::select! {
                        reloaded = reload => reloaded,
                        () = &mut stopped => break None,
                    };
                    service_manager::notify(State::Ready);
                    // The client may have disconnected meanwhile.
                    let _ = reply.send(reloaded);
                }
            }
        };
        service_manager::notify(State::Stopping);
        self.draining.store(true, Ordering::Relaxed);
        // Pollers end before the last save, so that the file contains everything they counted.
        self.targets.stop().await;
        let _ = drained.send(true);
        let end = Instant::now() + GRACE;
        if let Some(state_writer) = state_writer {
            // The last publication is saved; a disk that hangs must not keep the program from
            // ending.
            let _ = timeout_at(end, state_writer).await;
        }
        // After the save: a failure must not cost the counters, too.
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

/// Completes when the next watchdog ping is due; never without a watchdog.
async fn next_ping(watchdog: &mut Option<Interval>) {
    match watchdog {
        Some(watchdog) => {
            watchdog.tick().await;
        }
        None => std::future::pending().await,
    }
}

/// Completes `tally` with the settings that belong to the target: edges, goals, time zone.
fn tally_settings(target: &Target, tally: tally::Settings, edges: Edges) -> tally::Settings {
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
