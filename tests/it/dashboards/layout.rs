//! The grid of panels: 24 columns, every cell covered once, the header strip on top.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{WITH_STRIP, none};
use crate::dashboard::{Board, Panel};

const COLUMNS: u64 = 24;

/// Titles of the header strip, from left to right.
const STRIP: [&str; 5] = ["Data age", "Measured", "Accuracy", "Simulated", "Active alerts"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let outer = board.json["panels"].as_array().expect("panels");
    let mut faults = covered(outer, 0);
    for row in outer.iter().filter(|panel| panel["type"] == "row") {
        let inner = row["panels"].as_array().expect("panels of a row");
        let collapsed = row["collapsed"] == true;
        if collapsed == inner.is_empty() {
            faults
                .push(format!("{}: collapsed rows hold their panels, others do not", row["title"]));
        }
        faults.extend(covered(inner, row["gridPos"]["y"].as_u64().unwrap_or_default() + 1));
    }
    if WITH_STRIP.contains(&board.uid()) && strip(board) != STRIP {
        faults.push(format!("it begins with {:?}, not with the header strip", strip(board)));
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", board.file)).collect()
}

fn strip(board: &Board) -> Vec<&str> {
    let on_top = |panel: &Panel<'_>| panel.0["gridPos"]["y"] == 0 && panel.0["gridPos"]["h"] == 2;
    board.panels().into_iter().filter(on_top).map(Panel::title).collect()
}

/// Cells of `panels` that are covered twice or not at all, from the line `top` on.
fn covered(panels: &[Value], top: u64) -> Vec<String> {
    let mut cells: BTreeMap<(u64, u64), &str> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut bottom = top;
    for panel in panels.iter().map(Panel) {
        let [x, y, w, h] = ["x", "y", "w", "h"]
            .map(|member| panel.0["gridPos"][member].as_u64().expect("a place"));
        if w == 0 || h == 0 || x + w > COLUMNS || y < top {
            faults.push(format!("{:?} is outside", panel.title()));
            continue;
        }
        bottom = bottom.max(y + h);
        for cell in (y..y + h).flat_map(|line| (x..x + w).map(move |column| (line, column))) {
            if let Some(other) = cells.insert(cell, panel.title()) {
                faults.push(format!("{:?} covers {other:?}", panel.title()));
                break;
            }
        }
    }
    let all = (top..bottom).flat_map(|line| (0..COLUMNS).map(move |column| (line, column)));
    let hole = all.into_iter().find(|cell| !cells.contains_key(cell));
    faults.extend(hole.map(|(line, column)| format!("a hole in line {line}, column {column}")));
    faults
}

#[test]
fn panels_cover_all_columns_without_overlap_or_hole() {
    none(faults);
}

#[test]
fn the_wall_fits_a_screen_and_shows_six_numbers_at_most() {
    let wall = Board::with_uid("trio-wall");
    let numbers = wall.panels().iter().filter(|panel| panel.kind() == "stat").count();
    assert!(numbers <= 6, "{numbers} numbers");
    let lines = wall.panels().into_iter().map(|panel| {
        let place = &panel.0["gridPos"];
        place["y"].as_u64().unwrap_or_default() + place["h"].as_u64().unwrap_or_default()
    });
    // A line is 38 pixels high, 1080 of them on the screen; the rest is Grafana's own in kiosk
    // mode.
    assert!(lines.max().is_some_and(|lines| lines <= 26), "it does not fit");
}
