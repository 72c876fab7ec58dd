//! `deploy/compose`: what it mounts is there, and is what the stack tests use; what it names is
//! pinned, and finds one another. The image, the Debian package and the workflows are in `docker`,
//! `package` and `workflows`.

mod docker;
mod package;
mod profile;
mod workflows;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use trio_exporter::config;

use crate::dashboard::Board;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn deployed(name: &str) -> Value {
    yaml(&root().join("deploy").join(name))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().map(text)
}

fn services() -> serde_json::Map<String, Value> {
    deployed("compose/compose.yml")["services"].as_object().expect("services").clone()
}

/// Files and folders of this project that a service mounts: where they are, and where it sees them.
fn mounts(service: &Value) -> Vec<(PathBuf, String)> {
    let mounts = items(&service["volumes"]).filter(|mount| mount.starts_with('.'));
    let parts = mounts.map(|mount| mount.split(':').collect::<Vec<_>>());
    parts
        .map(|parts| {
            assert_eq!(parts.get(2), Some(&"ro"), "{parts:?} can be written");
            (root().join("deploy/compose").join(parts[0]), parts[1].to_owned())
        })
        .collect()
}

#[test]
fn alertmanagers_by_mail_and_teams_differ_in_receivers_alone() {
    let names = |config: &Value| {
        let receivers = config["receivers"].as_array().expect("receivers").iter();
        receivers.map(|receiver| text(&receiver["name"]).to_owned()).collect::<Vec<_>>()
    };
    let webhooks = deployed("alertmanager/alertmanager.yml");
    for (name, kind) in [
        ("alertmanager-mail.yml", "email_configs"),
        ("alertmanager-teams.yml", "msteamsv2_configs"),
    ] {
        let other = deployed(&format!("alertmanager/{name}"));
        for key in ["route", "time_intervals", "inhibit_rules"] {
            assert!(!webhooks[key].is_null() && webhooks[key] == other[key], "{name}: {key}");
        }
        assert_eq!(names(&other), names(&webhooks), "{name}");
        for receiver in other["receivers"].as_array().expect("receivers") {
            let is_quiet = receiver["name"] == "quiet";
            assert_eq!(receiver[kind].is_null(), is_quiet, "{name}: {receiver}");
        }
    }
}

#[test]
fn mounted_and_built_files_exist() {
    let mut seen = 0;
    for (name, service) in services() {
        for (source, _) in mounts(&service) {
            assert!(source.exists(), "{name}: there is no {}", source.display());
            seen += 1;
        }
        if let Some(dockerfile) = service["build"]["dockerfile"].as_str() {
            assert!(root().join(dockerfile).exists(), "{name}: there is no {dockerfile}");
        }
    }
    assert!(seen >= 6, "{seen}");
}

#[test]
fn it_runs_the_shipped_rules_routes_sources_and_dashboards() {
    let services = services();
    let at = |name: &str, target: &str| {
        let found = mounts(&services[name]).into_iter().find(|(_, seen)| seen == target);
        let (source, _) = found.unwrap_or_else(|| panic!("{name} has nothing at {target}"));
        source
            .canonicalize()
            .expect("it exists")
            .strip_prefix(root().canonicalize().expect("it exists"))
            .expect("ours")
            .to_owned()
    };
    assert_eq!(at("prometheus", "/etc/prometheus"), Path::new("deploy/prometheus"));
    assert_eq!(at("prometheus-agents", "/etc/prometheus"), Path::new("deploy/prometheus"));
    assert_eq!(at("alertmanager", "/etc/alertmanager"), Path::new("deploy/alertmanager"));
    assert_eq!(
        at("grafana", "/etc/grafana/provisioning"),
        Path::new("deploy/grafana/provisioning")
    );
    let provider = deployed("grafana/provisioning/dashboards/trio.yml");
    let folder = text(&provider["providers"][0]["options"]["path"]);
    assert_eq!(at("grafana", folder), Path::new("dashboards"));
}

#[test]
fn images_are_pinned_and_ports_are_of_this_machine_alone() {
    for (name, service) in services() {
        let (_, tag) =
            text(&service["image"]).split_once(':').unwrap_or_else(|| panic!("{name}: any image"));
        assert!(!tag.is_empty() && tag != "latest", "{name}: {tag}");
        assert!(items(&service["ports"]).all(|port| port.starts_with("127.0.0.1:")), "{name}");
    }
}

#[test]
fn programs_find_one_another() {
    let services = services();
    let known =
        |address: &str| services.contains_key(address.split([':', '/']).next().unwrap_or_default());
    for file in ["prometheus/prometheus.yml", "prometheus/prometheus-agents.yml"] {
        let config = deployed(file);
        let scraped = config["scrape_configs"].as_array().expect("jobs").iter();
        let told = config["alerting"]["alertmanagers"].as_array().into_iter().flatten();
        for job in scraped
            .flat_map(|job| job["static_configs"].as_array())
            .flatten()
            .chain(told.flat_map(|to| to["static_configs"].as_array()).flatten())
        {
            assert!(items(&job["targets"]).all(known), "{file}: {}", job["targets"]);
        }
    }
    let sources = deployed("grafana/provisioning/datasources/trio.yml");
    for source in sources["datasources"].as_array().expect("data sources") {
        let url = text(&source["url"]).strip_prefix("http://").expect("a URL");
        assert!(known(url), "{url}");
    }
}

#[test]
fn grafana_knows_how_often_prometheus_scrapes() {
    let sources = deployed("grafana/provisioning/datasources/trio.yml");
    for (source, file) in
        [(0, "prometheus/prometheus.yml"), (1, "prometheus/prometheus-agents.yml")]
    {
        let interval = &deployed(file)["global"]["scrape_interval"];
        assert_eq!(&sources["datasources"][source]["jsonData"]["timeInterval"], interval, "{file}");
    }
}

#[test]
fn the_board_of_persons_finds_the_data_source_of_its_own_alone() {
    let sources = deployed("grafana/provisioning/datasources/trio.yml");
    let names: Vec<&str> = sources["datasources"]
        .as_array()
        .expect("data sources")
        .iter()
        .map(|it| text(&it["name"]))
        .collect();
    let agents = Board::with_uid("trio-agents");
    let wanted = text(&agents.variables()[0]["regex"]).trim_end_matches('i').trim_matches('/');
    let found: Vec<&&str> = names.iter().filter(|name| name.contains(wanted)).collect();
    assert_eq!(found, [&"Trio agents"], "{wanted}");
}

#[test]
fn the_exporter_takes_its_configuration() {
    let file = root().join("deploy/compose/trio-exporter.yml");
    let config = config::load(Some(&file), &|_| None).expect("valid");
    // Who may read a file of a checkout depends on the machine; these secrets are none.
    let warnings: Vec<_> =
        config.warnings.iter().filter(|warning| !warning.contains("chmod")).collect();
    assert_eq!(
        warnings.len(),
        1,
        "that nothing is encrypted on the way to the simulator: {warnings:?}"
    );
    let host = config.targets[0].trio.servers[0].host_str().map(str::to_owned);
    assert_eq!(host.as_deref(), Some("trio-simulator"));
}
