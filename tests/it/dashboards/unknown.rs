//! Agents in an unknown state: "0 available" is shown only where no state is unknown, and neither
//! a share of time nor a number of agents leaves them out in silence.

use super::{
    none,
    planted::{ask, finds, first, panel, rewrite},
};
use crate::{
    dashboard::{Board, Panel},
    promql::{
        rule_files::{RECORDING, RuleFile},
        selectors, without_variables,
    },
};

/// Numbers of agents by state, as our words for the states give them.
const BY_STATE: [&str; 3] =
    ["trio_agent_group_agents{", "trio_agents{", "trio_service_skilled_agents{"];
const AVAILABLE: &str = "state=\"available\"";
const UNKNOWN: &str = "state=\"unknown\"";

/// Time of agents by state, as it is counted and as it is recorded.
const TIME_BY_STATE: [&str; 4] = [
    "agent_group:trio_agent_group_state_seconds:increase30m{",
    "contact_center:trio_agents_state_seconds:increase30m{",
    "trio_agent_group_state_seconds_total{",
    "trio_agents_state_seconds_total{",
];
const OVER_LIMIT: &str = "trio_agents_over_limit{";

/// Name and matcher of the state of a selector.
fn parts(selector: &str) -> Option<(&str, &str)> {
    let (name, matchers) = selector.split_once('{')?;
    let state = matchers.split(['{', ',', '}']).find(|it| it.trim().starts_with("state"))?;
    Some((name, state.trim()))
}

/// True where the states that a matcher asks for leave out the unknown one, and are several.
fn leaves_out_unknown(state: &str) -> bool {
    let several = state.starts_with("state=~") || state.starts_with("state!");
    let positive = state.starts_with("state=");
    several && positive != state.contains("unknown")
}

/// A selector of the same family asks for the unknown state, alone or beside others.
fn asks_for_unknown(asked: &[String], family: &str) -> bool {
    let mut states = asked.iter().filter_map(|it| parts(it)).filter(|(name, _)| *name == family);
    states.any(|(_, state)| {
        state == UNKNOWN || !state.starts_with("state=\"") && !leaves_out_unknown(state)
    })
}

/// Selectors of an expression, if it is about agents by state.
fn about_states(expr: &str) -> Vec<String> {
    let is_about = |name: &&str| expr.contains(*name);
    let found = BY_STATE.iter().chain(&TIME_BY_STATE).chain([&OVER_LIMIT]).any(is_about);
    if found { selectors(&without_variables(expr)) } else { Vec::new() }
}

fn is_time(selector: &str) -> bool {
    TIME_BY_STATE.iter().any(|name| selector.starts_with(name))
}

/// True if one of the selectors is of several states without the unknown one, and none of `beside`
/// is of that.
fn forgets_unknown<'a>(mut selectors: impl Iterator<Item = &'a String>, beside: &[String]) -> bool {
    selectors.any(|it| {
        parts(it).is_some_and(|(family, state)| {
            leaves_out_unknown(state) && !asks_for_unknown(beside, family)
        })
    })
}

/// True for a share of time without the time in unknown states.
fn is_wrong_share(expr: &str) -> bool {
    let asked = about_states(expr);
    expr.contains(" / ") && forgets_unknown(asked.iter().filter(|it| is_time(it)), &asked)
}

/// Faults of shares and sums over several states.
fn sum_faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        let exprs = panel.targets().iter().filter_map(|it| it["expr"].as_str());
        let of_panel: Vec<String> = exprs.flat_map(about_states).collect();
        let mut fault =
            |what: &str| faults.push(format!("{}: {:?} {what}", board.file, panel.title()));
        for target in panel.targets() {
            let expr = target["expr"].as_str().unwrap_or_default();
            if is_wrong_share(expr) {
                fault("shows a share of time that leaves out unknown states");
            }
            let asked = about_states(expr);
            let is_share = asked.iter().any(|it| is_time(it) && it.contains(UNKNOWN));
            if is_share && target["instant"] == true && !shows_question_mark(panel, expr) {
                fault("does not show ? for a share of time with unknown states");
            }
            let of_agents =
                asked.iter().filter(|it| BY_STATE.iter().any(|name| it.starts_with(name)));
            let over_limit = asked.iter().any(|it| it.starts_with(OVER_LIMIT));
            if forgets_unknown(of_agents, &of_panel)
                || over_limit && !asks_for_unknown(&of_panel, "trio_agents")
            {
                fault("counts agents and leaves out those in an unknown state");
            }
        }
    }
    faults
}

#[test]
fn shares_and_sums_over_states_know_of_unknown_ones() {
    none(sum_faults);
    let rules = RuleFile::shipped(RECORDING);
    let shares: Vec<_> = rules.rules().filter(|it| it.name().contains("working_per")).collect();
    assert_eq!(shares.len(), 2);
    for rule in shares {
        assert!(!is_wrong_share(&rule.expr), "{} leaves out unknown states", rule.name());
        let spoilt = rule.expr.replace(UNKNOWN, "state=\"paused\"");
        assert!(is_wrong_share(&spoilt), "{spoilt}");
    }
}

#[test]
fn shares_and_sums_without_unknown_states_are_found() {
    finds(
        sum_faults,
        "trio-team",
        &[
            (
                |json| rewrite(json, "Groups", "state=\"unknown\"}[30m]", "state=\"paused\"}[30m]"),
                "\"Groups\" shows a share of time that leaves out unknown",
            ),
            (
                |json| {
                    let overrides = &mut panel(json, "Groups")["fieldConfig"]["overrides"];
                    overrides.as_array_mut().expect("a list").clear();
                },
                "\"Groups\" does not show ? for a share",
            ),
            (
                |json| rewrite(json, "Logged-on time by state", "logged_out", "logged_out|unknown"),
                "shows a share of time",
            ),
            (
                |json| rewrite(json, "Coverage", "state=\"unknown\"", "state=\"paused\""),
                "\"Coverage\" counts agents and leaves out",
            ),
            (
                |json| rewrite(json, "Over limit", "state=\"unknown\"", "state=\"paused\""),
                "\"Over limit\" counts agents and leaves out",
            ),
            (
                |json| {
                    ask(json, "sum(trio_agents{state=~\"busy|available\"})");
                    first(json)["targets"][0]["range"] = true.into();
                },
                "counts agents and leaves out",
            ),
        ],
    );
}

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        for target in panel.targets() {
            let expr = without_variables(target["expr"].as_str().unwrap_or_default());
            let asked = selectors(&expr);
            let available = asked.iter().filter(|it| {
                BY_STATE.iter().any(|name| it.starts_with(name)) && it.contains(AVAILABLE)
            });
            let mut fault =
                |what: &str| faults.push(format!("{}: {:?} {what}", board.file, panel.title()));
            for selector in available {
                if !asked.contains(&selector.replace(AVAILABLE, UNKNOWN)) {
                    fault("shows 0 available where states are unknown");
                } else if target["range"] == true {
                    if !expr.contains(" unless ") {
                        fault("draws a line where it is not known who is available");
                    }
                } else if !shows_question_mark(panel, &expr) {
                    fault("does not show ? where it is not known who is available");
                }
            }
        }
    }
    faults
}

/// The value -1 is shown as "?": by a value mapping, or in the text that is shown instead of the
/// value.
fn shows_question_mark(panel: Panel<'_>, expr: &str) -> bool {
    let maps = |mappings: &serde_json::Value| {
        let mut each = mappings.as_array().into_iter().flatten();
        each.any(|mapping| mapping["options"]["-1"]["text"] == "?")
    };
    let overridden = panel.overrides().any(|(member, value)| member == "mappings" && maps(value));
    let in_text = panel.0["options"]["textMode"] == "name"
        && expr.contains("\"?\"")
        && expr.contains("\"-1\"");
    overridden || maps(&panel.defaults()["mappings"]) || in_text
}

#[test]
fn unknown_states_are_never_shown_as_none_available() {
    none(faults);
}
