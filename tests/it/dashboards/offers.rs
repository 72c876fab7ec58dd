//! Offers that ended in a pause: a figure about a contact centre, never about a person, a service
//! or a small group.

use serde_json::Value;

use super::none;
use crate::dashboard::{Board, Panel};

/// Changes from the state in which an agent's telephone rings.
const OFFERS: &str = "from=\"reserved\"";
/// With fewer agents the figure is about single persons: agent-seconds of five agents in an hour.
const ENOUGH_AGENTS: &str = "state!=\"logged_out\"}[1h]))) >= 5 * 3600";
/// Ends of offers: the name of the series, and the state.
const ENDS: [(&str, &str); 3] =
    [("ended in a pause", "paused"), ("taken", "busy"), ("state unknown", "unknown")];
/// Labels of smaller parts than a contact centre.
const SMALLER: [&str; 4] = ["agent_group", "agent_id", "service_id", "service_name"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        let targets = panel.targets().iter().filter_map(|target| target["expr"].as_str());
        let offers: Vec<&str> = targets.filter(|expr| expr.contains(OFFERS)).collect();
        if offers.is_empty() {
            continue;
        }
        let found = offers.iter().flat_map(|expr| query(expr)).chain(texts(panel));
        faults.extend(found.map(|fault| format!("{}: {:?} {fault}", board.file, panel.title())));
    }
    faults
}

fn query(expr: &str) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, fault| {
        if !holds {
            faults.push(fault);
        }
    };
    let changes = expr.match_indices("trio_agent_state_changes_total{").map(|(at, _)| &expr[at..]);
    let mut windows = changes.filter_map(|rest| rest.split_once('[')?.1.split_once(']'));
    must(windows.all(|(window, _)| window == "1h"), "counts offers in something else than an hour");
    must(expr.contains(ENOUGH_AGENTS), "is about single persons where few agents are logged on");
    must(!SMALLER.iter().any(|label| expr.contains(label)), "is about less than a contact centre");
    must(expr.contains("max by (target, contact_center) ("), "merges contact centres");
    faults
}

fn texts(panel: Panel<'_>) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if !panel.text("description").contains("lower bound") {
        faults.push("does not say that it is a lower bound");
    }
    for (name, state) in ENDS {
        let mut named = panel
            .targets()
            .iter()
            .filter(|it| it["legendFormat"] == format!("{name}{{{{where}}}}"));
        let ends = |it: &Value| {
            it["expr"].as_str().is_some_and(|expr| expr.contains(&format!("to=\"{state}\"")))
        };
        if !named.any(ends) {
            faults.push("does not show what other offers ended in");
        }
    }
    faults
}

#[test]
fn offers_that_ended_in_a_pause_are_about_a_contact_centre() {
    none(faults);
    let team = Board::with_uid("trio-team");
    assert!(team.text.contains("to=\\\"paused\\\""), "Team does not show them");
}
