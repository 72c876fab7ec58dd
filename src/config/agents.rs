//! The section `agents`: the agents that are shown, and what is counted about agents.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use super::{files::Files, secret};
use crate::{
    metrics::Identity,
    model::{AgentState, GroupSelection, NAME_LIMIT, Pattern, Text},
    tally::{self, OTHER_REASON, StateLimits},
    yaml::{Complaints, Entry, Section, unknown},
};

/// Most entries of `pause_reasons`.
// Each costs two series per contact centre.
pub(super) const MAX_PAUSE_REASONS: usize = 50;

/// Allowed values of `min_group_size`, in agents.
pub(super) const GROUP_SIZE: RangeInclusive<i64> = 1..=1000;

/// Allowed words of `identity`, the default first.
pub(super) const IDENTITIES: [&str; 4] = ["none", "id", "hash", "name"];

/// States that can have a limit in `state_limits`.
// Not logged_out, which is no state of work, and not unknown, which may mean anything.
pub(super) const LIMITED_STATES: [AgentState; 5] = [
    AgentState::Available,
    AgentState::Reserved,
    AgentState::Busy,
    AgentState::WrapUp,
    AgentState::Paused,
];

pub(super) fn read(
    root: &mut Section<'_>,
    files: &mut Files,
    complaints: &mut Complaints,
) -> (tally::Settings, Identity) {
    let mut tally = tally::Settings::default();
    let Some(entry) = root.get("agents") else { return (tally, Identity::None) };
    let mut section = entry.section(complaints);
    if let Some(size) =
        section.get("min_group_size").and_then(|entry| entry.integer(GROUP_SIZE, complaints))
    {
        tally.min_group_size = usize::try_from(size).unwrap_or(tally.min_group_size);
    }
    let identity = identity(&mut section, files, complaints);
    if let Some(entry) = section.get("groups") {
        tally.groups = Arc::new(groups(&entry, complaints));
    }
    if let Some(entry) = section.get("state_limits") {
        tally.state_limits = state_limits(&entry, complaints);
    }
    if let Some(entry) = section.get("pause_reasons") {
        tally.pause_reasons = pause_reasons(&entry, complaints).into();
    }
    section.finish(complaints);
    (tally, identity)
}

fn identity(section: &mut Section<'_>, files: &mut Files, complaints: &mut Complaints) -> Identity {
    let word = section.get("identity");
    let before = complaints.count();
    // Also read without `identity: hash`, so that a wrong file is found before somebody turns it
    // on.
    let key = secret::optional(section, "hash_key", "hash_key_file", files, complaints);
    match word.as_ref().and_then(|entry| entry.text(complaints)).as_deref() {
        None | Some("none") => Identity::None,
        Some("id") => Identity::Id,
        Some("name") => Identity::Name,
        Some("hash") => match &key {
            Some(key) => Identity::Hash(secret::to_bytes(&key.secret)),
            // The key was given but is not usable; the reason has already been reported.
            None if complaints.count() > before => Identity::None,
            None => {
                let message = "`hash` needs a key: put 32 random characters into a file and name it in agents.hash_key_file";
                complaints.add(section.position(), "agents.identity", message);
                Identity::None
            }
        },
        Some(other) => {
            let message = unknown("identity", other, IDENTITIES.into_iter());
            if let Some(entry) = &word {
                entry.wrong(complaints, message);
            }
            Identity::None
        }
    }
}

fn groups(entry: &Entry<'_>, complaints: &mut Complaints) -> GroupSelection {
    let mut section = entry.section(complaints);
    let mut list = |key, complaints: &mut Complaints| -> Vec<Pattern> {
        let Some(entry) = section.get(key) else { return Vec::new() };
        let items = entry.list();
        if items.is_empty() {
            // An empty `allow` would show every group, which is the opposite of what a reader
            // expects. An empty `deny` has no effect, so it is rejected as well.
            entry.wrong(
                complaints,
                "must name at least one agent group; if there is none, remove the key",
            );
        }
        let mut patterns = Vec::new();
        for item in items {
            match item.text(complaints) {
                Some(text) if text.trim().is_empty() => item.wrong(complaints, "must not be empty"),
                text => patterns.extend(text.as_deref().map(Pattern::new)),
            }
        }
        patterns
    };
    let selection =
        GroupSelection { allow: list("allow", complaints), deny: list("deny", complaints) };
    section.finish(complaints);
    selection
}

fn state_limits(entry: &Entry<'_>, complaints: &mut Complaints) -> StateLimits {
    let mut limits = StateLimits::default();
    for (key, value) in entry.section(complaints).entries() {
        match LIMITED_STATES.into_iter().find(|state| state.as_str() == key.text) {
            Some(state) => {
                limits[state.index()] = value.duration(Duration::from_secs(1), complaints);
            }
            None => {
                let known = LIMITED_STATES.into_iter().map(AgentState::as_str);
                complaints.add(
                    key.at,
                    &value.path,
                    unknown("agent state with a limit", &key.text, known),
                );
            }
        }
    }
    limits
}

fn pause_reasons(entry: &Entry<'_>, complaints: &mut Complaints) -> Vec<Text> {
    let list = entry.list();
    if list.len() > MAX_PAUSE_REASONS {
        entry
            .wrong(complaints, format_args!("must not name more than {MAX_PAUSE_REASONS} reasons"));
        return Vec::new();
    }
    let mut reasons: Vec<Text> = Vec::new();
    for entry in list {
        let Some(text) = entry.text(complaints) else { continue };
        let text = text.trim();
        // Compared without regard to case, as the tally compares the reasons that Trio sends.
        let same = |reason: &Text| reason.to_lowercase() == text.to_lowercase();
        // Names from Trio are cut at this length, so a longer reason would never be equal to one.
        if text.chars().count() > NAME_LIMIT {
            entry
                .wrong(complaints, format_args!("must not be longer than {NAME_LIMIT} characters"));
        } else if reasons.iter().any(same) {
            entry.wrong(complaints, "is named twice; upper and lower case make no difference");
        } else if text.to_lowercase() == OTHER_REASON {
            entry.wrong(
                complaints,
                "is the word for all reasons that are not in this list; leave it out",
            );
        } else {
            reasons.push(text.into());
        }
    }
    reasons
}
