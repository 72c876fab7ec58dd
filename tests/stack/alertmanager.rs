//! A real Alertmanager with our routes.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    http::{get, send_json},
    process::{PATIENCE, Process, until},
    shipped::{self, Hours},
};

pub(crate) const REMEDY: &str = "install it (Debian and Ubuntu: apt-get install prometheus-alertmanager, which also brings amtool) and put it on the PATH";

/// Debian's name for the program, and everybody else's.
const NAMES: [&str; 2] = ["prometheus-alertmanager", "alertmanager"];

/// An Alertmanager that tells a notifier.
pub(crate) struct Alertmanager {
    pub(crate) address: String,
    _process: Process,
    _folder: TempDir,
}

impl Alertmanager {
    /// Starts one on a free port.
    pub(crate) async fn telling(notifier: &str, hours: Hours) -> Self {
        Self::started(shipped::alertmanager(notifier, hours)).await
    }

    /// Starts one on a free port, with the configuration in this folder.
    pub(crate) async fn started(folder: TempDir) -> Self {
        let path = |name| folder.path().join(name).to_str().expect("UTF-8").to_owned();
        let arguments = [
            format!("--config.file={}", path("alertmanager.yml")),
            format!("--storage.path={}", path("data")),
            "--web.listen-address=127.0.0.1:0".to_owned(),
            "--cluster.listen-address=".to_owned(),
        ];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut process = Process::start(Path::new(program()), &arguments, REMEDY);
        let address = process
            .says("where it listens", |text| {
                let line = text.lines().find(|line| line.contains(r#"msg="Listening on""#))?;
                Some(line.split_once("address=")?.1.split_whitespace().next()?.to_owned())
            })
            .await;
        let url = format!("http://{address}/-/ready");
        until("Alertmanager to be ready", PATIENCE, async || get(&url).await).await;
        Self { address, _process: process, _folder: folder }
    }

    /// Gives it alerts as a Prometheus would.
    pub(crate) async fn receive(&self, alerts: &Value) {
        let url = format!("http://{}/api/v2/alerts", self.address);
        send_json(reqwest::Method::POST, &url, None, alerts).await.expect("the alerts are taken");
    }

    /// The names of the alerts that inhibit the one called `name` about a target; an error if there
    /// is none.
    pub(crate) async fn inhibitors(&self, name: &str, target: &str) -> Result<Vec<String>, String> {
        let alerts = get(&format!("http://{}/api/v2/alerts", self.address)).await?;
        let alerts: Value = serde_json::from_str(&alerts).map_err(|error| error.to_string())?;
        let alerts = alerts.as_array().ok_or("no list")?;
        let is_it = |labels: &Value| labels["alertname"] == name && labels["target"] == target;
        let one = alerts.iter().find(|alert| is_it(&alert["labels"]));
        let one = one.ok_or_else(|| format!("there is no {name}: {alerts:?}"))?;
        let by = one["status"]["inhibitedBy"].as_array().into_iter().flatten();
        let named = by.filter_map(|id| {
            let inhibitor = alerts.iter().find(|alert| alert["fingerprint"] == *id)?;
            Some(inhibitor["labels"]["alertname"].as_str()?.to_owned())
        });
        Ok(named.collect())
    }
}

fn program() -> &'static str {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let is_there =
        |name: &&&str| std::env::split_paths(&paths).any(|folder| folder.join(name).is_file());
    NAMES.iter().find(is_there).unwrap_or(&NAMES[0])
}
