//! The runbooks: one for each alert, and none for alerts that there are not.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;

use super::alert_names;

const RUNBOOKS: &str = include_str!("../../../docs/runbooks.md");

/// Parts of each runbook.
const PARTS: [&str; 3] = ["**What it means.**", "**Where to look.**", "**What to do.**"];

fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = RUNBOOKS.split("\n### ").skip(1);
    sections.map(|section| section.split_once('\n').expect("a heading and a text"))
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let headings: BTreeSet<String> =
        sections().map(|(heading, _)| heading.trim().to_owned()).collect();
    assert_eq!(headings, alert_names());
}

#[test]
fn every_runbook_tells_what_it_means_where_to_look_and_what_to_do() {
    for (heading, text) in sections() {
        for part in PARTS {
            assert!(text.contains(part), "{heading} lacks {part}");
        }
    }
}
