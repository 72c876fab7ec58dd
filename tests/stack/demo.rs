//! The demo in simulated time: its exporter reads its Trio every five seconds of a clock that the
//! test moves, and what it serves is kept as Prometheus would have scraped it, from two exporters
//! that read the same.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{net::TcpListener, sync::watch};
use trio_exporter::{
    app::{App, shutdown},
    cli::demo_config,
    http,
    model::Clock,
    poller::Poller,
    sim::{self, Options, Simulator},
};

use crate::{http::get, prometheus::Prometheus, scrapes::Scrapes};

/// Interval of the exporter's readings.
const READING: Duration = Duration::from_secs(5);
/// Number of readings from scrape to scrape.
const READINGS_PER_SCRAPE: u32 = 6;
/// From scrape to scrape.
pub(crate) const SCRAPE: u64 = READING.as_secs() * READINGS_PER_SCRAPE as u64;
/// Two exporters on one Trio: a careless sum counts everything twice.
const INSTANCES: [&str; 2] = ["one:10427", "two:10427"];
/// The pages, and the jobs that scrape them.
const SURFACES: [(&str, &str); 2] = [("/metrics", "trio"), ("/metrics/agents", "trio-agents")];

/// An alert as our rules make it of the demo in a bad minute.
const ALERT: &str = concat!(
    r#"ALERTS{alertname="TrioLongWait",alertstate="firing",severity="warning",audience="supervisor",job="trio","#,
    r#"instance="one:10427",target="demo",contact_center="1",service_id="101",service_name="Kundtjänst"}"#
);

/// The demo, and what has been scraped of it.
pub(crate) struct Demo {
    pub(crate) simulator: Simulator,
    pub(crate) clock: Clock,
    pollers: Vec<Poller>,
    url: String,
    scraped: Scrapes,
    _stop: watch::Sender<bool>,
}

impl Demo {
    /// The demo from four minutes past eight of a Thursday on, UTC; `log` keeps every stay of a
    /// case.
    pub(crate) async fn start(log: bool) -> Self {
        let clock = Clock::still(UNIX_EPOCH + Duration::from_secs(1_768_464_240));
        let options = Options { segment_log: log, ..Options::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let trio = listener.local_addr().expect("an address");
        let wall = clock.clone();
        let simulator = Simulator::new(options.clone(), Arc::new(move || wall.now().wall));
        let (stop, stopped) = shutdown::switch();
        tokio::spawn(sim::serve(listener, simulator.clone(), stopped.clone().requested()));
        let config = demo_config(&options, trio).expect("a configuration");
        let listen = "127.0.0.1:0".parse().expect("an address");
        let app = App::build(config, &listen, clock.clone()).await.expect("a free port");
        let url = format!("http://{}", app.addr());
        let (server, router, targets, _) = app.into_parts();
        tokio::spawn(http::serve(server, router, stopped.requested()));
        let pollers = targets.iter().map(|wired| wired.poller().expect("a poller")).collect();
        let scraped = Scrapes::default();
        let mut demo = Self { simulator, clock, pollers, url, scraped, _stop: stop };
        demo.step().await;
        demo.scrape().await;
        demo
    }

    async fn step(&mut self) {
        for poller in &mut self.pollers {
            poller.step().await;
        }
    }

    /// Lets `minutes` pass.
    pub(crate) async fn run(&mut self, minutes: u64) {
        for _ in 0..minutes * 60 / SCRAPE {
            for _ in 0..READINGS_PER_SCRAPE {
                self.clock.advance(READING);
                self.step().await;
            }
            self.scrape().await;
        }
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        let now: SystemTime = self.clock.now().wall;
        now.duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
    }

    async fn scrape(&mut self) {
        let now = self.now();
        for (path, job) in SURFACES {
            let page = get(&format!("{}{path}", self.url)).await.expect("a page of the exporter");
            if job == "trio" {
                self.scraped.add(ALERT, 1.0, now);
            }
            self.scraped.add_page(&page, job, &INSTANCES, now);
        }
    }

    /// A Prometheus that has scraped all this, and the same so many seconds `earlier`.
    pub(crate) async fn replayed(&self, earlier: &[u64]) -> Prometheus {
        self.scraped.replayed(earlier).await
    }
}
