//! The unit tests of the alerts, which `promtool test rules` runs (see `tests/stack`): each alert
//! has some that fire it and some in which it must stay silent, and the sources that may be missing
//! are.

use std::{collections::BTreeMap, fs};

use serde::Deserialize;

use super::{alert_names, alerts};
use crate::promql::rule_files::folder;

#[derive(Deserialize)]
struct UnitTests {
    tests: Vec<Scene>,
}

#[derive(Deserialize)]
struct Scene {
    name: String,
    alert_rule_test: Vec<Moment>,
}

#[derive(Deserialize)]
struct Moment {
    alertname: String,
    exp_alerts: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    exp_labels: BTreeMap<String, String>,
    exp_annotations: BTreeMap<String, String>,
}

/// Further data of Trio that an alert needs, and the words that its tests describe it with.
const MISSING: [(&str, &[&str]); 9] = [
    ("TrioLongWait", &[OPEN, FORBIDDEN, TRUNCATED]),
    ("TrioWaitingNobodyWorking", &[OPEN, FORBIDDEN, TRUNCATED]),
    ("TrioOpenNobodyLoggedOn", &[OPEN]),
    ("TrioBelowMinimum", &[OPEN]),
    // What is closed is known only where Trio tells what is open.
    ("TrioWaitingAfterClose", &[FORBIDDEN, TRUNCATED]),
    ("TrioAgentsOverLimit", &[FORBIDDEN, TRUNCATED]),
    ("TrioWrittenBacklogDue", &[FORBIDDEN, TRUNCATED]),
    // Where neither calls nor cases may be read nothing can be counted, and there is no service
    // level.
    ("TrioServiceLevelBurnFast", &[OPEN, TRUNCATED]),
    ("TrioWaitUnobservable", &[OPEN]),
];
const OPEN: &str = "where Trio does not tell whether the service is open";
const FORBIDDEN: &str = "where cases are forbidden";
const TRUNCATED: &str = "the list is truncated";

fn scenes(alert: &str) -> Vec<Scene> {
    let path = folder().join(format!("tests/{alert}.test.yml"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let tests: UnitTests =
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{alert}: {error}"));
    tests.tests
}

impl Scene {
    fn fires(&self, severity: &str) -> bool {
        let mut expected = self.alert_rule_test.iter().flat_map(|moment| &moment.exp_alerts);
        expected.any(|alert| alert.exp_labels["severity"] == severity)
    }
}

#[test]
fn every_unit_test_is_of_the_alert_that_its_file_is_named_after() {
    let mut files = 0;
    for entry in fs::read_dir(folder().join("tests")).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let alert = name.strip_suffix(".test.yml").unwrap_or_else(|| panic!("what is {name}?"));
        for moment in scenes(alert).iter().flat_map(|scene| &scene.alert_rule_test) {
            assert_eq!(moment.alertname, alert);
        }
        files += 1;
    }
    assert_eq!(files, alert_names().len());
}

#[test]
fn every_alert_has_tests_that_fire_it_and_tests_in_which_it_is_silent() {
    for rule in alerts() {
        let scenes = scenes(rule.alert.as_deref().unwrap_or_default());
        let severity = &rule.labels["severity"];
        let name = rule.name();
        assert!(scenes.iter().any(|scene| scene.fires(severity)), "{name} never fires");
        assert!(scenes.iter().any(|scene| !scene.fires(severity)), "{name} is never silent");
    }
}

#[test]
fn every_expected_alert_is_expected_with_its_texts() {
    for alert in alert_names() {
        let scenes = scenes(&alert);
        let moments = scenes.iter().flat_map(|scene| &scene.alert_rule_test);
        for expected in moments.flat_map(|moment| &moment.exp_alerts) {
            assert_eq!(expected.exp_annotations.len(), 3, "{alert}");
        }
    }
}

#[test]
fn alerts_fire_where_their_sources_are_missing_in_part() {
    for (alert, missing) in MISSING {
        let scenes = scenes(alert);
        for words in missing {
            let fires = |scene: &&Scene| {
                scene.alert_rule_test.iter().any(|moment| !moment.exp_alerts.is_empty())
            };
            let scene = scenes.iter().filter(fires).find(|scene| scene.name.contains(words));
            assert!(scene.is_some(), "no test fires {alert} {words}");
        }
    }
}

#[test]
fn two_exporters_on_one_trio_are_tested_wherever_a_rule_joins() {
    for rule in alerts().iter().filter(|rule| rule.expr.contains("on (")) {
        let alert = rule.alert.as_deref().unwrap_or_default();
        let scenes = scenes(alert);
        let both = scenes.iter().flat_map(|scene| &scene.alert_rule_test).any(|moment| {
            let mut instances = moment.exp_alerts.iter().map(|alert| &alert.exp_labels["instance"]);
            let first = instances.next();
            instances.any(|instance| Some(instance) != first)
        });
        assert!(both, "no test of {alert} has two instances that fire");
    }
}
