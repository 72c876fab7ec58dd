//! The sections `poll`, `agents` and `metrics`.

use std::path::Path;

use super::{SHORTEST_INTERVAL, secret};
use crate::{
    document::{Complaints, Section, unknown},
    metrics::Identity,
    poller, tally,
};

pub(super) fn poll(root: &mut Section<'_>, complaints: &mut Complaints) -> poller::Settings {
    let mut settings = poller::Settings::default();
    let Some(entry) = root.get("poll") else { return settings };
    let mut section = entry.section(complaints);
    for (key, place) in [("state", &mut settings.state), ("configuration", &mut settings.configuration)] {
        let given = section.get(key).and_then(|entry| entry.duration(SHORTEST_INTERVAL, complaints));
        *place = given.unwrap_or(*place);
    }
    if settings.configuration < settings.state {
        complaints.add(section.at(), "poll.configuration", "must not be shorter than poll.state");
    }
    section.finish(complaints);
    settings
}

pub(super) fn agents(
    root: &mut Section<'_>,
    folder: &Path,
    complaints: &mut Complaints,
) -> (tally::Settings, Identity) {
    let mut tally = tally::Settings::default();
    let Some(entry) = root.get("agents") else { return (tally, Identity::None) };
    let mut section = entry.section(complaints);
    if let Some(size) = section.get("min_group_size").and_then(|entry| entry.integer(1, 1000, complaints)) {
        tally.min_group_size = usize::try_from(size).unwrap_or(tally.min_group_size);
    }
    let word = section.get("identity");
    let key = secret::optional(&mut section, "hash_key", "hash_key_file", folder, complaints);
    let identity = match word.as_ref().and_then(|entry| entry.text(complaints)).as_deref() {
        None | Some("none") => Identity::None,
        Some("id") => Identity::Id,
        Some("name") => Identity::Name,
        Some("hash") => match &key {
            Some(key) => Identity::Hash(secret::bytes(key)),
            None => {
                let message = "`hash` needs a key: put 32 random characters into a file and name it in agents.hash_key_file";
                complaints.add(section.at(), "agents.identity", message);
                Identity::None
            }
        },
        Some(other) => {
            let message = unknown("identity", other, ["none", "id", "hash", "name"].into_iter());
            if let Some(entry) = &word {
                entry.wrong(complaints, message);
            }
            Identity::None
        }
    };
    section.finish(complaints);
    (tally, identity)
}

pub(super) fn max_series(root: &mut Section<'_>, complaints: &mut Complaints) -> Option<usize> {
    let mut section = root.get("metrics")?.section(complaints);
    let limit = section.get("max_series").and_then(|entry| entry.integer(1000, 100_000_000, complaints));
    section.finish(complaints);
    limit.and_then(|limit| usize::try_from(limit).ok())
}
