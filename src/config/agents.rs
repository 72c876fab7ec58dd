//! The section `agents`: the agents that are shown, and what is counted about agents.

use std::{convert::Infallible, sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretSlice};
use serde_json::json;

use super::{
    files::Files,
    form::requires_value,
    keys::Keys,
    kinds::{AtLeast, ByWord, Kind, ListOf, Text, Whole, Words},
    secret::SecretKeys,
};
use crate::{
    metrics::Identity,
    model::{self, AgentState, GroupSelection, NAME_LIMIT, Pattern},
    tally::{self, OTHER_REASON},
    trio::Secret,
};

/// Most entries of `pause_reasons`.
// Each costs two series per contact centre.
const MAX_PAUSE_REASONS: usize = 50;

/// States that can have a limit in `state_limits`.
// Not logged_out, which is no state of work, and not unknown, which may mean anything.
pub(super) const LIMITED_STATES: [AgentState; 5] = [
    AgentState::Available,
    AgentState::Reserved,
    AgentState::Busy,
    AgentState::WrapUp,
    AgentState::Paused,
];

pub(super) fn read(keys: &mut Keys<'_, '_>, files: &mut Files) -> (tally::Settings, Identity) {
    let mut tally = tally::Settings::default();
    let about = "The agents on /metrics/agents, and what is counted about agents.";
    let identity = keys.map("agents", about, |keys| {
        let identity = identity(keys, files);
        let about = "Agent groups with fewer members are shown together.";
        tally.min_group_size =
            keys.value("min_group_size", Whole(1..=1000), tally.min_group_size, about);
        tally.groups = Arc::new(groups(keys));
        state_limits(keys, &mut tally.state_limits);
        tally.pause_reasons = pause_reasons(keys).into();
        identity
    });
    (tally, identity)
}

fn identity(keys: &mut Keys<'_, '_>, files: &mut Files) -> Identity {
    const HASH_KEY: SecretKeys = SecretKeys {
        key: "hash_key",
        about: "The key of identity: hash. Better: hash_key_file.",
        key_file: "hash_key_file",
        about_file: "A file with the key of identity: hash.",
    };
    let words =
        Words { noun: "identity", all: &["none", "id", "hash", "name"], word: |word: &str| word };
    let about = "How /metrics/agents names agents; none: that page does not exist.";
    let word = keys.value("identity", words, "none", about);
    // Also read without `identity: hash`, so that a wrong file is found before somebody turns it
    // on.
    let before = keys.complaints().count();
    let key = HASH_KEY.read(keys, files, |_| Ok::<(), Infallible>(()));
    let given = || [requires_value(HASH_KEY.key), requires_value(HASH_KEY.key_file)];
    keys.rule("not", json!({"allOf": given()}));
    let hash = json!({"required": ["identity"], "properties": {"identity": {"const": "hash"}}});
    keys.rule("if", hash);
    keys.rule("then", json!({"anyOf": given()}));
    match (word, key) {
        ("id", _) => Identity::Id,
        ("name", _) => Identity::Name,
        ("hash", Some(key)) => Identity::Hash(to_bytes(&key)),
        ("hash", None) => {
            // Not if the key was given but is not usable, which has been reported.
            if keys.complaints().count() == before {
                let message = "`hash` needs a key: put 32 random characters into a file and name it in agents.hash_key_file";
                keys.wrong_key("identity", message);
            }
            Identity::None
        }
        _ => Identity::None,
    }
}

/// Copies a secret as bytes, for the key of a hash; the copy is wiped when it is dropped.
fn to_bytes(secret: &Secret) -> SecretSlice<u8> {
    secret.current().expose_secret().as_bytes().to_vec().into()
}

fn groups(keys: &mut Keys<'_, '_>) -> GroupSelection {
    let about = "Agent groups that are shown, with their members, by id or name; default: all.";
    keys.map("groups", about, |keys| {
        let mut list = |key, about| {
            let pattern =
                Text::any("pattern").parsed(|text, _| Ok::<_, String>(Pattern::new(&text)));
            let list = ListOf::new(pattern, "Id or name, in any case; `*` for any text.");
            // An empty `allow` would show every group, which is the opposite of what a reader
            // expects. An empty `deny` has no effect, so it is rejected as well.
            let empty = "must name at least one agent group; if there is none, remove the key";
            let list = list.sized(1..=usize::MAX, empty);
            keys.given(key, list, None, about).unwrap_or_default()
        };
        let allow = list("allow", "Only these.");
        GroupSelection { allow, deny: list("deny", "Not these; wins over allow.") }
    })
}

fn state_limits(keys: &mut Keys<'_, '_>, limits: &mut tally::StateLimits) {
    let limit = ByWord {
        words: Words {
            noun: "agent state with a limit",
            all: &LIMITED_STATES,
            word: AgentState::as_str,
        },
        place: "STATE",
        each: "The longest time in this state.",
        of: |_| AtLeast(Duration::from_secs(1)),
    };
    let about = "How long agents should be in a state at most.";
    for (state, limit) in keys.given("state_limits", limit, None, about).unwrap_or_default() {
        limits[state.index()] = Some(limit);
    }
}

fn pause_reasons(keys: &mut Keys<'_, '_>) -> Vec<model::Text> {
    let mut named = Vec::new();
    // Names from Trio are cut at this length, so a longer reason would never be equal to one.
    let reason = Text::any("text").trimmed().up_to(NAME_LIMIT);
    let reason = reason.parsed(|text, _| {
        // Compared without regard to case, as the tally compares the reasons that Trio sends.
        let lower = text.to_lowercase();
        if named.contains(&lower) {
            return Err("is named twice; upper and lower case make no difference");
        }
        if lower == OTHER_REASON {
            return Err("is the word for all reasons that are not in this list; leave it out");
        }
        named.push(lower);
        Ok(text.into())
    });
    let too_many = format!("must not name more than {MAX_PAUSE_REASONS} reasons");
    let list = ListOf::new(reason, "A reason, in any case.").sized(0..=MAX_PAUSE_REASONS, too_many);
    let about = "Reasons of pauses that may be shown; all others are `other`.";
    keys.given("pause_reasons", list, None, about).unwrap_or_default()
}
