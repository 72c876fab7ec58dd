//! Service levels: none is shown of what was not measured, and its bounds are those of certain and
//! of possible misses.

use super::{
    none,
    planted::{finds, rewrite},
};
use crate::{
    dashboard::Board,
    promql::{
        rule_files::{ALERTS, RECORDING, RuleFile},
        selectors, without_variables,
    },
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

/// Faults of the gates in an expression.
fn gate_faults(expr: &str) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let measurable = selectors(&without_variables(expr));
    let gates = expr.match_indices(MEASURABLE).filter(|(at, _)| {
        expr[*at..].split_once('}').is_some_and(|(_, rest)| {
            let rest =
                rest.strip_prefix('[').and_then(|it| it.split_once("])")).map_or(rest, |it| it.1);
            rest.trim_start_matches(')').starts_with(CAN_BE_MEASURED)
        })
    });
    if gates.count() == 0 || !measurable.iter().any(|it| it.contains(MEASURABLE)) {
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
            && !(says("not\u{a0}measurable") && says("cannot be measured at this poll interval"))
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

#[test]
fn service_levels_that_are_not_measured_are_found() {
    let missing = "shows a service level that cannot be measured";
    finds(
        faults,
        "trio-overview",
        &[
            (|json| rewrite(json, "Service level", " < 0.8", " < 0"), missing),
            (|json| rewrite(json, "Service level", MEASURABLE, "trio_service_open"), missing),
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
