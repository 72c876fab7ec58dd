//! Schema of the section `agents`.

use serde_json::{Value, json};

use super::form::{Object, duration, integer, list_of, requires_value, secret, text, words};
use crate::{
    config::agents::{GROUP_SIZE, IDENTITIES, LIMITED_STATES, MAX_PAUSE_REASONS},
    model::NAME_LIMIT,
    tally,
};

pub(super) fn agents() -> Value {
    let size = tally::Settings::default().min_group_size;
    let limits = Object::new("How long agents should be in a state at most.");
    let limits = LIMITED_STATES.into_iter().fold(limits, |limits, state| {
        limits.optional_not_null(state.as_str(), duration("The longest time in this state.", None))
    });
    let mut reason = text("A reason, in any case.");
    reason["maxLength"] = json!(NAME_LIMIT);
    Object::new("The agents on /metrics/agents, and what is counted about agents.")
        .optional(
            "identity",
            words(
                "How /metrics/agents names agents; none: that page does not exist.",
                IDENTITIES,
                Some(IDENTITIES[0]),
            ),
        )
        .optional("hash_key", secret("The key of identity: hash. Better: hash_key_file."))
        .optional("hash_key_file", text("A file with the key of identity: hash."))
        .optional(
            "min_group_size",
            integer("Agent groups with fewer members are shown together.", GROUP_SIZE, Some(size)),
        )
        .optional("groups", groups())
        .optional("state_limits", limits.finish())
        .optional(
            "pause_reasons",
            list_of(
                "Reasons of pauses that may be shown; all others are `other`.",
                &reason,
                0,
                Some(MAX_PAUSE_REASONS),
            ),
        )
        .rule(
            "not",
            json!({"allOf": [requires_value("hash_key"), requires_value("hash_key_file")]}),
        )
        .rule(
            "if",
            json!({"required": ["identity"], "properties": {"identity": {"const": "hash"}}}),
        )
        .rule(
            "then",
            json!({"anyOf": [requires_value("hash_key"), requires_value("hash_key_file")]}),
        )
        .finish()
}

fn groups() -> Value {
    let list = |about| list_of(about, &text("Id or name, in any case; `*` for any text."), 1, None);
    Object::new("Agent groups that are shown, with their members, by id or name; default: all.")
        .optional("allow", list("Only these."))
        .optional("deny", list("Not these; wins over allow."))
        .finish()
}
