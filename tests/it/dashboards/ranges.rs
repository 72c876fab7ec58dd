//! Long ranges: raw counters up to two days, beyond that the recorded half hours and their
//! completeness.

use super::none;
use crate::{
    dashboard::{Board, Panel},
    promql::{ranges, without_variables},
};

const TWO_DAYS: u64 = 2 * 86_400;

/// Panels over the time shown use raw counters only while it is short …
const SHORT: &str = "vector($__range_s) <= 172800";
/// … and recorded ones only while it is long.
const LONG: &str = "vector($__range_s) > 172800";

/// Series of the recording rules end in the operation and its range.
const RECORDED: &str = ":increase30m{";
/// So does the share of a half hour in which a level could be measured.
const RECORDED_SHARE: &str = ":avg30m{";

/// Steps from half hour to half hour. At every half hour, the cases between the last scrape of one
/// and the first of the next are estimated: one in a hundred at 15 s. Six half hours that overlap
/// leave a sixth of the error.
const STEPS: [u64; 2] = [300, 1_800];

/// The file of the recording rules.
const RULES: &str = "trio-recording.rules.yml";
/// The setting for the retention that the boards need.
const RETENTION: &str = "--storage.tsdb.retention.time=90d";

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        let found = panel
            .targets()
            .iter()
            .flat_map(|it| target_faults(it["expr"].as_str().unwrap_or_default()));
        faults.extend(
            found
                .chain(panel_faults(panel).map(str::to_owned))
                .map(|fault| format!("{:?} {fault}", panel.title())),
        );
    }
    let exprs: Vec<String> = board.queries().into_iter().map(|query| query.expr).collect();
    let says =
        |what: &str| board.json["description"].as_str().is_some_and(|text| text.contains(what));
    if exprs.iter().any(|expr| expr.contains(RECORDED)) && !says(RULES) {
        faults.push(format!("does not say that it needs {RULES}"));
    }
    // The default of Debian's package keeps 15 days.
    let looks_back = exprs.iter().any(|expr| expr.contains("offset 4w") || expr.contains(RECORDED));
    if looks_back && !says(RETENTION) {
        faults.push(format!("does not say that it needs {RETENTION}"));
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", board.file)).collect()
}

fn target_faults(expr: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let Ok(ranges) = ranges(&without_variables(expr)) else { return faults };
    for range in &ranges {
        let is_recorded = range
            .selectors
            .iter()
            .any(|it| [RECORDED, RECORDED_SHARE].iter().any(|end| it.contains(end)));
        if range.seconds > TWO_DAYS && !is_recorded && !range.selectors.is_empty() {
            faults.push(format!(
                "takes {} over {} s, not the recorded half hours",
                range.selectors[0], range.seconds
            ));
        }
        if is_recorded && !range.step.is_some_and(|step| STEPS.contains(&step)) {
            faults.push(format!("adds up {} at other moments", range.selectors[0]));
        }
        // Prometheus 2 includes both ends of a subquery: a whole number of steps has one too many.
        if is_recorded && range.seconds % 300 == 0 && !expr.contains("[$__range:") {
            faults.push(format!("counts one moment twice over {} s", range.seconds));
        }
    }
    let fine = expr.contains(RECORDED) && expr.contains(":5m]");
    if fine && expr.matches("sum_over_time(").count() != expr.matches(") / 6)").count() {
        faults.push("counts each case six times".to_owned());
    }
    let over_range = expr.contains("[$__range]");
    if over_range && !expr.contains(SHORT) {
        faults.push("takes raw counters over more than two days".to_owned());
    }
    if expr.contains("[$__range:") && expr.contains("sum_over_time") && !expr.contains(LONG) {
        faults.push("takes recorded half hours where counters would do".to_owned());
    }
    faults
}

/// A sum of half hours says how many of them there were, and is grey where it is not whole.
fn panel_faults(panel: Panel<'_>) -> Option<&'static str> {
    let exprs: Vec<&str> = panel.targets().iter().filter_map(|it| it["expr"].as_str()).collect();
    let is_sum = |expr: &&&str| expr.contains("sum_over_time(") && expr.contains(RECORDED);
    let completeness = |expr: &&&str| expr.contains("count_over_time(group");
    if !exprs.iter().any(|expr| is_sum(&expr)) {
        return None;
    }
    if !exprs.iter().any(|expr| completeness(&expr)) {
        return Some("does not say how much of its time was recorded");
    }
    if panel.kind() == "table" {
        let columns = panel.0["fieldConfig"]["overrides"].as_array().into_iter().flatten();
        let column = columns.filter(|it| it["matcher"]["options"] == "Recorded");
        let grey = column.filter(|it| it["properties"].to_string().contains("0.98")).count() > 0;
        return (!grey).then_some("does not mark rows that were recorded in part");
    }
    let split = |sign: &str| exprs.iter().any(|expr| expr.contains(&format!("{sign} 0.98")));
    let marked = split("<") && split(">=") && says_recorded(panel);
    (!marked).then_some("does not mark a sum of less than 98 % of its time")
}

/// The mark is in the name of the series or in the text of a value.
fn says_recorded(panel: Panel<'_>) -> bool {
    let named = panel.targets().iter().filter_map(|it| it["legendFormat"].as_str());
    named.into_iter().any(|it| it.contains("recorded"))
        || panel.defaults()["mappings"].to_string().contains("record")
}

#[test]
fn long_ranges_add_up_recorded_half_hours_and_say_how_many() {
    none(faults);
}
