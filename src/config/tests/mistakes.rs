//! Tests of the exact error message for a wrong value of each key.

use pretty_assertions::assert_eq;

use super::*;
use crate::config::agents::LIMITED_STATES;

/// Configurations as lines, and the message about each; its first lines explain the form.
const TABLE: &str = include_str!("mistakes.txt");

const DURATION: &str = "must be a duration with its unit, such as 5s, 500ms, 2m or 1h";
const SHARE: &str = "must be a share from 0 to 1, such as 0.8";

/// Returns configurations with one error each, and its message.
pub(super) fn all() -> Vec<(String, String)> {
    let mut all = table();
    all.extend(beside_the_table());
    all.extend(every_collector());
    all.extend(every_state());
    all.extend(every_class());
    all
}

#[test]
fn wrong_value_is_reported_with_position_and_remedy() {
    for (text, message) in all() {
        assert_eq!(errors("wrong", &text), [message], "{text}");
    }
}

fn table() -> Vec<(String, String)> {
    let lines: Vec<&str> =
        TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let rows = lines.chunks(2).map(|row| {
        let [line, message] = row else { panic!("no message: {row:?}") };
        let message = message.strip_prefix("> ").unwrap_or_else(|| panic!("no message: {message}"));
        match line.split_once(" =>") {
            Some((line, other)) => (with(line, other.trim()), format!("c.yml:{message}")),
            None => after(line, message),
        }
    });
    rows.collect()
}

/// Returns the valid file with one more line, and a message.
fn after(line: &str, message: &str) -> (String, String) {
    (format!("{VALID}{line}\n"), format!("c.yml:{message}"))
}

/// Returns errors of files without or with several targets, and of values that are too long.
fn beside_the_table() -> Vec<(String, String)> {
    let long = "x".repeat(201);
    let rule = format!("goals: {{services: [{{match: {{name: {long}}}, minimum_agents: 1}}]}}");
    let reasons = (0..51).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let rules = vec!["{match: {id: 1}, minimum_agents: 1}"; 501].join(", ");
    vec![
        (
            String::new(),
            "c.yml:1:1: targets: missing; name at least one Trio system to read".into(),
        ),
        (
            "targets: []\n".into(),
            "c.yml:1:10: targets: must name at least one Trio system to read".into(),
        ),
        after(
            &second_target("main"),
            "7:5: targets[1]: is called `main`, as another target is; give each a `name` of its own",
        ),
        (
            with("name: main", &format!("name: {long}")),
            "c.yml:2:11: targets[0].name: must not be longer than 200 characters".into(),
        ),
        after(&rule, "7:35: goals.services[0].match.name: must not be longer than 200 characters"),
        after(
            &format!("goals: {{services: [{rules}]}}"),
            "7:19: goals.services: must not have more than 500 rules; one pattern can mean many services",
        ),
        after(
            &format!("wallboards: [{{name: a, notice: {long}}}]"),
            "7:32: wallboards[0].notice: must not be longer than 200 characters",
        ),
        after(
            &format!("wallboards: [{}]", vec!["{name: a}"; 101].join(", ")),
            "7:13: wallboards: must not have more than 100 wallboards",
        ),
        after(
            &format!("agents: {{pause_reasons: [{long}]}}"),
            "7:26: agents.pause_reasons[0]: must not be longer than 200 characters",
        ),
        after(
            &format!("agents: {{pause_reasons: [{reasons}]}}"),
            "7:25: agents.pause_reasons: must not name more than 50 reasons",
        ),
    ]
}

fn every_collector() -> Vec<(String, String)> {
    let mistakes = Collector::ALL.into_iter().map(Collector::as_str).map(|name| {
        let before = format!("collectors: {{{name}: {{interval: ");
        let message = format!("7:{}: collectors.{name}.interval: {DURATION}", before.len() + 1);
        after(&format!("{before}soon}}}}"), &message)
    });
    mistakes.collect()
}

fn every_state() -> Vec<(String, String)> {
    let mistakes = LIMITED_STATES.into_iter().map(AgentState::as_str).map(|name| {
        let before = format!("agents: {{state_limits: {{{name}: ");
        let place = format!("7:{}: agents.state_limits.{name}", before.len() + 1);
        after(&format!("{before}10ms}}}}"), &format!("{place}: must be at least 1s"))
    });
    mistakes.collect()
}

/// Returns an error for each goal of each class, general ones and those of a rule.
fn every_class() -> Vec<(String, String)> {
    let keys = [
        ("wait_target", DURATION),
        ("level_target", SHARE),
        ("warning_after", DURATION),
        ("critical_after", DURATION),
        ("short_abandon", DURATION),
    ];
    let places =
        [("{", "}", "goals"), ("{services: [{match: {id: 1}, ", "}]}", "goals.services[0]")];
    let mut all = Vec::new();
    for class in CaseClass::ALL.map(CaseClass::as_str) {
        for ((key, message), (open, close, place)) in
            keys.iter().flat_map(|key| places.iter().map(move |place| (*key, *place)))
        {
            let before = format!("goals: {open}classes: {{{class}: {{{key}: ");
            let path = format!("{place}.classes.{class}.{key}");
            let message = format!("7:{}: {path}: {message}", before.len() + 1);
            all.push(after(&format!("{before}soon}}}}{close}"), &message));
        }
    }
    all
}
