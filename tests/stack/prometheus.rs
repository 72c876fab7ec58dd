//! A real Prometheus, and questions to its HTTP API.

use std::{collections::BTreeMap, fs, path::Path};

use reqwest::{Client, Method};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    http::{client, send},
    process::{PATIENCE, Process, folder, until},
};

pub(crate) const REMEDY: &str = "install it (Debian and Ubuntu: apt-get install prometheus, which also brings promtool) and put it on the PATH";

/// Labels by name.
pub(crate) type Labels = BTreeMap<String, String>;

/// A Prometheus that scrapes an exporter every second: `/metrics` as job `trio`, `/metrics/agents`
/// as job `trio-agents`.
pub(crate) struct Prometheus {
    url: String,
    client: Client,
    process: Process,
    folder: TempDir,
}

impl Prometheus {
    /// Starts one for the exporter at `address`, on a free port.
    pub(crate) async fn start(address: &str) -> Self {
        let folder = folder();
        fs::write(folder.path().join("prometheus.yml"), config(address)).expect("a configuration");
        Self::configured(folder).await
    }

    /// Starts one with the `prometheus.yml` in `folder`, on a free port.
    pub(crate) async fn configured(folder: TempDir) -> Self {
        Self::configured_with(folder, &[]).await
    }

    /// The same with more flags.
    pub(crate) async fn configured_with(folder: TempDir, flags: &[&str]) -> Self {
        let path = |name| folder.path().join(name).to_str().expect("UTF-8").to_owned();
        let arguments = [
            format!("--config.file={}", path("prometheus.yml")),
            format!("--storage.tsdb.path={}", path("data")),
            "--web.listen-address=127.0.0.1:0".to_owned(),
        ];
        let arguments: Vec<&str> =
            arguments.iter().map(String::as_str).chain(flags.iter().copied()).collect();
        let mut process = Process::start(Path::new("prometheus"), &arguments, REMEDY);
        let address = process
            .says("where it listens", |text| {
                let line = text.lines().find(|line| line.contains(r#"msg="Listening on""#))?;
                Some(line.split_once("address=")?.1.trim().to_owned())
            })
            .await;
        let url = format!("http://{address}");
        until("Prometheus to be ready", PATIENCE, async || {
            crate::http::get(&format!("{url}/-/ready")).await
        })
        .await;
        Self { url, client: client(), process, folder }
    }

    /// Stops it and returns the folder with its configuration and its data.
    pub(crate) async fn stop(mut self) -> TempDir {
        self.process.signal(rustix::process::Signal::TERM);
        self.process.ended().await;
        self.folder
    }

    /// Page at a path of its API.
    pub(crate) async fn page(&self, path: &str) -> String {
        crate::http::get(&format!("{}{path}", self.url)).await.expect("a page of Prometheus")
    }

    /// The series that `query` gives at this moment.
    pub(crate) async fn query(&self, query: &str) -> Vec<Series> {
        self.try_query(query).await.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// The same, or what Prometheus has against the query.
    pub(crate) async fn try_query(&self, query: &str) -> Result<Vec<Series>, String> {
        let url = format!("{}/api/v1/query", self.url);
        let text = send(Method::POST, &url, &[("query", query)]).await?;
        let answer: Value =
            serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        let result = answer["data"]["result"].as_array().ok_or(text)?;
        // A scalar is a moment and a value.
        match result.first() {
            Some(Value::Number(_)) => Ok(vec![Series::scalar(result)]),
            _ => Ok(result.iter().map(Series::read).collect()),
        }
    }

    /// The series that `query` gives at `time`, in seconds since 1970.
    pub(crate) async fn query_at(&self, query: &str, time: u64) -> Result<Vec<Series>, String> {
        let answer = self.ask("query", &[("query", query), ("time", &time.to_string())]).await?;
        let result = answer["data"]["result"].as_array().ok_or_else(|| answer.to_string())?;
        Ok(match result.first() {
            Some(Value::Number(_)) => vec![Series::scalar(result)],
            _ => result.iter().map(Series::read).collect(),
        })
    }

    /// The answer to a question to its API; all questions go over the same connections.
    pub(crate) async fn ask(
        &self,
        what: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Value, String> {
        let url = format!("{}/api/v1/{what}", self.url);
        // Only questions about labels must be GET; a query of a board may be too long for an
        // address.
        let request = match what.starts_with("label/") {
            true => self.client.get(&url).query(parameters),
            false => self.client.post(&url).form(parameters),
        };
        // A month of half hours takes its time on a machine that does other things as well.
        let answer = request.timeout(2 * PATIENCE).send().await;
        let text = answer.map_err(|error| format!("{url}: {error}"))?.text().await;
        let text = text.map_err(|error| format!("{url}: {error}"))?;
        let answer: Value =
            serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        if answer["status"] == "success" { Ok(answer) } else { Err(text) }
    }

    /// Number of series that `query` gives from `from` to `to`, at every `step`.
    pub(crate) async fn series_over(
        &self,
        query: &str,
        from: u64,
        to: u64,
        step: u64,
    ) -> Result<usize, String> {
        self.matrix(query, from, to, step).await.map(|series| series.len())
    }

    /// The series that `query` gives from `from` to `to`, at every `step`: labels, and values by
    /// time.
    pub(crate) async fn matrix(
        &self,
        query: &str,
        from: u64,
        to: u64,
        step: u64,
    ) -> Result<Vec<(Labels, BTreeMap<u64, f64>)>, String> {
        let [from, to, step] = [from, to, step].map(|number| number.to_string());
        let asked = [("query", query), ("start", &from), ("end", &to), ("step", &step)];
        let answer = self.ask("query_range", &asked).await?;
        let result = answer["data"]["result"].as_array().ok_or_else(|| answer.to_string())?;
        let read = result.iter().map(|series| {
            let labels = serde_json::from_value(series["metric"].clone()).expect("labels");
            let points = series["values"].as_array().into_iter().flatten();
            let points = points.map(|point| {
                let value =
                    point[1].as_str().and_then(|value| value.parse().ok()).expect("a number");
                (point[0].as_f64().map(|time| time as u64).expect("a time"), value)
            });
            (labels, points.collect())
        });
        Ok(read.collect())
    }

    /// Health of each rule after its last evaluation.
    pub(crate) async fn rules(&self) -> Vec<Health> {
        let text =
            crate::http::get(&format!("{}/api/v1/rules", self.url)).await.expect("the rules");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        let groups = answer["data"]["groups"].as_array().expect("groups");
        let rules = groups.iter().flat_map(|group| group["rules"].as_array().expect("rules"));
        let text = |rule: &Value, name: &str| rule[name].as_str().unwrap_or_default().to_owned();
        rules
            .map(|rule| Health { name: text(rule, "name"), error: text(rule, "lastError") })
            .collect()
    }

    /// The value of the one series that `query` gives; `None` if it gives none.
    pub(crate) async fn value(&self, query: &str) -> Option<f64> {
        let series = self.query(query).await;
        assert!(series.len() < 2, "{query} gives more than one series: {series:?}");
        series.first().map(|series| series.value)
    }

    /// Ok as soon as the one series that `query` gives has this value.
    pub(crate) async fn expect_value(&self, query: &str, expected: f64) -> Result<(), String> {
        match self.value(query).await {
            Some(value) if (value - expected).abs() < 1e-9 => Ok(()),
            other => Err(format!("{query} is {other:?}, not {expected}")),
        }
    }
}

/// Result of the last evaluation of a rule.
pub(crate) struct Health {
    pub(crate) name: String,
    pub(crate) error: String,
}

/// A series with its value.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) labels: Value,
    pub(crate) value: f64,
}

impl Series {
    fn read(result: &Value) -> Self {
        let value = result["value"][1].as_str().and_then(|value| value.parse().ok());
        Self { labels: result["metric"].clone(), value: value.expect("a number") }
    }

    fn scalar(result: &[Value]) -> Self {
        let value = result.get(1).and_then(Value::as_str).and_then(|value| value.parse().ok());
        Self { labels: Value::Null, value: value.expect("a number") }
    }

    /// All its labels.
    pub(crate) fn all_labels(&self) -> Labels {
        self.labels
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect()
    }

    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels[name].as_str().unwrap_or_default()
    }

    /// The name of the family.
    pub(crate) fn name(&self) -> &str {
        self.label("__name__")
    }
}

/// Name and labels as a selector has them.
pub(crate) fn series(name: &str, labels: &Labels) -> String {
    let pairs: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{name}{{{}}}", pairs.join(","))
}

fn config(address: &str) -> String {
    format!(
        r#"
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: trio
    static_configs:
      - targets: ["{address}"]
  - job_name: trio-agents
    metrics_path: /metrics/agents
    static_configs:
      - targets: ["{address}"]
"#
    )
}
