//! A board as it is opened: variables filled in, every query sent, every panel shown.

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt, stream};

use crate::{
    dashboard::{
        Board, DropDownItem, Panel, Question, Variable, as_line,
        display::{Answer, Series, Shown, show},
    },
    durations::seconds,
    prometheus::Prometheus,
    promql::with_variables,
};

/// Queries under way at the same time.
const PARALLEL: usize = 4;
/// Width of a panel in points, as Grafana asks for by default.
const POINTS: u64 = 1_000;
const DAY: u64 = 86_400;

/// Panels that are drawn over time or as bars: of them, these tests only ask whether Prometheus
/// refuses a query.
const DRAWN: [&str; 5] = ["barchart", "heatmap", "state-timeline", "status-history", "timeseries"];
/// Seconds before the end for which they are asked: no written morning is longer, and a panel of
/// five weeks would take most of the time of the test.
const DRAWN_TIME: u64 = 3_600;

/// Values of variables that a reader has chosen; the others are as the board opens.
pub(super) type Choices = BTreeMap<&'static str, &'static str>;

/// A board at a moment.
pub(super) struct Opened {
    /// Panels with what they show, where it is a number or a table.
    pub(super) panels: Vec<(String, Shown)>,
    /// Items of the drop-downs.
    pub(super) options: DropDowns,
}

/// Items by variable, of the variables that ask for them.
pub(super) type DropDowns = BTreeMap<String, Vec<DropDownItem>>;

/// Opens a board at `now`, in seconds since 1970.
///
/// # Panics
/// Prometheus refuses a query.
pub(super) async fn open(
    board: &Board,
    prometheus: &Prometheus,
    now: u64,
    choices: &Choices,
) -> Opened {
    let (from, to) = range(&board.json["time"]["from"], now);
    let (values, options) = filled_in(board, prometheus, now, choices).await;
    let values = &values;
    let shown = board.panels().into_iter().map(async |panel| {
        let answers = answers(panel, &board.file, prometheus, values, now).await;
        Some((panel.title().to_owned(), show(panel, &answers)?))
    });
    let panels: Vec<_> = stream::iter(shown).buffered(PARALLEL).collect().await;
    for annotation in board.annotations() {
        if let Some(expr) = annotation["expr"].as_str() {
            let expr = filled(expr, values);
            let answer = prometheus.matrix(&expr, from.max(to - DRAWN_TIME), to, 60).await;
            answer.unwrap_or_else(|error| panic!("{}: an annotation: {expr}\n{error}", board.file));
        }
    }
    Opened { panels: panels.into_iter().flatten().collect(), options }
}

/// Values of the variables of a board that is opened at `now`, and the items of its drop-downs.
///
/// # Panics
/// Prometheus refuses a query.
pub(super) async fn filled_in(
    board: &Board,
    prometheus: &Prometheus,
    now: u64,
    choices: &Choices,
) -> (HashMap<String, String>, DropDowns) {
    let mut values = HashMap::new();
    let mut options = BTreeMap::new();
    let (from, to) = range(&board.json["time"]["from"], now);
    durations(&mut values, from, to, 15);
    for variable in board.variables().iter().map(Variable) {
        let place = format!("{}: ${}", board.file, variable.name());
        let mut found = Vec::new();
        if let Some(question) = variable.question() {
            found = ask_options(prometheus, variable, &question, &values, (from, to), &place).await;
            options.insert(variable.name().to_owned(), found.clone());
        }
        let chosen = choices.get(variable.name()).map(|value| vec![(*value).to_owned()]);
        let is_changed = chosen.is_some();
        let opened = chosen.unwrap_or_else(|| variable.opened(&found));
        values.insert(variable.name().to_owned(), variable.interpolated(&opened, is_changed));
    }
    (values, options)
}

async fn ask_options(
    prometheus: &Prometheus,
    variable: Variable<'_>,
    question: &Question,
    values: &HashMap<String, String>,
    (from, to): (u64, u64),
    place: &str,
) -> Vec<DropDownItem> {
    let lines: Vec<String> = match question {
        Question::LabelValues { selector, label } => {
            let [from, to] = [from, to].map(|time| time.to_string());
            let selector = filled(selector, values);
            let mut parameters = vec![("start", from.as_str()), ("end", to.as_str())];
            if !selector.is_empty() {
                parameters.push(("match[]", selector.as_str()));
            }
            let answer = prometheus.ask(&format!("label/{label}/values"), &parameters).await;
            let answer = answer.unwrap_or_else(|error| panic!("{place}: {selector}\n{error}"));
            serde_json::from_value(answer["data"].clone()).expect("texts")
        }
        Question::QueryResult { expr } => {
            let expr = filled(expr, values);
            let series = prometheus.query_at(&expr, to).await;
            let series = series.unwrap_or_else(|error| panic!("{place}: {expr}\n{error}"));
            series.iter().map(|series| as_line(&series.all_labels(), series.value, to)).collect()
        }
    };
    variable.items(&lines)
}

/// Start and end of the time shown.
fn range(from: &serde_json::Value, now: u64) -> (u64, u64) {
    let text = from.as_str().unwrap_or_default();
    let start = match text.strip_prefix("now-") {
        Some(ago) => now - seconds(ago).unwrap_or_else(|| panic!("{text} is no time")),
        None => {
            assert_eq!(text, "now/d", "no rule for this beginning");
            now / DAY * DAY
        }
    };
    (start, now)
}

/// The variables for lengths of time, as Grafana makes them for a range and an interval.
fn durations(values: &mut HashMap<String, String>, from: u64, to: u64, interval: u64) {
    let range = (to - from).max(1);
    let rate = (interval + super::world::SCRAPE).max(4 * super::world::SCRAPE);
    for (name, value) in [
        ("__range", format!("{range}s")),
        ("__range_s", range.to_string()),
        ("__range_ms", (range * 1_000).to_string()),
        ("__interval", format!("{interval}s")),
        ("__interval_ms", (interval * 1_000).to_string()),
        ("__rate_interval", format!("{rate}s")),
        ("__from", (from * 1_000).to_string()),
        ("__to", (to * 1_000).to_string()),
    ] {
        values.insert(name.to_owned(), value);
    }
}

pub(super) fn filled(text: &str, values: &HashMap<String, String>) -> String {
    with_variables(text, |name| {
        values.get(name).unwrap_or_else(|| panic!("{text}: there is no variable {name}")).clone()
    })
}

/// Sends the queries of a panel.
async fn answers(
    panel: Panel<'_>,
    file: &str,
    prometheus: &Prometheus,
    values: &HashMap<String, String>,
    now: u64,
) -> Vec<Answer> {
    let mut values = values.clone();
    let board_from = values["__from"].parse::<u64>().expect("a number") / 1_000;
    // A time of its own; it holds while the range of the board is relative, as it is here.
    let from = match panel.text("timeFrom") {
        "" => board_from,
        own if own.starts_with("now") => range(&own.into(), now).0,
        own => now - seconds(own).unwrap_or_else(|| panic!("{own} is no length of time")),
    };
    let mut answers = Vec::new();
    for target in panel.targets().iter().filter(|target| target["hide"] != true) {
        let points = panel.0["maxDataPoints"].as_u64().unwrap_or(POINTS);
        let asked = target["interval"].as_str().or(panel.0["interval"].as_str()).and_then(seconds);
        let step = ((now - from) / points).max(asked.unwrap_or(0)).max(15);
        durations(&mut values, from, now, step);
        let expr = filled(target["expr"].as_str().unwrap_or_default(), &values);
        let place = || format!("{file}: {}: {expr}", panel.title());
        let series = if target["range"] == true {
            let is_drawn = DRAWN.contains(&panel.kind());
            let from = if is_drawn { from.max(now - DRAWN_TIME) } else { from };
            let start = from / step * step;
            let answer = prometheus.matrix(&expr, start, now, step).await;
            let answer = answer.unwrap_or_else(|error| panic!("{}\n{error}", place()));
            answer
                .into_iter()
                .map(|(labels, points)| Series { labels, values: points.into_values().collect() })
                .collect()
        } else {
            let answer = prometheus.query_at(&expr, now).await;
            let answer = answer.unwrap_or_else(|error| panic!("{}\n{error}", place()));
            answer
                .iter()
                .map(|series| Series { labels: series.all_labels(), values: vec![series.value] })
                .collect()
        };
        answers.push(Answer {
            ref_id: target["refId"].as_str().unwrap_or_default().to_owned(),
            table: target["format"] == "table",
            legend: target["legendFormat"].as_str().unwrap_or_default().to_owned(),
            series,
        });
    }
    answers
}
