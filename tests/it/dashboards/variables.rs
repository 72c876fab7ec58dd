//! Variables: each that is used is there, each that is there is used, and all boards have the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{OF_PERSONS, none};
use crate::{
    dashboard::{Board, Question, Variable},
    promql::{uses, without_variables},
};

/// The board of long ranges, which takes the options from the time shown.
const OF_MONTHS: &str = "trio-service-level";

/// Leaves out agents who are logged out, or no one.
const SWITCH: &str = "hidden_state";

pub(super) fn faults(board: &Board) -> Vec<String> {
    let names: BTreeSet<&str> = board.variable_names().into_iter().collect();
    let used = used(board);
    let mut faults: Vec<String> = Vec::new();
    faults.extend(
        used.iter()
            .filter(|name| !names.contains(&***name))
            .map(|name| format!("there is no ${name}")),
    );
    faults.extend(
        names
            .iter()
            .filter(|name| !used.contains(**name))
            .map(|name| format!("${name} is not used")),
    );
    faults.extend(
        board.variables().iter().flat_map(|variable| variable_faults(variable, source(board))),
    );
    let range = if board.uid() == OF_MONTHS { "[$__range]" } else { "[1d]" };
    faults.extend(
        board.variables().iter().filter_map(|variable| forgetful(Variable(variable), range)),
    );
    faults.into_iter().map(|fault| format!("{}: {fault}", board.file)).collect()
}

/// Every series that gives options is looked for in a `range`, so that the options stay during an
/// outage.
fn forgetful(variable: Variable<'_>, range: &str) -> Option<String> {
    let fault = || Some(format!("${} forgets its options in an outage", variable.name()));
    let expr = match variable.question()? {
        Question::QueryResult { expr } => expr,
        // It gives what was there at some time of the day that is shown, which may be a minute old.
        Question::LabelValues { .. } => return fault(),
    };
    let Ok(uses) = uses(&without_variables(&expr)) else { return fault() };
    let looks_back = uses.iter().all(|(_, function)| *function == Some("last_over_time"));
    if looks_back && expr.matches(range).count() == uses.len() { None } else { fault() }
}

/// The variable that chooses the data source.
fn source(board: &Board) -> &'static str {
    if board.uid() == OF_PERSONS { "prometheus_datasource" } else { "datasource" }
}

fn variable_faults(variable: &Value, source: &str) -> Vec<String> {
    let name = variable["name"].as_str().unwrap_or_default();
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("${name} {what}"));
        }
    };
    must(variable["label"].as_str().is_some_and(|label| !label.is_empty()), "has no label");
    must(
        variable["description"].as_str().is_some_and(|text| !text.is_empty()),
        "has no description",
    );
    if variable["type"] == "datasource" {
        must(
            name == source && variable["query"] == "prometheus",
            "is no data source of this board",
        );
    } else if name == SWITCH {
        // Escaped as one word of a regular expression only if one value can be chosen.
        must(variable["type"] == "custom" && variable["multi"] == false, "is no switch");
    } else {
        must(variable["multi"] == true && variable["includeAll"] == true, "takes only one value");
    }
    if variable["type"] == "query" {
        must(variable["datasource"]["uid"] == format!("${{{source}}}"), "asks another data source");
        must(variable["refresh"] == 2, "does not follow the time that is shown");
    }
    if name == "job" || name == "instance" {
        must(variable["allValue"] == ".+", "has a long list for all");
    }
    faults
}

/// The names in `$name`, `${name}` and `${name:format}` anywhere on the board, without Grafana's
/// own.
fn used(board: &Board) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for part in board.text.split('$').skip(1) {
        let part = part.strip_prefix('{').unwrap_or(part);
        let name: String =
            part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        // `$1` names a group of `label_replace`.
        let is_group = name.bytes().all(|byte| byte.is_ascii_digit());
        if !is_group && !name.starts_with("__") {
            used.insert(name);
        }
    }
    used
}

#[test]
fn variables_that_are_used_are_there_and_those_that_are_there_are_used() {
    none(faults);
}

#[test]
fn the_boards_of_the_contact_centre_have_the_same_variables() {
    let names = |uid| {
        Board::with_uid(uid).variable_names().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let expected = [
        "datasource",
        "job",
        "instance",
        "target",
        "contact_center",
        "service_group",
        "service",
        "case_class",
    ];
    for uid in ["trio-overview", "trio-service", "trio-team", "trio-service-level", "trio-wall"] {
        assert_eq!(names(uid), expected, "{uid}");
    }
}

#[test]
fn people_on_the_line_are_chosen_to_begin_with() {
    let overview = Board::with_uid("trio-overview");
    let class = overview
        .variables()
        .iter()
        .find(|variable| variable["name"] == "case_class")
        .expect("a class");
    assert_eq!(class["current"]["value"], serde_json::json!(["voice", "chat"]));
}
