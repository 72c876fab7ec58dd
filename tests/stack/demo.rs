//! The demo in simulated time: its exporter reads its Trio every five seconds of a clock that the
//! test moves, and what it serves is kept as Prometheus would have scraped it, from two exporters
//! that read the same.

use std::time::Duration;

use trio_exporter::sim::Options;

use crate::{
    prometheus::Prometheus,
    scrapes::Scrapes,
    simulation::{SURFACES, Simulation},
};

/// Interval of the exporter's readings.
const READING: Duration = Duration::from_secs(5);
/// Number of readings from scrape to scrape.
const READINGS_PER_SCRAPE: u32 = 6;
/// From scrape to scrape.
pub(crate) const SCRAPE: u64 = READING.as_secs() * READINGS_PER_SCRAPE as u64;
/// Two exporters on one Trio: a careless sum counts everything twice.
const INSTANCES: [&str; 2] = ["one:10427", "two:10427"];

/// An alert as our rules make it of the demo in a bad minute.
const ALERT: &str = concat!(
    r#"ALERTS{alertname="TrioLongWait",alertstate="firing",severity="warning",audience="supervisor",job="trio","#,
    r#"instance="one:10427",target="demo",contact_center="1",service_id="101",service_name="Kundtjänst"}"#
);

/// The demo, and what has been scraped of it.
pub(crate) struct Demo {
    pub(crate) simulation: Simulation,
    scraped: Scrapes,
}

impl Demo {
    /// Starts the demo; `log` keeps every stay of a case.
    pub(crate) async fn start(log: bool) -> Self {
        let options = Options { segment_log: log, ..Options::default() };
        let simulation = Simulation::start(&[options], |_, _| ()).await;
        let mut demo = Self { simulation, scraped: Scrapes::default() };
        demo.simulation.step().await;
        demo.scrape().await;
        demo
    }

    /// Lets `minutes` pass.
    pub(crate) async fn run(&mut self, minutes: u64) {
        for _ in 0..minutes * 60 / SCRAPE {
            for _ in 0..READINGS_PER_SCRAPE {
                self.simulation.clock.advance(READING);
                self.simulation.step().await;
            }
            self.scrape().await;
        }
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.simulation.now()
    }

    async fn scrape(&mut self) {
        let now = self.now();
        for (path, job) in SURFACES {
            let page = self.simulation.page(path).await;
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
