//! Several contact centres and several Trio systems: names that differ, and no sum in silence.

use serde_json::Value;

use super::{OF_PERSONS, none};
use crate::dashboard::{Board, Panel};

/// The label with the centre in brackets; empty with a single centre.
const WHERE: &str = "group_left (where)";

/// Labels whose values two centres may share.
const NAMES: [&str; 3] = ["service_name", "agent_group", "service"];

/// Functions that merge centres.
const MERGING: [&str; 2] = ["sum", "avg"];

/// Words that say so.
const SAID: [&str; 3] = ["together", "all chosen", "each contact centre"];

/// Hidden fields by which a link to one service finds it.
const CARRIED: [&str; 3] = ["target", "contact_center", "service"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let panels =
        board.panels().into_iter().filter(|it| it.shows_data() && board.uid() != OF_PERSONS);
    let of_panels = panels.flat_map(|panel| {
        let found = names(panel).into_iter().chain(merged(panel)).chain(links(panel));
        found.map(move |fault| format!("{:?} {fault}", panel.title()))
    });
    let found = of_panels.chain(drop_down(board));
    found.map(|fault| format!("{}: {fault}", board.file)).collect()
}

fn exprs(panel: Panel<'_>) -> impl Iterator<Item = &str> {
    panel.targets().iter().filter_map(|it| it["expr"].as_str())
}

/// Options of the transformation that orders the columns of a table.
fn organize(panel: Panel<'_>) -> &Value {
    let all = panel.0["transformations"].as_array().into_iter().flatten();
    all.into_iter().find(|it| it["id"] == "organize").map_or(&Value::Null, |it| &it["options"])
}

/// True for a field that is there for a link and not shown.
fn is_hidden(panel: Panel<'_>, field: &str) -> bool {
    let all = panel.0["fieldConfig"]["overrides"].as_array().into_iter().flatten();
    let mine = all.filter(|it| it["matcher"]["options"] == field);
    let mut properties = mine.filter_map(|it| it["properties"].as_array()).flatten();
    properties.any(|it| it["id"] == "custom.hidden" && it["value"] == true)
}

fn names(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for target in panel.targets() {
        let expr = target["expr"].as_str().unwrap_or_default();
        let legend = target["legendFormat"].as_str().unwrap_or_default();
        for name in NAMES {
            if legend.contains(&format!("{{{{{name}}}}}")) && !expr.contains(WHERE) {
                faults.push(format!("shows {name} without its centre"));
            }
            // Sums by the name alone add up services of two centres; the name with its centre is
            // unique.
            for (at, by) in expr.match_indices(&format!("by ({name})")) {
                if !expr[at + by.len()..].trim_start_matches([' ', '(']).starts_with("label_join(")
                {
                    faults.push(format!("merges what has the same {name} in two centres"));
                }
            }
        }
    }
    if panel.kind() == "table" {
        let order = &organize(panel)["indexByName"];
        let excluded = &organize(panel)["excludeByName"];
        let shown =
            |name: &str| order[name].is_u64() && excluded[name] != true && !is_hidden(panel, name);
        for name in NAMES.into_iter().filter(|name| shown(name)) {
            if !exprs(panel).any(|expr| expr.contains(WHERE)) {
                faults.push(format!("shows {name} without its centre"));
            }
        }
    }
    faults
}

/// Sums and means that have no contact centre any more are said to be of all.
fn merged(panel: Panel<'_>) -> Option<String> {
    let text = panel.text("description").to_lowercase();
    let said = SAID.iter().any(|word| text.contains(word));
    (!said && exprs(panel).any(merges))
        .then(|| "adds up or averages contact centres in silence".to_owned())
}

/// True if a sum or a mean of series of contact centres keeps no label that tells them apart.
fn merges(expr: &str) -> bool {
    MERGING.iter().any(|function| {
        expr.match_indices(function).any(|(at, _)| {
            let is_word = !expr[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let rest = &expr[at + function.len()..];
            let (by, operand) =
                match rest.strip_prefix(" by (").and_then(|rest| rest.split_once(')')) {
                    Some((by, operand)) => (by, operand),
                    None => ("", rest),
                };
            let Some(operand) = operand.trim_start().strip_prefix('(') else { return false };
            let end = closing(operand);
            is_word
                && !by.contains("contact_center")
                && operand[..end].contains("contact_center=~\"$contact_center\"")
        })
    })
}

/// Position of the bracket that closes the one before `text`.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// A link from a row to its service carries the system and the centre of the row.
fn links(panel: Panel<'_>) -> Vec<String> {
    let of_fields =
        panel.overrides().filter(|(member, _)| *member == "links").map(|(_, value)| value);
    let links = of_fields.filter_map(Value::as_array).flatten();
    let to_one =
        links.filter_map(|it| it["url"].as_str()).filter(|url| url.contains("${__data.fields."));
    let mut faults = Vec::new();
    for url in to_one {
        for name in CARRIED {
            let given = url.contains(&format!("var-{name}=${{__data.fields."));
            if !given {
                faults.push(format!("links to a service without its {name}"));
            }
        }
        let excluded = &organize(panel)["excludeByName"];
        for field in
            url.split("${__data.fields.").skip(1).filter_map(|part| part.split([':', '}']).next())
        {
            if excluded[field] == true {
                faults.push(format!("links by {field}, which is no field of the table"));
            }
        }
    }
    faults
}

/// The drop-down of contact centres shows names and gives ids.
fn drop_down(board: &Board) -> Option<String> {
    let variable = board.variables().iter().find(|it| it["name"] == "contact_center")?;
    let regex = variable["regex"].as_str().unwrap_or_default();
    let named = regex.contains("contact_center=\"(?<value>")
        && regex.contains("contact_center_name=\"(?<text>");
    // The Prometheus of the persons has no series with the name of a centre.
    (!named && board.uid() != OF_PERSONS)
        .then(|| "the drop-down shows ids of contact centres".to_owned())
}

#[test]
fn contact_centers_are_told_apart_and_not_merged_in_silence() {
    none(faults);
}
