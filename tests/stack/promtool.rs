//! What Prometheus' own linter says about the expositions.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    process::folder,
    prometheus::REMEDY,
    promql::rule_files::{ALERTS, RECORDING},
    scene::Scene,
    shipped,
};

/// Panics with what `promtool check metrics` finds in `text`.
fn check(what: &str, text: &str) {
    let folder = folder();
    let file = folder.path().join("exposition");
    fs::write(&file, text).expect("a file for the exposition");
    let promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::from(File::open(&file).expect("the exposition")))
        .output()
        .unwrap_or_else(|error| panic!("cannot start promtool: {error}; {REMEDY}"));
    let said = String::from_utf8_lossy(&promtool.stdout) + String::from_utf8_lossy(&promtool.stderr);
    assert!(promtool.status.success() && said.trim().is_empty(), "{what}: {}\n{said}", promtool.status);
}

#[test]
fn promtool_finds_no_fault_with_the_golden_expositions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/expected");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let golden: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "prom")).collect();
    assert!(!golden.is_empty(), "no *.prom in {}", folder.display());
    for path in golden {
        check(&path.display().to_string(), &fs::read_to_string(&path).expect("an exposition"));
    }
}

fn promtool(arguments: &[&str]) {
    let promtool = Command::new("promtool").args(arguments).output();
    let promtool = promtool.unwrap_or_else(|error| panic!("cannot start promtool: {error}; {REMEDY}"));
    let said = String::from_utf8_lossy(&promtool.stdout) + String::from_utf8_lossy(&promtool.stderr);
    assert!(promtool.status.success(), "{arguments:?}: {said}");
}

#[test]
fn promtool_finds_no_fault_with_the_configuration_and_the_rules() {
    for config in ["prometheus/prometheus.yml", "prometheus/prometheus-agents.yml"] {
        promtool(&["check", "config", &shipped::path(config)]);
    }
    for rules in [RECORDING, ALERTS] {
        let rules = shipped::path(&format!("prometheus/{rules}"));
        promtool(&["check", "rules", "--lint=all", "--lint-fatal", &rules]);
    }
}

#[test]
fn every_alert_fires_and_is_silent_as_its_unit_tests_say() {
    let tests = fs::read_dir(shipped::path("prometheus/tests")).expect("a folder");
    let tests: Vec<_> = tests.map(|entry| entry.expect("an entry").path()).collect();
    assert!(!tests.is_empty());
    for test in tests {
        promtool(&["test", "rules", test.to_str().expect("UTF-8")]);
    }
}

#[tokio::test]
async fn promtool_finds_no_fault_with_what_the_exporter_serves() {
    let scene = Scene::of(12, 4).await;
    for path in ["/metrics", "/metrics/agents"] {
        let text = scene.page(path).await;
        assert!(text.lines().count() > 10, "{path}: {text}");
        check(path, &text);
    }
}

#[test]
#[should_panic(expected = "counter metrics should have")]
fn promtool_does_find_faults() {
    check("a bad name", "# HELP trio_requests Requests.\n# TYPE trio_requests counter\ntrio_requests 1\n");
}
