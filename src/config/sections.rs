//! Reads the sections `poll`, `collectors` and `metrics`, and the key `state_file`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    form::Form,
    keys::{Keys, map_of},
    kinds::{AtLeast, ByWord, Kind, Text, Whole, Words},
};
use crate::{
    metrics,
    model::Collector,
    poller::{self, CollectorInterval},
    tally,
    yaml::{Complaints, Entry},
};

/// Shortest interval of a collector. Polling more often than this would overload Trio.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

/// Reads the section `poll`.
pub(super) fn poll(keys: &mut Keys<'_, '_>) -> poller::Settings {
    keys.map("poll", "How often Trio is read.", |keys| {
        let default = poller::Settings::default();
        let kind = || AtLeast(SHORTEST_INTERVAL);
        let about = "States of services; calls, cases and agents, too, where `flow` is not set.";
        let state = keys.value("state", kind(), default.state, about);
        let about = "Calls, cases and states of agents, which are read together: 2s gives a more exact service level and sends more requests. By default as `state`.";
        let flow = keys.given("flow", kind(), None, about);
        let mut slow = |key, default, about| (key, keys.value(key, kind(), default, about));
        let slow = [
            slow(
                "configuration",
                default.configuration,
                "Services, agents, groups and skills.",
            ),
            slow("inventory", default.inventory, "Number of items of each collection."),
        ];
        // New ids show in the states first, and their names are read at once then.
        for (key, _) in slow.iter().filter(|(_, interval)| *interval < state) {
            keys.wrong_key(key, "must not be shorter than poll.state");
        }
        let [configuration, inventory] = slow.map(|(_, interval)| interval);
        // The same interval is one setting, by whichever key it is given.
        let flow = flow.filter(|flow| *flow != state);
        poller::Settings { state, flow, configuration, inventory, ..default }
    })
}

/// Reads the settings of single collectors: `skills: off`, `calls: on`, or `calls: {interval:
/// 10s}`.
pub(super) fn collectors(keys: &mut Keys<'_, '_>, poll: poller::Settings) -> poller::Settings {
    let words =
        Words { noun: "collector", all: &Collector::ALL, word: |collector| collector.as_str() };
    let of = |_| CollectorSetting { poll };
    let by_word = ByWord { words, place: "COLLECTOR", each: "", of };
    let settings = by_word.parsed(|given, _| {
        let mut settings = poll;
        for (collector, interval) in given {
            settings.collectors[collector.index()] = interval;
        }
        let fast = || Collector::ALL.into_iter().filter(|collector| collector.is_fast());
        // trio_up is decided by these four; without any of them it would be 0 for ever.
        if fast().any(|collector| settings.interval(collector).is_some()) {
            return Ok(settings);
        }
        let names = fast().map(Collector::as_str).collect::<Vec<_>>().join(", ");
        Err(format!("at least one of {names} must be on: they say whether Trio is up"))
    });
    let about = "Single collectors: on, off, or an interval of their own.";
    keys.given("collectors", settings, None, about).unwrap_or(poll)
}

/// The setting of one collector: a switch, or an interval that is not shorter than that of the
/// steps.
struct CollectorSetting {
    /// Intervals of the steps.
    poll: poller::Settings,
}

impl CollectorSetting {
    fn map(&self) -> impl Kind<Value = CollectorInterval> {
        let tick = self.poll.tick();
        let shorter = if tick < self.poll.state {
            "must not be shorter than poll.flow, the interval of the steps"
        } else {
            "must not be shorter than poll.state, the interval of the steps"
        };
        map_of("Read at an interval of its own.", move |keys| {
            let interval = AtLeast(SHORTEST_INTERVAL).parsed(|given, _| match given {
                given if given < tick => Err(shorter),
                given => Ok(CollectorInterval::Every(given)),
            });
            let about = "Not shorter than poll.state or poll.flow, of which the shorter one is the interval of the steps.";
            keys.given("interval", interval, None, about).unwrap_or_default()
        })
    }
}

impl Kind for CollectorSetting {
    type Value = CollectorInterval;

    fn read(
        &mut self,
        entry: &Entry<'_>,
        complaints: &mut Complaints,
    ) -> Option<CollectorInterval> {
        match entry.switch() {
            Some(true) => Some(CollectorInterval::Default),
            Some(false) => Some(CollectorInterval::Off),
            None if entry.is_map() => self.map().read(entry, complaints),
            None => {
                entry.wrong(complaints, "must be on, off, or a map such as {interval: 10s}");
                None
            }
        }
    }

    fn form(&mut self) -> Form {
        let Form { schema, rows, .. } = self.map().form();
        let schema = serde_json::json!({
            "description": "on, off, or {interval: 10s}",
            "anyOf": [{"type": "boolean"}, {"enum": ["on", "off"]}, schema],
        });
        Form { schema, values: "`on`, `off`, map".to_owned(), rows }
    }
}

/// Reads the section `metrics`: the limit on series, and how long counters are kept.
pub(super) fn metrics(keys: &mut Keys<'_, '_>) -> (usize, Duration) {
    keys.map("metrics", "Limits of what is exposed.", |keys| {
        let most = metrics::Settings::default().max_series;
        let about =
            "A page with more series than this drops whole families, those of single agents first.";
        let most = keys.value("max_series", Whole(1000..=100_000_000), most, about);
        // Kept for less, the counters would not outlive a restart of Trio.
        let kind = AtLeast(Duration::from_secs(60));
        let about =
            "Services, agents and groups that return to Trio within this time keep their counters.";
        (most, keys.value("keep_counters", kind, tally::Settings::default().keep, about))
    })
}

/// Reads the path of the file that keeps the counters over a restart. Its folder must exist, the
/// file need not.
pub(super) fn state_file(keys: &mut Keys<'_, '_>, folder: &Path) -> Option<PathBuf> {
    let path = Text::path().parsed(|name, _| {
        let path = folder.join(name);
        // The parent of a bare file name is the empty path, which no system finds.
        let parent =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if path.is_dir() {
            Err(format!("{} is a folder; name a file in it", path.display()))
        } else if !parent.is_dir() {
            let parent = parent.display();
            Err(format!(
                "there is no folder {parent}; make it, for the exporter's user to write to"
            ))
        } else {
            Ok(path)
        }
    });
    let about = "A file that keeps the counters over a restart, in a folder that the exporter may write to.";
    keys.given("state_file", path, None, about)
}
