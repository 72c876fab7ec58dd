//! Simulated Trios and the exporter that reads them, in this process and in simulated time: a clock
//! that only the test moves.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{net::TcpListener, sync::watch};
use trio_exporter::{
    app::{App, shutdown},
    cli::demo_config,
    config::Config,
    http,
    model::Clock,
    poller::Poller,
    sim::{self, Options, Simulator},
};

use crate::http::get;

/// Four minutes past eight of a Thursday, UTC.
const BEGINNING: Duration = Duration::from_secs(1_768_464_240);

/// The pages of the exporter, and the jobs that scrape them.
pub(crate) const SURFACES: [(&str, &str); 2] =
    [("/metrics", "trio"), ("/metrics/agents", "trio-agents")];

/// A Trio that is simulated here.
pub(crate) struct SimulatedTrio {
    pub(crate) simulator: Simulator,
    pub(crate) address: SocketAddr,
}

/// The Trios and the exporter, whose readings the test makes.
pub(crate) struct Simulation {
    pub(crate) clock: Clock,
    pub(crate) trios: Vec<SimulatedTrio>,
    pollers: Vec<Poller>,
    url: String,
    _stop: watch::Sender<bool>,
}

impl Simulation {
    /// Starts a Trio for each of `worlds`, and an exporter with one target for each, in the same
    /// order; `adjust` changes the configuration of each target before they are joined.
    pub(crate) async fn start(worlds: &[Options], adjust: impl Fn(usize, &mut Config)) -> Self {
        let clock = Clock::still(UNIX_EPOCH + BEGINNING);
        let (stop, stopped) = shutdown::switch();
        let mut trios = Vec::new();
        let mut joined: Option<Config> = None;
        for (number, options) in worlds.iter().enumerate() {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let address = listener.local_addr().expect("an address");
            let wall = clock.clone();
            let simulator = Simulator::new(options.clone(), Arc::new(move || wall.now().wall));
            tokio::spawn(sim::serve(listener, simulator.clone(), stopped.clone().requested()));
            let mut config = demo_config(options, address).expect("a configuration");
            adjust(number, &mut config);
            match &mut joined {
                None => joined = Some(config),
                Some(joined) => joined.targets.extend(config.targets),
            }
            trios.push(SimulatedTrio { simulator, address });
        }
        let listen = "127.0.0.1:0".parse().expect("an address");
        let config = joined.expect("a Trio");
        let app = App::build(config, &listen, clock.clone()).await.expect("a free port");
        let url = format!("http://{}", app.addr());
        let (server, router, targets, _) = app.into_parts();
        tokio::spawn(http::serve(server, router, stopped.requested()));
        let pollers = targets.iter().map(|wired| wired.poller().expect("a poller")).collect();
        Self { clock, trios, pollers, url, _stop: stop }
    }

    /// Lets the exporter read every target once.
    pub(crate) async fn step(&mut self) {
        futures_util::future::join_all(self.pollers.iter_mut().map(Poller::step)).await;
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        let now: SystemTime = self.clock.now().wall;
        now.duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
    }

    /// A page of the exporter.
    pub(crate) async fn page(&self, path: &str) -> String {
        get(&format!("{}{path}", self.url)).await.expect("a page of the exporter")
    }
}
