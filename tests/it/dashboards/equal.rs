//! Variables, header strip and annotations are the same on every board that has them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{OF_PERSONS, WITH_STRIP, none};
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
