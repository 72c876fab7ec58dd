//! The contract of names, types, pages and labels equals what the expositions hold.

use std::collections::{BTreeMap, BTreeSet};

use pretty_assertions::assert_eq;

use super::served;

const CONTRACT: &str = include_str!("../../data/contract.tsv");

/// Name, type, page and the names of the labels.
type Families = BTreeMap<String, (String, String, BTreeSet<String>)>;

fn contract() -> Families {
    let mut families = Families::new();
    for line in CONTRACT.lines().skip(1) {
        let [name, kind, page, labels] =
            line.split('\t').collect::<Vec<_>>().try_into().expect("four columns");
        let mut names = BTreeSet::new();
        for label in labels.split_whitespace() {
            let (label, kind) = label.split_once(':').expect("name:kind");
            assert!(
                ["key", "part", "info"].contains(&kind),
                "{name}: {label} is neither key, part nor info"
            );
            names.insert(label.to_owned());
        }
        let row = (kind.to_owned(), page.to_owned(), names);
        assert!(families.insert(name.to_owned(), row).is_none(), "{name} occurs twice");
    }
    families
}

async fn golden() -> Families {
    let mut families = Families::new();
    for (name, text) in served().await.iter().filter(|(name, _)| name.ends_with(".prom")) {
        let page = if name.contains("agents") { "agents" } else { "main" };
        for line in text.lines() {
            if let Some(declared) = line.strip_prefix("# TYPE ") {
                let (name, kind) = declared.split_once(' ').expect("a name and a type");
                let row = families.entry(name.to_owned()).or_default();
                (row.0, row.1) = (kind.to_owned(), page.to_owned());
            } else if !line.starts_with('#') {
                let (name, labels) = sample(line);
                let name = if families.contains_key(&name) { name } else { histogram(&name) };
                let row =
                    families.get_mut(&name).unwrap_or_else(|| panic!("{name} has no TYPE line"));
                row.2.extend(labels);
            }
        }
    }
    families
}

/// The name of a sample and of its labels; `le` belongs to the type.
fn sample(line: &str) -> (String, Vec<String>) {
    let Some((name, rest)) = line.split_once('{') else {
        return (line.split(' ').next().unwrap_or_default().to_owned(), Vec::new());
    };
    let mut labels = Vec::new();
    let mut rest = rest;
    while let Some((label, after)) = rest.split_once("=\"") {
        labels.push(label.trim_start_matches(',').to_owned());
        let mut escaped = false;
        let end = after.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        rest = &after[end.expect("a closing quote") + 1..];
        if rest.starts_with('}') {
            break;
        }
    }
    labels.retain(|label| label != "le");
    (name.to_owned(), labels)
}

fn histogram(name: &str) -> String {
    let suffixes = ["_bucket", "_sum", "_count"];
    suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name).to_owned()
}

#[tokio::test]
async fn expected_expositions_hold_exactly_the_contract_families() {
    let ours = |families: Families| -> Families {
        families.into_iter().filter(|(name, _)| name.starts_with("trio_")).collect()
    };
    assert_eq!(ours(contract()), ours(golden().await));
}

#[tokio::test]
async fn process_families_match_contract_where_system_reports_them() {
    let contract = contract();
    for (name, row) in golden().await.into_iter().filter(|(name, _)| !name.starts_with("trio_")) {
        assert_eq!(contract.get(&name), Some(&row), "{name}");
    }
}
