//! Texts of each panel: its meaning, its unit, and the text for a missing value.

use std::collections::BTreeSet;

use super::none;
use crate::dashboard::{Board, Panel};

/// The units that the boards use, by Grafana's ids.
const UNITS: [&str; 10] =
    ["bytes", "d", "dthms", "locale", "none", "percentunit", "reqpm", "reqps", "s", "text"];

/// Kinds of panels that we know how to hold.
const KINDS: [&str; 10] = [
    "barchart",
    "bargauge",
    "heatmap",
    "row",
    "stat",
    "state-timeline",
    "status-history",
    "table",
    "text",
    "timeseries",
];

/// Kinds in which a line could be drawn over a gap.
const OVER_TIME: [&str; 2] = ["state-timeline", "timeseries"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let panels = board.panels();
    let ids: BTreeSet<u64> = panels.iter().filter_map(|panel| panel.0["id"].as_u64()).collect();
    let mut faults = Vec::new();
    if ids.len() != panels.len() {
        faults.push(format!("{}: ids of panels are missing or not their own", board.file));
    }
    let mut titles = BTreeSet::new();
    for panel in panels {
        let mut must = |holds: bool, what: &str| {
            if !holds {
                faults.push(format!("{}: {:?} {what}", board.file, panel.title()));
            }
        };
        must(KINDS.contains(&panel.kind()), "is of a kind that no test knows");
        must(titles.insert(panel.title()) && !panel.title().is_empty(), "has no title of its own");
        if panel.kind() != "row" {
            must(explains(panel), "does not explain itself in whole sentences");
        }
        if panel.shows_data() {
            must(
                panel.text("description").contains("Source"),
                "does not say where its figures come from",
            );
            must(
                panel.0["datasource"] == panel.targets()[0]["datasource"],
                "has another data source than its query",
            );
            must(unit(panel), "has no unit that is known here");
            must(
                says_that_nothing_is_known(panel),
                "does not say what it means when there is nothing",
            );
            must(no_gap_is_closed(panel), "draws a line over gaps");
            must(refs(panel), "has two queries of one name");
        }
    }
    faults
}

fn explains(panel: Panel<'_>) -> bool {
    let text = panel.text("description");
    text.len() >= 20 && text.ends_with('.')
}

fn unit(panel: Panel<'_>) -> bool {
    let overridden =
        panel.overrides().filter(|(member, _)| *member == "unit").map(|(_, value)| value);
    // Names and ids in a table have none: "1001" would become "1,001".
    let own = [&panel.defaults()["unit"]]
        .into_iter()
        .filter(|unit| panel.kind() != "table" || !unit.is_null());
    let mut all = overridden.chain(own);
    all.all(|unit| {
        unit.as_str().is_some_and(|unit| UNITS.contains(&unit) || unit.starts_with("suffix:"))
    })
}

/// A text, and none that looks like a number: what is not known is not 0.
fn says_that_nothing_is_known(panel: Panel<'_>) -> bool {
    let text = panel.defaults()["noValue"].as_str().unwrap_or_default();
    !text.is_empty() && text.parse::<f64>().is_err()
}

fn no_gap_is_closed(panel: Panel<'_>) -> bool {
    let closed = |(member, value): (&str, &serde_json::Value)| {
        member.ends_with("spanNulls") && value != false
    };
    let drawn =
        !OVER_TIME.contains(&panel.kind()) || panel.defaults()["custom"]["spanNulls"] == false;
    drawn && !panel.overrides().any(closed)
}

fn refs(panel: Panel<'_>) -> bool {
    let refs: BTreeSet<&str> =
        panel.targets().iter().filter_map(|it| it["refId"].as_str()).collect();
    refs.len() == panel.targets().len()
}

#[test]
fn panels_describe_meaning_source_and_missing_values() {
    none(faults);
}
