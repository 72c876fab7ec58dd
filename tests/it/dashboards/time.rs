//! Times: a title promises no other time than the one that its query is about.

use super::none;
use crate::dashboard::{Board, Panel};

/// The board for operators, which marks only their alerts.
const OF_OPERATORS: &str = "trio-exporter";

/// A longer time of its own needs a number of points of its own: by default a panel has as many as
/// it is wide.
const LONG_DAYS: u32 = 2;

pub(super) fn faults(board: &Board) -> Vec<String> {
    let panels = board.panels();
    let mut faults: Vec<String> = panels.iter().flat_map(|panel| panel_faults(*panel)).collect();
    faults.extend(annotation_faults(board));
    faults.into_iter().map(|fault| format!("{}: {fault}", board.file)).collect()
}

fn panel_faults(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{:?} {what}", panel.title()));
        }
    };
    // An instant query is evaluated at the end of the time shown, which may be last week.
    must(!has_word(panel, "now"), "calls the end of the time shown \"now\"");
    let over_range = panel.targets().iter().any(|it| expr(it).contains("[$__range"));
    must(!over_range || !has_word(panel, "today"), "calls the time shown \"today\"");
    // Grafana ignores `timeFrom` as soon as somebody chooses times by the clock or zooms in.
    must(
        !over_range || panel.text("timeFrom").is_empty(),
        "shows another time than the board, at times",
    );
    let instant = panel.targets().iter().any(|it| it["instant"] == true);
    must(
        !instant || panel.text("description").contains("the time shown"),
        "does not say of which time it is",
    );
    let long = days(panel.text("timeFrom")).is_some_and(|days| days > LONG_DAYS);
    must(!long || panel.0["maxDataPoints"].is_u64(), "has no number of points for its long time");
    faults
}

fn has_word(panel: Panel<'_>, word: &str) -> bool {
    panel.title().split(|c: char| !c.is_alphanumeric()).any(|it| it.eq_ignore_ascii_case(word))
}

fn expr(target: &serde_json::Value) -> &str {
    target["expr"].as_str().unwrap_or_default()
}

/// Number of days in a length of time like `35d`; none for times of the calendar.
fn days(text: &str) -> Option<u32> {
    text.strip_suffix('d')?.parse().ok()
}

fn annotation_faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    let alerts = board.annotations().iter().filter(|it| expr(it).contains("ALERTS"));
    for annotation in alerts {
        let asked = expr(annotation);
        let mut must = |holds: bool, what: &str| {
            if !holds {
                faults.push(format!("annotation {} {what}", annotation["name"]));
            }
        };
        let selectors = asked.matches("ALERTS").count();
        let all_say = |matcher: &str| asked.matches(matcher).count() == selectors;
        must(all_say("severity=\"critical\""), "marks alerts that are not critical");
        must(
            board.uid() != OF_OPERATORS || all_say("audience=\"ops\""),
            "marks alerts that are not for operators",
        );
        // Else each minute of the alert is a mark: a broad band in place of a line.
        must(annotation["useValueForTime"] == true, "marks more than the moment an alert begins");
    }
    faults
}

#[test]
fn titles_promise_the_time_that_is_shown() {
    none(faults);
}
