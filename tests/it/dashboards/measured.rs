//! Service levels: none is shown of what was not measured, and its bounds are those of certain and
//! of possible misses.

use super::{
    none,
    planted::{finds, panel, rewrite},
};
use crate::{
    dashboard::Board,
    promql::rule_files::{ALERTS, RECORDING, RuleFile},
};

/// Part of the names of the counters that a service level is computed from.
const WITHIN: &str = "answered_within_target";
/// Tells if a class can be measured at the poll interval, as a metric and as it is recorded.
const MEASURABLE: &str = "trio_service_level_measurable";
/// The share of a window that may be without a measurement.
const CAN_BE_MEASURED: &str = " < 0.8";
const UNMEASURED: &str = "unmeasured_seconds";
/// A level is not shown above this share of unmeasured time.
const LIMITS: [&str; 3] = [" > 0.2)", " <= 0.2)", " <= 0.05)"];

/// True for a share of cases within the target, or of cases that missed it.
fn is_level(expr: &str) -> bool {
    expr.contains(WITHIN) && (expr.contains(" / (") || expr.contains("- sum_over_time("))
}

/// Faults of the bounds in an expression.
// A bound has its own count in the dividend and in the divisor, and the opposite misses beside it.
fn bound_faults(expr: &str) -> Vec<&'static str> {
    let count = |name: &str| expr.matches(name).count();
    let mut faults = Vec::new();
    for (bound, missed) in [
        ("answered_within_target_low", "missed_high"),
        ("answered_within_target_high", "missed_low"),
    ] {
        if count(bound) != 2 * count(missed) {
            faults.push("divides a bound of the service level by something else than its misses");
        }
    }
    faults
}

/// Counters that a service level is computed from, as they are and as they are recorded.
const COUNTS: [&str; 7] = [
    WITHIN,
    "cases_missed_",
    "cases_answered_total",
    "cases_answered:",
    "cases_left_total",
    "cases_left:",
    "cases_concluded:",
];
/// A recorded count that only shows what was recorded.
const RECORDED: &str = "count_over_time(group by (target, contact_center) (service_class:";
/// A row of a table has one gate for all its counts.
const GATED_ROW: &str = " unless on (target, contact_center, service_id, service_name) (group by (";

/// Faults of the gates in an expression.
fn gate_faults(expr: &str) -> Vec<&'static str> {
    let count = |part: &str| expr.matches(part).count();
    let mut faults = Vec::new();
    let counts = COUNTS.into_iter().map(count).sum::<usize>() - count(RECORDED);
    let needed = if expr.contains(GATED_ROW) { 1 } else { counts };
    if count(CAN_BE_MEASURED) < needed || count(MEASURABLE) < needed {
        faults.push("shows a service level that cannot be measured");
    }
    if !expr.contains(UNMEASURED) || !LIMITS.iter().any(|limit| expr.contains(limit)) {
        faults.push("shows a service level of time that was not measured");
    }
    faults
}

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        let exprs = panel.targets().iter().filter_map(|it| it["expr"].as_str());
        for expr in exprs.filter(|expr| is_level(expr)) {
            let found = gate_faults(expr).into_iter().chain(bound_faults(expr));
            faults.extend(found.map(|it| format!("{}: {:?} {it}", board.file, panel.title())));
        }
        // The level of several services has a part for those that are left out.
        let is_tile = panel.kind() == "stat" && panel.title().starts_with("Service level");
        let says = |what: &str| {
            panel.targets().iter().any(|it| it["expr"].as_str().is_some_and(|it| it.contains(what)))
        };
        if is_tile
            && panel.targets()[0].to_string().contains("{{goal}}")
            && !(says("not\u{a0}measurable") && says("cannot be measured"))
        {
            faults.push(format!(
                "{}: {:?} leaves out in silence what cannot be measured",
                board.file,
                panel.title()
            ));
        }
    }
    faults
}

#[test]
fn no_unmeasured_service_level_is_shown() {
    none(faults);
}

/// Takes the gate of the first count of the service level away.
fn ungate_one(json: &mut serde_json::Value) {
    let expr = &mut panel(json, "Service level, last half hour")["targets"][0]["expr"];
    *expr = expr.as_str().expect("a query").replacen(CAN_BE_MEASURED, " < 0", 1).into();
}

#[test]
fn service_levels_that_are_not_measured_are_found() {
    let missing = "shows a service level that cannot be measured";
    finds(
        faults,
        "trio-overview",
        &[
            (|json| rewrite(json, "Service level", " < 0.8", " < 0"), missing),
            (|json| rewrite(json, "Service level", MEASURABLE, "trio_service_open"), missing),
            (ungate_one, missing),
            (|json| rewrite(json, "Services, worst first", " < 0.8", " > 0.8"), missing),
            (
                |json| rewrite(json, "Service level, last half hour", " > 0.2)", " > 0.9)"),
                "of time that was not measured",
            ),
            (
                |json| rewrite(json, "Service level", "not\u{a0}measurable", ""),
                "leaves out in silence",
            ),
            (
                |json| rewrite(json, "Accuracy", "missed_high", "answered"),
                "\"Accuracy\" divides a bound",
            ),
            (
                |json| rewrite(json, "Service level", "missed_low", "answered"),
                "\"Service level\" divides a bound",
            ),
        ],
    );
}

#[test]
fn recorded_levels_have_both_gates_and_alerts_read_them() {
    let gated = "answered_within_target_per_concluded:ratio_increase30m";
    for rule in RuleFile::shipped(RECORDING).rules() {
        let name = rule.name();
        if name.contains("target_low_per") || name.contains("target_high_per") {
            assert!(bound_faults(&rule.expr.replace(gated, "")).is_empty(), "{name}");
            assert!(rule.expr.contains(gated), "{name} is recorded without its level");
        } else if name.contains("missed_per_concluded") || name.ends_with(gated) {
            assert!(rule.expr.contains(MEASURABLE), "{name} does not ask what can be measured");
            let is_short = name.ends_with("increase5m") || name.ends_with("increase10m");
            assert_ne!(is_short, rule.expr.contains("unmeasured_per_open"), "{name}");
        }
    }
    for rule in RuleFile::shipped(ALERTS).rules().filter(|it| it.name().contains("ServiceLevel")) {
        assert!(!rule.expr.contains("increase("), "{} counts by itself", rule.name());
        assert!(rule.expr.contains("missed_per_concluded:"), "{}", rule.name());
    }
}
