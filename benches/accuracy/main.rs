//! Accuracy of the exporter's figures in simulated worlds, without HTTP. Prints a table and fails
//! when a promise is broken.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, reason = "a benchmark may stop")]

mod cell;
mod observer;

use std::{sync::Mutex, thread};

use cell::{Cell, CellResult, measure};
use trio_exporter::sim::Scenario;

/// A world, the way it is observed, and the promise.
struct Row {
    name: &'static str,
    scenario: Scenario,
    calls_readable: bool,
    outage: Option<u64>,
    hours: u64,
    promise: Promise,
}

/// Promise at a poll interval of five seconds.
#[derive(Clone, Copy, PartialEq)]
enum Promise {
    /// Largest error of the service level in points with times withheld; smallest share of cases
    /// offered.
    Level(f64, f64),
    /// Nothing happens, so there is no service level.
    Silence,
    /// The list is truncated most of the time: no service level, and the time counts as unmeasured.
    Unmeasured,
}

const POLL_INTERVALS: [u64; 4] = [2, 5, 10, 30];

fn main() {
    let rows = rows();
    let cells: Vec<(usize, Cell)> = rows
        .iter()
        .enumerate()
        .flat_map(|(n, row)| {
            POLL_INTERVALS.into_iter().flat_map(move |poll| {
                [false, true].map(|times| {
                    let Row { scenario, calls_readable, outage, hours, .. } = row;
                    let (scenario, calls_readable, outage) =
                        (scenario.clone(), *calls_readable, *outage);
                    (n, Cell { scenario, poll, times, calls_readable, outage, hours: *hours })
                })
            })
        })
        .collect();
    let verdicts = measure_all(&cells);
    println!(
        "| world | poll | times | service level (low–high) | truth | off by | queue | offered | never seen | occupancy off by | measured |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut broken = Vec::new();
    for ((n, cell), verdict) in cells.iter().zip(&verdicts) {
        print(rows[*n].name, cell, verdict);
        broken.extend(check(&rows[*n], cell, verdict).into_iter().map(|why| {
            format!("{}, {} s, times {}: {why}", rows[*n].name, cell.poll, times_label(cell.times))
        }));
    }
    assert!(broken.is_empty(), "broken promises:\n{}", broken.join("\n"));
}

fn rows() -> Vec<Row> {
    let row = |name, scenario, promise| Row {
        name,
        scenario,
        calls_readable: true,
        outage: None,
        hours: 6,
        promise,
    };
    let level = Promise::Level(1.0, 0.96);
    vec![
        // So few calls that a single one is half a point in six hours.
        Row { hours: 48, ..row("small", Scenario::small(), level) },
        row("large", Scenario::large(), level),
        // Short calls and waits: more of them come and go between two readings.
        row("switchboard", Scenario::switchboard(), Promise::Level(2.5, 0.92)),
        row("overload", Scenario::overload(), level),
        row("crowded, calls readable", Scenario::crowded(), level),
        Row {
            calls_readable: false,
            ..row("crowded, cases only", Scenario::crowded(), Promise::Unmeasured)
        },
        row("mixed media", Scenario::mixed_media(), level),
        row("night", Scenario::night(), Promise::Silence),
        row("5 % quick hang-ups", Scenario::short_abandons(), level),
        Row { outage: Some(40), ..row("failover", Scenario::large(), level) },
    ]
}

/// Measures all cells, as many at a time as there are processors.
fn measure_all(cells: &[(usize, Cell)]) -> Vec<CellResult> {
    let next = Mutex::new(0);
    let done: Mutex<Vec<(usize, CellResult)>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let n = {
                        let mut next = next.lock().unwrap();
                        *next += 1;
                        *next - 1
                    };
                    let Some((_, cell)) = cells.get(n) else { break };
                    let verdict = measure(cell);
                    done.lock().unwrap().push((n, verdict));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_unstable_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, verdict)| verdict).collect()
}

fn times_label(times: bool) -> &'static str {
    if times { "present" } else { "withheld" }
}

fn print(name: &str, cell: &Cell, verdict: &CellResult) {
    let percent = |share: Option<f64>| {
        share.map_or("–".to_owned(), |share| format!("{:.1} %", share * 100.0))
    };
    let points =
        |points: Option<f64>| points.map_or("–".to_owned(), |points| format!("{points:.2}"));
    println!(
        "| {name} | {} s | {} | {} ({}–{}) | {} | {} | {:.1} % | {:.1} % | {:.1} % | {} | {:.1} % |",
        cell.poll,
        times_label(cell.times),
        percent(verdict.level),
        percent(verdict.low),
        percent(verdict.high),
        percent(verdict.true_level),
        points(verdict.level_error()),
        verdict.queue * 100.0,
        verdict.offered * 100.0,
        verdict.never_seen * 100.0,
        points(verdict.occupancy_error()),
        verdict.measured * 100.0,
    );
}

/// Returns the broken promises.
fn check(row: &Row, cell: &Cell, verdict: &CellResult) -> Vec<String> {
    let mut broken = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    let outside = verdict.out_of_bounds;
    must(outside == 0, format!("{outside} waits outside of their bounds"));
    let (low, within, high) = &verdict.within;
    let holds = low <= within.end() && within.start() <= high;
    must(
        holds,
        format!("{within:?} of the answered were within the target, said to be {low}–{high}"),
    );
    if row.promise == Promise::Silence {
        let quiet = verdict.level.is_none() && verdict.concluded == 0;
        must(quiet, format!("a service level of {:?}", verdict.level));
        return broken;
    }
    if row.promise == Promise::Unmeasured {
        must(verdict.level.is_none(), format!("a service level of {:?}", verdict.level));
        must(verdict.measured < 0.05, format!("{:.2} measured", verdict.measured));
        must(verdict.unclassified > 0, "nothing unclassified".to_owned());
        return broken;
    }
    let Promise::Level(withheld, offered) = row.promise else { return broken };
    if cell.poll != 5 {
        return broken;
    }
    // With Trio's own times only their rounding and unseen calls are left.
    let allowed = if cell.times { 0.2 } else { withheld };
    let error = verdict.level_error().unwrap_or(100.0);
    must(error <= allowed, format!("service level off by {error:.2} points, {allowed} allowed"));
    let (low, high) = (verdict.low.unwrap_or(1.0), verdict.high.unwrap_or(0.0));
    must(low <= high, "the bounds are the wrong way round".to_owned());
    // During the outage nothing is read, so the integral must lack that part.
    if row.outage.is_none() {
        let queue = (verdict.queue - 1.0).abs();
        must(queue <= 0.01, format!("queue integral off by {:.2} %", queue * 100.0));
    }
    must(verdict.offered >= offered, format!("{:.1} % offered", verdict.offered * 100.0));
    let occupancy = verdict.occupancy_error().unwrap_or(100.0);
    must(occupancy <= 1.0, format!("occupancy off by {occupancy:.2} points"));
    broken
}
