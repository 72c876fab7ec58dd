//! Cost of the tally: time of a step relative to decoding the same answers, memory per tracked case
//! and agent, and growth with the size of the contact centre.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, reason = "a benchmark may stop")]

mod answers;
#[path = "../ratio.rs"]
#[allow(dead_code, reason = "the times are taken here")]
mod ratio;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use answers::{Size, answers};
use peak_alloc::PeakAlloc;
use trio_exporter::{
    model::{Agent, Clock, ContactCenter, Resource, Text},
    snapshot::{Center, Good, Snapshot},
    tally::{self, Settings, Tally, Totals},
    trio::Dictionary,
};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Aim: a step costs a good half of decoding its input at most.
const AIM: f64 = 0.6;
const POLL: Duration = Duration::from_secs(5);
// Odd, so that the median is one of the readings.
const READINGS: usize = 31;
const LARGE: Size = Size { agents: 10_000, services: 1_000, cases: 20_000 };

fn main() {
    let Run { pairs, totals, .. } = run(LARGE);
    let (mut offered, mut answered) = (0, 0);
    for class in totals.centers[0].flow.services.iter().flat_map(|service| &service.classes) {
        offered += class.counts.offered;
        answered += class.counts.answered;
    }
    // A case lives 30 readings. The check guards against a benchmark that counts nothing.
    let lives = LARGE.cases as u64 * READINGS as u64 / 30;
    assert!(offered > lives / 2 && answered > lives / 2, "{offered} offered, {answered} answered");
    let Size { agents, services, cases } = LARGE;
    println!(
        "step with {agents} agents, {services} services and {cases} cases, beside decoding the answers: {}",
        ratio::summarize(pairs, AIM)
    );

    let held = |size| run(size).held as f64;
    let half = Size { cases: LARGE.cases / 2, ..LARGE };
    let fewer = Size { agents: LARGE.agents / 2, ..LARGE };
    let all = held(LARGE);
    println!("held for a tracked case: {:.0} bytes", (all - held(half)) / (LARGE.cases / 2) as f64);
    println!("held for an agent: {:.0} bytes", (all - held(fewer)) / (LARGE.agents / 2) as f64);

    println!("| agents | step | held |\n| --- | --- | --- |");
    let grown = [1_000, 10_000, 100_000].map(|agents| {
        let run = run(Size { agents, services: 100, cases: 1_000 });
        let mut steps: Vec<Duration> = run.pairs.iter().map(|(step, _)| *step).collect();
        steps.sort_unstable();
        let step = steps[steps.len() / 2];
        println!("| {agents} | {step:.1?} | {:.1} MB |", run.held as f64 / 1e6);
        (step.as_secs_f64(), run.held as f64)
    });
    // Exponent of growth, as the slope of a log-log plot: 1 is linear. The factor between the sizes
    // is 100.
    let slope = |small: f64, large: f64| (large / small).ln() / 100_f64.ln();
    println!(
        "from 1,000 to 100,000 agents the step grows with the power {:.2}, the memory with {:.2}",
        slope(grown[0].0, grown[2].0),
        slope(grown[0].1, grown[2].1)
    );
}

/// Result of a run.
struct Run {
    /// Time of each step, and of decoding its answers.
    pairs: Vec<(Duration, Duration)>,
    totals: Totals,
    /// Bytes held by the tally and its totals, without the last snapshot.
    held: usize,
}

fn run(size: Size) -> Run {
    let dictionary = Dictionary::builtin().unwrap();
    let clock = Clock::system();
    let before = ALLOCATED.current_usage();
    let mut tally = Tally::new(Settings::default());
    let mut snapshot = configured(size, &clock);
    let mut totals = tally::step(&mut tally, &snapshot);
    let mut pairs = Vec::with_capacity(READINGS);
    for reading in 0..READINGS {
        clock.advance(POLL);
        let (now, bodies) = (clock.now(), answers(size, reading));
        let begun = Instant::now();
        let agents = dictionary.agent_states(&bodies.agents).unwrap();
        let services = dictionary.service_states(&bodies.services).unwrap();
        let calls = dictionary.case_list(Resource::Calls, &bodies.calls).unwrap();
        let decoding = begun.elapsed();
        assert_eq!(
            (agents.len(), services.len(), calls.cases.len()),
            (size.agents, size.services, size.cases)
        );
        let center = &mut snapshot.centers[0];
        center.agent_state.good = Some(Good::new(now, agents.len(), agents));
        center.service_state.good = Some(Good::new(now, services.len(), services));
        center.calls.good = Some(Good::new(now, calls.cases.len(), calls));
        snapshot.stepped = now;
        let begun = Instant::now();
        totals = black_box(tally::step(&mut tally, &snapshot));
        pairs.push((begun.elapsed(), decoding));
    }
    // Before the measurement: the snapshot is the poller's, not the tally's.
    drop(snapshot);
    let held = ALLOCATED.current_usage().saturating_sub(before);
    Run { pairs, totals, held }
}

fn configured(size: Size, clock: &Clock) -> Snapshot {
    let contact_center = ContactCenter { id: "1".into(), name: None };
    let mut center = Center::new(contact_center, |_| Some(POLL));
    let group = |n: usize| Text::from(format!("g{}", n % 50));
    let agent = |n| Agent {
        id: Text::from(format!("{}", 100_000 + n)),
        name: None,
        group_ids: vec![group(n)],
    };
    let now = clock.now();
    center.agents.good = Some(Good::new(now, size.agents, (0..size.agents).map(agent).collect()));
    Snapshot { centers: vec![center], ..Snapshot::new("main", "trio.example", now) }
}
