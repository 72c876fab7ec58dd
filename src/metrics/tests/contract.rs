//! Names, types, pages and labels: the contract and the encoding must be equal.

use std::collections::{BTreeMap, BTreeSet};

use pretty_assertions::assert_eq;

use super::{families, fixture, parsed::Family};
use crate::metrics::{Identity, MetricsPage};

pub(super) const CONTRACT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/contract.tsv"));

/// The purpose of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::metrics) enum Kind {
    /// Identifies the thing that is measured; sums over it mean nothing.
    Key,
    /// Its values add up to a whole.
    Part,
    /// Text that belongs to a key.
    Info,
}

pub(in crate::metrics) struct Row {
    pub(super) name: &'static str,
    pub(in crate::metrics) kind: &'static str,
    page: &'static str,
    pub(in crate::metrics) labels: Vec<(&'static str, Kind)>,
}

pub(in crate::metrics) fn rows() -> Vec<Row> {
    let mut lines = CONTRACT.lines();
    assert_eq!(lines.next(), Some("name\ttype\tpage\tlabels"));
    lines.map(row).collect()
}

fn row(line: &'static str) -> Row {
    let [name, kind, page, labels] =
        line.split('\t').collect::<Vec<_>>().try_into().expect("four columns");
    let label = |label: &'static str| match label.split_once(':').expect("name:kind") {
        (name, "key") => (name, Kind::Key),
        (name, "part") => (name, Kind::Part),
        (name, "info") => (name, Kind::Info),
        other => panic!("{name}: label {other:?} is neither key, part nor info"),
    };
    Row { name, kind, page, labels: labels.split_whitespace().map(label).collect() }
}

/// Type, page and labels by name of the family.
type Shape<'a> = BTreeMap<&'a str, (&'a str, &'a str, BTreeSet<&'a str>)>;

fn shape<'a>(families: &'a [Family], page: &'a str) -> Shape<'a> {
    let shape = |family: &'a Family| {
        let labels = family.samples.iter().flat_map(|sample| sample.labels.keys());
        let labels = labels.map(String::as_str).filter(|label| *label != "le");
        (family.name.as_str(), (family.kind.as_str(), page, labels.collect()))
    };
    families.iter().map(shape).collect()
}

#[test]
fn encoding_equals_the_contract() {
    let (views, settings) = ([fixture::full()], fixture::settings(Identity::Name));
    let [main, agents] = [MetricsPage::Main, MetricsPage::Agents]
        .map(|page| families(page, &views, &settings, fixture::taken()));
    let mut encoded = shape(&main, "main");
    encoded.extend(shape(&agents, "agents"));
    let rows = rows();
    let promised: Shape<'_> = rows
        .iter()
        .map(|row| {
            (row.name, (row.kind, row.page, row.labels.iter().map(|(label, _)| *label).collect()))
        })
        .collect();
    assert_eq!(promised.len(), rows.len(), "a family is in the contract twice");
    assert_eq!(encoded, promised);
}

#[test]
fn samples_of_a_family_have_the_same_labels() {
    let settings = fixture::settings(Identity::Name);
    for page in [MetricsPage::Main, MetricsPage::Agents] {
        for family in families(page, &[fixture::full()], &settings, fixture::taken()) {
            let labels = family.samples.iter().map(|sample| {
                sample.labels.keys().filter(|label| *label != "le").cloned().collect::<Vec<_>>()
            });
            assert_eq!(labels.collect::<BTreeSet<_>>().len(), 1, "{}", family.name);
        }
    }
}

#[test]
fn help_names_source_and_whole_of_parts() {
    let settings = fixture::settings(Identity::Name);
    let mut families_seen =
        families(MetricsPage::Main, &[fixture::full()], &settings, fixture::taken());
    families_seen.extend(families(
        MetricsPage::Agents,
        &[fixture::full()],
        &settings,
        fixture::taken(),
    ));
    for family in &families_seen {
        assert!(family.help.contains(" Source: ") && family.help.ends_with('.'), "{}", family.help);
        assert!(!family.help.contains('\\'), "{}", family.name);
        let row = rows().into_iter().find(|row| row.name == family.name).expect("in the contract");
        if row.labels.iter().any(|(_, kind)| *kind == Kind::Part) {
            assert!(family.help.contains("add up to"), "{} does not name its whole", family.name);
        }
    }
}
