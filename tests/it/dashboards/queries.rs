//! Queries: they parse with types, name what the exporter has, choose what was chosen, and invent
//! nothing.

use super::none;
use crate::{
    dashboard::{Board, Query},
    promql::{Catalogue, matchings, problems, selectors, without_variables},
};

/// Series of Prometheus itself, and of the exporter as a whole.
const WITHOUT_TARGET: [&str; 8] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "trio_series_dropped",
    "trio_config_last_reload_successful",
];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let catalogue = Catalogue::shipped();
    let queries = board.queries();
    queries.iter().flat_map(|query| query_faults(query, &catalogue)).collect()
}

fn query_faults(query: &Query, catalogue: &Catalogue) -> Vec<String> {
    let expr = without_variables(&query.expr);
    let mut faults = problems(&expr, catalogue);
    if !faults.is_empty() {
        return faults.iter().map(|fault| format!("{}: {fault}\n  {expr}", query.place)).collect();
    }
    faults.extend(chosen(query));
    faults.extend(intervals(query));
    for on in matchings(&expr) {
        // Sums have no instance any more; a series that still has one is joined by it.
        let names =
            on.iter().any(|label| label == "service_id") && on.iter().any(|label| label == "job");
        if names && on[..2] != ["job", "instance"] {
            faults.push(format!("on ({}) does not begin with job, instance", on.join(", ")));
        }
    }
    if expr.contains("vector(0)") || expr.contains("absent(") {
        faults.push("makes up a number where there is none".to_owned());
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", query.place)).collect()
}

/// Selectors that do not ask for the chosen systems.
fn chosen(query: &Query) -> Vec<String> {
    let mut faults = Vec::new();
    // The variables choose from what there is: each asks for those before it.
    let is_variable = query.place.contains(": $");
    for selector in selectors(&with_times(&query.expr)) {
        let (name, matchers) = selector.split_once('{').unwrap_or((&selector, ""));
        for variable in ["job", "instance", "target"] {
            let asked = matchers.contains(&format!("{variable}=~\"${variable}\""));
            // Alerts have the labels of their expressions; `no_data` says which matchers they need.
            let asked = asked || (name.starts_with("ALERTS") && variable != "job");
            let needless = variable == "target"
                && (WITHOUT_TARGET.contains(&name) || name.ends_with("build_info"));
            if !asked && !needless && !is_variable {
                faults.push(format!("{name} of every {variable}"));
            }
        }
    }
    faults
}

/// An expression with Grafana's variables for lengths of time replaced, and nothing else.
fn with_times(expr: &str) -> String {
    [("$__rate_interval", "5m"), ("$__interval", "5m"), ("$__range_s", "3600"), ("$__range", "1h")]
        .iter()
        .fold(expr.to_owned(), |expr, (name, time)| expr.replace(name, time))
}

/// Lengths of time: a rate over Grafana's own, a growth by bars over the width of a bar.
fn intervals(query: &Query) -> Vec<String> {
    let expr = &query.expr;
    let mut faults = Vec::new();
    for (at, _) in expr.match_indices("rate(") {
        let range = expr[at..].split_once('[').and_then(|(_, rest)| rest.split_once(']'));
        if range.is_none_or(|(range, _)| range != "$__rate_interval") {
            faults.push("a rate over something else than $__rate_interval".to_owned());
        }
    }
    if expr.contains("[$__interval]") && !query.over_time {
        faults.push("a number of one moment over $__interval".to_owned());
    }
    if expr.contains("[$__interval]") && query.interval.is_none() {
        faults.push("bars without a chosen shortest time".to_owned());
    }
    if expr.contains("[$__range]") && query.over_time {
        faults.push("a line of numbers over all that is shown".to_owned());
    }
    faults
}

#[test]
fn queries_name_what_the_exporter_has_and_ask_for_what_was_chosen() {
    none(faults);
}
