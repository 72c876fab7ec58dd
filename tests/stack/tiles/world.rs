//! Two Trios with three contact centres, the exporter that reads both, in simulated time, and its
//! scrapes.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use reqwest::Method;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};
use trio_exporter::{
    app::{App, shutdown},
    cli::demo_config,
    http,
    model::Clock,
    poller::Poller,
    sim::{self, Dialect, Options, Simulator},
    trio::Dictionary,
};

use crate::{
    http::{get, send_json},
    scrapes::Scrapes,
};

/// From scrape to scrape, in seconds.
pub(super) const SCRAPE: u64 = 30;
/// Interval of the exporter's readings: longer than the default, for speed, and below every limit
/// of age.
const READING: Duration = Duration::from_secs(SCRAPE);
/// Four minutes past eight of a Thursday, UTC.
const BEGINNING: Duration = Duration::from_secs(1_768_464_240);
/// So many times the usual number of cases: few enough for free agents, enough for a service level,
/// which needs 30 cases that came to an end.
const ARRIVALS: f64 = 0.6;

pub(super) const INSTANCE: &str = "trio-exporter:10427";
/// The targets, with the number of their contact centres, services and agents.
pub(super) const TARGETS: [(&str, usize, usize, usize); 2] =
    [("north", 2, 6, 30), ("south", 1, 3, 15)];
/// The surfaces, and the jobs that scrape them.
const SURFACES: [(&str, &str); 2] = [("/metrics", "trio"), ("/metrics/agents", "trio-agents")];

/// The two Trios and the exporter.
pub(super) struct World {
    clock: Clock,
    pollers: Vec<Poller>,
    url: String,
    trios: Vec<String>,
    scrapes: Scrapes,
    /// The Trios say that they are real.
    is_real: bool,
    _stop: watch::Sender<bool>,
}

/// Words of the Trios, and the exporter's knowledge of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// All are known.
    Known,
    /// The word for agents who are busy is not.
    BusyUnknown,
}

impl Words {
    fn dialect(self) -> Dialect {
        match self {
            Self::Known => Dialect::English,
            // Of these words the built-in dictionary knows none.
            Self::BusyUnknown => Dialect::Foreign,
        }
    }

    fn dictionary(self) -> Dictionary {
        let file = self.dialect().fields_file();
        let file = match self {
            Self::Known => file,
            Self::BusyUnknown => {
                let without = file.replace(r#", "5": busy"#, "");
                assert_ne!(file, without, "the word for busy has changed");
                without
            }
        };
        Dictionary::with_user_file("fields.yml", &file).expect("a valid file")
    }
}

impl World {
    /// A busy morning that begins at 08:04 UTC.
    pub(super) async fn start(words: Words, is_real: bool) -> Self {
        let clock = Clock::still(UNIX_EPOCH + BEGINNING);
        let (stop, stopped) = shutdown::switch();
        let mut configs = Vec::new();
        let mut trios = Vec::new();
        for (seed, (name, contact_centers, services, agents)) in (11..).zip(TARGETS) {
            let dialect = words.dialect();
            let options =
                Options { seed, contact_centers, services, agents, dialect, ..Options::default() };
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let trio = listener.local_addr().expect("an address");
            let wall = clock.clone();
            let simulator = Simulator::new(options.clone(), Arc::new(move || wall.now().wall));
            tokio::spawn(sim::serve(listener, simulator, stopped.clone().requested()));
            let mut config = demo_config(&options, trio).expect("a configuration");
            config.targets[0].name = name.into();
            config.targets[0].dictionary = Arc::new(words.dictionary());
            config.poll.state = READING;
            configs.push(config);
            trios.push(format!("http://{trio}"));
        }
        let others: Vec<_> = configs.drain(1..).flat_map(|config| config.targets).collect();
        let mut config = configs.pop().expect("the first");
        config.targets.extend(others);
        let listen = "127.0.0.1:0".parse().expect("an address");
        let app = App::build(config, &listen, clock.clone()).await.expect("a free port");
        let url = format!("http://{}", app.addr());
        let (server, router, targets, _) = app.into_parts();
        tokio::spawn(http::serve(server, router, stopped.requested()));
        let pollers = targets.iter().map(|wired| wired.poller().expect("a poller")).collect();
        let scrapes = Scrapes::default();
        let mut world = Self { clock, pollers, url, trios, scrapes, is_real, _stop: stop };
        for trio in 0..world.trios.len() {
            world.control(trio, "arrivals", &json!({"factor": ARRIVALS})).await;
        }
        world.step().await;
        world.scrape().await;
        world
    }

    async fn control(&self, trio: usize, what: &str, order: &serde_json::Value) {
        let url = format!("{}/sim/control/{what}", self.trios[trio]);
        send_json(Method::POST, &url, None, order).await.expect("the order is carried out");
    }

    /// Lets one of the Trios refuse every request.
    pub(super) async fn lose(&self, trio: usize) {
        self.control(trio, "answering", &json!({"answering": false})).await;
    }

    async fn step(&mut self) {
        futures_util::future::join_all(self.pollers.iter_mut().map(Poller::step)).await;
    }

    /// Lets `minutes` pass with scrapes.
    pub(super) async fn run(&mut self, minutes: u64) {
        for _ in 0..minutes * 60 / SCRAPE {
            self.clock.advance(READING);
            self.step().await;
            self.scrape().await;
        }
    }

    /// Lets `minutes` pass in which Prometheus does not reach the exporter.
    pub(super) fn run_unreached(&mut self, minutes: u64) {
        for _ in 0..minutes * 60 / SCRAPE {
            self.clock.advance(Duration::from_secs(SCRAPE));
            let now = self.now();
            for (_, job) in SURFACES {
                self.scrapes.add(&format!(r#"up{{job="{job}",instance="{INSTANCE}"}}"#), 0.0, now);
            }
        }
    }

    /// Seconds since 1970.
    pub(super) fn now(&self) -> u64 {
        let now: SystemTime = self.clock.now().wall;
        now.duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
    }

    /// Everything that has been scraped.
    pub(super) fn scrapes(&self) -> Scrapes {
        self.scrapes.clone()
    }

    /// The page `/metrics`, with what the tests change in it.
    pub(super) async fn page(&self) -> String {
        self.read("/metrics").await
    }

    async fn read(&self, path: &str) -> String {
        let page = get(&format!("{}{path}", self.url)).await.expect("a page of the exporter");
        let is_simulated = |line: &str| self.is_real && line.starts_with("trio_simulated{");
        let lines = page.lines().map(|line| match line.rsplit_once(' ') {
            Some((series, _)) if is_simulated(line) => format!("{series} 0\n"),
            _ => format!("{line}\n"),
        });
        lines.collect()
    }

    async fn scrape(&mut self) {
        let now = self.now();
        for (path, job) in SURFACES {
            let page = self.read(path).await;
            self.scrapes.add_page(&page, job, &[INSTANCE], now);
        }
    }
}
