//! Reports of Prometheus' own linter about the expositions.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    dashboard::Board,
    process::folder,
    prometheus::REMEDY,
    promql::{
        rule_files::{ALERTS, RECORDING},
        without_variables,
    },
    query_tests::QueryTests,
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
    let said =
        String::from_utf8_lossy(&promtool.stdout) + String::from_utf8_lossy(&promtool.stderr);
    assert!(
        promtool.status.success() && said.trim().is_empty(),
        "{what}: {}\n{said}",
        promtool.status
    );
}

#[test]
fn promtool_finds_no_fault_with_the_golden_expositions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/expected");
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let golden: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "prom"))
        .collect();
    assert!(!golden.is_empty(), "no *.prom in {}", folder.display());
    for path in golden {
        check(&path.display().to_string(), &fs::read_to_string(&path).expect("an exposition"));
    }
}

pub(crate) fn promtool(arguments: &[&str]) {
    let promtool = Command::new("promtool").args(arguments).output();
    let promtool =
        promtool.unwrap_or_else(|error| panic!("cannot start promtool: {error}; {REMEDY}"));
    let said =
        String::from_utf8_lossy(&promtool.stdout) + String::from_utf8_lossy(&promtool.stderr);
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

/// Agents of a service and of a group, by state, and a call that waits there.
fn agents(available: u32, unknown: u32) -> Vec<Value> {
    let center = "job=\"trio\",instance=\"a:10427\",target=\"main\",contact_center=\"1\"";
    let service = format!("{center},service_id=\"11\",service_name=\"Växel\"");
    let group = format!("{center},agent_group_id=\"3\",agent_group=\"Dag\"");
    let mut series = vec![
        json!({"series": format!("trio_service_class_longest_wait_seconds{{{service},case_class=\"voice\"}}"), "values": "9"}),
        json!({"series": format!("trio_service_wait_target_seconds{{{service},case_class=\"voice\"}}"), "values": "20"}),
    ];
    for (name, labels) in [
        ("trio_agents", center),
        ("trio_service_skilled_agents", service.as_str()),
        ("trio_agent_group_agents", group.as_str()),
    ] {
        for (state, number) in [("available", available), ("unknown", unknown), ("busy", 4)] {
            let series_of = format!("{name}{{{labels},state=\"{state}\"}}");
            series.push(json!({"series": series_of, "values": number.to_string()}));
        }
    }
    series
}

/// Gives a reason, not a number of agents: `overview_boards` tests it.
const REASONS: &str = "overview.json: Services, worst first (F)";

#[test]
fn boards_show_no_zero_for_unknown_states() {
    let boards = Board::shipped();
    let queries = boards.iter().flat_map(Board::queries);
    let asking: Vec<_> = queries
        .filter(|query| {
            query.expr.contains("state=\"available\"") && query.expr.contains("state=\"unknown\"")
        })
        .filter(|query| !query.place.starts_with("agents.json") && query.place != REASONS)
        .collect();
    assert_eq!(asking.len(), 8, "{asking:#?}");
    let mut tests = QueryTests::default();
    for query in asking {
        let expr = without_variables(&query.expr);
        // A label holds what the wall board shows.
        let in_label = expr.contains("count_values(\"free\"");
        let expr =
            if in_label { format!("count by (free) ({expr})") } else { format!("max({expr})") };
        for (series, shown) in [
            (agents(0, 1), (!query.over_time).then_some(-1)),
            (agents(0, 0), Some(0)),
            (agents(2, 1), Some(2)),
            (Vec::new(), None),
        ] {
            let sample = |number: i32| {
                let text = if number == -1 { "?".to_owned() } else { number.to_string() };
                if in_label {
                    (format!("{{free=\"{text}\"}}"), 1.0)
                } else {
                    ("{}".to_owned(), f64::from(number))
                }
            };
            let sample = shown.map(sample);
            let samples: Vec<(&str, f64)> =
                sample.iter().map(|(labels, value)| (labels.as_str(), *value)).collect();
            tests.expect(&series, "1m", &expr, "0s", &samples);
        }
    }
    tests.run();
}

/// Agents with the skill of a service that needs three of them.
fn skilled(busy: u32, unknown: u32) -> Vec<Value> {
    let service = "job=\"trio\",instance=\"a:10427\",target=\"main\",contact_center=\"1\",\
                   service_id=\"11\",service_name=\"Växel\"";
    let agents = |state: &str, number: u32| {
        let series = format!("trio_service_skilled_agents{{{service},state=\"{state}\"}}");
        json!({"series": series, "values": number.to_string()})
    };
    let minimum = format!("trio_service_minimum_agents{{{service}}}");
    let minimum = json!({"series": minimum, "values": "3"});
    vec![agents("busy", busy), agents("unknown", unknown), agents("logged_out", 9), minimum]
}

#[test]
fn services_below_minimum_are_not_zero_while_states_are_unknown() {
    let queries = Board::with_uid("trio-overview").queries();
    let query = queries.iter().find(|query| query.place == "overview.json: Agents (C)");
    let expr = without_variables(&query.expect("a query").expr);
    let tests: Vec<Value> = [(skilled(3, 1), 0), (skilled(2, 1), -1), (skilled(1, 1), 1)]
        .into_iter()
        .map(|(series, shown)| {
            let samples = [json!({"labels": "{}", "value": shown})];
            let test = json!({"expr": expr, "eval_time": "0s", "exp_samples": samples});
            json!({"interval": "1m", "input_series": series, "promql_expr_test": [test]})
        })
        .collect();
    let folder = folder();
    let file = folder.path().join("minimum.test.yml");
    fs::write(&file, json!({"rule_files": [], "tests": tests}).to_string()).expect("a file");
    promtool(&["test", "rules", file.to_str().expect("UTF-8")]);
}

#[tokio::test]
async fn promtool_finds_no_fault_with_what_the_exporter_serves() {
    let scene = Scene::start(12, 4).await;
    for path in ["/metrics", "/metrics/agents"] {
        let text = scene.page(path).await;
        assert!(text.lines().count() > 10, "{path}: {text}");
        check(path, &text);
    }
}

#[test]
#[should_panic(expected = "counter metrics should have")]
fn promtool_does_find_faults() {
    check(
        "a bad name",
        "# HELP trio_requests Requests.\n# TYPE trio_requests counter\ntrio_requests 1\n",
    );
}
