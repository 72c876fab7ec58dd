//! Our rules over scrapes of the past: what Prometheus would have recorded, and which alerts would fire.

use std::{collections::BTreeMap, fs};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    prometheus::Prometheus,
    promql::{
        rule_files::{ALERTS, Group, RECORDING, Rule, RuleFile},
        selectors,
    },
    scrapes::{Scrapes, promtool},
};

/// Interval of the evaluations of alerts, in seconds.
const EVALUATION: u64 = 30;

/// A Prometheus with the data in `folder` and everything that our rules would have made of them from `from` to `to`.
pub(super) async fn evaluated(folder: TempDir, from: u64, to: u64) -> Prometheus {
    let mut prometheus = Prometheus::configured(folder).await;
    for stage in stages() {
        let file = prometheus.folder().join("stage.yml");
        fs::write(&file, json!(stage).to_string()).expect("a file");
        let (data, url) = (prometheus.folder().join("data"), format!("--url={}", prometheus.url()));
        let (start, end) = (format!("--start={from}"), format!("--end={to}"));
        let words =
            ["create-blocks-from", "rules", &url, &start, &end, "--eval-interval=30s", "--output-dir"];
        promtool(&words, &[&data, &file]);
        // Blocks that are added while it runs are seen after a minute only.
        prometheus = Prometheus::configured(prometheus.stop().await).await;
    }
    let alerts = alerts(&prometheus, from, to).await;
    let folder = prometheus.stop().await;
    alerts.write_into(folder.path());
    Prometheus::configured(folder).await
}

/// The recording rules in the order in which they need each other: promtool does not see what it records.
fn stages() -> Vec<RuleFile> {
    let mut left: Vec<Rule> = RuleFile::shipped(RECORDING).rules().cloned().collect();
    let mut stages = Vec::new();
    while !left.is_empty() {
        let names: Vec<String> = left.iter().map(Rule::name).collect();
        let needs = |expr: &str, name: &str| {
            selectors(expr).iter().any(|selector| selector.split('{').next() == Some(name))
        };
        let is_ready = |rule: &Rule| !names.iter().any(|name| needs(&rule.expr, name));
        let (ready, others): (Vec<Rule>, Vec<Rule>) = left.into_iter().partition(is_ready);
        assert!(!ready.is_empty(), "rules that need each other: {names:?}");
        stages.push(RuleFile { groups: vec![Group { name: "stage".into(), interval: None, rules: ready }] });
        left = others;
    }
    stages
}

/// The series `ALERTS` and `ALERTS_FOR_STATE` as the rules write them.
async fn alerts(prometheus: &Prometheus, from: u64, to: u64) -> Scrapes {
    let mut samples = BTreeMap::<u64, Vec<(String, f64)>>::new();
    for rule in RuleFile::shipped(ALERTS).rules() {
        let lasting = rule.lasting.as_deref().map_or(0, seconds);
        let keep = rule.keep_firing_for.as_deref().map_or(0, seconds);
        let answer = prometheus.matrix(&rule.expr, from, to, EVALUATION).await;
        for (labels, points) in answer.unwrap_or_else(|error| panic!("{}: {error}", rule.name())) {
            let mut labels = labels;
            labels.remove("__name__");
            labels.extend(rule.labels.clone());
            labels.insert("alertname".into(), rule.alert.clone().expect("a name"));
            let (mut since, mut last) = (None, 0);
            for time in (from..=to).step_by(EVALUATION as usize) {
                if points.contains_key(&time) {
                    since = since.or(Some(time));
                    last = time;
                } else if since.is_some_and(|since| last < since + lasting || time > last + keep) {
                    since = None;
                }
                let Some(since) = since else { continue };
                let state = if time >= since + lasting { "firing" } else { "pending" };
                let mut of_state = labels.clone();
                of_state.insert("alertstate".into(), state.into());
                let at = samples.entry(time).or_default();
                at.push((format!("ALERTS{}", written(&of_state)), 1.0));
                #[allow(clippy::cast_precision_loss, reason = "seconds since 1970")]
                at.push((format!("ALERTS_FOR_STATE{}", written(&labels)), since as f64));
            }
        }
    }
    let mut scrapes = Scrapes::default();
    for (time, at) in samples {
        at.iter().for_each(|(series, value)| scrapes.add(series, *value, time));
    }
    scrapes
}

fn written(labels: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(","))
}

/// A duration of one unit, as all of ours are.
fn seconds(text: &str) -> u64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: u64 = number.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let of_unit = BTreeMap::from([("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]);
    number * of_unit.get(unit).unwrap_or_else(|| panic!("{text}: {unit} is no unit"))
}
