//! Fifteen minutes after the demo was started, every query of every dashboard has something to say.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;

use crate::{
    dashboard::{Board, Query},
    demo::{Demo, SCRAPE},
    prometheus::Prometheus,
    recorded::{kept, recorded},
};

const MINUTES: u64 = 15;

/// Queries that give nothing then, though they will after some days: they compare with earlier ones, or show a
/// day once it is over.
const OF_EARLIER_DAYS: [&str; 18] = [
    "overview.json: Agents at work (B)",
    "overview.json: Handling time (B)",
    "overview.json: Offered per quarter of an hour (B)",
    "service-level.json: Handling time by week (B)",
    "service-level.json: Handling time by week (C)",
    "service-level.json: Lost by week (B)",
    "service-level.json: Lost by week (C)",
    "service-level.json: Offered by week (B)",
    "service-level.json: Offered by week (C)",
    "service-level.json: Service level by day (A)",
    "service-level.json: Service level by day (C)",
    "service-level.json: Service level by day (D)",
    "service-level.json: Service level by day (E)",
    "service-level.json: Service level by week (B)",
    "service-level.json: Service level by week (C)",
    "service.json: Agents at work (B)",
    "service.json: Handling time (B)",
    "service.json: Offered per quarter of an hour (B)",
];

/// Queries that give nothing after some weeks, because they are of at most two days.
const OF_SHORT_RANGES: [&str; 0] = [];

/// Queries that give nothing even then, with the reason.
const SILENT: [(&str, &str); 6] = [
    ("exporter.json: Certificate ends in (A)", "the demo speaks no TLS, and the panel says so"),
    ("exporter.json: Missing and not understood (A)", "nothing is missing"),
    ("exporter.json: Missing and not understood (B)", "nothing is not understood"),
    ("overview.json: Waiting at closed services (A)", "no service of the demo is closed in the morning"),
    ("service-level.json: Service level by day (B)", "no day is unmeasured"),
    ("team.json: Offers that ended in a pause (C)", "no state is unknown"),
];

/// A day and some weeks earlier.
const EARLIER: [u64; 3] = [2 * WEEK, WEEK, DAY];
const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;

/// A query as Grafana sends it: variables as a board opens, times as it shows the last fifteen minutes.
pub(crate) fn filled(query: &Query, range: u64) -> String {
    let step = step(query);
    let words = [
        ("$__rate_interval", format!("{}s", (step + SCRAPE).max(4 * SCRAPE))),
        ("$__interval", format!("{step}s")),
        ("$__range_s", range.to_string()),
        ("$__range", format!("{range}s")),
        ("$case_class", "voice|chat".to_owned()),
        ("$hidden_state", "logged_out".to_owned()),
    ];
    let expr = words.iter().fold(query.expr.clone(), |expr, (word, value)| expr.replace(word, value));
    crate::promql::without_variables(&expr)
}

/// The width of a bar: as the query asks for, else a minute.
fn step(query: &Query) -> u64 {
    let Some(asked) = &query.interval else { return 60 };
    let (number, unit) = asked.split_at(asked.len() - 1);
    let number: u64 = number.parse().unwrap_or_else(|_| panic!("{}: {asked}", query.place));
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        other => panic!("{}: {other} is no unit", query.place),
    };
    number * seconds
}

/// Number of series of a query, drawn over the last `minutes` or as a single value of now.
async fn series(prometheus: &Prometheus, query: &Query, now: u64, minutes: u64) -> usize {
    let expr = filled(query, minutes * 60);
    let answer = if query.over_time {
        let step = step(query);
        // Grafana draws at whole steps.
        prometheus.series_over(&expr, (now - minutes * 60) / step * step, now, step).await
    } else {
        prometheus.query_at(&expr, now).await.map(|series| series.len())
    };
    answer.unwrap_or_else(|error| panic!("{}: {expr}\n{error}", query.place))
}

/// The same Prometheus with what our rules would have recorded each time that the demo ran.
async fn with_rules(prometheus: Prometheus, now: u64) -> Prometheus {
    let ran = EARLIER.iter().chain([&0]).map(|by| (now - by - MINUTES * 60, now - by));
    let recorded = recorded(&prometheus, &Board::shipped(), &ran.collect::<Vec<_>>()).await;
    let folder = prometheus.stop().await;
    kept(&recorded, |_| true).write_into(folder.path());
    Prometheus::configured(folder).await
}

/// The queries that give nothing.
async fn silent(prometheus: &Prometheus, now: u64, minutes: u64) -> BTreeSet<String> {
    let mut silent = BTreeSet::new();
    for query in Board::shipped().iter().flat_map(Board::queries) {
        if series(prometheus, &query, now, minutes).await == 0 {
            silent.insert(query.place);
        }
    }
    silent
}

#[tokio::test]
async fn demo_board_queries_succeed_and_empty_ones_are_explained() {
    let mut demo = Demo::start(false).await;
    demo.run(MINUTES).await;
    let always: BTreeSet<String> = SILENT.iter().map(|(place, _)| (*place).to_owned()).collect();
    let at_first: BTreeSet<String> = OF_EARLIER_DAYS.iter().map(|place| (*place).to_owned()).collect();

    let prometheus = demo.replayed(&[]).await;
    let expected: BTreeSet<String> = always.union(&at_first).cloned().collect();
    assert_eq!(silent(&prometheus, demo.now(), MINUTES).await, expected, "on the first day");

    let prometheus = with_rules(demo.replayed(&EARLIER).await, demo.now()).await;
    let of_short: BTreeSet<String> = OF_SHORT_RANGES.iter().map(|place| (*place).to_owned()).collect();
    let expected: BTreeSet<String> = always.union(&of_short).cloned().collect();
    assert_eq!(silent(&prometheus, demo.now(), 3 * DAY / 60).await, expected, "after some weeks");
}
