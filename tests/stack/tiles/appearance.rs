//! The appearance of a panel in a few words: colours, and texts with `#` for each number.

use std::collections::BTreeSet;

use regex::Regex;

use crate::dashboard::display::{Shown, Table, Tile};

/// Returns the words for a panel.
pub(super) fn appearance(shown: &Shown) -> String {
    match shown {
        Shown::Tiles(tiles) => tiles.iter().map(of_tile).collect::<Vec<_>>().join(" | "),
        Shown::Table(table) => of_table(table),
    }
}

fn of_tile(tile: &Tile) -> String {
    format!("{}: {}", tile.meaning().as_str(), without_numbers(&tile.text))
}

/// Number of rows, and the colours in each coloured column.
fn of_table(table: &Table) -> String {
    if let Some(message) = &table.message {
        return format!("message: {}", without_numbers(message));
    }
    let mut words = vec![format!("{} rows", table.rows.len())];
    for (at, column) in table.columns.iter().enumerate() {
        let colored = table.rows.iter().map(|row| &row[at]).filter(|cell| cell.color.is_some());
        let colors: BTreeSet<&str> = colored.map(|cell| cell.meaning().as_str()).collect();
        if !colors.is_empty() {
            words.push(format!("{column} {}", Vec::from_iter(colors).join("+")));
        }
    }
    words.join(", ")
}

/// Numbers with their unit of time, which grows with the number.
fn without_numbers(text: &str) -> String {
    let number = Regex::new(r"-?\d+(?:[.,:]\d+)*(?: (?:ns|µs|ms|s|mins|hours|days?|K|Mil)\b)?");
    number.expect("a regular expression").replace_all(text, "#").replace(['\t', '\n'], " ")
}
