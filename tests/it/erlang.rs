//! The simulator against theory: in a stationary world its waits are those of Erlang's formulas.
//!
//! One service, one team, calls by a Poisson process, talks of exponential length, nothing else.
//! Each figure is the mean over independent replications, each warmed up first, and must be within
//! three of its standard errors of the formula.

use std::time::{Duration, UNIX_EPOCH};

use trio_exporter::sim::{
    Class, Demand, Distribution, InProcess, Options, Scenario, ServicePlan, Team,
};

const REPLICATIONS: u64 = 60;
const HANDLING: f64 = 180.0;

/// Results of one replication, or of a formula, for the calls that came.
#[derive(Clone, Copy, Debug)]
struct Figures {
    /// The part that had to wait at all.
    waited: f64,
    /// Mean wait, in seconds, of all of them.
    wait: f64,
    /// The part that gave up.
    left: f64,
}

/// A. K. Erlang's delay formula, from his loss formula by its recursion over the number of agents
/// ("Solution of some problems in the theory of probabilities of significance in automatic
/// telephone exchanges", 1917).
fn erlang_c(agents: usize, load: f64) -> Figures {
    let loss = (1..=agents).fold(1.0, |loss, n| load * loss / (n as f64 + load * loss));
    let busy = load / agents as f64;
    let waited = loss / (1.0 - busy * (1.0 - loss));
    Figures { waited, wait: waited * HANDLING / (agents as f64 - load), left: 0.0 }
}

/// C. Palm's formula for callers who give up, called Erlang A (Palm, "Research on telephone traffic
/// carried by full availability groups", 1957): the stationary law of the birth-and-death process
/// of the number in the system. Who waits leaves at a rate of one by their mean patience.
fn erlang_a(agents: usize, load: f64, patience: f64) -> Figures {
    let (arrivals, mut weight) = (load / HANDLING, 1.0);
    let (mut total, mut all_busy, mut queue) = (1.0, 0.0, 0.0);
    for number in 1..=10_000_usize {
        let waiting = number.saturating_sub(agents) as f64;
        weight *= arrivals / (number.min(agents) as f64 / HANDLING + waiting / patience);
        total += weight;
        queue += weight * waiting;
        if number >= agents {
            all_busy += weight;
        }
    }
    let wait = queue / total / arrivals;
    Figures { waited: all_busy / total, wait, left: wait / patience }
}

/// As many calls as a replication has, after the warm-up of a third of that.
fn replication(seed: u64, agents: usize, load: f64, patience: Option<f64>) -> Figures {
    const CALLS: f64 = 1_500.0;
    let law = |mean| Distribution::Exponential(Duration::from_secs_f64(mean));
    let demand = Demand {
        handling: law(HANDLING),
        patience: patience.map(law),
        ..Demand::typical(Class::Voice, 1.0)
    };
    let service = ServicePlan::steady("Kundtjänst", Class::Voice, load / HANDLING * 3_600.0);
    let length = Duration::from_secs_f64(CALLS * HANDLING / load);
    let scenario = Scenario {
        start_time: Duration::ZERO,
        warm_up: length / 3,
        services: vec![ServicePlan { demands: vec![demand], ..service }],
        teams: vec![Team::always_ready("Alla", agents, &[0])],
    };
    let mut trio = InProcess::new(
        Options { seed, scenario: Some(scenario), segment_log: true, ..Options::default() },
        UNIX_EPOCH,
    );
    trio.step(length);
    let flow = trio.truth().total();
    let answered_at_once = trio
        .segment_log()
        .iter()
        .filter(|segment| segment.answered == Some(segment.arrived))
        .count() as f64;
    let concluded = (flow.answered + flow.left) as f64;
    // Those who talk at the end were answered, and are not in the log yet.
    let logged = trio.segment_log().len() as f64;
    Figures {
        waited: 1.0 - answered_at_once / logged,
        wait: (flow.answered_wait + flow.left_wait).as_secs_f64() / concluded,
        left: flow.left as f64 / concluded,
    }
}

fn assert_agrees(what: &str, expected: f64, drawn: &[f64]) {
    let count = drawn.len() as f64;
    let mean = drawn.iter().sum::<f64>() / count;
    let variance = drawn.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let error = (variance / count).sqrt();
    assert!(
        (mean - expected).abs() <= 3.0 * error,
        "{what}: {expected} expected, {mean} ± {error}"
    );
    assert!(error <= expected / 10.0, "{what}: too wide to tell anything: {mean} ± {error}");
}

fn compare(agents: usize, load: f64, patience: Option<f64>) {
    let drawn: Vec<Figures> =
        (1..=REPLICATIONS).map(|seed| replication(seed, agents, load, patience)).collect();
    let formula =
        patience.map_or_else(|| erlang_c(agents, load), |mean| erlang_a(agents, load, mean));
    let each = |figure: fn(&Figures) -> f64| drawn.iter().map(figure).collect::<Vec<_>>();
    let name = |figure| format!("{figure}, {agents} agents, {load} erlang, patience {patience:?}");
    assert_agrees(&name("P(wait)"), formula.waited, &each(|it| it.waited));
    assert_agrees(&name("mean wait"), formula.wait, &each(|it| it.wait));
    if patience.is_some() {
        assert_agrees(&name("P(abandon)"), formula.left, &each(|it| it.left));
    }
}

#[test]
fn waits_match_erlang_c_without_abandonment() {
    for (agents, load) in [(4, 2.4), (10, 7.0), (14, 10.5)] {
        compare(agents, load, None);
    }
}

#[test]
fn waits_and_abandons_are_those_of_erlang_a_when_patience_is_exponential() {
    for (agents, load, patience) in [(4, 3.4, 120.0), (10, 9.5, 240.0), (14, 16.0, 90.0)] {
        compare(agents, load, Some(patience));
    }
}

#[test]
fn formulas_match_tables_and_agree_without_abandonment() {
    // Erlang B, 10 agents, 5 erlang: 0.0184, the classical table.
    let table = erlang_c(10, 5.0).waited;
    assert!((table - 0.0361).abs() < 5e-5, "{table}");
    let (c, a) = (erlang_c(5, 4.0), erlang_a(5, 4.0, 1e12));
    assert!((c.waited - a.waited).abs() < 1e-6 && (c.wait - a.wait).abs() < 1e-3, "{c:?} {a:?}");
}
