//! Controls above the panels: few of them. The wall has none, and fills its screen.

use serde_json::Value;

use super::none;
use crate::dashboard::Board;

/// The board of the exporter's operators, who choose between exporters.
const OF_OPERATORS: &str = "trio-exporter";
const WALL: &str = "trio-wall";

/// Part of an address that hides all controls of the wall and stretches its panels to the screen.
const KIOSK: &str = "kiosk&autofitpanels&_dash.hideVariables&_dash.hideLinks&_dash.hideTimePicker";

/// `hide` of a variable that has neither a label nor a box: it can still be set in the address.
const HIDDEN: u64 = 2;

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for name in ["job", "instance"] {
        let variable = board.variables().iter().find(|it| it["name"] == name);
        let expected = if board.uid() == OF_OPERATORS { 0 } else { HIDDEN };
        if variable.is_some_and(|it| it["hide"] != expected || it["skipUrlSync"] != false) {
            faults.push(format!("${name} has not hide {expected}, or not an address of its own"));
        }
    }
    let links = board.json["links"].as_array().map_or(0, Vec::len);
    if links != 1 || board.json["links"][0]["asDropdown"] != true {
        faults.push("its links are not in one drop-down".to_owned());
    }
    let switches = board.annotations().iter().filter(|it| it["hide"] != true).count();
    if switches > 1 {
        faults.push(format!("{switches} switches for annotations"));
    }
    if board.uid() == WALL {
        faults.extend(wall(board));
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", board.file)).collect()
}

/// Grafana fits the text to the panel only where no size is set.
fn wall(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        if !matches!(panel.0["options"]["text"], Value::Null) {
            faults.push(format!("{:?} has a fixed text size", panel.title()));
        }
    }
    let stats = board.panels().into_iter().filter(|it| it.kind() == "stat");
    let mut legends =
        stats.flat_map(|it| it.targets()).filter_map(|it| it["legendFormat"].as_str());
    if !legends.any(|it| it == "{{service_name}}") {
        faults.push("it does not name the worst service".to_owned());
    }
    if !board.json["description"].as_str().is_some_and(|text| text.contains(KIOSK)) {
        faults.push("its description does not give the address for a screen".to_owned());
    }
    faults
}

#[test]
fn boards_have_few_controls_and_the_wall_has_none() {
    none(faults);
}

#[test]
fn the_document_gives_the_address_of_the_wall() {
    let page = include_str!("../../../docs/grafana.md");
    assert!(
        page.contains(&format!("/d/trio-wall?{KIOSK}")),
        "docs/grafana.md does not say {KIOSK}"
    );
}
