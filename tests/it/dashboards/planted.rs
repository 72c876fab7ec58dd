//! The checkers can fail: dashboards of ours with one thing wrong.

use serde_json::{Value, json};

use super::{format, layout, links, linter, panels, persons, queries, unknown, variables};
use crate::dashboard::Board;

pub(super) type Check = fn(&Board) -> Vec<String>;
pub(super) type Mistake = fn(&mut Value);

/// The shipped board `uid` after somebody has made a mistake.
pub(super) fn spoilt(uid: &str, mistake: Mistake) -> Board {
    let mut board = Board::with_uid(uid);
    mistake(&mut board.json);
    board.text = serde_json::to_string_pretty(&board.json).expect("JSON") + "\n";
    board
}

/// Each mistake is found by its checker, and named.
#[track_caller]
pub(super) fn finds(check: Check, uid: &str, mistakes: &[(Mistake, &str)]) {
    assert_eq!(check(&Board::with_uid(uid)), Vec::<String>::new());
    for (mistake, complaint) in mistakes {
        let found = check(&spoilt(uid, *mistake));
        assert!(
            found.iter().any(|fault| fault.contains(complaint)),
            "not found: {complaint}; but {found:#?}"
        );
    }
}

/// The first panel that is a stat.
pub(super) fn first(json: &mut Value) -> &mut Value {
    &mut json["panels"][0]
}

/// Only the first panel is left, and asks for this.
pub(super) fn ask(json: &mut Value, expr: &str) {
    json["panels"].as_array_mut().expect("panels").truncate(1);
    first(json)["targets"][0]["expr"] = expr.into();
}

/// The panel with this title, in a row or not.
pub(super) fn panel<'a>(json: &'a mut Value, title: &str) -> &'a mut Value {
    let panels = json["panels"].as_array_mut().expect("panels").iter_mut();
    let mut all = panels.flat_map(|panel| {
        let inside = panel["panels"].is_array() && panel["title"] != title;
        if inside {
            panel["panels"].as_array_mut().expect("panels").iter_mut().collect()
        } else {
            vec![panel]
        }
    });
    all.find(|panel| panel["title"] == title).unwrap_or_else(|| panic!("no panel {title}"))
}

/// Options of all fields of a panel.
pub(super) fn defaults<'a>(json: &'a mut Value, title: &str) -> &'a mut Value {
    &mut panel(json, title)["fieldConfig"]["defaults"]
}

/// Replaces a part of every query of a panel; panics if there is none.
pub(super) fn rewrite(json: &mut Value, title: &str, from: &str, to: &str) {
    let mut found = 0;
    for target in panel(json, title)["targets"].as_array_mut().expect("queries") {
        let expr = target["expr"].as_str().expect("a query");
        found += expr.matches(from).count();
        target["expr"] = expr.replace(from, to).into();
    }
    assert!(found > 0, "{title} has no {from}");
}

/// The variable with this name.
pub(super) fn variable<'a>(json: &'a mut Value, name: &str) -> &'a mut Value {
    let mut all = json["templating"]["list"].as_array_mut().expect("variables").iter_mut();
    all.find(|it| it["name"] == name).unwrap_or_else(|| panic!("no ${name}"))
}

/// Replaces a part of the question of a variable; panics if there is none.
pub(super) fn in_question(json: &mut Value, name: &str, from: &str, to: &str) {
    let question = &mut variable(json, name)["query"]["query"];
    let asked = question.as_str().expect("a question").to_owned();
    assert!(asked.contains(from), "{name} has no {from}");
    *question = asked.replace(from, to).into();
}

#[test]
fn mistakes_in_the_form_of_the_file_are_found() {
    finds(
        format::faults,
        "trio-wall",
        &[
            (|json| json["schemaVersion"] = 42.into(), "schemaVersion"),
            (|json| json["editable"] = true.into(), "editable"),
            (|json| json["id"] = 7.into(), "id of some Grafana"),
            (|json| json["uid"] = "wall".into(), "uid and file name differ"),
            (|json| json["__inputs"] = json!([]), "import wizard"),
            (|json| json["tags"] = json!(["trio"]), "tags"),
            (|json| json["refresh"] = "".into(), "does not refresh"),
        ],
    );
    let mut board = Board::with_uid("trio-wall");
    board.text = board.text.replacen("  ", "    ", 1);
    assert!(format::faults(&board)[0].contains("two spaces"));
}

#[test]
fn overlaps_holes_and_a_missing_strip_are_found() {
    finds(
        layout::faults,
        "trio-overview",
        &[
            (|json| first(json)["gridPos"]["w"] = 6.into(), "covers"),
            (|json| first(json)["gridPos"]["w"] = 4.into(), "a hole in line 0, column 4"),
            (|json| first(json)["gridPos"]["w"] = 25.into(), "is outside"),
            (|json| json["panels"].as_array_mut().expect("panels").truncate(6), "a hole"),
            (|json| first(json)["title"] = "Age".into(), "not with the header strip"),
            (
                |json| {
                    json["panels"]
                        .as_array_mut()
                        .expect("panels")
                        .iter_mut()
                        .for_each(|it| it["collapsed"] = false.into());
                },
                "collapsed rows",
            ),
        ],
    );
}

#[test]
fn panels_that_do_not_explain_themselves_are_found() {
    finds(
        panels::faults,
        "trio-overview",
        &[
            (|json| first(json)["description"] = "Age".into(), "does not explain itself"),
            (
                |json| first(json)["description"] = "How old the data are, in seconds.".into(),
                "come from",
            ),
            (|json| first(json)["title"] = "Simulated".into(), "no title of its own"),
            (|json| first(json)["id"] = 2.into(), "ids of panels"),
            (|json| first(json)["type"] = "piechart".into(), "a kind that no test knows"),
            (|json| first(json)["datasource"]["uid"] = "prometheus".into(), "another data source"),
            (|json| first(json)["fieldConfig"]["defaults"]["unit"] = "seconds".into(), "no unit"),
            (
                |json| first(json)["fieldConfig"]["defaults"]["noValue"] = "0".into(),
                "when there is nothing",
            ),
            (
                |json| first(json)["fieldConfig"]["defaults"]["noValue"] = Value::Null,
                "when there is nothing",
            ),
            (
                |json| {
                    let panels = json["panels"].as_array_mut().expect("panels").iter_mut();
                    for panel in panels.filter(|panel| panel["type"] == "timeseries") {
                        panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] = true.into();
                    }
                },
                "draws a line over gaps",
            ),
        ],
    );
}

#[test]
fn links_that_lead_nowhere_or_forget_are_found() {
    finds(
        links::faults,
        "trio-overview",
        &[
            (
                |json| json["links"][0] = json!({"type": "link", "url": "/d/trio-services"}),
                "leads nowhere",
            ),
            (|json| json["links"][0]["keepTime"] = false.into(), "loses time or choice"),
            (|json| json["links"][0]["includeVars"] = false.into(), "loses time or choice"),
            (
                |json| drop(json["links"].as_array_mut().expect("links").pop()),
                "no link to trio-agents",
            ),
            (|json| json["links"][0]["tags"] = json!(["wallboard"]), "no link to trio-wall"),
            (|json| first(json)["links"] = json!([{"url": "/d/trio-service"}]), "loses the time"),
            (
                |json| {
                    first(json)["links"] = json!([{"url": "/d/trio-service?${__url_time_range}"}]);
                },
                "loses $service",
            ),
            (|json| first(json)["links"] = json!([{"url": "/explore"}]), "leads nowhere"),
        ],
    );
}

#[test]
fn variables_that_are_missing_or_idle_are_found() {
    finds(
        variables::faults,
        "trio-overview",
        &[
            (|json| ask(json, "up{job=~\"$jobs\"}"), "there is no $jobs"),
            (|json| ask(json, "up[${when}]"), "there is no $when"),
            (
                |json| {
                    let list = json["templating"]["list"].as_array_mut().expect("variables");
                    let mut idle = list[1].clone();
                    idle["name"] = "idle".into();
                    list.push(idle);
                },
                "$idle is not used",
            ),
            (
                |json| json["templating"]["list"][1]["refresh"] = 1.into(),
                "does not follow the time",
            ),
            (|json| json["templating"]["list"][1]["multi"] = false.into(), "takes only one value"),
            (|json| json["templating"]["list"][2]["allValue"] = Value::Null, "long list for all"),
            (
                |json| json["templating"]["list"][1]["datasource"]["uid"] = "p".into(),
                "asks another data source",
            ),
            (|json| json["templating"]["list"][3]["label"] = "".into(), "has no label"),
            (
                |json| in_question(json, "target", "last_over_time(trio_up", "(trio_up"),
                "$target forgets its options",
            ),
            (|json| in_question(json, "service", "[1d]", "[5m]"), "$service forgets its options"),
            (
                |json| {
                    variable(json, "job")["query"]["query"] = "label_values(trio_up, job)".into();
                },
                "$job forgets its options",
            ),
        ],
    );
    finds(
        variables::faults,
        "trio-service-level",
        &[(
            |json| in_question(json, "service_group", "[$__range]", "[1d]"),
            "$service_group forgets its options",
        )],
    );
}

#[test]
fn persons_on_the_other_boards_are_found() {
    finds(
        persons::faults,
        "trio-team",
        &[
            (|json| ask(json, "trio_agent_state{job=~\"$job\"}"), "is of persons"),
            (|json| ask(json, "count by (agent_id) (trio_agents)"), "is of persons"),
            (|json| first(json)["description"] = "Of agent_name.".into(), "names of agents"),
        ],
    );
    finds(
        persons::faults,
        "trio-agents",
        &[
            (
                |json| json["panels"][1]["targets"][0]["expr"] = "topk(3, trio_agent_state)".into(),
                "ranks people",
            ),
            (
                |json| {
                    json["panels"][1]["targets"][0]["datasource"]["uid"] = "${datasource}".into();
                },
                "the data source",
            ),
        ],
    );
}

#[test]
fn queries_that_are_wrong_or_invent_something_are_found() {
    finds(
        queries::faults,
        "trio-overview",
        &[
            (|json| ask(json, "sum(trio_up"), "does not parse"),
            (|json| ask(json, "trio_upp{job=~\"$job\"}"), "there is no trio_upp"),
            (|json| ask(json, "trio_up"), "trio_up of every job"),
            (
                |json| ask(json, "trio_up{job=~\"$job\", instance=~\"$instance\"}"),
                "trio_up of every target",
            ),
            (
                |json| ask(json, "up{job=~\"$job\", instance=~\"$instance\"} or vector(0)"),
                "makes up a number",
            ),
            (
                |json| {
                    ask(
                        json,
                        "rate(process_cpu_seconds_total{job=~\"$job\", instance=~\"$instance\"}[5m])",
                    );
                },
                "$__rate_interval",
            ),
            (
                |json| {
                    ask(
                        json,
                        "increase(process_cpu_seconds_total{job=~\"$job\", instance=~\"$instance\"}[$__interval])",
                    );
                },
                "of one moment",
            ),
            (
                |json| {
                    ask(
                        json,
                        "increase(process_cpu_seconds_total{job=~\"$job\", instance=~\"$instance\"}[$__range])",
                    );
                    first(json)["targets"][0]["range"] = true.into();
                },
                "all that is shown",
            ),
            (
                |json| {
                    let chosen = "job=~\"$job\", instance=~\"$instance\", target=~\"$target\"";
                    ask(
                        json,
                        &format!(
                            "trio_service_open{{{chosen}}} * on (target, job, service_id) trio_service_info{{{chosen}}}"
                        ),
                    );
                },
                "does not begin with job, instance",
            ),
        ],
    );
}

#[test]
fn zeros_for_unknown_states_are_found() {
    finds(
        unknown::faults,
        "trio-team",
        &[
            (
                |json| {
                    let chosen = "job=~\"$job\", instance=~\"$instance\", target=~\"$target\"";
                    ask(json, &format!("sum(trio_agents{{{chosen}, state=\"available\"}})"));
                },
                "shows 0 available where states are unknown",
            ),
            (
                |json| {
                    let available = "trio_agents{state=\"available\"}";
                    let unknown = "trio_agents{state=\"unknown\"}";
                    ask(json, &format!("{available} > 0 or {available} - ({unknown} > bool 0)"));
                },
                "does not show ?",
            ),
            (
                |json| {
                    defaults(json, "Available")["mappings"][0]["options"]["-1"]["text"] =
                        "0".into();
                },
                "\"Available\" does not show ?",
            ),
            (
                |json| {
                    let available = "trio_agents{state=\"available\"}";
                    ask(json, &format!("{available} + 0 * trio_agents{{state=\"unknown\"}}"));
                    first(json)["targets"][0]["range"] = true.into();
                },
                "draws a line",
            ),
        ],
    );
}

#[test]
fn each_rule_of_the_linter_finds_its_mistake() {
    const MISTAKES: [(&str, Mistake); 18] = [
        ("template-datasource-rule", |json| {
            json["templating"]["list"][0]["name"] = "source".into();
        }),
        ("template-datasource-rule", |json| {
            json["templating"]["list"][0]["label"] = "Source".into();
        }),
        ("template-job-rule", |json| json["templating"]["list"][1]["label"] = "Jobs".into()),
        ("template-job-rule", |json| json["templating"]["list"][1]["allValue"] = "".into()),
        ("template-instance-rule", |json| json["templating"]["list"][2]["multi"] = false.into()),
        ("template-label-promql-rule", |json| {
            json["templating"]["list"][1]["query"]["query"] = "label_values(up{, job)".into();
        }),
        ("template-label-promql-rule", |json| {
            json["templating"]["list"][1]["query"]["query"] = "label_value(up, job)".into();
        }),
        ("template-on-time-change-reload-rule", |json| {
            json["templating"]["list"][3]["refresh"] = 1.into();
        }),
        ("panel-datasource-rule", |json| first(json)["datasource"]["uid"] = "prometheus".into()),
        ("panel-title-description-rule", |json| first(json)["description"] = "".into()),
        ("panel-units-rule", |json| {
            first(json)["fieldConfig"]["defaults"]["unit"] = "seconds".into();
            drop(
                first(json)["fieldConfig"]["defaults"]
                    .as_object_mut()
                    .expect("a map")
                    .remove("mappings"),
            );
        }),
        ("panel-no-targets-rule", |json| first(json)["targets"] = Value::Null),
        ("target-promql-rule", |json| ask(json, "sum(up")),
        ("target-rate-interval-rule", |json| {
            ask(
                json,
                "irate(process_cpu_seconds_total{job=~\"$job\", instance=~\"$instance\"}[5m])",
            );
        }),
        ("target-job-rule", |json| ask(json, "up{job=\"$job\", instance=~\"$instance\"}")),
        ("target-instance-rule", |json| ask(json, "sum(up{job=~\"$job\"})")),
        ("target-counter-agg-rule", |json| {
            ask(json, "sum(trio_failovers_total{job=~\"$job\", instance=~\"$instance\"})");
        }),
        ("uneditable-dashboard", |json| json["editable"] = true.into()),
    ];
    for (rule, mistake) in MISTAKES {
        let found = linter::faults(&spoilt("trio-overview", mistake), |name| name == rule);
        assert!(!found.is_empty(), "{rule}");
    }
    for rule in linter::names() {
        assert!(MISTAKES.iter().any(|(held, _)| *held == rule), "{rule} has no mistake to find");
    }
}
