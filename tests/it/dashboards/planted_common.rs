//! The checkers of missing data, contact centres, controls and common parts can fail: boards of
//! ours with one thing wrong.

use serde_json::{Value, json};

use super::{
    centers, controls, equal, no_data,
    planted::{ask, defaults, finds, first, in_question, panel, rewrite, spoilt, variable},
    reasons,
};
use crate::dashboard::Board;

#[test]
fn colours_without_data_are_found() {
    finds(
        no_data::faults,
        "trio-overview",
        &[
            (
                |json| defaults(json, "Waiting")["thresholds"]["steps"][0]["color"] = "blue".into(),
                "is blue without data",
            ),
            (
                |json| {
                    defaults(json, "Measured")["thresholds"]["steps"][0]["color"] = "green".into();
                },
                "is green without data",
            ),
            (
                |json| {
                    defaults(json, "Data age")["thresholds"]["steps"][0]["color"] =
                        "#8e8e8e".into();
                },
                "is #8e8e8e without data",
            ),
            (
                |json| defaults(json, "Waiting")["thresholds"]["steps"][0]["color"] = "red".into(),
                "is red without data",
            ),
            (
                |json| {
                    let overrides = &mut panel(json, "Agents")["fieldConfig"]["overrides"];
                    overrides[0]["properties"][0]["value"]["steps"][0]["color"] = "green".into();
                },
                "is green without data",
            ),
            (
                |json| defaults(json, "Waiting")["thresholds"]["steps"][1]["value"] = Value::Null,
                "begins at no value",
            ),
            (
                |json| {
                    defaults(json, "Waiting")["color"] =
                        json!({"mode": "fixed", "fixedColor": "green"});
                },
                "has its colour also without data",
            ),
            (
                |json| {
                    defaults(json, "Waiting")["mappings"] = json!([{"type": "special", "options": {"match": "null", "result": {"color": "green"}}}]);
                },
                "is green for an empty value",
            ),
            (
                |json| panel(json, "Open services")["options"]["textMode"] = "name".into(),
                "hides its text for a missing value",
            ),
            (|json| defaults(json, "Active alerts")["noValue"] = "none firing".into(), "all-clear"),
            (|json| defaults(json, "Service level")["noValue"] = "on target".into(), "all-clear"),
        ],
    );
}

#[test]
fn numbers_made_up_for_missing_data_are_found() {
    finds(
        no_data::faults,
        "trio-overview",
        &[
            // The colour without data is grey, but the query never gives nothing.
            (
                |json| {
                    let expr = panel(json, "Waiting")["targets"][0]["expr"]
                        .as_str()
                        .expect("a query")
                        .to_owned();
                    panel(json, "Waiting")["targets"][0]["expr"] =
                        format!("{expr} or vector(0)").into();
                },
                "makes up a number",
            ),
            (|json| ask(json, "sum(trio_up) or on () vector($__range_s)"), "makes up a number"),
            (
                |json| ask(json, "sum(trio_up) or absent(trio_up) * 0"),
                "makes up a number with absent(",
            ),
            (|json| ask(json, "sum(trio_up) or 0 * time()"), "makes up a number with 0 * time()"),
        ],
    );
}

#[test]
fn alerts_and_ages_that_are_left_out_are_found() {
    finds(
        no_data::faults,
        "trio-overview",
        &[
            (
                |json| {
                    rewrite(json, "Active alerts", "target=~\"$target|\"", "target=~\"$target\"");
                },
                "misses alerts: ALERTS",
            ),
            (
                |json| {
                    rewrite(
                        json,
                        "Alerts",
                        "contact_center=~\"$contact_center|\"",
                        "contact_center=~\"$contact_center\"",
                    );
                },
                "misses alerts: ALERTS",
            ),
            (
                |json| rewrite(json, "Active alerts", "TrioExporterDown", "TrioUnreachable"),
                "misses TrioExporterDown",
            ),
            (
                |json| rewrite(json, "Active alerts", "service_id", "case_class"),
                "counts other alerts than the table lists",
            ),
            (
                |json| {
                    rewrite(
                        json,
                        "Data age",
                        "trio_collector_last_success_timestamp_seconds",
                        "trio_last_poll_timestamp_seconds",
                    );
                },
                "leaves out trio_collector_last_success_timestamp_seconds{",
            ),
            (
                |json| {
                    rewrite(
                        json,
                        "Data age",
                        "target=~\"$target\"} == 0",
                        "target=~\"$target\"} == 2",
                    );
                },
                "leaves out trio_up",
            ),
            (
                |json| {
                    rewrite(
                        json,
                        "Data age",
                        "instance=~\"$instance\"} == 0",
                        "instance=~\"$instance\"} == 2",
                    );
                },
                "leaves out up{",
            ),
            (
                |json| rewrite(json, "Data age", "unless on (target)", "unless on (job)"),
                "leaves out last_over_time",
            ),
            (
                |json| panel(json, "Data age")["targets"][0]["legendFormat"] = "{{says}}".into(),
                "does not name the system",
            ),
        ],
    );
}

#[test]
fn centers_that_are_merged_or_not_named_are_found() {
    finds(
        centers::faults,
        "trio-overview",
        &[
            (
                |json| {
                    let target = &mut panel(json, "Worst service")["targets"][0];
                    target["expr"] =
                        "topk(1, max by (service_name) (trio_service_longest_wait_seconds))".into();
                },
                "shows service_name without its centre",
            ),
            (
                |json| {
                    let target = &mut panel(json, "Worst service")["targets"][0];
                    target["expr"] =
                        "max by (service_name) (trio_service_longest_wait_seconds)".into();
                },
                "merges what has the same service_name in two centres",
            ),
            (
                |json| {
                    let table = panel(json, "Services, worst first");
                    drop(table["targets"].as_array_mut().expect("queries").pop());
                },
                "shows service without its centre",
            ),
            (
                |json| {
                    let description =
                        panel(json, "Waiting")["description"].as_str().expect("a text").to_owned();
                    panel(json, "Waiting")["description"] = description
                        .replace("All chosen services, contact centres and classes together.", "")
                        .into();
                },
                "in silence",
            ),
            (
                |json| {
                    let table = panel(json, "Services, worst first").to_string();
                    let lost = table.replace(
                        "var-contact_center=${__data.fields.contact_center:percentencode}",
                        "",
                    );
                    *panel(json, "Services, worst first") =
                        serde_json::from_str(&lost).expect("JSON");
                },
                "links to a service without its contact_center",
            ),
            (
                |json| {
                    let all =
                        panel(json, "Services, worst first")["transformations"].as_array_mut();
                    for transformation in all.expect("a list") {
                        if transformation["id"] == "organize" {
                            transformation["options"]["excludeByName"]["contact_center"] =
                                true.into();
                        }
                    }
                },
                "links by contact_center, which is no field",
            ),
            (
                |json| {
                    variable(json, "contact_center")["regex"] =
                        "/contact_center=\"([^\"]*)\"/".into();
                },
                "shows ids of contact centres",
            ),
        ],
    );
}

#[test]
fn missing_places_and_reasons_of_waits_are_found() {
    finds(
        reasons::faults,
        "trio-overview",
        &[
            (
                |json| panel(json, "Worst service")["targets"][0]["legendFormat"] = "wait".into(),
                "does not name the worst service",
            ),
            (
                |json| {
                    rewrite(json, "Services, worst first", "\"column\", \"Why\"", "\"why\", \"\"");
                },
                "gives no reason",
            ),
            (
                |json| {
                    let table = panel(json, "Services, worst first").to_string();
                    let renamed = table.replace("\"longer handling\"", "\"slow\"");
                    *panel(json, "Services, worst first") =
                        serde_json::from_str(&renamed).expect("JSON");
                },
                "never gives the reason \"longer handling\"",
            ),
            (
                |json| panel(json, "Waiting by service")["options"]["stacking"] = "none".into(),
                "has no bar",
            ),
            (
                |json| rewrite(json, "Waiting by service", "\"past target\"", "\"waiting\""),
                "has no bar",
            ),
        ],
    );
}

#[test]
fn controls_that_are_back_are_found() {
    finds(
        controls::faults,
        "trio-wall",
        &[
            (|json| variable(json, "job")["hide"] = 0.into(), "$job has not hide 2"),
            (
                |json| variable(json, "instance")["skipUrlSync"] = true.into(),
                "$instance has not hide 2",
            ),
            (|json| json["links"][0]["asDropdown"] = false.into(), "not in one drop-down"),
            (
                |json| {
                    let again = json["links"][0].clone();
                    json["links"].as_array_mut().expect("links").push(again);
                },
                "not in one drop-down",
            ),
            (
                |json| first(json)["options"]["text"] = json!({"valueSize": 110}),
                "a fixed text size",
            ),
            (
                |json| panel(json, "Worst service")["targets"][0]["legendFormat"] = "wait".into(),
                "does not name the worst service",
            ),
            (
                |json| json["description"] = "Open it with ?kiosk.".into(),
                "does not give the address",
            ),
        ],
    );
    finds(
        controls::faults,
        "trio-overview",
        &[(
            |json| {
                for annotation in json["annotations"]["list"].as_array_mut().expect("annotations") {
                    annotation["hide"] = false.into();
                }
            },
            "3 switches for annotations",
        )],
    );
    finds(
        controls::faults,
        "trio-exporter",
        &[(|json| variable(json, "job")["hide"] = 2.into(), "has not hide 0")],
    );
}

#[test]
fn parts_that_differ_between_boards_are_found_and_named() {
    finds(
        equal::faults,
        "trio-service",
        &[
            (
                |json| variable(json, "target")["label"] = "Target".into(),
                "the variable target differs from that of trio-overview: label: \"Target\", not \"Trio\"",
            ),
            (
                |json| in_question(json, "service", "[1d]", "[$__range]"),
                "the variable service differs",
            ),
            (
                |json| {
                    first(json)["fieldConfig"]["defaults"]["thresholds"]["steps"][2]["value"] =
                        600.into();
                },
                "the tile Data age differs from that of trio-overview: fieldConfig: defaults: thresholds: steps",
            ),
            (
                |json| {
                    for annotation in
                        json["annotations"]["list"].as_array_mut().expect("annotations")
                    {
                        annotation["iconColor"] = "pink".into();
                    }
                },
                "the annotation Critical alerts differs from that of trio-overview: iconColor",
            ),
            (
                |json| panel(json, "Simulated")["title"] = "Demo".into(),
                "there is no tile Simulated",
            ),
            (
                |json| drop(json["annotations"]["list"].as_array_mut().expect("annotations").pop()),
                "there is no annotation Restarts of the exporter",
            ),
        ],
    );
    let found = equal::faults(&spoilt("trio-service-level", |json| {
        in_question(json, "job", "[$__range]", "[7d]");
    }));
    assert!(found.iter().any(|it| it.contains("the variable job differs")), "{found:?}");
    assert_eq!(equal::faults(&Board::with_uid("trio-overview")), Vec::<String>::new());
}
