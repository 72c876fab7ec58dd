//! No data: a value that is not known is grey, never green and never an alarm, and no query makes
//! one up.

use serde_json::Value;

use super::none;
use crate::{
    dashboard::{Board, Panel},
    promql::selectors,
};

/// Colours that say nothing. Grafana paints `noValue` in the colour of the lowest step.
const NEUTRAL: [&str; 3] = ["#8e8e8e", "text", "transparent"];

/// Without data this panel is an alarm: no figure on the board is worth anything then.
const OF_AGE: &str = "Data age";

/// Texts for a missing value that sound as if all were well, and how they may go on.
const ALL_CLEAR: [&str; 6] = ["none", "ok", "on target", "fresh", "all", "no alert"];
const CAVEATS: [&str; 2] = ["if the rules are loaded", "no data"];

/// The alert whose expression is `absent(…)`: it has no instance and no target.
const WITHOUT_INSTANCE: &str = "TrioExporterDown";

pub(super) fn faults(board: &Board) -> Vec<String> {
    let of_panels = board.panels().into_iter().filter(|it| it.shows_data()).flat_map(|panel| {
        let found = colors(panel).into_iter().chain(texts(panel)).chain(made_up(panel));
        found.map(move |fault| format!("{:?} {fault}", panel.title()))
    });
    let of_alerts = board.queries().into_iter().flat_map(|query| {
        let place = query.place.clone();
        alerts(&query.expr).into_iter().map(move |fault| format!("{place} {fault}"))
    });
    let found = of_panels.chain(of_alerts).chain(counted(board)).chain(age(board));
    found.map(|fault| format!("{}: {fault}", board.file)).collect()
}

/// Thresholds of the panel and of its fields.
fn thresholds(panel: Panel<'_>) -> impl Iterator<Item = &Value> {
    let own =
        panel.overrides().filter(|(member, _)| *member == "thresholds").map(|(_, value)| value);
    own.chain([&panel.defaults()["thresholds"]])
}

fn colors(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for steps in thresholds(panel).filter_map(|it| it["steps"].as_array()) {
        let base = steps.first().and_then(|step| step["color"].as_str()).unwrap_or_default();
        let alarm = panel.title() == OF_AGE && base == "red";
        if !alarm && (panel.title() == OF_AGE || !NEUTRAL.contains(&base)) {
            faults.push(format!("is {base} without data"));
        }
        if steps.first().is_some_and(|step| !step["value"].is_null())
            || steps.iter().skip(1).any(|step| !step["value"].is_number())
        {
            faults.push("has a colour that begins at no value".to_owned());
        }
    }
    let fixed = panel.defaults()["color"]["mode"] == "fixed";
    if fixed && matches!(panel.kind(), "stat" | "table" | "bargauge") {
        faults.push("has its colour also without data".to_owned());
    }
    let own = panel.overrides().filter(|(member, _)| *member == "mappings").map(|(_, value)| value);
    for mapping in own.chain([&panel.defaults()["mappings"]]).filter_map(Value::as_array).flatten()
    {
        let color = mapping["options"]["result"]["color"].as_str().unwrap_or("text");
        if mapping["type"] == "special" && !NEUTRAL.contains(&color) {
            faults.push(format!("is {color} for an empty value"));
        }
    }
    faults
}

fn texts(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if panel.0["options"]["textMode"] == "name" {
        faults.push("hides its text for a missing value".to_owned());
    }
    let text = panel.defaults()["noValue"].as_str().unwrap_or_default().to_lowercase();
    let sounds_well =
        ALL_CLEAR.iter().any(|it| text.split([',', ' ']).next() == Some(*it) || text == *it);
    if panel.kind() == "stat" && sounds_well && !CAVEATS.iter().any(|it| text.contains(it)) {
        faults.push("gives an all-clear without data".to_owned());
    }
    faults
}

/// Numbers that stand for nothing: a `vector` other than the length of the time shown, and clocks
/// times zero.
fn made_up(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for expr in panel.targets().iter().filter_map(|it| it["expr"].as_str()) {
        for (at, found) in expr.match_indices("vector(") {
            let argument = &expr[at + found.len()..];
            let before = expr[..at].trim_end();
            let joined = before.ends_with(" or") || before.ends_with("or on ()");
            // Counts the steps of a time.
            if before.ends_with("count_over_time(") {
                continue;
            }
            if !argument.starts_with("$__range_s") || joined {
                faults.push("makes up a number where there is none".to_owned());
            }
        }
        for wrong in ["absent(", "absent_over_time(", "time() * 0", "0 * time()", "or on () scalar"]
        {
            if expr.contains(wrong) {
                faults.push(format!("makes up a number with {wrong}"));
            }
        }
    }
    faults
}

/// An alert has only the labels of its expression: a matcher that asks for one of them leaves the
/// others out.
fn alerts(expr: &str) -> Vec<String> {
    let expr =
        expr.replace("$__range_s", "3600").replace("$__range", "1h").replace("$__interval", "5m");
    if !expr.contains("ALERTS") {
        return Vec::new();
    }
    let all = selectors(&expr.replace("$__rate_interval", "5m"));
    let mut of_alerts: Vec<&String> = all.iter().filter(|it| it.starts_with("ALERTS")).collect();
    of_alerts.sort_unstable();
    let mut faults = Vec::new();
    for selector in &of_alerts {
        let asks = |matcher: &str| selector.contains(matcher);
        let absent = asks(&format!("alertname=\"{WITHOUT_INSTANCE}\"")) && asks("instance=\"\"");
        let chosen = asks("instance=~\"$instance\"")
            && asks("target=~\"$target|\"")
            && asks("contact_center=~\"$contact_center|\"")
            && asks("alertname=~\"Trio.+\"");
        if !asks("job=~\"$job\"") || !(absent || chosen) {
            faults.push(format!("misses alerts: {selector}"));
        }
    }
    let exception = format!("alertname=\"{WITHOUT_INSTANCE}\"");
    if !of_alerts.iter().any(|it| it.contains(&exception)) {
        faults.push(format!("misses {WITHOUT_INSTANCE} where no exporter is scraped"));
    }
    faults
}

/// The tile counts the alerts that the table lists: by the same labels, of the same choice.
fn counted(board: &Board) -> Option<String> {
    let panels = board.panels();
    let tile = panels.iter().find(|panel| panel.title() == "Active alerts")?;
    let table = panels.iter().find(|panel| panel.kind() == "table" && panel.title() == "Alerts")?;
    let count = tile.targets().first()?["expr"].as_str()?;
    let listed =
        count.strip_prefix("count(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(count);
    let mut queries = table.targets().iter().filter_map(|it| it["expr"].as_str());
    (!queries.any(|expr| expr.contains(listed)))
        .then(|| "the tile counts other alerts than the table lists".to_owned())
}

/// The age of the data is the worst of four, and names the system.
fn age(board: &Board) -> Option<String> {
    let panels = board.panels();
    let tile = panels.iter().find(|panel| panel.title() == OF_AGE && panel.kind() == "stat")?;
    let target = tile.targets().first()?;
    let expr = target["expr"].as_str()?;
    let wanted = [
        "trio_collector_last_success_timestamp_seconds{",
        "trio_up{job=~\"$job\", instance=~\"$instance\", target=~\"$target\"} == 0",
        "up{job=~\"$job\", instance=~\"$instance\"} == 0",
        "last_over_time(trio_up{job=~\"$job\", instance=~\"$instance\", target=~\"$target\"}[1d])) unless on (target) trio_up{",
    ];
    let missing = wanted.iter().find(|part| !expr.contains(*part));
    let names = target["legendFormat"].as_str().is_some_and(|it| it.contains("{{target}}"));
    match missing {
        Some(part) => Some(format!("the age of the data leaves out {part}")),
        None if !names => Some("the age of the data does not name the system".to_owned()),
        None => None,
    }
}

#[test]
fn missing_data_is_never_green_and_never_made_up() {
    none(faults);
}
