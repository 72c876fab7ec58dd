//! `trace`: what it tells is what is counted, and it names nobody.

use std::{collections::HashMap, time::Duration};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{
    app::Wired,
    config::Target,
    model::{Clock, Text},
    poller, sim,
    sim::{Dialect, Options, Scenario},
    tally::{self, FlowTotals},
    trace::{Counts, Failure, Line, Settings, Tokens, Trace, Tracer},
};
use wiremock::ResponseTemplate;

use crate::support::{HandWritten, Simulated, still_clock, target};

/// A trace beside the place where its poller publishes.
struct Traced {
    trace: Trace,
    latest: poller::Latest,
    clock: Clock,
    lines: Vec<Line>,
}

impl Traced {
    fn of(target: Target, clock: Clock, services: &[&str], waits: bool) -> Self {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let settings = Settings {
            contact_centers: Vec::new(),
            services: services.iter().map(|service| Text::from(*service)).collect(),
            waits_for_services: waits,
            time_zone: zone,
        };
        let tally = tally::Settings { tells_events: true, ..tally::Settings::default() };
        let wired = Wired::new(target, poller::Settings::default(), tally, clock.clone());
        let latest = wired.latest();
        let tracer = Tracer::new(settings, Tokens::draw().expect("chance"));
        let trace = Trace::new(wired.poller().expect("a poller"), latest.clone(), tracer);
        Self { trace, latest, clock, lines: Vec::new() }
    }

    async fn step(&mut self) -> Result<(), Failure> {
        let lines = self.trace.step().await?;
        self.lines.extend(lines);
        self.clock.advance(Duration::from_secs(5));
        Ok(())
    }

    async fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step().await.expect("a step");
        }
    }

    fn flow(&self) -> FlowTotals {
        self.latest.borrow().as_ref().expect("published").totals.centers[0].flow.clone()
    }

    fn counts(&self, service: &str, class: trio_exporter::model::CaseClass) -> Counts {
        let key = ("1".into(), service.into(), class);
        self.trace.tracer().counts().remove(&key).unwrap_or_default()
    }

    /// What was told for people, without time and token.
    fn text(&self) -> Vec<String> {
        self.lines.iter().map(ToString::to_string).collect()
    }

    fn events(&self, event: &str) -> Vec<Value> {
        self.lines.iter().filter(|line| line.event() == event).map(Line::json).collect()
    }
}

async fn simulated(options: Options) -> (Simulated, Traced) {
    let clock = still_clock();
    let trio = Simulated::start(options, clock.clone()).await;
    let traced = Traced::of(trio.target(true), clock, &[], false);
    (trio, traced)
}

/// Every class: what was told is what the same run counted.
fn agrees(traced: &Traced, flow: &FlowTotals) -> u64 {
    let mut answered = 0;
    for service in &flow.services {
        for class in &service.classes {
            let told = traced.counts(&service.service_id, class.class);
            let counted = &class.counts;
            let (id, class) = (&service.service_id, class.class);
            assert_eq!(told.offered, counted.offered, "{id} {class:?}");
            assert_eq!(told.carried_in, counted.carried_in, "{id} {class:?}");
            assert_eq!(told.answered, counted.answered, "{id} {class:?}");
            assert_eq!(told.left, counted.left, "{id} {class:?}");
            assert_eq!(told.moved, counted.moved, "{id} {class:?}");
            assert_eq!(told.unclassified, counted.unclassified, "{id} {class:?}");
            assert!((told.within - counted.within).abs() < 1e-6, "{id} {class:?}");
            answered += counted.answered;
        }
    }
    answered
}

#[tokio::test]
async fn what_is_told_is_what_is_counted_in_every_dialect_with_and_without_trios_times() {
    for dialect in Dialect::ALL {
        for state_times in [true, false] {
            let (_trio, mut traced) = simulated(Options { dialect, state_times, ..Options::default() }).await;
            traced.steps(60).await;
            let flow = traced.flow();
            assert!(agrees(&traced, &flow) > 5, "{dialect:?}: a busy morning");
            let by_trio = traced.events("answered").iter().filter(|line| line["trio_time"] == "used").count();
            assert_eq!(by_trio > 0, state_times, "{dialect:?}");
        }
    }
}
