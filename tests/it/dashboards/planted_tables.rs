//! The checkers of tables, of offers that ended in a pause and of the agents' switch can fail.

use serde_json::{Value, json};

use super::{
    offers, persons,
    planted::{Mistake, finds, panel, rewrite, variable},
    tables, variables,
};

fn groups(json: &mut Value) -> &mut Value {
    panel(json, "Groups")
}

/// The properties of the override of a column.
fn column<'a>(table: &'a mut Value, title: &str) -> &'a mut Value {
    let all = table["fieldConfig"]["overrides"].as_array_mut().expect("overrides");
    let mine = all.iter_mut().find(|it| it["matcher"]["options"] == title).expect("an override");
    &mut mine["properties"]
}

/// Leaves out an option of a column.
fn without(table: &mut Value, title: &str, id: &str) {
    column(table, title)
        .as_array_mut()
        .expect("properties")
        .retain(|property| property["id"] != id);
}

/// Replaces a text in the queries of the offers.
fn in_offers(json: &mut Value, from: &str, to: &str) {
    rewrite(json, "Offers that ended in a pause", from, to);
}

#[test]
fn tables_that_hide_or_confuse_are_found() {
    finds(
        tables::faults,
        "trio-team",
        &[
            (
                |json| groups(json)["fieldConfig"]["defaults"]["unit"] = "short".into(),
                "a unit for all columns",
            ),
            (
                |json| groups(json)["fieldConfig"]["defaults"]["custom"]["minWidth"] = Value::Null,
                "minimum width",
            ),
            (|json| groups(json)["gridPos"]["w"] = 8.into(), "columns are off the screen"),
            (
                |json| {
                    *column(groups(json), "Group") = json!([{"id": "custom.width", "value": 900}]);
                },
                "off the screen",
            ),
            (|json| *column(groups(json), ".*") = json!([]), "leaves cells blank"),
            (
                |json| groups(json)["fieldConfig"]["defaults"]["noValue"] = "no data".into(),
                "why it is empty",
            ),
            (
                |json| {
                    drop(groups(json)["transformations"].as_array_mut().expect("some").remove(0));
                },
                "bare headers",
            ),
            (|json| groups(json)["targets"][1]["format"] = "table".into(), "bare headers"),
            (
                |json| {
                    groups(json)["transformations"][2]["options"]["excludeByName"]["Value"] =
                        false.into();
                },
                "bare headers",
            ),
            (
                |json| {
                    groups(json)["transformations"][2]["options"]["indexByName"]["Paused"] =
                        Value::Null;
                },
                "where the column \"Paused\" is",
            ),
            (|json| *column(groups(json), "Busy") = json!([]), "no unit for the column \"Busy\""),
            (|json| groups(json)["options"]["sortBy"] = json!([]), "has no order"),
            (
                |json| groups(json)["options"]["sortBy"][0]["displayName"] = "Name".into(),
                "which is no column",
            ),
        ],
    );
    finds(
        tables::faults,
        "trio-agents",
        &[
            (
                |json| without(panel(json, "Agents"), "× limit", "custom.cellOptions"),
                "has no colour, though",
            ),
            (
                |json| without(panel(json, "Agents"), "× limit", "thresholds"),
                "has no colour, though",
            ),
        ],
    );
}

#[test]
fn bare_headers_of_one_query_are_found() {
    let mapping: Mistake = |json| {
        panel(json, "Mapping in use")["transformations"][0]["options"]["excludeByName"]["Value"] =
            false.into();
    };
    finds(tables::faults, "trio-exporter", &[(mapping, "bare headers")]);
}

#[test]
fn alert_tables_without_since_or_order_are_found() {
    // A table of alerts as it must be, in place of another one.
    fn alerts(json: &mut Value) -> &mut Value {
        let table = groups(json);
        let by_column = |expr: &str, column: &str| {
            let expr = format!("label_replace({expr}, \"column\", \"{column}\", \"\", \"\")");
            json!({"expr": expr, "format": "time_series", "refId": column})
        };
        table["targets"] = json!([
            by_column("ALERTS{alertstate=\"firing\"}", "Severity"),
            by_column("time() - ALERTS_FOR_STATE{alertname!=\"\"}", "Since"),
        ]);
        let organize = &mut table["transformations"][2]["options"];
        organize["indexByName"] = json!({"Severity": 0, "alertname": 1, "Since": 2});
        organize["renameByName"] = json!({"alertname": "Alert"});
        let words = json!([{"type": "value", "options": {
            "1": {"text": "critical"}, "2": {"text": "warning"}, "3": {"text": "info"},
        }}]);
        let overrides = table["fieldConfig"]["overrides"].as_array_mut().expect("overrides");
        overrides.truncate(1);
        overrides.push(json!({"matcher": {"id": "byName", "options": "Severity"},
                              "properties": [{"id": "mappings", "value": words}]}));
        overrides.push(json!({"matcher": {"id": "byName", "options": "Since"},
                              "properties": [{"id": "unit", "value": "dthms"}]}));
        table["options"]["sortBy"] = json!([{"displayName": "Severity", "desc": false}]);
        table
    }
    let mut board = crate::dashboard::Board::with_uid("trio-team");
    alerts(&mut board.json);
    assert_eq!(tables::faults(&board), Vec::<String>::new(), "as it must be");
    finds(
        tables::faults,
        "trio-team",
        &[
            (
                |json| {
                    alerts(json)["options"]["sortBy"] =
                        json!([{"displayName": "Severity", "desc": true}]);
                },
                "does not begin with the critical alerts",
            ),
            (
                |json| {
                    alerts(json)["options"]["sortBy"] =
                        json!([{"displayName": "Alert", "desc": false}]);
                },
                "does not begin with the critical alerts",
            ),
            (
                |json| drop(alerts(json)["targets"].as_array_mut().expect("two").pop()),
                "does not say since when",
            ),
        ],
    );
}

#[test]
fn timelines_without_colours_of_states_are_found() {
    finds(
        tables::faults,
        "trio-exporter",
        &[
            (
                |json| {
                    panel(json, "Servers")["fieldConfig"]["defaults"]["color"]["mode"] =
                        "thresholds".into();
                },
                "it shows no states",
            ),
            (
                |json| {
                    let mappings =
                        &mut panel(json, "Servers")["fieldConfig"]["defaults"]["mappings"];
                    mappings[0]["options"]["0"]["color"] = Value::Null;
                },
                "without a word or a colour",
            ),
            (
                |json| panel(json, "Servers")["fieldConfig"]["defaults"]["mappings"] = json!([]),
                "without a word or a colour",
            ),
        ],
    );
}

#[test]
fn offers_about_persons_are_found() {
    finds(
        offers::faults,
        "trio-team",
        &[
            (|json| in_offers(json, ">= 5 * 3600", ">= 3600"), "is about single persons"),
            (|json| in_offers(json, "[1h]", "[15m]"), "something else than an hour"),
            (
                |json| in_offers(json, "contact_center)", "contact_center, agent_group)"),
                "less than a contact centre",
            ),
            (
                |json| in_offers(json, "max by (target, contact_center) (", "max by (target) ("),
                "merges contact centres",
            ),
            (
                |json| {
                    panel(json, "Offers that ended in a pause")["description"] = "By hour.".into();
                },
                "that it is a lower bound",
            ),
            (
                |json| {
                    drop(
                        panel(json, "Offers that ended in a pause")["targets"]
                            .as_array_mut()
                            .expect("three")
                            .pop(),
                    );
                },
                "what other offers ended in",
            ),
        ],
    );
}

#[test]
fn agents_without_a_switch_are_found() {
    finds(
        persons::faults,
        "trio-agents",
        &[(
            |json| {
                rewrite(json, "Agents over time", "state!~\"$hidden_state\"", "state!=\"\"");
            },
            "shows agents who are logged out",
        )],
    );
    finds(
        variables::faults,
        "trio-agents",
        &[(|json| variable(json, "hidden_state")["multi"] = true.into(), "is no switch")],
    );
}
