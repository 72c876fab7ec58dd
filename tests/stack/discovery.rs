//! A real Prometheus that finds the targets through `/sd` and scrapes each by itself, with the
//! shipped file.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    process::{PATIENCE, exporter, folder, until},
    prometheus::Prometheus,
    shipped,
};

/// The shipped file for the exporter at `address`, in a hurry and without rules.
fn configured(address: &str) -> TempDir {
    let text = fs::read_to_string(shipped::path("prometheus/prometheus-sd.yml")).expect("a file");
    let mut config: Value = serde_saphyr::from_str(&text).expect("YAML");
    config["global"] = json!({"scrape_interval": "1s", "scrape_timeout": "1s"});
    config["rule_files"] = json!([]);
    let job = &mut config["scrape_configs"][0];
    assert_eq!(job["http_sd_configs"][0]["url"], "http://trio-exporter:10427/sd");
    job["http_sd_configs"][0] =
        json!({"url": format!("http://{address}/sd"), "refresh_interval": "1s"});
    assert_eq!(job["static_configs"][0]["targets"], json!(["trio-exporter:10427"]));
    job["static_configs"][0]["targets"] = json!([address]);
    let folder = folder();
    fs::write(folder.path().join("prometheus.yml"), config.to_string()).expect("writable");
    folder
}

#[tokio::test]
async fn prometheus_discovers_and_scrapes_each_target_once() {
    let folder = folder();
    let file = folder.path().join("trio-exporter.yml");
    // No server answers there: each target reports that, too.
    let target = |name: &str| {
        format!(
            "  - {{name: \"{name}\", servers: \"http://127.0.0.1:1/te/api\", client_key: a2V5, username: u, password: p}}\n"
        )
    };
    let targets = ["north", "söder & 2"].map(target).concat();
    fs::write(&file, format!("targets:\n{targets}")).expect("writable");
    let file = file.to_str().expect("UTF-8");
    let mut process =
        exporter(&["--config.file", file, "--shard", "0/1", "--web.listen-address", "127.0.0.1:0"]);
    let address = process.serves().await;
    let prometheus = Prometheus::configured(configured(&address)).await;
    until("Prometheus to have scraped all there is", 2 * PATIENCE, async || {
        prometheus.expect_value(r#"count(up{job="trio"} == 1)"#, 3.0).await?;
        prometheus.expect_value("count(trio_up)", 2.0).await?;
        prometheus.expect_value("count(trio_exporter_build_info)", 1.0).await
    })
    .await;
    for name in ["north", "söder & 2"] {
        let of_it = prometheus.query(&format!("trio_up{{target={name:?}}}")).await;
        assert_eq!(of_it.len(), 1, "{name}: {of_it:?}");
        assert_eq!(of_it[0].label("instance"), format!("{address}/{name}"));
        // The scrape of a target brings its series and no others'.
        let scraped =
            format!("count by (target) ({{instance=\"{address}/{name}\", target!=\"\"}})");
        let scraped = prometheus.query(&scraped).await;
        assert_eq!(scraped.iter().map(|series| series.label("target")).collect::<Vec<_>>(), [name]);
    }
    for (query, expected) in [
        ("count(process_start_time_seconds)", 1.0),
        ("count(trio_config_last_reload_successful)", 1.0),
        (r#"count(trio_exporter_shard_info{shard="0",shards="1"})"#, 1.0),
    ] {
        prometheus.expect_value(query, expected).await.unwrap();
    }
    let renamed = prometheus.query(r#"{__name__=~".+", exported_target!=""}"#).await;
    assert!(renamed.is_empty(), "{renamed:?}");
    let discovered = prometheus.page("/api/v1/targets?state=active").await;
    let discovered: Value = serde_json::from_str(&discovered).expect("JSON");
    let found = discovered["data"]["activeTargets"].as_array().expect("targets");
    let mut found: Vec<&str> = found
        .iter()
        .filter_map(|target| target["discoveredLabels"]["__meta_trio_target"].as_str())
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["north", "söder & 2"]);
}
