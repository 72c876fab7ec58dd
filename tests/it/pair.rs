//! Two exporters on one Trio: what the pair costs Trio, and how far their counters are from one
//! another. The figures of docs/high-availability.md are these: `cargo test --locked --test it --
//! --nocapture pair`.
#![allow(clippy::print_stdout, reason = "the figures are worth seeing")]

use trio_exporter::{metrics::Identity, sim::Options};

use crate::support::{Samples, Simulated, TestApp, config, still_clock};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/high-availability.md");
const MINUTES: u32 = 20;

/// Growth of a counter, over all its series.
fn grown(before: &Samples, after: &Samples, name: &str) -> f64 {
    after.sum(name) - before.sum(name)
}

#[tokio::test]
async fn a_pair_asks_twice_as_often_and_counts_nearly_the_same() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let start = || TestApp::start_at(config(trio.target(true), Identity::None), clock.clone());
    let (mut one, mut other) = (start().await, start().await);
    one.step().await;
    other.step_after(2).await;
    let before = [one.metrics().await, other.metrics().await];
    let asked_before = trio.simulator.requests();
    // Each every five seconds, two and three seconds after the other.
    for _ in 0..MINUTES * 12 {
        one.step_after(3).await;
        other.step_after(2).await;
    }
    let asked = trio.simulator.requests() - asked_before;
    let after = [one.metrics().await, other.metrics().await];
    let of_each = |name: &str| [0, 1].map(|at: usize| grown(&before[at], &after[at], name));

    let requests = of_each("trio_api_requests_total");
    assert_eq!(requests.iter().sum::<f64>(), asked as f64, "the exporters count what Trio hears");
    let per_minute = requests.map(|requests| requests / f64::from(MINUTES));
    let pair = asked as f64 / f64::from(MINUTES);
    println!("requests a minute: {per_minute:?}, together {pair}");
    let document = std::fs::read_to_string(DOCUMENT).expect("a document");
    for figure in
        [format!("| one exporter | {:.1} |", per_minute[0]), format!("| a pair | {pair:.1} |")]
    {
        assert!(document.contains(&figure), "docs/high-availability.md does not say {figure:?}");
    }

    for name in [
        "trio_service_cases_offered_total",
        "trio_service_cases_answered_total",
        "trio_service_cases_answered_within_target_total",
        "trio_service_queue_wait_seconds_total",
        "trio_service_handling_seconds_total",
        "trio_agents_state_seconds_total",
    ] {
        let [a, b] = of_each(name);
        let apart = (a - b).abs() / a.max(b);
        println!("{name}: {a:.1} and {b:.1}, {:.2} % apart", 100.0 * apart);
        assert!(a > 0.0 && apart <= 0.03, "{name}: {a} and {b}");
    }
}
