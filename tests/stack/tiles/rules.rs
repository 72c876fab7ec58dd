//! Our rules over scrapes of the past: what Prometheus would have recorded, and which alerts would
//! fire.

use std::collections::BTreeMap;

use tempfile::TempDir;

use crate::{
    durations::seconds,
    prometheus::{Labels, Prometheus, series},
    promql::{
        rule_files::{ALERTS, RECORDING, Rule, RuleFile},
        selectors,
    },
    scrapes::Scrapes,
};

/// Interval of the evaluations, in seconds.
const EVALUATION: u64 = 30;

/// A Prometheus with the data in `folder` and everything that our rules would have made of them
/// from `from` to `to`.
pub(super) async fn evaluated(folder: TempDir, from: u64, to: u64) -> Prometheus {
    let mut prometheus = Prometheus::configured(folder).await;
    for stage in stages() {
        let recorded = recorded(&prometheus, &stage, from, to).await;
        prometheus = with_more(prometheus, &recorded).await;
    }
    let alerts = alerts(&prometheus, from, to).await;
    with_more(prometheus, &alerts).await
}

/// The same Prometheus with more data: blocks that are added while it runs are seen after a minute
/// only.
async fn with_more(prometheus: Prometheus, more: &Scrapes) -> Prometheus {
    let folder = prometheus.stop().await;
    more.write_into(folder.path());
    Prometheus::configured(folder).await
}

/// The recording rules in the order in which they need each other.
fn stages() -> Vec<Vec<Rule>> {
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
        stages.push(ready);
        left = others;
    }
    stages
}

/// Samples in the order of time.
#[derive(Default)]
struct Samples(BTreeMap<u64, Vec<(String, f64)>>);

impl Samples {
    fn add(&mut self, name: &str, labels: &Labels, value: f64, time: u64) {
        self.0.entry(time).or_default().push((series(name, labels), value));
    }

    fn into_scrapes(self) -> Scrapes {
        let mut scrapes = Scrapes::default();
        for (time, at) in self.0 {
            at.iter().for_each(|(series, value)| scrapes.add(series, *value, time));
        }
        scrapes
    }
}

/// Labels and values by time of the series that a rule gives.
async fn answer(
    prometheus: &Prometheus,
    rule: &Rule,
    from: u64,
    to: u64,
) -> Vec<(Labels, BTreeMap<u64, f64>)> {
    let answer = prometheus.matrix(&rule.expr, from, to, EVALUATION).await;
    let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", rule.name()));
    let relabelled = answer.into_iter().map(|(mut labels, points)| {
        labels.remove("__name__");
        labels.extend(rule.labels.clone());
        (labels, points)
    });
    relabelled.collect()
}

/// The series of recording rules.
async fn recorded(prometheus: &Prometheus, rules: &[Rule], from: u64, to: u64) -> Scrapes {
    let mut samples = Samples::default();
    for rule in rules {
        for (labels, points) in answer(prometheus, rule, from, to).await {
            points
                .into_iter()
                .for_each(|(time, value)| samples.add(&rule.name(), &labels, value, time));
        }
    }
    samples.into_scrapes()
}

/// The series `ALERTS` and `ALERTS_FOR_STATE` as the rules write them.
async fn alerts(prometheus: &Prometheus, from: u64, to: u64) -> Scrapes {
    let mut samples = Samples::default();
    for rule in RuleFile::shipped(ALERTS).rules() {
        let lasting = rule.lasting.as_deref().map_or(0, length);
        let keep = rule.keep_firing_for.as_deref().map_or(0, length);
        for (mut labels, points) in answer(prometheus, rule, from, to).await {
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
                samples.add("ALERTS", &of_state, 1.0, time);
                #[allow(clippy::cast_precision_loss, reason = "seconds since 1970")]
                samples.add("ALERTS_FOR_STATE", &labels, since as f64, time);
            }
        }
    }
    samples.into_scrapes()
}

fn length(text: &str) -> u64 {
    seconds(text).unwrap_or_else(|| panic!("{text} is no length of time"))
}
