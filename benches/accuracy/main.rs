//! Accuracy of the exporter's figures in simulated worlds, without HTTP. Prints a table and fails
//! when a promise is broken.
//!
//! `cargo bench --bench accuracy` measures the usual cells, with `-- --all` every one. Words select
//! cells: parts of the names of worlds, intervals, kinds of times. `-- greetings large 5s withheld`
//! measures two worlds at one interval.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, reason = "a benchmark may stop")]

mod cell;
mod hours;
mod observer;
mod promises;

use std::{
    collections::BTreeMap,
    env,
    process::ExitCode,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Instant,
};

use cell::{Cell, CellResult, Figures, Times, measure};
use promises::{AllBounds, Promise};
use trio_exporter::{model::CaseClass, sim::Scenario};

/// A world and the way it is observed.
struct Row {
    name: &'static str,
    scenario: Scenario,
    calls_readable: bool,
    outage: Option<u64>,
    loses_polls: bool,
    lists_per_states: usize,
    hours: u64,
    promise: Promise,
}

/// A cell with its place in the table.
struct Plan {
    name: &'static str,
    promise: Promise,
    cell: Cell,
    /// Part of the usual run.
    is_usual: bool,
}

const POLL_INTERVALS: [u64; 4] = [2, 5, 15, 30];
const TIMES: [Times; 4] = [Times::Withheld, Times::Present, Times::WholeSeconds, Times::Ahead];

const COLUMNS: [&str; 17] = [
    "world",
    "poll",
    "times",
    "concluded",
    "service level (low–high)",
    "truth",
    "off by",
    "held",
    "width",
    "mean wait off by",
    "handling",
    "offered off by",
    "queue",
    "occupancy off by",
    "measurable",
    "never seen",
    "measured",
];

/// World that shows the rarer kinds of times in the usual run, too.
const EVERY_KIND: &str = "large";

fn main() -> ExitCode {
    let started = Instant::now();
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let plans = match select(plans(), &words) {
        Ok(plans) => plans,
        Err(word) => {
            println!("{word} selects no cell; the worlds are:");
            rows().iter().for_each(|row| println!("  {}", row.name));
            return ExitCode::FAILURE;
        }
    };
    println!("| {} |", COLUMNS.join(" | "));
    println!("{}|", "| --- ".repeat(COLUMNS.len()));
    let mut broken = Vec::new();
    let mut bounds = AllBounds::default();
    measure_all(&plans, |plan, result| {
        for figures in &result.classes {
            print(plan, result, figures);
        }
        let name = format!("{}, {} s, {}", plan.name, plan.cell.poll, plan.cell.times.as_str());
        bounds.add(plan.promise, &plan.cell, result);
        let found = plan.promise.broken(&plan.cell, result);
        broken.extend(found.into_iter().map(|why| format!("  {name}: {why}")));
    });
    // A few worlds that were chosen say nothing about the mean of all.
    if words.is_empty() {
        broken.extend(bounds.broken().into_iter().map(|why| format!("  all cells: {why}")));
    }
    println!("\n{}", bounds.in_words());
    println!("\n{} cells in {:.0} s", plans.len(), started.elapsed().as_secs_f64());
    if broken.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("\n{} broken promises:\n{}", broken.len(), broken.join("\n"));
    ExitCode::FAILURE
}

fn rows() -> Vec<Row> {
    let row = |name, hours, scenario| Row {
        name,
        scenario,
        calls_readable: true,
        outage: None,
        loses_polls: false,
        lists_per_states: 1,
        hours,
        promise: Promise::Level,
    };
    vec![
        row("small", 60, Scenario::small()),
        row("large", 24, Scenario::large()),
        row("switchboard", 24, Scenario::switchboard()),
        row("overload", 24, Scenario::overload()),
        row("crowded", 10, Scenario::crowded()),
        Row {
            calls_readable: false,
            promise: Promise::Unmeasured,
            ..row("crowded, cases only", 6, Scenario::crowded())
        },
        row("mixed media", 60, Scenario::mixed_media()),
        Row { promise: Promise::Silence, ..row("night", 6, Scenario::night()) },
        Row {
            promise: Promise::QuickHangUps,
            ..row("5 % quick hang-ups", 24, Scenario::short_abandons())
        },
        row("handling 4 s", 6, Scenario::handling(4)),
        row("handling 35 s", 8, Scenario::handling(35)),
        row("handling 180 s", 12, Scenario::handling(180)),
        Row { promise: Promise::Greetings, ..row("greetings", 12, Scenario::greetings()) },
        Row { outage: Some(40), ..row("failover", 24, Scenario::large()) },
        Row { loses_polls: true, ..row("lost polls", 24, Scenario::large()) },
        Row { lists_per_states: 3, ..row("states every third", 24, Scenario::large()) },
    ]
}

/// Every cell: each world at each interval with each kind of times.
fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for row in rows() {
        for poll in POLL_INTERVALS {
            for times in TIMES {
                let Row {
                    name,
                    scenario,
                    calls_readable,
                    outage,
                    loses_polls,
                    lists_per_states,
                    hours,
                    promise,
                } = &row;
                let is_rare = matches!(times, Times::WholeSeconds | Times::Ahead);
                let cell = Cell {
                    scenario: scenario.clone(),
                    poll,
                    times,
                    calls_readable: *calls_readable,
                    outage: *outage,
                    loses_polls: *loses_polls,
                    lists_per_states: *lists_per_states,
                    hours: *hours,
                };
                plans.push(Plan {
                    name,
                    promise: *promise,
                    cell,
                    // States are read less often than the lists where these are read every 2 s.
                    is_usual: poll <= 15
                        && (!is_rare || *name == EVERY_KIND && poll == 5)
                        && (*lists_per_states == 1 || poll == 2),
                });
            }
        }
    }
    plans
}

/// Returns the cells that the words select; words of the same kind widen the selection.
///
/// # Errors
/// A word that selects nothing.
fn select(mut plans: Vec<Plan>, words: &[String]) -> Result<Vec<Plan>, String> {
    let (mut all, mut polls, mut times, mut worlds) = (false, vec![], vec![], vec![]);
    for word in words {
        let seconds = word.strip_suffix('s').and_then(|seconds| seconds.parse::<u64>().ok());
        if word == "--all" {
            all = true;
        } else if let Some(seconds) = seconds.filter(|it| POLL_INTERVALS.contains(it)) {
            polls.push(seconds);
        } else if let Some(kind) = TIMES.into_iter().find(|kind| kind.as_str() == word) {
            times.push(kind);
        } else if plans.iter().any(|plan| plan.name.contains(word.as_str())) {
            worlds.push(word.as_str());
        } else {
            return Err(word.clone());
        }
    }
    let is_rare = polls.contains(&30)
        || times.iter().any(|kind| matches!(kind, Times::WholeSeconds | Times::Ahead));
    plans.retain(|plan| {
        (all || is_rare || plan.is_usual)
            && (polls.is_empty() || polls.contains(&plan.cell.poll))
            && (times.is_empty() || times.contains(&plan.cell.times))
            && (worlds.is_empty() || worlds.iter().any(|word| plan.name.contains(word)))
    });
    Ok(plans)
}

/// Measures all cells, as many at a time as there are processors, and hands over their results in
/// order, each as soon as those before it are there.
fn measure_all(plans: &[Plan], mut show: impl FnMut(&Plan, &CellResult)) {
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(plan) = plans.get(n) else { break };
                    sender.send((n, measure(&plan.cell))).unwrap();
                }
            });
        }
        drop(sender);
        let (mut early, mut shown) = (BTreeMap::new(), 0);
        for (n, result) in results {
            early.insert(n, result);
            while let Some(result) = early.remove(&shown) {
                show(&plans[shown], &result);
                shown += 1;
            }
        }
    });
}

impl Times {
    fn as_str(self) -> &'static str {
        match self {
            Self::Withheld => "withheld",
            Self::Present => "present",
            Self::WholeSeconds => "whole",
            Self::Ahead => "ahead",
        }
    }
}

fn print(plan: &Plan, result: &CellResult, figures: &Figures) {
    let percent = |share: Option<f64>| match share {
        Some(share) => format!("{:.1} %", share * 100.0),
        None => "–".to_owned(),
    };
    let signed =
        |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:+.2}"));
    let (counted, truth) = (figures.counted(), figures.truth());
    let [low, high] = counted.bounds().map(|bound| percent(Some(bound)));
    let class = match figures.class {
        CaseClass::Voice => String::new(),
        class => format!(", {}", class.as_str()),
    };
    let (judged, held) = figures.held();
    let wait = counted.mean_wait().zip(truth.mean_wait()).map(|(ours, truth)| ours - truth);
    let columns = [
        format!("{}{class}", plan.name),
        format!("{} s", plan.cell.poll),
        plan.cell.times.as_str().to_owned(),
        truth.concluded().to_string(),
        counted
            .level()
            .map_or("–".to_owned(), |level| format!("{} ({low}–{high})", percent(Some(level)))),
        percent(truth.level()),
        signed(figures.level_error()),
        format!("{held} of {judged}"),
        figures
            .width()
            .filter(|_| counted.level().is_some())
            .map_or("–".to_owned(), |width| format!("{width:.1}")),
        wait.map_or("–".to_owned(), |off| {
            format!("{off:+.2} of {:.1} s", truth.mean_wait().unwrap_or(0.0))
        }),
        percent(figures.handling),
        figures.offered_error().to_string(),
        format!("{:.1} %", result.queue * 100.0),
        signed(result.occupancy_error()),
        format!("{:.0} %", figures.measurable() * 100.0),
        format!("{:.1} %", figures.never_seen() * 100.0),
        format!("{:.1} %", result.measured * 100.0),
    ];
    println!("| {} |", columns.join(" | "));
}
