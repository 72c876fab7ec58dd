//! The checkers of words, times and long ranges can fail: boards of ours with one thing wrong.

use serde_json::json;

use super::{
    planted::{Mistake, ask, defaults, finds, panel, rewrite},
    ranges, time, words,
};
use crate::dashboard::Board;

const CHOSEN: &str = "job=~\"$job\", instance=~\"$instance\", target=~\"$target\"";

#[test]
fn wrong_units_titles_and_percentages_are_found() {
    finds(
        words::faults,
        "trio-service",
        &[
            (|json| defaults(json, "Waiting")["unit"] = "short".into(), "rounds counts"),
            (|json| defaults(json, "Waiting")["unit"] = "rpm".into(), "counts revolutions"),
            (|json| defaults(json, "Estimated wait")["unit"] = "s".into(), "decimals of minutes"),
            (
                |json| panel(json, "Available")["title"] = "Who could answer".into(),
                "16 letters on 3 columns",
            ),
            (
                |json| {
                    let target = &mut panel(json, "Service level")["targets"][0];
                    target["legendFormat"] = "{{mid}}\u{a0}% of {{goal}}\u{a0}%".into();
                },
                "does not say what the goal",
            ),
            (
                |json| {
                    let target = &mut panel(json, "Service level")["targets"][0];
                    target["legendFormat"] = "{{mid}} %, target\u{a0}{{goal}}\u{a0}%".into();
                },
                "at the wrong place",
            ),
        ],
    );
}

#[test]
fn words_for_waits_that_differ_are_found() {
    finds(
        words::faults,
        "trio-service",
        &[
            (
                |json| defaults(json, "Longest wait")["mappings"][2]["options"]["from"] = json!(4),
                "says LONG of 4",
            ),
            (
                |json| {
                    let mapping = &mut defaults(json, "Longest wait")["mappings"][3];
                    mapping["options"]["result"]["color"] = "orange".into();
                },
                "says TOO LONG of 3, in orange",
            ),
            (
                |json| {
                    drop(
                        defaults(json, "Longest wait")["mappings"]
                            .as_array_mut()
                            .expect("a list")
                            .pop(),
                    );
                },
                "has not all words",
            ),
            (
                |json| {
                    rewrite(
                        json,
                        "Longest wait",
                        "trio_service_wait_alert_seconds",
                        "trio_service_wait_target_seconds",
                    );
                },
                "follow no limits",
            ),
            (|json| defaults(json, "Longest wait")["mappings"] = json!([]), "not by its limits"),
        ],
    );
}

#[test]
fn series_and_states_that_look_alike_are_found() {
    finds(
        words::faults,
        "trio-service",
        &[
            (
                |json| {
                    panel(json, "Longest and estimated wait")["targets"][1]["legendFormat"] =
                        "Longest".into();
                },
                "two series with the name",
            ),
            (
                |json| {
                    let overrides = &mut panel(json, "Waiting and who could answer")["fieldConfig"]
                        ["overrides"];
                    overrides[1]["properties"][0]["value"]["fixedColor"] = "red".into();
                },
                "two series in red",
            ),
            (
                |json| {
                    for name in ["class_waiting", "queue_length"] {
                        rewrite(
                            json,
                            "Available",
                            &format!("trio_service_{name}"),
                            "trio_service_open",
                        );
                    }
                },
                "although no one waits",
            ),
            (
                |json| {
                    ask(
                        json,
                        &format!("trio_server_up{{{CHOSEN}}} + trio_server_active{{{CHOSEN}}}"),
                    );
                },
                "in use that is down",
            ),
        ],
    );
}

#[test]
fn titles_of_another_time_are_found() {
    finds(
        time::faults,
        "trio-service",
        &[
            (|json| panel(json, "Waiting")["title"] = "Waiting now".into(), "\"now\""),
            (|json| panel(json, "Lost")["title"] = "Lost today".into(), "\"today\""),
            (
                |json| panel(json, "Lost")["timeFrom"] = "now/d".into(),
                "another time than the board",
            ),
            (
                |json| panel(json, "Waiting")["description"] = "Cases that wait.".into(),
                "does not say of which time",
            ),
            (|json| panel(json, "Handling time")["timeFrom"] = "35d".into(), "no number of points"),
        ],
    );
}

/// A mistake in the marks of alerts, on any board.
fn found_in_annotation(uid: &str, from: &str, to: &str, complaint: &str) {
    assert_eq!(time::faults(&Board::with_uid(uid)), Vec::<String>::new());
    let mut board = Board::with_uid(uid);
    let list = board.json["annotations"]["list"].as_array_mut().expect("annotations");
    let of_alerts =
        list.iter_mut().find(|it| it["expr"].as_str().is_some_and(|it| it.contains("ALERTS")));
    let expr = &mut of_alerts.expect("marks of alerts")["expr"];
    let asked = expr.as_str().expect("a query");
    assert!(asked.contains(from), "{asked}");
    *expr = asked.replace(from, to).into();
    let found = time::faults(&board);
    assert!(
        found.iter().any(|fault| fault.contains(complaint)),
        "not found: {complaint}; but {found:#?}"
    );
}

#[test]
fn marks_of_alerts_that_are_too_many_are_found() {
    found_in_annotation(
        "trio-service",
        "severity=\"critical\"",
        "severity=~\".+\"",
        "are not critical",
    );
    found_in_annotation(
        "trio-exporter",
        "audience=\"ops\"",
        "audience=~\".+\"",
        "not for operators",
    );
    let band: Mistake = |json| {
        let list = json["annotations"]["list"].as_array_mut().expect("annotations");
        list.iter_mut().for_each(|it| it["useValueForTime"] = false.into());
    };
    finds(time::faults, "trio-service", &[(band, "more than the moment")]);
}

#[test]
fn long_ranges_of_raw_counters_are_found() {
    finds(
        ranges::faults,
        "trio-service-level",
        &[
            (
                |json| {
                    let answered =
                        format!("increase(trio_service_cases_answered_total{{{CHOSEN}}}[30d])");
                    ask(json, &format!("sum({answered})"));
                },
                "not the recorded half hours",
            ),
            (
                |json| {
                    let answered = format!(
                        "increase(trio_service_cases_answered_total{{{CHOSEN}}}[$__range])"
                    );
                    ask(json, &format!("sum({answered})"));
                },
                "raw counters over more than two days",
            ),
            (
                |json| rewrite(json, "Service level", "$__range_s) > 172800", "$__range_s) > 0"),
                "where counters would do",
            ),
            (
                |json| rewrite(json, "Offered by week", "[6d23h59m59s:5m]", "[6d23h59m59s:1m]"),
                "at other moments",
            ),
            (
                |json| rewrite(json, "Offered by week", "[6d23h59m59s:5m]", "[7d:5m]"),
                "one moment twice",
            ),
            (|json| rewrite(json, "Offered by week", ") / 6)", "))"), "six times"),
        ],
    );
}

#[test]
fn sums_without_a_mark_of_completeness_are_found() {
    finds(
        ranges::faults,
        "trio-service-level",
        &[
            (
                |json| {
                    rewrite(json, "Lost, 30 days", "count_over_time(group", "count_over_time(sum");
                },
                "does not say how much",
            ),
            (|json| rewrite(json, "Lost, 30 days", "< 0.98", "< 0"), "less than 98 %"),
            (
                |json| {
                    let targets =
                        panel(json, "Lost, 30 days")["targets"].as_array_mut().expect("queries");
                    targets.iter_mut().for_each(|it| it["legendFormat"] = "{{lost}}".into());
                },
                "less than 98 %",
            ),
            (
                |json| {
                    let overrides =
                        &mut panel(json, "By service, 30 days")["fieldConfig"]["overrides"];
                    overrides
                        .as_array_mut()
                        .expect("a list")
                        .retain(|it| it["matcher"]["options"] != "Recorded");
                },
                "recorded in part",
            ),
            (
                |json| json["description"] = "Service level.".into(),
                "needs trio-recording.rules.yml",
            ),
            (
                |json| json["description"] = "Service level.".into(),
                "--storage.tsdb.retention.time=90d",
            ),
        ],
    );
}
