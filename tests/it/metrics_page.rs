//! `docs/metrics.md` is made of the contract, of where each family comes from, and of the HELP that
//! is served.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::{golden::served, support::assert_file};

const CONTRACT: &str = include_str!("../data/contract.tsv");
const ORIGINS: &str = include_str!("../data/origins.tsv");
const FIELDS: &str = include_str!("../../src/trio/dictionary/fields.yaml");
const SCHEMA: &str = include_str!("../../deploy/trio-exporter.schema.json");
/// Units that the series of a family are counted in, and their number in the hand-written morning.
const COUNTED: [(&str, &str, usize); 23] = [
    ("targets", "Trio systems in the configuration", 1),
    ("contact_centers", "contact centres that are read", 1),
    ("services", "services of all contact centres", 3),
    ("queues", "a service and a class of cases that it has: configured, or seen since start", 8),
    ("service_groups", "service groups", 2),
    ("service_memberships", "services in service groups", 3),
    ("exported_members", "members named in `export_service_state`", 2),
    ("agents", "agents", 5),
    ("agent_groups", "agent groups that are large enough to be shown", 2),
    ("agent_memberships", "agents in agent groups", 6),
    ("limits", "states with a limit in `agents.state_limits`", 2),
    ("pause_reasons", "reasons in `agents.pause_reasons`, and `other`", 3),
    ("resources", "collections of Trio", 22),
    ("requested_resources", "resources that were asked for, logins among them", 22),
    ("codes", "answers of a resource that differ in their status", 2),
    ("collectors", "collectors, one set per contact centre", 11),
    ("servers", "servers of a target", 2),
    ("fields", "dictionary fields, counted once per resource", 41),
    ("12", "required key fields: one id per resource, plus the service of calls and cases", 12),
    ("7", "states of an agent, kinds of failure", 7),
    ("4", "states of a case, reasons why time is unmeasured", 4),
    ("3", "ages of cases that left", 3),
    ("6", "reasons why the end of a case is unknown", 6),
];

/// A line of a table: its columns.
type Row = Vec<&'static str>;

fn table(text: &'static str) -> BTreeMap<&'static str, Row> {
    let rows = text.lines().skip(1).map(|line| line.split('\t').collect::<Row>());
    rows.map(|row| (row[0], row)).collect()
}

/// HELP by family, as it is served.
async fn help() -> BTreeMap<&'static str, &'static str> {
    let pages = served().await.iter().filter(|(name, _)| name.ends_with(".prom"));
    let lines = pages.flat_map(|(_, text)| text.lines());
    lines.filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' ')).collect()
}

async fn page() -> String {
    let (contract, help) = (table(CONTRACT), help().await);
    let mut page = String::from(
        "# Metrics\n\nMade by a test from the contract, from where each family comes from, and from the HELP that is \
         served: do not edit, `SNAPSHOTS=overwrite cargo test --test it metrics_page` writes it.\n\n\
         A family exists only where its source does: what Trio does not give, or what could not be read recently, is \
         absent, never 0. Fields (`services/state: queue_length`) are those of the field dictionary, see \
         [fields.md](fields.md). Voice and callback come from `services/calls`. Other classes come from `services/cases`. If \
         calls cannot be read, all classes come from `services/cases`. A *key* identifies what a sample is about. The values of a \
         *part* label add up to a whole. An *info* label is text that describes the key.\n\n## How many series\n\n\
         At most this many, where:\n\n| word | what it counts |\n| --- | --- |\n",
    );
    for (word, what, _) in COUNTED {
        let _ = writeln!(page, "| `{word}` | {what} |");
    }
    let mut section = "";
    for line in ORIGINS.lines().skip(1) {
        let [name, of, source, series] =
            line.split('\t').collect::<Row>().try_into().expect("four columns");
        if of != section {
            let _ = write!(page, "\n## {of}\n");
            section = of;
        }
        let row = &contract[name];
        let path = if row[2] == "agents" { "/metrics/agents" } else { "/metrics" };
        let _ = write!(
            page,
            "\n### `{name}`\n\n{}\n\n",
            help.get(name).copied().unwrap_or("Only if the operating system reports it.")
        );
        let labels: Vec<String> = row[3]
            .split_whitespace()
            .filter_map(|label| label.split_once(':'))
            .map(|(label, kind)| format!("`{label}` ({kind})"))
            .collect();
        let labels = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
        let _ = writeln!(page, "- {} on `{path}`; labels: {labels}\n- source: {source}", row[1]);
        let _ = writeln!(page, "- series: {}", series.replace('*', "×"));
    }
    page
}

/// The fields of the dictionary by resource.
fn fields() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut resource = "";
    for line in FIELDS.lines() {
        let Some((name, _)) = line.split_once(':') else { continue };
        match name.strip_prefix("  ") {
            None if !name.starts_with('#') => resource = name,
            Some(field) if !field.starts_with([' ', '#']) => {
                fields.entry(resource).or_default().push(field);
            }
            _ => {}
        }
    }
    // The same shape, by reference.
    let case = fields["services/calls"].clone();
    fields.insert("services/cases", case);
    fields
}

/// The fields that a source names, each with the resources that may have it.
fn named(source: &'static str) -> Vec<(Vec<&'static str>, &'static str)> {
    let parts = source.split("; ").filter_map(|part| part.split_once(": "));
    parts
        .flat_map(|(resources, names)| {
            let resources =
                resources.trim_start_matches("two readings of ").trim_start_matches("without it ");
            let resources: Vec<&str> =
                resources.split(", ").filter_map(|it| it.split('?').next()).collect();
            let names = names.split(" where ").next().unwrap_or_default();
            let names = names.split(", ").filter(|name| !name.starts_with("else "));
            names.map(move |name| (resources.clone(), name))
        })
        .filter(|(resources, _)| resources.iter().any(|resource| fields().contains_key(resource)))
        .collect()
}

/// Number of series that a formula allows on the hand-written morning.
fn allowed(series: &str) -> usize {
    let value = |word: &str| {
        let counted = COUNTED.iter().find(|(known, ..)| *known == word).map(|(.., count)| *count);
        counted.or_else(|| word.parse().ok()).unwrap_or_else(|| panic!("{word} is not explained"))
    };
    series.split(" * ").map(value).product()
}

#[tokio::test]
async fn the_page_is_current() {
    assert_file("docs/metrics.md", &page().await);
}

#[tokio::test]
async fn every_family_of_the_contract_has_an_origin_and_help_and_no_other_has() {
    let (contract, origins, help) = (table(CONTRACT), table(ORIGINS), help().await);
    assert_eq!(contract.keys().collect::<Vec<_>>(), origins.keys().collect::<Vec<_>>());
    for name in contract.keys().filter(|name| name.starts_with("trio_")) {
        assert!(help.contains_key(name), "{name} has no HELP");
    }
}

#[test]
fn every_field_that_an_origin_names_is_in_the_dictionary() {
    let fields = fields();
    let mut count = 0;
    for (name, row) in table(ORIGINS) {
        for (resources, field) in named(row[2]) {
            let known = resources.iter().filter_map(|resource| fields.get(resource));
            let member_list = field == "members named in export_service_state";
            let known = known.flatten().any(|known| *known == field);
            assert!(known || member_list, "{name}: {resources:?} have no field {field}");
            count += 1;
        }
    }
    assert!(count > 80, "only {count} fields were looked up");
}

#[test]
fn configuration_keys_on_the_page_exist() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let exists = |path: &str| {
        let below = |object| {
            path.split('.').try_fold(object, |object: &Value, key| object["properties"].get(key))
        };
        [&schema, &schema["definitions"]["target"]]
            .into_iter()
            .any(|object| below(object).is_some())
    };
    let sources = ORIGINS.lines().skip(1).filter_map(|line| line.split('\t').nth(2));
    let in_sources = sources.flat_map(|source| source.split("; ")).filter_map(|part| {
        part.strip_prefix("configuration: ")
            .or_else(|| Some(part.split_once("members named in ")?.1))
    });
    let in_words = COUNTED.iter().flat_map(|(_, what, _)| what.split('`').skip(1).step_by(2));
    let keys: BTreeSet<&str> =
        in_sources.chain(in_words.filter(|word| word.contains(['.', '_']))).collect();
    assert!(keys.len() > 6, "{keys:?}");
    for key in keys {
        assert!(exists(key), "{key} is no key of the configuration");
    }
}

#[tokio::test]
async fn no_family_of_the_morning_has_more_series_than_its_formula_says() {
    let origins = table(ORIGINS);
    let (served, mut series) = (served().await, BTreeMap::<&str, usize>::new());
    for text in ["morning.prom", "morning_agents.prom"].map(|name| &served[name]) {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().expect("a name");
            let family =
                ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
            let family = family.filter(|family| origins.contains_key(family)).unwrap_or(name);
            *series.entry(family).or_default() += 1;
        }
    }
    for (name, count) in series {
        let allowed = allowed(origins[name][3]);
        assert!(count <= allowed, "{name}: {count} series, {allowed} by its formula");
        // A formula that promises far more than there is explains nothing.
        // Only agents in a state with a limit have one.
        let sparse = [
            "trio_agent_limit_seconds",
            "trio_api_requests_total",
            "trio_service_estimated_wait_seconds",
            "trio_service_state_field",
        ];
        assert!(
            sparse.contains(&name) || count * 2 >= allowed,
            "{name}: {count} series of {allowed}"
        );
    }
}
