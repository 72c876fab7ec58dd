//! The sections `poll`, `collectors`, `agents` and `metrics`.

use std::{path::Path, time::Duration};

use super::{SHORTEST_INTERVAL, secret};
use crate::{
    document::{Complaints, Entry, Section, unknown},
    metrics::Identity,
    model::Collector,
    poller::{self, Wanted},
    tally,
};

pub(super) fn poll(root: &mut Section<'_>, complaints: &mut Complaints) -> poller::Settings {
    let mut settings = poller::Settings::default();
    let Some(entry) = root.get("poll") else { return settings };
    let mut section = entry.section(complaints);
    for (key, place) in [
        ("state", &mut settings.state),
        ("configuration", &mut settings.configuration),
        ("inventory", &mut settings.inventory),
    ] {
        let given = section.get(key).and_then(|entry| entry.duration(SHORTEST_INTERVAL, complaints));
        *place = given.unwrap_or(*place);
    }
    for (key, interval) in [("configuration", settings.configuration), ("inventory", settings.inventory)] {
        if interval < settings.state {
            complaints.add(section.at(), &section.path_of(key), "must not be shorter than poll.state");
        }
    }
    section.finish(complaints);
    settings
}

/// Single collectors: `skills: off`, `calls: on`, or `calls: {interval: 10s}`.
pub(super) fn collectors(
    root: &mut Section<'_>,
    settings: &mut poller::Settings,
    complaints: &mut Complaints,
) {
    let Some(entry) = root.get("collectors") else { return };
    for (key, value) in entry.section(complaints).entries() {
        match Collector::from_word(&key.text) {
            Some(collector) => {
                settings.collectors[collector.index()] = wanted(&value, settings.state, complaints);
            }
            None => {
                let known = Collector::ALL.into_iter().map(Collector::as_str);
                complaints.add(key.at, &value.path, unknown("collector", &key.text, known));
            }
        }
    }
    let fast = || Collector::ALL.into_iter().filter(|collector| collector.is_fast());
    if fast().all(|collector| settings.interval(collector).is_none()) {
        let names: Vec<_> = fast().map(Collector::as_str).collect();
        entry.wrong(
            complaints,
            format_args!("at least one of {} must be on: they say whether Trio is up", names.join(", ")),
        );
    }
}

fn wanted(value: &Entry<'_>, tick: Duration, complaints: &mut Complaints) -> Wanted {
    if let Some(on) = value.switch() {
        return if on { Wanted::AsItsKind } else { Wanted::Off };
    }
    if !value.is_map() {
        value.wrong(complaints, "must be on, off, or a map such as {interval: 10s}");
        return Wanted::AsItsKind;
    }
    let mut section = value.section(complaints);
    let interval = section.get("interval");
    section.finish(complaints);
    let Some(interval) = interval else { return Wanted::AsItsKind };
    match interval.duration(SHORTEST_INTERVAL, complaints) {
        Some(given) if given < tick => {
            interval.wrong(complaints, "must not be shorter than poll.state, the interval of the steps");
            Wanted::AsItsKind
        }
        given => given.map_or(Wanted::AsItsKind, Wanted::Every),
    }
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
