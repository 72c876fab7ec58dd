//! ServiceMonitors, as a real Prometheus would carry them out.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::chart::Rendered;
use crate::{
    process::{PATIENCE, folder, until},
    prometheus::Prometheus,
    scene::Scene,
};

/// The operator's job for an endpoint: the same job in the words of Prometheus, with one pod found.
fn job(monitor: &Value, address: &str, pod: &str) -> Value {
    let [endpoint] = &monitor["spec"]["endpoints"].as_array().expect("endpoints")[..] else {
        panic!("one")
    };
    let words = [("sourceLabels", "source_labels"), ("targetLabel", "target_label")];
    let relabelings = endpoint["relabelings"].as_array().expect("relabelings").iter().map(|step| {
        let step = step.as_object().expect("a step").iter();
        let renamed = step.map(|(key, value)| {
            let word =
                words.iter().find(|(theirs, _)| theirs == key).map_or(&**key, |(_, ours)| ours);
            (word.to_owned(), value.clone())
        });
        Value::Object(renamed.collect())
    });
    json!({
        "job_name": format!("serviceMonitor/monitoring/{}/0", monitor["metadata"]["name"].as_str().expect("a name")),
        "metrics_path": endpoint["path"],
        "scheme": endpoint["scheme"],
        "relabel_configs": relabelings.collect::<Vec<_>>(),
        "static_configs": [{
            "targets": [address],
            "labels": {"__meta_kubernetes_namespace": "monitoring", "__meta_kubernetes_pod_name": pod},
        }],
    })
}

/// The configuration of a Prometheus that an operator would write.
fn configuration(rendered: &Rendered, address: &str, pod: &str) -> TempDir {
    let folder = folder();
    let mut files = Vec::new();
    for (number, rule) in rendered.all("PrometheusRule").into_iter().enumerate() {
        let name = format!("{number}.yml");
        fs::write(folder.path().join(&name), rule["spec"].to_string()).expect("writable");
        files.push(name);
    }
    let monitors = rendered.all("ServiceMonitor");
    let jobs: Vec<Value> = monitors.into_iter().map(|monitor| job(monitor, address, pod)).collect();
    let config = json!({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": files,
        "scrape_configs": jobs,
    });
    fs::write(folder.path().join("prometheus.yml"), config.to_string()).expect("writable");
    folder
}

#[tokio::test]
async fn jobs_match_rules_and_instances_outlive_pods() {
    let rendered = Rendered::example("monitoring");
    let scene = Scene::staged(12, 4, "", async |address| {
        Prometheus::configured(configuration(&rendered, address, "rel-trio-exporter-7f9c-x2")).await
    })
    .await;
    let mut up = scene.prometheus.query("up == 1").await;
    up.sort_by_key(|series| series.label("job").to_owned());
    let seen: Vec<_> = up
        .iter()
        .map(|series| ["job", "instance", "site"].map(|label| series.label(label)))
        .collect();
    let instance = "monitoring/rel-trio-exporter";
    assert_eq!(seen, [["trio", instance, "växjö"], ["trio-agents", instance, "växjö"]]);
    // Until the first scrape it is about to fire.
    until("TrioExporterDown to find the job", PATIENCE, async || {
        let down = scene.prometheus.query(r#"ALERTS{alertname="TrioExporterDown"}"#).await;
        if down.is_empty() { Ok(()) } else { Err(format!("{down:?}")) }
    })
    .await;
    let rules = scene.prometheus.rules().await;
    assert!(rules.len() > 40, "{}", rules.len());
    for rule in rules {
        assert_eq!(rule.error, "", "{}", rule.name);
    }
}

#[test]
fn only_the_page_of_persons_goes_to_the_prometheus_of_persons() {
    let rendered = Rendered::example("monitoring");
    let monitor = |name: &str| rendered.named("ServiceMonitor", name).expect("a ServiceMonitor");
    let (main, agents) = (monitor("rel-trio-exporter"), monitor("rel-trio-exporter-agents"));
    assert_eq!(main["spec"]["endpoints"][0]["path"], "/metrics");
    assert_eq!(main["metadata"]["labels"]["release"], "kube-prometheus-stack");
    assert_eq!(agents["spec"]["endpoints"][0]["path"], "/metrics/agents");
    assert_eq!(agents["metadata"]["labels"]["prometheus"], "trio-agents");
    assert!(agents["metadata"]["labels"]["release"].is_null(), "{agents}");
    let quiet = Rendered::with_values("monitoring", "serviceMonitor: {agents: {enabled: false}}")
        .expect("rendered");
    assert_eq!(quiet.only("ServiceMonitor")["spec"]["endpoints"][0]["path"], "/metrics");
}

#[test]
fn each_shard_is_an_instance_of_its_own_and_is_found_once() {
    let rendered = Rendered::example("shards");
    let monitor = rendered.only("ServiceMonitor");
    let instance = &monitor["spec"]["endpoints"][0]["relabelings"][1];
    assert_eq!(
        instance["sourceLabels"],
        json!(["__meta_kubernetes_namespace", "__meta_kubernetes_pod_name"])
    );
    assert_eq!(
        (&instance["separator"], &instance["targetLabel"]),
        (&json!("/"), &json!("instance"))
    );
    let wanted = monitor["spec"]["selector"]["matchLabels"].as_object().expect("labels");
    let found = rendered.all("Service").into_iter().filter(|service| {
        wanted.iter().all(|(label, value)| service["metadata"]["labels"][label] == *value)
    });
    assert_eq!(found.count(), 1, "the headless Service has the same pods");
}

#[test]
fn the_scheme_is_that_of_the_web_server() {
    let endpoint =
        |name: &str| Rendered::example(name).only("ServiceMonitor")["spec"]["endpoints"][0].clone();
    assert_eq!(endpoint("shards")["scheme"], "http");
    let web = endpoint("web");
    assert_eq!(web["scheme"], "https");
    assert_eq!(web["tlsConfig"]["serverName"], "trio.default.svc");
    assert_eq!(web["basicAuth"]["password"]["key"], "password");
}
