//! The rules that we ship: every expression fits what the exporter has, and every alert is
//! complete.

use std::collections::BTreeSet;

use crate::promql::{
    Catalogue, matchings, problems,
    rule_files::{ALERTS, RECORDING, Rule, RuleFile},
};

mod named_in_docs;
mod runbooks;
mod unit_tests;

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
            ["increase", "ratio_increase", "p90_increase"]
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
