//! The files in `deploy/` as programs on this machine can use them: the same rules, routes and
//! jobs, at the addresses of the test and at its pace.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    process::folder,
    promql::rule_files::{ALERTS, RECORDING, RuleFile},
    shortened::shortened,
};

/// Interval of a test's Prometheus for scrapes and evaluations.
const STEP: &str = "1s";

/// Hours of supervisors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hours {
    Open,
    Closed,
}

/// A file below `deploy/`.
pub(crate) fn path(name: &str) -> String {
    format!("{}/deploy/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> Value {
    let path = path(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A folder with our `prometheus.yml`, the job of `prometheus-agents.yml` added, and our rules,
/// evaluated each second; their durations divided by `divisor`.
pub(crate) fn prometheus(exporter: &str, alertmanager: Option<&str>, divisor: u32) -> TempDir {
    let mut config = read("prometheus/prometheus.yml");
    config["global"] =
        json!({"scrape_interval": STEP, "scrape_timeout": STEP, "evaluation_interval": STEP});
    let alertmanagers = &mut config["alerting"]["alertmanagers"];
    assert!(alertmanagers[0]["static_configs"][0]["targets"][0].is_string());
    *alertmanagers = match alertmanager {
        Some(address) => json!([{"static_configs": [{"targets": [address]}]}]),
        None => json!([]),
    };
    let agents = read("prometheus/prometheus-agents.yml");
    let jobs = config["scrape_configs"].as_array_mut().expect("jobs");
    jobs.extend(agents["scrape_configs"].as_array().expect("jobs").clone());
    for job in jobs {
        job["static_configs"][0]["targets"] = json!([exporter]);
    }
    let folder = folder();
    write(&folder, "prometheus.yml", &config);
    for name in [RECORDING, ALERTS] {
        let mut rules = shortened(&RuleFile::shipped(name), divisor);
        for group in &mut rules.groups {
            group.interval = None;
        }
        write(&folder, name, &json!(rules));
    }
    folder
}

/// A folder with our `alertmanager.yml`, all of whose webhooks are at `notifier`, in a hurry, and
/// with other opening hours.
pub(crate) fn alertmanager(notifier: &str, hours: Hours) -> TempDir {
    let mut config = read("alertmanager/alertmanager.yml");
    hurry(&mut config["route"]);
    for receiver in config["receivers"].as_array_mut().expect("receivers") {
        for webhook in receiver["webhook_configs"].as_array_mut().into_iter().flatten() {
            let url = webhook["url"].as_str().expect("a URL");
            let (_, name) = url.rsplit_once('/').expect("a path");
            webhook["url"] = json!(format!("http://{notifier}/{name}"));
        }
    }
    for interval in config["time_intervals"].as_array_mut().expect("time intervals") {
        interval["time_intervals"] = match hours {
            Hours::Open => json!([{"weekdays": ["sunday:saturday"]}]),
            Hours::Closed => json!([{"years": ["1970"]}]),
        };
    }
    let folder = folder();
    write(&folder, "alertmanager.yml", &config);
    folder
}

/// A folder with our `alertmanager-mail.yml` as `alertmanager.yml`, in a hurry, whose mail server is
/// at `server` and has no encryption.
pub(crate) fn alertmanager_by_mail(server: &str) -> TempDir {
    let mut config = read("alertmanager/alertmanager-mail.yml");
    hurry(&mut config["route"]);
    assert!(config["global"]["smtp_smarthost"].is_string());
    config["global"]["smtp_smarthost"] = json!(server);
    config["global"]["smtp_require_tls"] = json!(false);
    let folder = folder();
    write(&folder, "alertmanager.yml", &config);
    folder
}

fn hurry(route: &mut Value) {
    for (key, value) in [("group_wait", "100ms"), ("group_interval", "1s")] {
        route[key] = json!(value);
    }
    for inner in route["routes"].as_array_mut().into_iter().flatten() {
        hurry(inner);
    }
}

/// JSON is YAML.
fn write(folder: &TempDir, name: &str, content: &Value) {
    fs::write(folder.path().join(name), content.to_string()).expect("a file in our own folder");
}
