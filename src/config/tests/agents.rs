//! Tests of the section `agents`.

use pretty_assertions::assert_eq;

use super::*;
use crate::model::{AgentState, GroupSelection, Pattern};

/// Returns the settings of the sample file, of which some are not defaults.
pub(super) fn sample_settings() -> tally::Settings {
    let mut state_limits = tally::StateLimits::default();
    for (state, limit) in
        [(AgentState::Reserved, 30), (AgentState::WrapUp, 180), (AgentState::Paused, 2700)]
    {
        state_limits[state.index()] = Some(Duration::from_secs(limit));
    }
    let pause_reasons = ["Lunch".into(), "Fika".into()].into();
    let groups = Arc::new(selection(&["Kundtjänst", "Lag*"], &["Facket"]));
    tally::Settings { state_limits, pause_reasons, groups, ..tally::Settings::default() }
}

fn selection(allow: &[&str], deny: &[&str]) -> GroupSelection {
    let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect();
    GroupSelection { allow: patterns(allow), deny: patterns(deny) }
}

#[test]
fn limits_and_reasons_are_read_and_default_to_none() {
    let config = load_text("agents", VALID).expect("valid");
    assert_eq!(
        (config.tally.state_limits, config.tally.pause_reasons.len()),
        (Default::default(), 0)
    );
    let agents = "agents: {state_limits: {wrap_up: 3m, paused: 45m, reserved: 30s}, pause_reasons: [Lunch, ' Fika ']}";
    let config = load_text("agents", &format!("{VALID}{agents}\n")).expect("valid");
    assert_eq!(config.tally, tally::Settings { groups: Arc::default(), ..sample_settings() });
    let config =
        load_text("agents", &format!("{VALID}agents: {{pause_reasons: 7}}\n")).expect("valid");
    assert_eq!(config.tally.pause_reasons.join("|"), "7");
}

#[test]
fn groups_are_chosen_by_patterns_and_default_to_all() {
    let config = load_text("agents", VALID).expect("valid");
    assert!(config.tally.groups.is_everything());
    let agents = "agents: {groups: {allow: [Lag*, 7], deny: Facket}}";
    let config = load_text("agents", &format!("{VALID}{agents}\n")).expect("valid");
    assert_eq!(*config.tally.groups, selection(&["Lag*", "7"], &["Facket"]));
}

pub(super) fn mistakes() -> Vec<(String, String)> {
    let reasons = |reasons: &str| format!("{VALID}agents: {{pause_reasons: {reasons}}}\n");
    let many = (0..51).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let table = [
        (
            format!("{VALID}agents: {{identity: nmae}}\n"),
            "c.yml:7:20: agents.identity: unknown identity; did you mean `name`?",
        ),
        (
            format!("{VALID}agents: {{identity: hash}}\n"),
            "c.yml:7:9: agents.identity: `hash` needs a key: put 32 random characters into a file and name it in agents.hash_key_file",
        ),
        (
            format!("{VALID}agents: {{min_group_size: 0}}\n"),
            "c.yml:7:26: agents.min_group_size: must be a whole number from 1 to 1000",
        ),
        (
            format!("{VALID}agents: {{state_limits: {{wrapup: 3m}}}}\n"),
            "c.yml:7:25: agents.state_limits.wrapup: unknown agent state with a limit; did you mean `wrap_up`?",
        ),
        (
            format!("{VALID}agents: {{state_limits: {{logged_out: 3m}}}}\n"),
            "c.yml:7:25: agents.state_limits.logged_out: unknown agent state with a limit; known here: available, reserved, busy, wrap_up, paused",
        ),
        (
            format!("{VALID}agents: {{state_limits: {{paused: 45}}}}\n"),
            "c.yml:7:33: agents.state_limits.paused: must be a duration with its unit, such as 5s, 500ms, 2m or 1h",
        ),
        (
            format!("{VALID}agents: {{state_limits: {{paused: 1ms}}}}\n"),
            "c.yml:7:33: agents.state_limits.paused: must be at least 1s",
        ),
        (
            reasons("[Fika, ' fika ']"),
            "c.yml:7:32: agents.pause_reasons[1]: is named twice; upper and lower case make no difference",
        ),
        (
            reasons("Other"),
            "c.yml:7:25: agents.pause_reasons: is the word for all reasons that are not in this list; leave it out",
        ),
        (
            reasons(&format!("[{}]", "x".repeat(201))),
            "c.yml:7:26: agents.pause_reasons[0]: must not be longer than 200 characters",
        ),
        (reasons("[{a: b}]"), "c.yml:7:26: agents.pause_reasons[0]: must be a text"),
        (
            reasons(&format!("[{many}]")),
            "c.yml:7:25: agents.pause_reasons: must not name more than 50 reasons",
        ),
        (
            format!("{VALID}agents: {{groups: {{alow: [Lag]}}}}\n"),
            "c.yml:7:19: agents.groups.alow: unknown key; did you mean `allow`?",
        ),
        (
            format!("{VALID}agents: {{groups: {{deny: []}}}}\n"),
            "c.yml:7:25: agents.groups.deny: must name at least one agent group; if there is none, remove the key",
        ),
        (
            format!("{VALID}agents: {{groups: {{allow: ['', x]}}}}\n"),
            "c.yml:7:27: agents.groups.allow[0]: must not be empty",
        ),
        (
            format!("{VALID}metrics: {{keep_counters: 1s}}\n"),
            "c.yml:7:26: metrics.keep_counters: must be at least 60s",
        ),
    ];
    table.into_iter().map(|(text, message)| (text, message.to_owned())).collect()
}
