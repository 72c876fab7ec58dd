//! Two Trios with three contact centres, the exporter that reads both, in simulated time, and its
//! scrapes.

use std::{sync::Arc, time::Duration};

use reqwest::Method;
use serde_json::json;
use trio_exporter::{
    config::Config,
    sim::{Dialect, Options},
    trio::Dictionary,
};

use crate::{
    http::send_json,
    scrapes::Scrapes,
    simulation::{SURFACES, Simulation},
};

/// From scrape to scrape, in seconds.
pub(super) const SCRAPE: u64 = 30;
/// Interval of the exporter's readings: longer than the default, for speed, and below every limit
/// of age and the wait target of calls, above which no service level can be measured.
const READING: Duration = Duration::from_secs(SCRAPE / READINGS);
/// Readings for each scrape.
const READINGS: u64 = 2;
/// So many times the usual number of cases: few enough for free agents, enough for a service level,
/// which needs 30 cases that came to an end.
const ARRIVALS: f64 = 0.6;

pub(super) const INSTANCE: &str = "trio-exporter:10427";
/// The targets, with the number of their contact centres, services and agents.
pub(super) const TARGETS: [(&str, usize, usize, usize); 2] =
    [("north", 2, 6, 30), ("south", 1, 3, 15)];

/// The two Trios and the exporter.
pub(super) struct World {
    simulation: Simulation,
    scrapes: Scrapes,
    /// The Trios say that they are real.
    is_real: bool,
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
        let dialect = words.dialect();
        let worlds = (11..).zip(TARGETS).map(|(seed, (_, contact_centers, services, agents))| {
            Options { seed, contact_centers, services, agents, dialect, ..Options::default() }
        });
        let adjust = |number: usize, config: &mut Config| {
            config.targets[0].name = TARGETS[number].0.into();
            config.targets[0].dictionary = Arc::new(words.dictionary());
            config.poll.state = READING;
        };
        let simulation = Simulation::start(&worlds.collect::<Vec<_>>(), adjust).await;
        let mut world = Self { simulation, scrapes: Scrapes::default(), is_real };
        for trio in 0..TARGETS.len() {
            world.control(trio, "arrivals", &json!({"factor": ARRIVALS})).await;
        }
        world.simulation.step().await;
        world.scrape().await;
        world
    }

    async fn control(&self, trio: usize, what: &str, order: &serde_json::Value) {
        let trio = self.simulation.trios[trio].address;
        let url = format!("http://{trio}/sim/control/{what}");
        send_json(Method::POST, &url, None, order).await.expect("the order is carried out");
    }

    /// Lets one of the Trios refuse every request.
    pub(super) async fn lose(&self, trio: usize) {
        self.control(trio, "answering", &json!({"answering": false})).await;
    }

    /// Lets `minutes` pass with scrapes.
    pub(super) async fn run(&mut self, minutes: u64) {
        for _ in 0..minutes * 60 / SCRAPE {
            for _ in 0..READINGS {
                self.simulation.clock.advance(READING);
                self.simulation.step().await;
            }
            self.scrape().await;
        }
    }

    /// Lets `minutes` pass in which Prometheus does not reach the exporter.
    pub(super) fn run_unreached(&mut self, minutes: u64) {
        for _ in 0..minutes * 60 / SCRAPE {
            self.simulation.clock.advance(Duration::from_secs(SCRAPE));
            let now = self.now();
            for (_, job) in SURFACES {
                self.scrapes.add(&format!(r#"up{{job="{job}",instance="{INSTANCE}"}}"#), 0.0, now);
            }
        }
    }

    /// Seconds since 1970.
    pub(super) fn now(&self) -> u64 {
        self.simulation.now()
    }

    /// Everything that has been scraped.
    pub(super) fn scrapes(&self) -> Scrapes {
        self.scrapes.clone()
    }

    /// Both pages, with what the tests change in them.
    pub(super) async fn pages(&self) -> String {
        let mut pages = String::new();
        for (path, _) in SURFACES {
            pages += &self.read(path).await;
        }
        pages
    }

    async fn read(&self, path: &str) -> String {
        let page = self.simulation.page(path).await;
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
