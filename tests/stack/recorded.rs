//! Samples that our recording rules would have made of scrapes of the past.

use crate::{
    dashboard::Board,
    prometheus::{Prometheus, series},
    promql::rule_files::{RECORDING, RuleFile},
    scrapes::Scrapes,
};

/// From evaluation to evaluation, in seconds, as the rules say.
const MINUTE: u64 = 60;
/// Prometheus evaluates a group of rules at a second of its own.
const OFFSET: u64 = 17;
/// Prometheus gives at most so many points at once.
const POINTS: u64 = 10_000;

/// A sample of a recorded series.
pub(crate) struct Recorded {
    series: String,
    value: f64,
    /// Seconds since 1970.
    pub(crate) time: u64,
}

/// All that the recording rules make of the data of `prometheus` in `windows` of time and that
/// `boards` name, in the order of time.
///
/// A rule that chooses from what another records by its labels is left out: no board here needs
/// one.
pub(crate) async fn recorded(
    prometheus: &Prometheus,
    boards: &[Board],
    windows: &[(u64, u64)],
) -> Vec<Recorded> {
    let queries = boards.iter().flat_map(Board::queries).map(|query| query.expr);
    let asked: String = queries.collect::<Vec<_>>().join("\n");
    let mut samples = Vec::new();
    for (name, expr) in rules().into_iter().filter(|(name, _)| asked.contains(&format!("{name}{{")))
    {
        for (from, to) in windows {
            let mut start = from / MINUTE * MINUTE + OFFSET;
            while start <= *to {
                let end = (*to).min(start + POINTS * MINUTE);
                let answer = prometheus.matrix(&expr, start, end, MINUTE).await;
                for (labels, points) in answer.unwrap_or_else(|error| panic!("{name}: {error}")) {
                    let series = series(&name, &labels);
                    let sample = |(time, value)| Recorded { series: series.clone(), value, time };
                    samples.extend(points.into_iter().map(sample));
                }
                start += (POINTS + 1) * MINUTE;
            }
        }
    }
    assert!(!samples.is_empty(), "no board needs a recording rule");
    samples.sort_by_key(|sample| sample.time);
    samples
}

/// The rules by name. A rule that needs others has their expressions in it, as nothing is recorded
/// yet.
fn rules() -> Vec<(String, String)> {
    let mut rules: Vec<(String, String)> = Vec::new();
    for rule in RuleFile::shipped(RECORDING).rules() {
        let mut expr = rule.expr.clone();
        // The longest names first: some begin like others.
        let mut earlier: Vec<&(String, String)> = rules.iter().collect();
        earlier.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        if earlier.iter().any(|(name, _)| expr.contains(&format!("{name}{{"))) {
            continue;
        }
        for (name, own) in earlier {
            expr = expr.replace(name.as_str(), &format!("({own})"));
        }
        rules.push((rule.name(), expr));
    }
    rules
}

/// The samples of the times that are `kept`.
pub(crate) fn kept(recorded: &[Recorded], kept: impl Fn(u64) -> bool) -> Scrapes {
    let mut scrapes = Scrapes::default();
    for sample in recorded.iter().filter(|sample| kept(sample.time)) {
        scrapes.add(&sample.series, sample.value, sample.time);
    }
    scrapes
}
