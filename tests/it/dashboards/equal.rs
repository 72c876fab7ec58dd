//! Variables, header strip and annotations are the same on every board that has them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{OF_PERSONS, WITH_STRIP, none, planted::finds};
use crate::dashboard::Board;

/// The board that the others are compared with.
const FIRST: &str = "trio-overview";

/// The board of long ranges takes the options of its variables from the time shown, the others from
/// the last day.
const OF_MONTHS: &str = "trio-service-level";
/// The operators' board shows job and instance, and marks only their alerts.
const OF_OPERATORS: &str = "trio-exporter";

/// Variables that the board of persons has of its own: its Prometheus has other series.
const OF_ITS_OWN: [&str; 1] = ["contact_center"];

/// Members of a tile of the strip that depend on the board it is on.
const OF_THE_BOARD: [&str; 2] = ["id", "gridPos"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let first = Board::with_uid(FIRST);
    let mut faults = Vec::new();
    for (kind, of) in [
        ("variable", variables as fn(&Board) -> Parts),
        ("annotation", annotations),
        ("tile", strip),
    ] {
        let (expected, found) = (of(&first), of(board));
        for (name, part) in &found {
            let Some(same) = expected.get(name) else { continue };
            if let Some(difference) = difference(same, part) {
                faults
                    .push(format!("the {kind} {name} differs from that of {FIRST}: {difference}"));
            }
        }
        let all = WITH_STRIP.contains(&board.uid());
        let missing = expected.keys().filter(|name| all && !found.contains_key(*name));
        faults.extend(missing.map(|name| format!("there is no {kind} {name}")));
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", board.file)).collect()
}

type Parts = BTreeMap<String, Value>;

/// Variables by name, without the differences that the boards are meant to have.
fn variables(board: &Board) -> Parts {
    let mut parts = Parts::new();
    for variable in board.variables() {
        let name = variable["name"].as_str().unwrap_or_default().to_owned();
        let mut text = variable.to_string();
        if board.uid() == OF_MONTHS {
            text = text.replace("[$__range]", "[1d]");
        }
        if board.uid() == OF_PERSONS {
            if OF_ITS_OWN.contains(&&*name) {
                continue;
            }
            text = text
                .replace("${prometheus_datasource}", "${datasource}")
                .replace("trio_agent_info", "trio_up");
        }
        let mut variable: Value = serde_json::from_str(&text).expect("JSON");
        if board.uid() == OF_OPERATORS && matches!(&*name, "job" | "instance") {
            variable["hide"] = 2.into();
        }
        parts.insert(name, variable);
    }
    parts
}

fn annotations(board: &Board) -> Parts {
    let named = board.annotations().iter().map(|it| {
        let mut text = it.to_string();
        if board.uid() == OF_OPERATORS {
            text = text.replace(", audience=\\\"ops\\\"", "");
        }
        (
            it["name"].as_str().unwrap_or_default().to_owned(),
            serde_json::from_str(&text).expect("JSON"),
        )
    });
    named.collect()
}

/// Tiles of the header strip by title. The wall has one of them, larger.
fn strip(board: &Board) -> Parts {
    if !WITH_STRIP.contains(&board.uid()) {
        return Parts::new();
    }
    let on_top = board.panels().into_iter().filter(|it| it.0["gridPos"]["y"] == 0);
    let named = on_top.map(|panel| {
        let mut part = panel.0.clone();
        let members = part.as_object_mut().expect("a panel");
        members.retain(|member, _| !OF_THE_BOARD.contains(&&**member));
        (panel.title().to_owned(), part)
    });
    named.collect()
}

/// The first member in which two parts differ, with both values.
fn difference(expected: &Value, found: &Value) -> Option<String> {
    if expected == found {
        return None;
    }
    let (Value::Object(expected), Value::Object(found)) = (expected, found) else {
        return Some(format!("{found}, not {expected}"));
    };
    let names = expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name)));
    names.into_iter().find_map(|name| {
        let of = |parts: &serde_json::Map<String, Value>| {
            parts.get(name).cloned().unwrap_or(Value::Null)
        };
        difference(&of(expected), &of(found)).map(|inner| format!("{name}: {inner}"))
    })
}

#[test]
fn variables_strip_and_annotations_are_equal_between_boards() {
    none(faults);
}

/// Boards that show the result of the time shown, with its tiles.
const RESULTS: [(&str, &[&str]); 3] = [
    ("trio-overview", &["Lost", "Service level"]),
    ("trio-service-level", &["Service level"]),
    ("trio-wall", &["Answered", "Service level"]),
];
/// The board that the others are compared with.
const OF_RESULTS: &str = "trio-service";
/// The bounds, which the wall leaves out: they cannot be read from five metres.
const BOUNDS: &str = "\u{a0}({{low}}–{{high}})";

/// Results that differ from those of the first board.
fn other_results(board: &Board) -> Vec<String> {
    let of = |board: &Board, title: &str| {
        let panels = board.panels();
        let tile = panels.iter().find(|it| it.title() == title).expect("a tile").0;
        let targets = tile["targets"].to_string().replace(BOUNDS, "");
        json!({"fieldConfig": tile["fieldConfig"], "targets": targets})
    };
    let first = Board::with_uid(OF_RESULTS);
    let titles = RESULTS.iter().find(|(uid, _)| *uid == board.uid()).map_or(&[][..], |it| it.1);
    let differing = titles.iter().filter_map(|title| {
        let difference = difference(&of(&first, title), &of(board, title))?;
        Some(format!("{}: {title} differs from that of {OF_RESULTS}: {difference}", board.file))
    });
    differing.collect()
}

#[test]
fn service_level_and_lost_are_the_same_on_all_boards() {
    none(other_results);
}

#[test]
fn results_that_differ_between_boards_are_found() {
    finds(
        other_results,
        "trio-wall",
        &[
            (|json| query(json, "[1d]", "[1h]"), "Service level differs"),
            (|json| query(json, ">= 30", ">= 20"), "Service level differs"),
        ],
    );
}

/// Replaces a part of the first query of the service level on the wall.
fn query(json: &mut Value, from: &str, to: &str) {
    let mut panels = json["panels"].as_array_mut().expect("panels").iter_mut();
    let tile = panels.find(|it| it["title"] == "Service level").expect("a tile");
    let expr = tile["targets"][0]["expr"].as_str().expect("a query");
    assert!(expr.contains(from), "{expr}");
    tile["targets"][0]["expr"] = expr.replace(from, to).into();
}

#[test]
fn the_age_of_the_data_on_the_wall_is_that_of_the_strip() {
    let of = |uid: &str| {
        let board = Board::with_uid(uid);
        let panels = board.panels();
        let tile = panels.iter().find(|it| it.title() == "Data age").expect("a tile");
        (tile.0["fieldConfig"].clone(), tile.0["targets"].clone())
    };
    assert_eq!(of("trio-wall"), of(FIRST));
}
