//! Fifteen minutes after the demo was started, every query of every dashboard has something to say.

use std::{collections::BTreeSet, fs};

use crate::{
    dashboard::{Board, Query},
    demo::{Demo, SCRAPE},
    durations::seconds,
    prometheus::Prometheus,
    recorded::{kept, recorded},
};

const MINUTES: u64 = 15;

/// Queries that give nothing: board, panel and query; when that is so; and why.
const SILENT: &str = "tests/stack/silent.tsv";

/// A day and some weeks earlier, and once over a full half hour: there the boards take what was
/// recorded.
const EARLIER: [u64; 4] = [2 * WEEK, WEEK, 2 * DAY + 600, DAY];
const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;

/// A query as Grafana sends it: variables as a board opens, times as it shows the last fifteen
/// minutes.
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
    let expr =
        words.iter().fold(query.expr.clone(), |expr, (word, value)| expr.replace(word, value));
    crate::promql::without_variables(&expr)
}

/// The width of a bar: as the query asks for, else a minute.
fn step(query: &Query) -> u64 {
    let Some(asked) = &query.interval else { return 60 };
    seconds(asked).unwrap_or_else(|| panic!("{}: {asked} is no length of time", query.place))
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

/// The same Prometheus with what our rules would have recorded in the times (from, to) that the
/// demo `ran`.
pub(crate) async fn with_rules(prometheus: Prometheus, ran: &[(u64, u64)]) -> Prometheus {
    let recorded = recorded(&prometheus, &Board::shipped(), ran).await;
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

/// Queries that may give nothing `when`: on the first day, without our rules, or after some weeks
/// with them.
fn explained(when: &str) -> BTreeSet<String> {
    let path = format!("{}/{SILENT}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows = text.lines().skip(1).map(|line| {
        let [place, then, reason] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns: {line}")
        };
        assert!(["first", "later", "always"].contains(&then) && !reason.is_empty(), "{line}");
        (place, then)
    });
    rows.filter(|(_, then)| [when, "always"].contains(then))
        .map(|(place, _)| place.to_owned())
        .collect()
}

/// The queries that gave nothing and that no one explains, and those that gave something all the
/// same.
fn surprises(when: &str, silent: &BTreeSet<String>) -> Vec<String> {
    let explained = explained(when);
    let unexplained =
        silent.difference(&explained).map(|place| format!("{when}: {place} gives nothing"));
    let others =
        explained.difference(silent).map(|place| format!("{when}: {place} does give something"));
    unexplained.chain(others).collect()
}

#[tokio::test]
async fn demo_board_queries_succeed_and_empty_ones_are_explained() {
    let mut demo = Demo::start(false).await;
    demo.run(MINUTES).await;
    let prometheus = demo.replayed(&[]).await;
    let mut found = surprises("first", &silent(&prometheus, demo.now(), MINUTES).await);
    let now = demo.now();
    let ran = EARLIER.iter().chain([&0]).map(|by| (now - by - MINUTES * 60, now - by));
    let prometheus = with_rules(demo.replayed(&EARLIER).await, &ran.collect::<Vec<_>>()).await;
    found.extend(surprises("later", &silent(&prometheus, demo.now(), 3 * DAY / 60).await));
    assert!(found.is_empty(), "{} surprises:\n{}", found.len(), found.join("\n"));
}
