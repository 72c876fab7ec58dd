//! Outages: what was counted before stays, time without data shows, and what is old is not called
//! unchanged.

use super::{WITH_STRIP, none, planted::finds};
use crate::{
    dashboard::{Board, Panel},
    promql::{selectors, without_variables},
};

/// Goals of services: gauges, which end when the exporter does.
const GOALS: [&str; 2] = ["trio_service_abandon_target_ratio{", "trio_service_level_target_ratio{"];

/// Tiles that say how good the figures of the time shown are.
const OF_QUALITY: [&str; 2] = ["Accuracy", "Measured"];
/// Share of the moments of the time shown at which there were data.
const WITH_DATA: &str = "[$__range:1m])) / count_over_time(vector(1)";
/// Marks of a time with gaps: one for the counters, one for the recorded half hours.
const MARKS: usize = 2;

const LAST_CHANGE: &str = "trio_collector_last_change_timestamp_seconds{";
const SUCCESS: &str = "trio_collector_success{";

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        let mut fault =
            |what: &str| faults.push(format!("{}: {:?} {what}", board.file, panel.title()));
        for target in panel.targets() {
            let expr = target["expr"].as_str().unwrap_or_default();
            if target["instant"] == true && loses_its_goal(expr) {
                fault("compares counts of the past with a goal that ends in an outage");
            }
            if panel.kind() == "stat" && calls_old_unchanged(expr) {
                fault("says for how long data are unchanged that are not read");
            }
        }
        let in_strip = WITH_STRIP.contains(&board.uid()) && OF_QUALITY.contains(&panel.title());
        if in_strip && !shows_gaps(panel) {
            fault("does not show time without data");
        }
    }
    faults
}

fn loses_its_goal(expr: &str) -> bool {
    let goals = GOALS.iter().map(|goal| expr.matches(goal).count()).sum::<usize>();
    let kept = GOALS.iter().map(|goal| expr.matches(&format!("last_over_time({goal}")).count());
    let over_time = expr.contains("[$__range") || expr.contains("sum_over_time(");
    over_time && goals > kept.sum()
}

/// The last change of a list that can no longer be read is no news about Trio.
fn calls_old_unchanged(expr: &str) -> bool {
    if !expr.contains(LAST_CHANGE) {
        return false;
    }
    let asked = selectors(&without_variables(expr));
    let changes = asked.iter().filter(|it| it.starts_with(LAST_CHANGE));
    let read = |it: &String| asked.contains(&it.replace(LAST_CHANGE, SUCCESS));
    changes.into_iter().any(|it| !read(it))
}

fn shows_gaps(panel: Panel<'_>) -> bool {
    let expr = panel.targets().first().and_then(|it| it["expr"].as_str()).unwrap_or_default();
    expr.contains(WITH_DATA)
        && ["< 0.98", ">= 0.98"].iter().all(|limit| expr.matches(limit).count() == MARKS)
        && panel.defaults()["mappings"][0]["options"]["-1"]["text"] == "recorded"
}

#[test]
fn outages_neither_hide_results_nor_pass_for_data() {
    none(faults);
}

#[test]
fn results_that_an_outage_hides_are_found() {
    finds(
        faults,
        "trio-overview",
        &[
            (with_goals_that_end, "\"Service level\" compares counts"),
            (
                |json| rewrite(json, "[$__range:1m]", "[1h:1m]"),
                "\"Measured\" does not show time without data",
            ),
            (|json| rewrite(json, "< 0.98", "< 0"), "\"Accuracy\" does not show time without data"),
        ],
    );
    finds(
        faults,
        "trio-exporter",
        &[(
            |json| rewrite(json, "trio_collector_success{", "trio_collector_items{"),
            "\"Unchanged for\" says for how long",
        )],
    );
}

/// Takes the service level of the goals at the end of the time shown.
fn with_goals_that_end(json: &mut serde_json::Value) {
    const KEPT: &str = "last_over_time(trio_service_level_target_ratio{";
    for target in targets(json) {
        let mut expr = target["expr"].as_str().expect("a query").to_owned();
        while let Some(start) = expr.find(KEPT) {
            let end = start + expr[start..].find("[1d]").expect("a range");
            expr.replace_range(end..end + "[1d]".len(), "");
            expr.replace_range(start..start + "last_over_time".len(), "");
        }
        target["expr"] = expr.into();
    }
}

/// Replaces a part of the queries of all panels.
fn rewrite(json: &mut serde_json::Value, from: &str, to: &str) {
    for target in targets(json) {
        let expr = target["expr"].as_str().expect("a query").replace(from, to);
        target["expr"] = expr.into();
    }
}

fn targets(json: &mut serde_json::Value) -> impl Iterator<Item = &mut serde_json::Value> {
    let panels = json["panels"].as_array_mut().expect("panels").iter_mut();
    panels.filter_map(|panel| panel["targets"].as_array_mut()).flatten()
}
