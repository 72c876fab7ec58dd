//! Words and numbers: the same limits have the same words on every board, and numbers are written
//! in full.

use std::collections::BTreeSet;

use serde_json::Value;

use super::none;
use crate::dashboard::{Board, Panel};

/// Words for a wait by the limits that it is over, with their colours: the target, that of a
/// warning, that of a critical alert.
const WAITS: [(&str, &str); 4] =
    [("OK", "green"), ("WAITING", "yellow"), ("LONG", "orange"), ("TOO LONG", "red")];
const LIMITS: [&str; 2] = ["trio_service_wait_alert_seconds", "trio_service_wait_target_seconds"];

/// Panels that show values as text, not on an axis.
const AS_TEXT: [&str; 3] = ["bargauge", "stat", "table"];
/// Colours that ask for action.
const ALARMS: [&str; 2] = ["orange", "red"];

/// A narrower panel may cut its title.
const WIDE: u64 = 8;
/// Letters of a title that fit one column, and those that the margins and the sign for the
/// description take, on a screen of 1920 pixels with Grafana's menu open.
const LETTERS: u64 = 9;
const MARGIN: u64 = 12;

pub(super) fn faults(board: &Board) -> Vec<String> {
    let found = board.panels().into_iter().filter(|it| it.shows_data()).flat_map(|panel| {
        let all =
            numbers(panel).into_iter().chain(titles(panel)).chain(waits(panel)).chain(names(panel));
        all.chain(servers(panel).into_iter().chain(free(panel)).map(str::to_owned))
            .map(move |fault| format!("{:?} {fault}", panel.title()))
    });
    found.map(|fault| format!("{}: {fault}", board.file)).collect()
}

fn exprs(panel: Panel<'_>) -> impl Iterator<Item = &str> {
    panel.targets().iter().filter_map(|it| it["expr"].as_str())
}

fn units(panel: Panel<'_>) -> BTreeSet<&str> {
    let own = panel.overrides().filter(|(member, _)| *member == "unit").map(|(_, value)| value);
    own.chain([&panel.defaults()["unit"]]).filter_map(Value::as_str).collect()
}

fn numbers(panel: Panel<'_>) -> Vec<String> {
    let units = units(panel);
    let mut faults = Vec::new();
    if units.contains("short") {
        faults.push("rounds counts to thousands".to_owned());
    }
    if units.contains("rpm") {
        faults.push("counts revolutions, not requests, per minute".to_owned());
    }
    if units.contains("s") && AS_TEXT.contains(&panel.kind()) {
        faults.push("shows a time in decimals of minutes".to_owned());
    }
    for legend in panel.targets().iter().filter_map(|it| it["legendFormat"].as_str()) {
        let goal = [", target\u{a0}{{goal}}\u{a0}%", ", limit\u{a0}{{goal}}\u{a0}%"];
        if legend.contains("{{goal}}") && !goal.iter().any(|end| legend.ends_with(end)) {
            faults.push(format!("does not say what the goal in {legend:?} is"));
        }
        // A line may end only after a comma: not between a number and its sign.
        if legend.contains(" %") || legend.contains("% (") {
            faults.push(format!("breaks {legend:?} at the wrong place"));
        }
    }
    faults
}

fn titles(panel: Panel<'_>) -> Option<String> {
    let width = panel.0["gridPos"]["w"].as_u64().unwrap_or_default();
    let letters = panel.title().chars().count() as u64;
    let fits = width >= WIDE || letters + MARGIN <= LETTERS * width;
    (!fits).then(|| format!("has a title of {letters} letters on {width} columns"))
}

/// Value mappings of the panel and of its fields: lowest value, text and colour.
fn mappings<'a>(panel: Panel<'a>) -> Vec<(f64, &'a str, &'a str)> {
    let own = panel.overrides().filter(|(member, _)| *member == "mappings").map(|(_, value)| value);
    let all = own.chain([&panel.defaults()["mappings"]]).filter_map(Value::as_array).flatten();
    let mut found = Vec::new();
    for mapping in all {
        let options = &mapping["options"];
        if mapping["type"] == "range" {
            found.push((options["from"].as_f64().unwrap_or(f64::NAN), &options["result"]));
        } else if let Some(values) = options.as_object() {
            found.extend(
                values.iter().map(|(value, result)| (value.parse().unwrap_or(f64::NAN), result)),
            );
        }
    }
    let text = |value: &'a Value| value.as_str().unwrap_or_default();
    found
        .into_iter()
        .map(|(from, result)| (from, text(&result["text"]), text(&result["color"])))
        .collect()
}

/// Colours that a value of the panel can have.
fn colors(panel: Panel<'_>) -> BTreeSet<&str> {
    let own =
        panel.overrides().filter(|(member, _)| *member == "thresholds").map(|(_, value)| value);
    let steps = own
        .chain([&panel.defaults()["thresholds"]])
        .filter_map(|it| it["steps"].as_array())
        .flatten();
    let steps = steps.filter_map(|step| step["color"].as_str());
    steps.chain(mappings(panel).into_iter().map(|(_, _, color)| color)).collect()
}

fn has_alarm(panel: Panel<'_>) -> bool {
    AS_TEXT.contains(&panel.kind()) && colors(panel).iter().any(|color| ALARMS.contains(color))
}

fn waits(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let all: Vec<&str> = exprs(panel).collect();
    let by_limits = LIMITS.iter().all(|limit| all.iter().any(|expr| expr.contains(limit)));
    let words: Vec<(usize, f64, &str)> = mappings(panel)
        .into_iter()
        .filter_map(|(from, text, color)| {
            WAITS.iter().position(|(word, _)| *word == text).map(|level| (level, from, color))
        })
        .collect();
    for (level, from, color) in &words {
        let (word, expected) = WAITS[*level];
        if *from != *level as f64 || *color != expected {
            faults.push(format!("says {word} of {from}, in {color}"));
        }
    }
    let said: BTreeSet<usize> = words.iter().map(|(level, _, _)| *level).collect();
    if !said.is_empty() && said.len() < WAITS.len() {
        faults.push("has not all words for waits".to_owned());
    }
    if !said.is_empty() && !by_limits {
        faults.push("has words for waits that follow no limits".to_owned());
    }
    let longest = all.iter().any(|expr| expr.contains("longest_wait_seconds{"));
    if longest && has_alarm(panel) && said.is_empty() {
        faults.push("colours the longest wait, not by its limits and words".to_owned());
    }
    faults
}

/// Series that the reader cannot tell apart.
fn names(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let drawn = panel.targets().iter().filter(|it| it["range"] == true);
    for legend in drawn.filter_map(|it| it["legendFormat"].as_str()) {
        if !seen.insert(legend) {
            faults.push(format!("has two series with the name {legend:?}"));
        }
    }
    let mut seen = BTreeSet::new();
    for item in panel.0["fieldConfig"]["overrides"].as_array().into_iter().flatten() {
        let property = |id: &str| {
            let mut all = item["properties"].as_array().into_iter().flatten();
            all.find(|property| property["id"] == id).map(|property| &property["value"])
        };
        let hidden = property("custom.hideFrom").is_some_and(|it| it["legend"] == true);
        let dash =
            property("custom.lineStyle").map(|it| it["fill"].to_string()).unwrap_or_default();
        let Some(color) = property("color").and_then(|it| it["fixedColor"].as_str()) else {
            continue;
        };
        if panel.kind() == "timeseries" && !hidden && !seen.insert((color, dash)) {
            faults.push(format!("has two series in {color}"));
        }
    }
    faults
}

/// Of two servers the one in use has a value of its own, and only while it is up.
fn servers(panel: Panel<'_>) -> Option<&'static str> {
    let wrong = |expr: &str| {
        expr.contains("trio_server_active{")
            && !(expr.contains("trio_server_up{") && expr.contains("(1 + trio_server_active{"))
    };
    exprs(panel).any(wrong).then_some("shows a server as in use that is down")
}

/// That no one is available is normal while no one waits.
fn free(panel: Panel<'_>) -> Option<&'static str> {
    let counts_free = exprs(panel).any(|it| it.contains("state=\"available\""));
    let knows_waiting = exprs(panel).any(|it| {
        it.contains("trio_service_class_waiting{") || it.contains("trio_service_queue_length{")
    });
    (panel.kind() == "stat" && counts_free && has_alarm(panel) && !knows_waiting)
        .then_some("alarms when no one is available, although no one waits")
}

#[test]
fn words_and_numbers_are_the_same_on_every_board() {
    none(faults);
}
