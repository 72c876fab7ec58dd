//! Every expression that we ship is run through a real Prometheus that knows our rules.

use std::time::Duration;

use crate::{
    process::until,
    prometheus::Prometheus,
    promql::{
        rule_files::{ALERTS, RECORDING, RuleFile},
        selectors,
    },
    scene::Scene,
    shipped,
};

/// An expression, and its place.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) what: String,
    pub(crate) expr: String,
}

/// Everything that a configuration can add to the metrics.
pub(crate) const EVERYTHING: &str =
    "  state_limits: {available: 10m, busy: 5m, paused: 10m, wrap_up: 1m}
  pause_reasons: [Rast, Lunch]
goals:
  minimum_agents: 1
  classes:
    voice: {}
    chat: {}
    email: {}
";

/// So many that each service answers some calls a minute, though a call lasts minutes.
const AGENTS: u32 = 400;

/// Longest time until every expression has a result.
const LIMIT: Duration = Duration::from_secs(150);

/// A busy contact centre with calls, chats and e-mail; a Prometheus with our rules, evaluated each
/// second, their ranges as they are.
pub(crate) async fn busy() -> Scene {
    let prometheus =
        async |exporter: &str| Prometheus::configured(shipped::prometheus(exporter, None, 1)).await;
    let scene = Scene::staged(AGENTS, 8, EVERYTHING, prometheus).await;
    scene.trio.arrivals(20.0).await;
    scene
}

/// Waits until every one of them has given a series; panics if one is in error, or gives none for
/// so long and is not among those that may be `empty`, each with its reason.
pub(crate) async fn all_answer(
    prometheus: &Prometheus,
    expressions: &[Named],
    empty: &[(&str, &str)],
) {
    for (what, reason) in empty {
        assert!(
            expressions.iter().any(|named| named.what == *what),
            "{what}, {reason}: there is no such"
        );
    }
    let excused = |named: &Named| empty.iter().any(|(what, _)| *what == named.what);
    let mut silent: Vec<Named> = expressions.to_vec();
    assert!(!silent.is_empty());
    until("every expression to give a series", LIMIT, async || {
        let mut left = Vec::new();
        for named in &silent {
            let series = prometheus.try_query(&named.expr).await;
            let series =
                series.unwrap_or_else(|error| panic!("{}: {}\n{error}", named.what, named.expr));
            if series.is_empty() && !excused(named) {
                left.push(named.clone());
            }
        }
        silent = left;
        if silent.is_empty() {
            Ok(())
        } else {
            Err(format!("{} give none: {silent:#?}", silent.len()))
        }
    })
    .await;
}

fn rules(file: &str) -> Vec<Named> {
    let file = RuleFile::shipped(file);
    file.rules().map(|rule| Named { what: rule.name(), expr: rule.expr.clone() }).collect()
}

/// Each selector once: what it selects, as an expression.
fn selected(rules: &[Named]) -> Vec<Named> {
    let mut all: Vec<String> = rules.iter().flat_map(|rule| selectors(&rule.expr)).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|expr| Named { what: expr.clone(), expr }).collect()
}

/// Selectors of alerts that nothing answers in this scene.
const NOTHING: [(&str, &str); 3] = [
    (r#"trio_server_active{role="secondary"}"#, "the simulated Trio has one server"),
    ("trio_api_certificate_expiry_timestamp_seconds", "the simulated Trio does not speak TLS"),
    ("trio_series_dropped", "there are not too many series"),
];

#[tokio::test]
async fn every_rule_gives_series_and_every_alert_looks_at_some() {
    let scene = busy().await;
    let (recording, alerts) = (rules(RECORDING), rules(ALERTS));
    let recorded = recording.iter().map(|rule| Named { expr: rule.what.clone(), ..rule.clone() });
    let recorded: Vec<Named> = recorded.collect();
    all_answer(&scene.prometheus, &recording, &[]).await;
    all_answer(&scene.prometheus, &recorded, &[]).await;
    all_answer(&scene.prometheus, &selected(&alerts), &NOTHING).await;
    for alert in &alerts {
        scene
            .prometheus
            .try_query(&alert.expr)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", alert.what));
    }
    for health in scene.prometheus.rules().await {
        assert_eq!(health.error, "", "{} as Prometheus evaluates it", health.name);
    }
}
