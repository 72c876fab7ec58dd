//! Agents in an unknown state: "0 available" is shown only where no state is unknown.

use super::none;
use crate::{
    dashboard::{Board, Panel},
    promql::{selectors, without_variables},
};

/// Numbers of agents by state, as our words for the states give them.
const BY_STATE: [&str; 3] =
    ["trio_agent_group_agents{", "trio_agents{", "trio_service_skilled_agents{"];
const AVAILABLE: &str = "state=\"available\"";
const UNKNOWN: &str = "state=\"unknown\"";

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
