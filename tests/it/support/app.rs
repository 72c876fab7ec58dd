//! The exporter on a free port. Nothing polls by itself; time passes when the test says so.

use std::time::{Duration, SystemTime};

use trio_exporter::{
    app::{App, PollerFactory, StateWriter, shutdown},
    config::{Config, Target},
    http,
    metrics::{self, Identity},
    model::Clock,
    poller::{self, Poller},
    tally,
    trio::{self, Dictionary},
};

use super::Samples;

/// The exporter under test.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) pollers: Vec<Poller>,
    targets: Vec<PollerFactory>,
    state_writer: Option<StateWriter>,
    _stop: tokio::sync::watch::Sender<bool>,
}

/// A target at `server` with the credentials that the tests' Trios know.
pub(crate) fn target(server: &str) -> Target {
    let [client_key, username, password] =
        ["Y2xpZW50LWtleQ==", "exporter", "lösenord"].map(|text| text.to_owned().into());
    let servers = vec![server.parse().expect("a URL")];
    let mut trio = trio::Settings::new(servers, client_key, username, password);
    trio.limits.request = Duration::from_secs(2);
    Target::new("test", trio, Dictionary::builtin().expect("valid"))
}

/// A configuration of one target that shows agents as `identity` says.
pub(crate) fn config(target: Target, identity: Identity) -> Config {
    let metrics = metrics::Settings {
        identity,
        encoding_max_age: Duration::ZERO,
        ..metrics::Settings::default()
    };
    Config {
        targets: vec![target],
        poll: poller::Settings::default(),
        tally: tally::Settings::default(),
        metrics,
        state_file: None,
        shard: None,
        wallboards: Vec::new(),
        warnings: Vec::new(),
    }
}

/// A clock that shows 2026-01-15T08:00:00Z until a test advances it.
pub(crate) fn still_clock() -> Clock {
    Clock::still(SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_464_000))
}

impl TestApp {
    /// An exporter of one target.
    pub(crate) async fn for_target(target: Target) -> Self {
        Self::with_identity(target, Identity::Name).await
    }

    /// An exporter of one target that shows agents as `identity` says.
    pub(crate) async fn with_identity(target: Target, identity: Identity) -> Self {
        Self::start(config(target, identity)).await
    }

    /// An exporter as configured, on a Thursday morning.
    pub(crate) async fn start(config: Config) -> Self {
        Self::start_at(config, still_clock()).await
    }

    /// An exporter as configured, by a clock that others share.
    pub(crate) async fn start_at(config: Config, clock: Clock) -> Self {
        let listen = "127.0.0.1:0".parse().expect("an address");
        let app = App::build(config, &listen, clock.clone()).await.expect("a free port");
        let url = format!("http://{}", app.addr());
        let (listener, router, targets, state_writer) = app.into_parts();
        let (stop, stopped) = shutdown::switch();
        tokio::spawn(http::serve(listener, router, stopped.requested()));
        let pollers = targets.iter().map(|factory| factory.poller().expect("a poller")).collect();
        Self { url, clock, pollers, targets, state_writer, _stop: stop }
    }

    /// One step of every poller.
    pub(crate) async fn step(&mut self) {
        for poller in &mut self.pollers {
            poller.step().await;
        }
        self.keep().await;
    }

    /// Starts the poller of the first target, as in a running exporter. It ends with the task.
    pub(crate) fn run_first(&mut self) -> tokio_util::task::AbortOnDropHandle<()> {
        tokio_util::task::AbortOnDropHandle::new(tokio::spawn(self.pollers.remove(0).run()))
    }

    /// Publications of the poller of the first target.
    pub(crate) fn first_latest(&self) -> poller::Latest {
        self.targets[0].latest()
    }

    /// One step of every poller, all at the same time, as when they run.
    pub(crate) async fn step_together(&mut self) {
        futures_util::future::join_all(self.pollers.iter_mut().map(Poller::step)).await;
        self.keep().await;
    }

    /// Makes the pollers again, as after a panic.
    pub(crate) fn restart_pollers(&mut self) {
        self.pollers =
            self.targets.iter().map(|factory| factory.poller().expect("a poller")).collect();
    }

    /// Saves and shows what was published, if there is a state file.
    async fn keep(&mut self) {
        if let Some(state_writer) = &mut self.state_writer {
            state_writer.save_and_publish().await;
        }
    }

    /// Lets `secs` seconds pass, then steps.
    pub(crate) async fn step_after(&mut self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
        self.step().await;
    }

    /// The body of a page.
    pub(crate) async fn get(&self, path: &str) -> String {
        let client = reqwest_client();
        let answer = client.get(format!("{}{path}", self.url)).send().await.expect("an answer");
        answer.text().await.expect("a body")
    }

    /// Samples of `/metrics`.
    pub(crate) async fn metrics(&self) -> Samples {
        Samples::parse(&self.get("/metrics").await)
    }

    /// Samples of `/metrics/agents`.
    pub(crate) async fn agents(&self) -> Samples {
        Samples::parse(&self.get("/metrics/agents").await)
    }
}

/// A client for tests; the program's own is not reachable from outside.
#[allow(clippy::disallowed_methods, reason = "no credentials are sent")]
pub(crate) fn reqwest_client() -> reqwest::Client {
    // An error means that the program has installed the provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}
