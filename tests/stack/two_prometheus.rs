//! Persons for two days and for few, everything else for long: the two shipped configurations, as
//! docs/security.md tells to start them.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    process::{PATIENCE, Process, exporter, folder, until},
    prometheus::Prometheus,
    shipped,
};

const AGENTS: f64 = 12.0;

/// A shipped file with the exporter at `address`.
fn configured(name: &str, address: &str) -> TempDir {
    let text = fs::read_to_string(shipped::path(&format!("prometheus/{name}"))).expect("a file");
    let mut config: Value = serde_saphyr::from_str(&text).expect("YAML");
    config["global"] = json!({"scrape_interval": "1s", "scrape_timeout": "1s"});
    config["alerting"] = json!({});
    config["rule_files"] = json!([]);
    for job in config["scrape_configs"].as_array_mut().expect("jobs") {
        assert_eq!(job["static_configs"][0]["targets"], json!(["trio-exporter:10427"]), "{name}");
        job["static_configs"][0]["targets"] = json!([address]);
    }
    let folder = folder();
    fs::write(folder.path().join("prometheus.yml"), config.to_string()).expect("writable");
    folder
}

/// The flag that the file says to start Prometheus with.
fn retention() -> String {
    let text =
        fs::read_to_string(shipped::path("prometheus/prometheus-agents.yml")).expect("a file");
    let flag =
        text.split_whitespace().find(|word| word.starts_with("--storage.tsdb.retention.time="));
    flag.expect("the file says how to start it").to_owned()
}

async fn demo() -> (Process, String) {
    let mut process = exporter(&["demo", "--web.listen-address", "127.0.0.1:0", "--agents", "12"]);
    let address = process.says("where it serves", |text| {
        Some(text.split_once("/metrics\n")?.0.rsplit_once("http://")?.1.to_owned())
    });
    let address = address.await;
    (process, address)
}

async fn kept(prometheus: &Prometheus) -> String {
    let flags = prometheus.page("/api/v1/status/flags").await;
    let flags: Value = serde_json::from_str(&flags).expect("JSON");
    flags["data"]["storage.tsdb.retention.time"].as_str().expect("a flag").to_owned()
}

#[tokio::test]
async fn persons_are_only_in_short_retention_prometheus() {
    let (_demo, address) = demo().await;
    let main = Prometheus::configured(configured("prometheus.yml", &address)).await;
    let flag = retention();
    let agents = configured("prometheus-agents.yml", &address);
    let agents = Prometheus::configured_with(agents, &[&flag]).await;
    until("both to have scraped the exporter", 2 * PATIENCE, async || {
        main.expect_value("sum(trio_agents)", AGENTS).await?;
        agents.expect_value("count(trio_agent_info)", AGENTS).await
    })
    .await;
    let persons =
        r#"count({__name__=~".+", agent_id!=""}) or count({__name__=~".+", agent_name!=""})"#;
    assert!(agents.value(persons).await.is_some_and(|series| series > 10.0 * AGENTS));
    assert_eq!(main.value(persons).await, None, "the one with the long retention names no one");
    let others = agents.query(r#"count by (__name__) ({__name__=~"trio_.+", agent_id=""})"#).await;
    assert!(others.is_empty(), "the one for persons has nothing else: {others:?}");
    assert_eq!(Some(kept(&agents).await.as_str()), flag.split('=').nth(1));
    assert_ne!(kept(&main).await, kept(&agents).await);
}
