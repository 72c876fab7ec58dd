//! Reads the sections `poll`, `collectors` and `metrics`, and the key `state_file`.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use super::SHORTEST_INTERVAL;
use crate::{
    model::Collector,
    poller::{self, CollectorInterval},
    yaml::{Complaints, Entry, Section, unknown},
};

/// Lower bound of `keep_counters`.
// Kept for less, the counters would not outlive a restart of Trio.
const SHORTEST_KEEP: Duration = Duration::from_secs(60);

/// Allowed values of `max_series`: the series on one page.
pub(super) const MAX_SERIES: RangeInclusive<i64> = 1000..=100_000_000;

/// Reads the section `poll`; keys that are missing keep their defaults.
pub(super) fn poll(root: &mut Section<'_>, complaints: &mut Complaints) -> poller::Settings {
    let mut settings = poller::Settings::default();
    let Some(entry) = root.get("poll") else { return settings };
    let mut section = entry.section(complaints);
    for (key, place) in [
        ("state", &mut settings.state),
        ("configuration", &mut settings.configuration),
        ("inventory", &mut settings.inventory),
    ] {
        let given =
            section.get(key).and_then(|entry| entry.duration(SHORTEST_INTERVAL, complaints));
        *place = given.unwrap_or(*place);
    }
    // poll.state is the interval of the poller's steps: nothing can be due more often than a step.
    for (key, interval) in
        [("configuration", settings.configuration), ("inventory", settings.inventory)]
    {
        if interval < settings.state {
            complaints.add(
                section.position(),
                &section.path_of(key),
                "must not be shorter than poll.state",
            );
        }
    }
    section.finish(complaints);
    settings
}

/// Reads the settings of single collectors: `skills: off`, `calls: on`, or `calls: {interval:
/// 10s}`.
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
    // trio_up is decided by these four; without any of them it would be 0 for ever.
    if fast().all(|collector| settings.interval(collector).is_none()) {
        let names: Vec<_> = fast().map(Collector::as_str).collect();
        entry.wrong(
            complaints,
            format_args!(
                "at least one of {} must be on: they say whether Trio is up",
                names.join(", ")
            ),
        );
    }
}

/// Reads the setting of one collector; `tick` is the interval of the steps.
fn wanted(value: &Entry<'_>, tick: Duration, complaints: &mut Complaints) -> CollectorInterval {
    if let Some(on) = value.switch() {
        return if on { CollectorInterval::Default } else { CollectorInterval::Off };
    }
    if !value.is_map() {
        value.wrong(complaints, "must be on, off, or a map such as {interval: 10s}");
        return CollectorInterval::Default;
    }
    let mut section = value.section(complaints);
    let interval = section.get("interval");
    section.finish(complaints);
    let Some(interval) = interval else { return CollectorInterval::Default };
    match interval.duration(SHORTEST_INTERVAL, complaints) {
        Some(given) if given < tick => {
            interval.wrong(
                complaints,
                "must not be shorter than poll.state, the interval of the steps",
            );
            CollectorInterval::Default
        }
        given => given.map_or(CollectorInterval::Default, CollectorInterval::Every),
    }
}

/// Reads the section `metrics`: the limit on series, and how long counters are kept. `None` where
/// not given.
pub(super) fn metrics(
    root: &mut Section<'_>,
    complaints: &mut Complaints,
) -> (Option<usize>, Option<Duration>) {
    let Some(entry) = root.get("metrics") else { return (None, None) };
    let mut section = entry.section(complaints);
    let limit = section.get("max_series").and_then(|entry| entry.integer(MAX_SERIES, complaints));
    let keep =
        section.get("keep_counters").and_then(|entry| entry.duration(SHORTEST_KEEP, complaints));
    section.finish(complaints);
    (limit.and_then(|limit| usize::try_from(limit).ok()), keep)
}

/// Reads the path of the file that keeps the counters over a restart. Its folder must exist, the
/// file need not.
pub(super) fn state_file(
    entry: &Entry<'_>,
    folder: &Path,
    complaints: &mut Complaints,
) -> Option<PathBuf> {
    let path = folder.join(entry.text(complaints)?);
    // The parent of a bare file name is the empty path, which no system finds.
    let parent =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        entry.wrong(complaints, format_args!("{} is a folder; name a file in it", path.display()));
    } else if !parent.is_dir() {
        let message = format_args!(
            "there is no folder {}; make it, for the exporter's user to write to",
            parent.display()
        );
        entry.wrong(complaints, message);
    }
    Some(path)
}
