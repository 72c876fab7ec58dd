//! The sections `poll`, `collectors` and `metrics`, and the key `state_file`.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use super::SHORTEST_INTERVAL;
use crate::{
    document::{Complaints, Entry, Section, unknown},
    model::Collector,
    poller::{self, Wanted},
};

/// Counters that are kept for less would not outlive a restart of Trio.
const SHORTEST_KEPT: Duration = Duration::from_secs(60);

/// What may be asked of the length of a page.
pub(super) const SERIES: RangeInclusive<i64> = 1000..=100_000_000;

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

/// What of the section `metrics` is given: the limit on series, and how long counters are kept.
pub(super) fn metrics(
    root: &mut Section<'_>,
    complaints: &mut Complaints,
) -> (Option<usize>, Option<Duration>) {
    let Some(entry) = root.get("metrics") else { return (None, None) };
    let mut section = entry.section(complaints);
    let limit = section.get("max_series").and_then(|entry| entry.integer(SERIES, complaints));
    let keep = section.get("keep_counters").and_then(|entry| entry.duration(SHORTEST_KEPT, complaints));
    section.finish(complaints);
    (limit.and_then(|limit| usize::try_from(limit).ok()), keep)
}

/// The file that carries counters over a restart. Its folder has to be there; the file need not.
pub(super) fn state_file(entry: &Entry<'_>, folder: &Path, complaints: &mut Complaints) -> Option<PathBuf> {
    let path = folder.join(entry.text(complaints)?);
    let place = path.parent().filter(|place| !place.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        entry.wrong(complaints, format_args!("{} is a folder; name a file in it", path.display()));
    } else if !place.is_dir() {
        let message = format_args!(
            "there is no folder {}; make it, for the exporter's user to write to",
            place.display()
        );
        entry.wrong(complaints, message);
    }
    Some(path)
}
