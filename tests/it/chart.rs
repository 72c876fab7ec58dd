//! The Helm chart, as far as it can be held without Helm: one source for rules and boards, and
//! values that the schema, an example and the README know. `tests/stack/helm` renders it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use pretty_assertions::assert_eq;
use serde_json::{Map, Value};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn chart(name: &str) -> PathBuf {
    root().join("deploy/helm/trio-exporter").join(name)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(path: &Path) -> Value {
    serde_saphyr::from_str(&text(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect()
}

/// Git writes a link as a file with its target where the system has no links.
#[cfg(unix)]
#[test]
fn the_rules_and_boards_of_the_chart_are_the_shipped_files() {
    let rules = names(&root().join("deploy/prometheus"))
        .into_iter()
        .filter(|name| name.ends_with(".rules.yml"));
    let rules: BTreeSet<String> = rules.collect();
    for (folder, shipped, files) in [
        ("rules", "deploy/prometheus", rules),
        ("dashboards", "dashboards", names(&root().join("dashboards"))),
    ] {
        assert_eq!(names(&chart(folder)), files, "{folder}");
        for name in files {
            let here = chart(folder).join(&name).canonicalize().expect("a file");
            assert_eq!(here, root().join(shipped).join(&name).canonicalize().expect("a file"));
        }
    }
}

#[test]
fn the_chart_is_of_this_version_of_the_exporter() {
    assert_eq!(yaml(&chart("Chart.yaml"))["appVersion"], env!("CARGO_PKG_VERSION"));
}

/// The paths of all members that are no maps themselves, or are empty or free ones.
fn leaves(value: &Map<String, Value>, above: &str, found: &mut BTreeSet<String>) {
    for (key, value) in value {
        let path = format!("{above}{key}");
        match value {
            Value::Object(inner) if !inner.is_empty() && !FREE.contains(&&*path) => {
                leaves(inner, &format!("{path}."), found);
            }
            _ => {
                found.insert(path);
            }
        }
    }
}

/// Maps of Kubernetes, of the exporter, or of names that the user chooses.
const FREE: &[&str] = &[
    "affinity",
    "commonLabels",
    "config",
    "configFiles",
    "credentials",
    "dashboards.annotations",
    "dashboards.labels",
    "dnsConfig",
    "livenessProbe",
    "nodeSelector",
    "persistence.annotations",
    "podAnnotations",
    "podLabels",
    "podSecurityContext",
    "prometheusRule.annotations",
    "prometheusRule.labels",
    "readinessProbe",
    "resources.limits",
    "resources.requests",
    "securityContext",
    "service.annotations",
    "service.labels",
    "serviceAccount.annotations",
    "serviceMonitor.agents.basicAuth",
    "serviceMonitor.agents.labels",
    "serviceMonitor.annotations",
    "serviceMonitor.basicAuth",
    "serviceMonitor.labels",
    "serviceMonitor.tlsConfig",
    "web.agentsUsers",
    "web.config",
    "web.users",
];

fn values(path: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    leaves(yaml(path).as_object().expect("a map"), "", &mut found);
    found
}

#[test]
fn every_value_is_set_by_an_example_or_has_a_reason_not_to_be() {
    // Sets of the job names, and what is held with more values in tests/stack/helm.
    const ELSEWHERE: &[&str] = &[
        "persistence.accessModes",
        "prometheusRule.alerts",
        "prometheusRule.recording",
        "serviceMonitor.agents.basicAuth",
        "serviceMonitor.agents.job",
        "serviceMonitor.agents.metricRelabelings",
        "serviceMonitor.agents.scrapeTimeout",
        "serviceMonitor.job",
        "serviceMonitor.stableInstance",
        "web.probeUser.key",
    ];
    let known = values(&chart("values.yaml"));
    let mut set = BTreeSet::new();
    for name in names(&chart("ci")) {
        set.extend(values(&chart("ci").join(name)));
    }
    let unknown: Vec<_> = set.difference(&known).collect();
    assert!(unknown.is_empty(), "in an example, not in values.yaml: {unknown:?}");
    let unset: BTreeSet<&str> = known.difference(&set).map(String::as_str).collect();
    assert_eq!(unset, ELSEWHERE.iter().copied().collect());
}

#[test]
fn the_schema_knows_every_value_and_no_other() {
    let schema: Value = serde_json::from_str(&text(&chart("values.schema.json"))).expect("JSON");
    let mut found = BTreeSet::new();
    members(&schema, "", &mut found);
    found.remove("global");
    assert_eq!(found, values(&chart("values.yaml")));
}

/// The paths of what a schema of closed objects describes.
fn members(schema: &Value, above: &str, found: &mut BTreeSet<String>) {
    for (key, schema) in schema["properties"].as_object().expect("properties") {
        let path = format!("{above}{key}");
        if schema["properties"].is_object()
            && schema["additionalProperties"] == false
            && !FREE.contains(&&*path)
        {
            members(schema, &format!("{path}."), found);
        } else {
            found.insert(path);
        }
    }
}

#[test]
fn the_readme_names_every_value() {
    let readme = text(&chart("README.md"));
    let groups: BTreeSet<String> = values(&chart("values.yaml"))
        .iter()
        .map(|path| path.split('.').next().unwrap_or_default().to_owned())
        .collect();
    for group in groups {
        assert!(
            readme.contains(&format!("`{group}")),
            "README.md of the chart does not name {group}"
        );
    }
}
