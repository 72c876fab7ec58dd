//! The series that a query may name, with their kinds and labels.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::parser;

use super::{labels::labels_of, values::Values};

const CONTRACT: &str = include_str!("../data/contract.tsv");

/// Labels that Prometheus gives to everything that it scrapes.
const OF_THE_TARGET: [&str; 2] = ["job", "instance"];

/// Series that Prometheus itself adds to each scrape.
const OF_PROMETHEUS: [&str; 4] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
];

/// The labels of `ALERTS` besides those of the series behind an alert.
const OF_ALERTS: [&str; 4] = ["alertname", "alertstate", "severity", "audience"];

/// Type of a series, which decides the functions it may be used in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is what it is.
    Gauge,
    /// Only what it grows by means something.
    Counter,
}

/// A name that queries may use.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) kind: Kind,
    pub(super) labels: BTreeSet<String>,
}

/// All of them, with the values of their closed labels.
pub(crate) struct Catalogue {
    series: BTreeMap<String, Series>,
    pub(super) values: Values,
}

impl Catalogue {
    /// Series of the exporter and of Prometheus itself.
    pub(crate) fn of_the_contract() -> Self {
        let mut all = Self { series: BTreeMap::new(), values: Values::golden() };
        for line in CONTRACT.lines().skip(1) {
            let [name, kind, _, labels] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("four columns: {line}")
            };
            all.add_family(name, kind, labels);
        }
        for name in OF_PROMETHEUS {
            all.add(name, Kind::Gauge, []);
        }
        let of_alerts: BTreeSet<String> =
            all.every_label().into_iter().chain(OF_ALERTS.map(str::to_owned)).collect();
        // The second one has no `alertstate`; its value is the time since which the alert is true.
        for (name, without) in [("ALERTS", ""), ("ALERTS_FOR_STATE", "alertstate")] {
            let labels = of_alerts.iter().filter(|label| *label != without).cloned().collect();
            all.series.insert(name.to_owned(), Series { kind: Kind::Gauge, labels });
        }
        all
    }

    /// The same and what recording rules add: names and expressions, in the order in which they
    /// stand.
    pub(crate) fn with_recorded(rules: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut all = Self::of_the_contract();
        for (name, expr) in rules {
            let parsed = parser::parse(&expr).unwrap_or_else(|error| panic!("{name}: {error}"));
            let labels = labels_of(&parsed, &all, &mut Vec::new());
            let series = Series { kind: Kind::Gauge, labels };
            assert!(all.series.insert(name.clone(), series).is_none(), "{name} is recorded twice");
        }
        all
    }

    /// True if there is such a series or such a histogram.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.get(name).is_some() || self.get(&format!("{name}_bucket")).is_some()
    }

    /// The series with this name, as scraped: with `_bucket`, `_sum` or `_count`.
    pub(super) fn get(&self, name: &str) -> Option<&Series> {
        self.series.get(name)
    }

    /// True if the series or the histogram with this name has a label.
    pub(crate) fn has_label(&self, name: &str, label: &str) -> bool {
        let series = self.get(name).or_else(|| self.get(&format!("{name}_bucket")));
        series.is_some_and(|series| series.labels.contains(label))
    }

    /// True if there is a series whose name begins so.
    pub(crate) fn any_begins_with(&self, prefix: &str) -> bool {
        self.series.keys().any(|name| name.starts_with(prefix))
    }

    /// The labels of all series together.
    pub(super) fn every_label(&self) -> BTreeSet<String> {
        self.series.values().flat_map(|series| series.labels.clone()).collect()
    }

    fn add_family(&mut self, name: &str, kind: &str, labels: &str) {
        let labels =
            || labels.split_whitespace().filter_map(|label| Some(label.split_once(':')?.0));
        match kind {
            "gauge" => self.add(name, Kind::Gauge, labels()),
            "counter" => self.add(name, Kind::Counter, labels()),
            "histogram" => {
                self.add(&format!("{name}_bucket"), Kind::Counter, labels().chain(["le"]));
                self.add(&format!("{name}_sum"), Kind::Counter, labels());
                self.add(&format!("{name}_count"), Kind::Counter, labels());
            }
            other => panic!("{name}: there is no type {other}"),
        }
    }

    fn add<'a>(&mut self, name: &str, kind: Kind, labels: impl IntoIterator<Item = &'a str>) {
        let labels = labels.into_iter().chain(OF_THE_TARGET).map(str::to_owned).collect();
        self.series.insert(name.to_owned(), Series { kind, labels });
    }
}
