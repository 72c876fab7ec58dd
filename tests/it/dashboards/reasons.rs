//! Overview answers within seconds: is anyone waiting too long, where, and why.

use serde_json::Value;

use super::none;
use crate::dashboard::{Board, Panel};

const OVERVIEW: &str = "trio-overview";

/// The name of the worst service, with its contact centre.
const WORST: &str = "{{service_name}}";

/// Reasons for a wait past the target, and the word for one that is not known.
const REASONS: [&str; 7] = [
    "?",
    "no one logged on",
    "paused",
    "more cases than usual",
    "longer handling",
    "all busy",
    "agents are free",
];

/// Parts of the bar of a service.
const BARS: [&str; 2] = ["past target", "within target"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    if board.uid() != OVERVIEW {
        return Vec::new();
    }
    let panels = board.panels();
    let mut faults = Vec::new();
    let legends = |panel: &&Panel<'_>| {
        panel.kind() == "stat" && panel.targets().iter().any(|it| it["legendFormat"] == WORST)
    };
    if !panels.iter().any(|panel| legends(&panel)) {
        faults.push("does not name the worst service".to_owned());
    }
    match panels.iter().filter(|panel| panel.kind() == "table").find_map(|panel| why(*panel)) {
        None => faults.push("gives no reason for a wait".to_owned()),
        Some(words) => {
            let missing = REASONS.iter().filter(|reason| !words.contains(reason));
            faults.extend(missing.map(|reason| format!("never gives the reason {reason:?}")));
        }
    }
    if !panels.iter().any(|panel| has_bars(*panel)) {
        faults.push("has no bar of cases within and past the target".to_owned());
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", board.file)).collect()
}

/// Words of the column "Why", if a query of the table fills it.
fn why(panel: Panel<'_>) -> Option<Vec<&str>> {
    let fills = |target: &Value| {
        target["expr"].as_str().is_some_and(|expr| expr.contains("\"column\", \"Why\""))
    };
    panel.targets().iter().any(fills).then_some(())?;
    let all = panel.0["fieldConfig"]["overrides"].as_array().into_iter().flatten();
    let mine = all.filter(|it| it["matcher"]["options"] == "Why");
    let properties = mine.filter_map(|it| it["properties"].as_array()).flatten();
    let mappings = properties.filter(|it| it["id"] == "mappings").map(|it| &it["value"]);
    let options = mappings.filter_map(Value::as_array).flatten();
    let options = options.filter_map(|mapping| mapping["options"].as_object()).flatten();
    Some(options.filter_map(|(_, option)| option["text"].as_str()).collect())
}

/// True for one bar a service, of two parts that are put together.
fn has_bars(panel: Panel<'_>) -> bool {
    let fills = |part: &&str| {
        let column = format!("\"column\", \"{part}\"");
        let mut exprs = panel.targets().iter().filter_map(|it| it["expr"].as_str());
        exprs.any(|expr| expr.contains(&column))
    };
    panel.kind() == "barchart"
        && panel.0["options"]["stacking"] == "normal"
        && BARS.iter().all(fills)
}

#[test]
fn overview_says_where_and_why_someone_waits() {
    none(faults);
}
