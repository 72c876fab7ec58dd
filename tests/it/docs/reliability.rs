//! The tables of faults: each row names a test that there is, and every kind of random fault has a
//! row.

use std::{fs, path::Path};

use super::{document, nothing_in};

/// Returns all sources below a folder as one text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
    text
}

#[test]
fn every_fault_has_a_row_and_every_row_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = sources(&root.join("src")) + &sources(&root.join("tests"));
    let faults = fs::read_to_string(root.join("tests/faults/server.rs")).expect("a source");
    let (_, kinds) = faults.split_once("pub(crate) enum Fault {").expect("the kinds");
    let (kinds, _) = kinds.split_once('}').expect("their end");
    let kinds: Vec<&str> = kinds
        .lines()
        .map(|line| line.trim().trim_end_matches(','))
        .filter(|it| !it.is_empty())
        .collect();
    let page = document("docs/reliability.md").text;
    let mut problems = Vec::new();
    let mut shown = Vec::new();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| fault |"));
    for row in rows.filter(|row| !row.starts_with("| ---")) {
        let cell = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        if names.is_empty() {
            problems.push(format!("no test: {row}"));
        }
        for name in names {
            let is_test = sources.contains(&format!("fn {name}("));
            if !is_test && !kinds.contains(&name) {
                problems.push(format!("no such test: {name}"));
            }
            shown.push(name);
        }
    }
    assert!(shown.len() > 40, "{shown:?}");
    let without = kinds.iter().filter(|kind| !shown.contains(kind));
    problems.extend(without.map(|kind| format!("no row for {kind}")));
    nothing_in(&problems);
}
