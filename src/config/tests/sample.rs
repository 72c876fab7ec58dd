//! Tests of the sample file, which explains every key.

use pretty_assertions::assert_eq;

use super::*;
use crate::model::ServiceGoals;

pub(super) const SAMPLE: &str = include_str!("../../../deploy/trio-exporter.yml");

/// Returns the sample with every key that is commented out put into effect.
pub(super) fn written_out() -> String {
    // A line of a commented key ends its first word with a colon; the rest is prose.
    let lines = SAMPLE.lines().skip(1).map(|line| match line.trim_start().strip_prefix("# ") {
        Some(rest)
            if rest
                .trim_start()
                .trim_start_matches("- ")
                .split_whitespace()
                .next()
                .is_some_and(|word| word.ends_with(':') && word == word.to_lowercase()) =>
        {
            line.replacen("# ", "", 1)
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn sample_is_valid_as_shipped_and_with_all_keys() {
    let secrets = |text: &str| {
        text.replace("client_key_file: client_key", "client_key_file: key")
            .replace("username_file: username", "username_file: user")
    };
    load_text("sample", &secrets(SAMPLE)).expect("valid");
    let written_out = secrets(&written_out())
        .replace("hash_key_file: agent_hash_key", "hash_key_file: key")
        .replace("    fields_file: fields.yml\n", "")
        .replace("    ca_file: ca.pem\n", "");
    let config = load_text("sample-written-out", &written_out).expect("valid");
    assert_eq!(config.poll, poller::Settings::default());
    assert_eq!(config.tally, agents::sample_settings());
    let goals = &config.targets[0].goals;
    let general = ServiceGoals { minimum_agents: Some(2), ..ServiceGoals::default() };
    assert_eq!(*goals.for_service(&ServiceNames::default()), general);
    let shown = ServiceNames { id: "102", ..ServiceNames::default() };
    assert_eq!(goals.for_service(&shown).minimum_agents, Some(4), "the first rule of the sample");
    assert_eq!(config.targets[0].trio.limits, trio::Limits::default());
    assert!(config.targets[0].trio.time_zone.is_some());
}
