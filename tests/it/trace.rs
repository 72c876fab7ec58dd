//! `trace`: it reports the same as the counters, and names no person.

mod binary;
mod five_calls;
mod readings;

use std::time::Duration;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{
    app::PollerFactory,
    config::Target,
    model::{CaseClass, Clock, Text},
    poller::{self, Latest},
    sim::{Dialect, Options, Scenario},
    tally::{self, Edges, FlowTotals},
    tools::trace::{Counts, Failure, Line, Settings, Tokens, Trace, Tracer},
};

use crate::support::{Simulated, reqwest_client, still_clock};

/// A trace beside the place where its poller publishes.
struct Traced {
    trace: Trace,
    latest: Latest,
    clock: Clock,
    lines: Vec<Line>,
}

impl Traced {
    fn start(target: Target, clock: Clock, services: &[&str], waits: bool) -> Self {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let settings = Settings {
            contact_centers: Vec::new(),
            services: services.iter().map(|service| Text::from(*service)).collect(),
            waits_for_services: waits,
            time_zone: zone,
        };
        let tally = tally::Settings { record_events: true, ..tally::Settings::default() };
        let factory = PollerFactory::new(
            target,
            poller::Settings::default(),
            tally,
            Edges::default(),
            clock.clone(),
        );
        let latest = factory.latest();
        let tracer = Tracer::new(settings, Tokens::with_random_key().expect("random numbers"));
        let trace = Trace::new(factory.poller().expect("a poller"), latest.clone(), tracer);
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

    fn counts(&self, service: &str, class: CaseClass) -> Counts {
        let key = ("1".into(), service.into(), class);
        self.trace.tracer().counts().remove(&key).unwrap_or_default()
    }

    /// Lines for people since the last call; `case …` replaces tokens.
    fn text(&mut self) -> Vec<String> {
        self.lines.drain(..).map(|line| masked(&line.to_string())).collect()
    }

    fn events(&self, event: &str) -> Vec<Value> {
        self.lines.iter().filter(|line| line.event() == event).map(Line::json).collect()
    }
}

/// A line without the token, which is another in every run.
fn masked(line: &str) -> String {
    match line.split_once("case ") {
        Some((before, rest)) if rest.as_bytes().get(8) == Some(&b' ') => {
            format!("{before}case …{}", &rest[8..])
        }
        _ => line.to_owned(),
    }
}

async fn simulated(options: Options) -> (Simulated, Traced) {
    let clock = still_clock();
    let trio = Simulated::start(options, clock.clone()).await;
    let traced = Traced::start(trio.target(true), clock, &[], false);
    (trio, traced)
}

/// Compares every class: the trace reported the same as the counters of that run.
fn agrees(traced: &Traced, flow: &FlowTotals) -> u64 {
    let mut answered = 0;
    for service in &flow.services {
        for class in &service.classes {
            let counts = traced.counts(&service.service_id, class.class);
            let counted = &class.counts;
            let (id, class) = (&service.service_id, class.class);
            assert_eq!(counts.offered, counted.offered, "{id} {class:?}");
            assert_eq!(counts.carried_in, counted.carried_in, "{id} {class:?}");
            assert_eq!(counts.answered, counted.answered, "{id} {class:?}");
            assert_eq!(counts.left, counted.left, "{id} {class:?}");
            assert_eq!(counts.moved, counted.moved, "{id} {class:?}");
            assert_eq!(counts.unclassified, counted.unclassified, "{id} {class:?}");
            assert!((counts.within - counted.within).abs() < 1e-6, "{id} {class:?}");
            answered += counted.answered;
        }
    }
    answered
}

#[tokio::test]
async fn trace_matches_counters_in_every_dialect() {
    for dialect in Dialect::ALL {
        for state_times in [true, false] {
            let (_trio, mut traced) =
                simulated(Options { dialect, state_times, ..Options::default() }).await;
            traced.steps(60).await;
            let flow = traced.flow();
            assert!(agrees(&traced, &flow) > 5, "{dialect:?}: a busy morning");
            let by_trio =
                traced.events("answered").iter().filter(|line| line["trio_time"] == "used").count();
            assert_eq!(by_trio > 0, state_times, "{dialect:?}");
        }
    }
}

#[tokio::test]
async fn moving_calls_are_traced_as_they_are_counted() {
    let (_trio, mut traced) =
        simulated(Options { scenario: Some(Scenario::moving()), ..Options::default() }).await;
    traced.steps(120).await;
    agrees(&traced, &traced.flow());
    let counts = traced.counts("101", CaseClass::Voice);
    assert!(counts.moved > 0, "{counts:?}");
    let there: Vec<String> =
        traced.events("moved").iter().map(|line| line["to_service_id"].to_string()).collect();
    assert!(there.contains(&"\"102\"".to_owned()), "{there:?}");
}

/// The account of the simulator, started again if it is marked.
async fn truth(trio: &Simulated, marked: bool) -> Value {
    let url = format!("http://{}/sim/truth", trio.addr);
    let client = reqwest_client();
    let request = if marked { client.post(url) } else { client.get(url) };
    let answer = request.send().await.expect("an answer").text().await.expect("a body");
    serde_json::from_str(&answer).expect("JSON")
}

#[tokio::test]
async fn trace_matches_truth_except_for_unlisted_calls() {
    for state_times in [true, false] {
        let options =
            Options { state_times, scenario: Some(Scenario::large()), ..Options::default() };
        let (trio, mut traced) = simulated(options).await;
        truth(&trio, true).await;
        traced.steps(120).await;
        let counts = traced.counts("101", CaseClass::Voice);
        agrees(&traced, &traced.flow());
        let truth = truth(&trio, false).await;
        let number =
            |name: &str| truth["services"][0]["classes"]["voice"][name].as_u64().expect(name);
        assert_eq!(
            counts.carried_in,
            number("carried_in"),
            "who waits at the first list is seen there"
        );
        let (offered, answered, left) = (number("offered"), number("answered"), number("left"));
        assert!(offered > 30, "ten minutes of a busy morning: {offered}");
        assert!(
            counts.offered <= offered && counts.offered * 100 >= offered * 94,
            "{} of {offered}",
            counts.offered
        );
        let concluded = counts.answered + counts.total_unclassified();
        assert!(
            concluded <= answered + counts.carried_in && counts.answered * 100 >= answered * 90,
            "{counts:?} {truth}"
        );
        assert!(counts.total_left() <= left, "{counts:?}");
        let within = number_of(&truth, "answered_within", 20) as f64;
        assert!((counts.within - within).abs() <= 4.0, "{} and {within}", counts.within);
    }
}

fn number_of(truth: &Value, name: &str, target: u64) -> u64 {
    truth["services"][0]["classes"]["voice"][name][target.to_string()].as_u64().expect("a number")
}

#[tokio::test]
async fn only_named_services_are_traced() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let mut traced = Traced::start(trio.target(true), clock, &["101", "kundtjänst"], false);
    traced.steps(30).await;
    let ids = |line: &Line| line.json()["service_id"].as_str().map(str::to_owned);
    let mut ids: Vec<String> = traced.lines.iter().filter_map(ids).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids, ["101", "102"]);
}

#[tokio::test]
async fn unknown_service_error_names_similar_services() {
    for (wanted, said) in [
        (
            "Kundtjanst",
            "--service Kundtjanst: no service has this id or name; did you mean 102 (Kundtjänst)? ",
        ),
        (
            "zzzzzzzzz",
            "--service zzzzzzzzz: no service has this id or name; there are 101 (Växel), 102 ",
        ),
    ] {
        let clock = still_clock();
        let trio = Simulated::start(Options::default(), clock.clone()).await;
        let mut traced = Traced::start(trio.target(true), clock, &[wanted], false);
        let error = traced.step().await.expect_err("there is no such service").to_string();
        assert!(error.starts_with(said), "{error}");
        assert!(error.ends_with("--wait-for-service waits until there is one"), "{error}");
    }
}

#[tokio::test]
async fn a_refused_login_ends_the_trace() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let mut target = trio.target(true);
    target.trio.password = "wrong".to_owned().into();
    let error = Traced::start(target, clock, &[], false).step().await.expect_err("refused");
    assert!(matches!(error, Failure::Refused(_)), "{error}");
    assert!(error.to_string().starts_with("Trio cannot be read: login refused"), "{error}");
}

#[tokio::test]
async fn summary_adds_up_the_trace() {
    let (_trio, mut traced) = simulated(Options::default()).await;
    assert_eq!(traced.trace.tracer().summary(), [], "nothing was read");
    traced.steps(20).await;
    let counts = traced.counts("101", CaseClass::Voice);
    let summary: Vec<Value> = traced.trace.tracer().summary().iter().map(Line::json).collect();
    let here = |line: &&Value| line["service_id"] == "101" && line["class"] == "voice";
    let line = summary.iter().find(here).expect("a line of the service");
    assert_eq!(line["offered"], json!(counts.offered));
    assert_eq!(line["answered"], json!(counts.answered));
    assert_eq!(line["still_waiting"], json!(counts.waiting()));
    assert!(counts.answered > 0, "{counts:?}");
}
