//! The files: written by one rule, so that a change shows as the change that it is.

use std::collections::BTreeSet;

use super::none;
use crate::dashboard::Board;

/// Members that only an export for another Grafana has, or that differ from Grafana to Grafana.
const FOREIGN: [&str; 3] = ["__inputs", "__requires", "__elements"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let json = &board.json;
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{}: {what}", board.file));
        }
    };
    must(
        board.text == canonical(board),
        "not as `serde_json` writes it: two spaces, keys in order, a newline",
    );
    must(json["schemaVersion"] == 39, "schemaVersion is not 39");
    must(json["editable"] == false, "it is editable");
    must(json["id"].is_null(), "it has the id of some Grafana");
    must(
        json["uid"] == format!("trio-{}", board.file.trim_end_matches(".json")),
        "uid and file name differ",
    );
    must(json["title"].as_str().is_some_and(|title| title.starts_with("Trio / ")), "the title");
    must(json["description"].as_str().is_some_and(|text| text.ends_with('.')), "no description");
    must(json["graphTooltip"] == 1, "no shared crosshair");
    must(json["refresh"].as_str().is_some_and(|text| !text.is_empty()), "it does not refresh");
    must(json["timepicker"]["refresh_intervals"].is_array(), "no choice of refresh intervals");
    let tags = json["tags"].to_string();
    must(tags.contains("\"trio\"") && tags.contains("\"contactcenter\""), "tags");
    must(!FOREIGN.iter().any(|member| board.text.contains(member)), "it needs the import wizard");
    faults
}

fn canonical(board: &Board) -> String {
    serde_json::to_string_pretty(&board.json).expect("JSON") + "\n"
}

#[test]
fn every_dashboard_imports_unchanged_and_is_written_by_one_rule() {
    none(faults);
}

#[test]
fn there_are_seven_dashboards_with_uids_of_their_own() {
    let boards = Board::shipped();
    let uids: BTreeSet<&str> = boards.iter().map(Board::uid).collect();
    let expected = ["agents", "exporter", "overview", "service", "service-level", "team", "wall"];
    let expected: BTreeSet<String> = expected.iter().map(|name| format!("trio-{name}")).collect();
    assert_eq!(uids, expected.iter().map(String::as_str).collect());
}
