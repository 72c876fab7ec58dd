//! Titles and descriptions are sentences that a reader understands at once.

use std::sync::LazyLock;

use regex::Regex;

use super::{none, planted::finds};
use crate::dashboard::Board;

/// A description is a sentence about the figure, not a question.
const QUESTION_WORDS: [&str; 9] =
    ["How", "What", "When", "Where", "Whether", "Which", "Who", "Whose", "Why"];

/// Expressions that read like a riddle or mean something else, each with the plain words.
const ODD: [(&str, &str); 3] = [
    (r"(?i)\b(one|\d+) \w+ an? (service|group|agent|reading|day|page)\b", "one … per …"),
    (r"(?i)\b(requests|calls|cases|agents) an? (second|minute|hour|day)\b", "… per …"),
    // Three months, if it is not a quarter of an hour.
    (r"\b(by|each|per) quarter\b", "per quarter of an hour"),
];

static ODD_WORDS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    ODD.map(|(pattern, instead)| (Regex::new(pattern).expect("a pattern"), instead)).into()
});

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        let mut fault =
            |what: String| faults.push(format!("{}: {:?} {what}", board.file, panel.title()));
        let description = panel.text("description");
        let first = description.split(|it: char| !it.is_alphabetic()).next().unwrap_or_default();
        if QUESTION_WORDS.contains(&first) {
            fault(format!("has a description that begins with {first:?}"));
        }
        for text in [panel.title(), description] {
            let text = text.replace("quarter of an hour", "15 minutes");
            for (pattern, instead) in ODD_WORDS.iter() {
                if let Some(found) = pattern.find(&text) {
                    fault(format!("says {:?}; write {instead}", found.as_str()));
                }
            }
        }
    }
    faults
}

#[test]
fn titles_and_descriptions_are_plain_sentences() {
    none(faults);
}

#[test]
fn odd_titles_and_descriptions_are_found() {
    finds(
        faults,
        "trio-wall",
        &[
            (
                |json| json["panels"][0]["description"] = "How many wait.".into(),
                "begins with \"How\"",
            ),
            (
                |json| json["panels"][0]["description"] = "One line a service.".into(),
                "One line a service",
            ),
            (|json| json["panels"][0]["title"] = "Requests a minute".into(), "Requests a minute"),
            (
                |json| json["panels"][0]["description"] = "New cases, by quarter.".into(),
                "per quarter of an hour",
            ),
        ],
    );
}
