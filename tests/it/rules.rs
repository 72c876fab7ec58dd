//! The rules that we ship: every expression fits what the exporter has, every alert is complete and
//! has a runbook, and the metrics that documents name are there.

use std::{collections::BTreeSet, fs};

use crate::{
    markdown::{Document, root},
    promql::{
        Catalogue, matchings, problems,
        rule_files::{ALERTS, RECORDING, Rule, RuleFile},
    },
};

mod unit_tests;

const RUNBOOKS: &str = include_str!("../../docs/runbooks.md");

/// Every alerting rule.
fn alerts() -> Vec<Rule> {
    RuleFile::shipped(ALERTS).rules().cloned().collect()
}

fn alert_names() -> BTreeSet<String> {
    alerts().into_iter().filter_map(|rule| rule.alert).collect()
}

#[test]
fn every_expression_names_what_the_exporter_has() {
    let catalogue = Catalogue::shipped();
    for file in [RECORDING, ALERTS] {
        for rule in RuleFile::shipped(file).rules() {
            let found = problems(&rule.expr, &catalogue);
            assert!(found.is_empty(), "{}: {found:#?}", rule.name());
        }
    }
}

#[test]
fn recorded_names_tell_level_metric_and_operations() {
    let levels = ["service", "service_class", "agent_group", "contact_center"];
    for rule in RuleFile::shipped(RECORDING).rules() {
        let name = rule.record.clone().unwrap_or_else(|| panic!("{} records nothing", rule.name()));
        let [level, metric, operations] = name.split(':').collect::<Vec<_>>()[..] else {
            panic!("{name} has not three parts")
        };
        assert!(levels.contains(&level), "{name}: {level} is no level");
        assert!(metric.starts_with("trio_") && !metric.ends_with("_total"), "{name}: the metric");
        assert!(
            ["increase", "ratio_increase", "p90_increase", "avg"]
                .iter()
                .any(|it| operations.starts_with(it))
        );
        assert!(
            rule.labels.is_empty(),
            "{name} adds labels, of which the check of names knows nothing"
        );
    }
}

#[test]
fn two_exporters_on_one_trio_disturb_no_rule() {
    for file in [RECORDING, ALERTS] {
        for rule in RuleFile::shipped(file).rules() {
            for on in matchings(&rule.expr) {
                assert_eq!(on[..2], ["job", "instance"], "{}: on ({})", rule.name(), on.join(", "));
            }
        }
    }
}

#[test]
fn every_alert_says_how_bad_it_is_and_whom_it_is_for() {
    for rule in alerts() {
        let name = rule.name();
        assert!(rule.alert.is_some_and(|alert| alert.starts_with("Trio")), "{name}");
        assert!(rule.lasting.is_some(), "{name}: without `for` one odd sample is enough");
        assert_eq!(rule.labels.keys().collect::<Vec<_>>(), ["audience", "severity"], "{name}");
        assert!(["critical", "warning", "info"].contains(&&*rule.labels["severity"]), "{name}");
        assert!(["supervisor", "ops", "both"].contains(&&*rule.labels["audience"]), "{name}");
    }
}

#[test]
fn alerts_of_queues_do_not_flap() {
    for rule in alerts() {
        // Figures that come and go with an unknown word end it again and again.
        let comes_and_goes = rule.alert.as_deref() == Some("TrioWaitUnobservable");
        let is_of_queues = rule.labels["audience"] == "supervisor";
        let expected = (is_of_queues || comes_and_goes).then_some("5m");
        assert_eq!(rule.keep_firing_for.as_deref(), expected, "{}", rule.name());
    }
}

#[test]
fn every_alert_says_what_is_wrong_and_where_to_read_on() {
    for rule in alerts() {
        let (name, alert) = (rule.name(), rule.alert.clone().unwrap_or_default());
        let keys: Vec<&String> = rule.annotations.keys().collect();
        assert_eq!(keys, ["description", "runbook_url", "summary"], "{name}");
        let summary = &rule.annotations["summary"];
        assert!(
            summary.ends_with('.') && !summary.contains("{{"),
            "{name}: the summary is one fixed sentence"
        );
        let description = &rule.annotations["description"];
        assert!(
            description.ends_with('.') && description.contains("{{"),
            "{name}: which one, and how much"
        );
        assert!(description.contains("$labels."), "{name}: where");
        let anchor = format!("docs/runbooks.md#{}", alert.to_lowercase());
        assert_eq!(rule.annotations["runbook_url"], anchor, "{name}");
    }
}

#[test]
fn queue_alerts_of_services_name_the_service() {
    for rule in alerts().iter().filter(|rule| rule.labels["audience"] == "supervisor") {
        let of_a_center =
            matches!(rule.alert.as_deref(), Some("TrioAgentsOverLimit" | "TrioOffersEndInPause"));
        let named = rule.annotations["description"].contains("$labels.service_name");
        assert_ne!(of_a_center, named, "{}", rule.name());
    }
}

/// Parts of each runbook.
const PARTS: [&str; 3] = ["**What it means.**", "**Where to look.**", "**What to do.**"];

fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = RUNBOOKS.split("\n### ").skip(1);
    sections.map(|section| section.split_once('\n').expect("a heading and a text"))
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let headings: BTreeSet<String> =
        sections().map(|(heading, _)| heading.trim().to_owned()).collect();
    assert_eq!(headings, alert_names());
}

#[test]
fn every_runbook_tells_what_it_means_where_to_look_and_what_to_do() {
    for (heading, text) in sections() {
        for part in PARTS {
            assert!(text.contains(part), "{heading} lacks {part}");
        }
    }
}

/// Every word that looks like the name of a metric: with what follows it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("trio_").filter_map(move |(at, _)| {
        let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        if text[..at].ends_with(in_name) {
            return None;
        }
        let word = &text[at..];
        Some(word.split_at(word.find(|c: char| !in_name(c)).unwrap_or(word.len())))
    })
}

fn texts() -> Vec<(String, String)> {
    let documents = Document::shipped().into_iter().map(|document| (document.path, document.text));
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("a text");
    documents.chain([("CHANGELOG.md".to_owned(), changelog)]).collect()
}

/// The names of labels in `{a, b="…"}` behind the name of a metric.
fn labels(after: &str) -> impl Iterator<Item = &str> {
    let inside = after
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('}'))
        .map_or("", |(inside, _)| inside);
    // A value may hold commas; no label begins with anything but a letter.
    let names = inside.split(',').filter_map(|part| part.trim().split(['=', '!']).next());
    names
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
}

fn strangers(text: &str, catalogue: &Catalogue) -> Vec<String> {
    // `trio_exporter::trio` is a path in the program.
    let metrics = words(text).filter(|(name, _)| !name.contains("::"));
    let unknown = metrics.flat_map(|(name, after)| {
        // `trio_service_*` and `trio_service_…` stand for all that begin so.
        let open = after.starts_with('*') || after.starts_with('…') || name.ends_with('_');
        let known = if open { catalogue.any_begins_with(name) } else { catalogue.knows(name) };
        if open || !known {
            return if known { Vec::new() } else { vec![name.to_owned()] };
        }
        let missing = labels(after).filter(|label| !catalogue.has_label(name, label));
        missing.map(|label| format!("{name}{{{label}}}")).collect()
    });
    unknown.collect()
}

#[test]
fn documents_name_only_metrics_that_there_are() {
    let catalogue = Catalogue::shipped();
    for (path, text) in texts() {
        assert_eq!(strangers(&text, &catalogue), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn a_metric_that_there_is_not_is_found() {
    let catalogue = Catalogue::shipped();
    let text = "`trio_up{target=\"a\",server}`, `trio_service_*`, `trio_service_wait_seconds{le}`, \
                `trio_server_down`, `trio_queue_…`";
    assert_eq!(strangers(text, &catalogue), ["trio_up{server}", "trio_server_down", "trio_queue_"]);
}
