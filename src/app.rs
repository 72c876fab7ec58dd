//! Binds and wires everything, and runs it until told to stop.
//!
//! A test can do all that the binary does through the same `build`.

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
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};

use crate::{
    config::{Config, Target},
    http::{self, Landing, ListenAddress, Readiness},
    metrics::{self, BuildInfo, Exposition, Source},
    model::Clock,
    poller::{self, Latest, Poller},
    shutdown::{self, Stop},
    stats::Stats,
    tally::{self, Edges, Published},
    trio::Client,
};
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
}

/// What the poller of one target is made of, again after each panic.
#[derive(Clone, Debug)]
pub struct Wired {
    target: Target,
    poll: poller::Settings,
    tally: tally::Settings,
    clock: Clock,
    stats: Arc<Stats>,
    publish: watch::Sender<Option<Arc<Published>>>,
}

impl Wired {
    /// Wires one target; nothing is read yet.
    pub fn new(target: Target, poll: poller::Settings, tally: tally::Settings, clock: Clock) -> Self {
        let tally = tally::Settings {
            edges: Edges::with(&target.goals.edges()),
            goals: target.goals.clone(),
            time_zone: target.time_zone(),
            ..tally
        };
        Self { target, poll, tally, clock, stats: Arc::default(), publish: watch::Sender::new(None) }
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
        Ok(poller.selecting(contact_centers).with_goals(goals))
    }
}

impl App {
    /// Binds the address and wires everything; nothing runs yet.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn build(config: Config, listen: &ListenAddress, clock: Clock) -> anyhow::Result<Self> {
        let listener = listen.bind().await.with_context(|| {
            format!("--web.listen-address: cannot listen on {listen}; stop what listens there, or choose another address")
        })?;
        let addr = listener.local_addr().context("the listener has no address")?;
        let mut sources = Vec::new();
        let mut targets = Vec::new();
        for target in config.targets {
            let (name, goals) = (target.name.clone(), target.goals.clone());
            let wired = Wired::new(target, config.poll, config.tally.clone(), clock.clone());
            sources.push(Source { name, stats: wired.stats.clone(), latest: wired.latest(), goals });
            targets.push(wired);
        }
        let settings = metrics::Settings { build: build_info(), ..config.metrics };
        let exposition = Arc::new(Exposition::new(sources, settings, clock.clone()));
        let draining = Arc::<AtomicBool>::default();
        let readiness = Readiness::new(clock, draining.clone());
        let router = http::router(exposition, readiness, landing());
        Ok(Self { listener, addr, router, draining, targets })
    }

    /// The address that is listened on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Takes the app apart, for a test that drives the pollers step by step: the listener and the
    /// pages to serve on it, and the targets.
    pub fn into_parts(self) -> (TcpListener, Router, Vec<Wired>) {
        (self.listener, self.router, self.targets)
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
        pollers.abort_all();
        if let Some(failure) = failure {
            bail!(failure);
        }
        let _ = drained.send(true);
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
