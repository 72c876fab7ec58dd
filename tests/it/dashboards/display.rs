//! The evaluator of panels: what it shows for given answers, by Grafana's rules.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::{
    dashboard::{
        DropDownItem, Panel, Question, Variable, as_line,
        display::{Answer, Color, Series, Shown, Table, Tile, show},
    },
    promql::with_variables,
};

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn series(pairs: &[(&str, &str)], values: &[f64]) -> Series {
    Series { labels: labels(pairs), values: values.to_vec() }
}

fn answer(ref_id: &str, legend: &str, series: Vec<Series>) -> Answer {
    Answer { ref_id: ref_id.to_owned(), table: false, legend: legend.to_owned(), series }
}

fn in_table(ref_id: &str, series: Vec<Series>) -> Answer {
    Answer { table: true, ..answer(ref_id, "__auto", series) }
}

/// A stat as ours are: thresholds on the background, the last value.
fn stat(defaults: &Value, options: &Value) -> Value {
    let mut panel = json!({
        "type": "stat", "title": "A",
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {
            "colorMode": "background", "textMode": "auto",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false}
        }
    });
    for (member, value) in options.as_object().expect("options") {
        panel["options"][member] = value.clone();
    }
    panel
}

fn steps(steps: &Value) -> Value {
    let steps: Vec<Value> = steps
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| json!({"color": step[0], "value": step[1]}))
        .collect();
    json!({"mode": "absolute", "steps": steps})
}

fn tiles(panel: &Value, answers: &[Answer]) -> Vec<Tile> {
    match show(Panel(panel), answers) {
        Some(Shown::Tiles(tiles)) => tiles,
        other => panic!("{other:?}"),
    }
}

/// Text and colour of the only tile.
fn tile(panel: &Value, answers: &[Answer]) -> (String, String) {
    let [tile] = &tiles(panel, answers)[..] else { panic!("one tile") };
    (tile.text.clone(), tile.color.clone().expect("a colour"))
}

fn shown(panel: &Value, value: f64) -> (String, String) {
    tile(panel, &[answer("A", "__auto", vec![series(&[], &[value])])])
}

fn table(panel: &Value, answers: &[Answer]) -> Table {
    match show(Panel(panel), answers) {
        Some(Shown::Table(table)) => table,
        other => panic!("{other:?}"),
    }
}

fn texts(table: &Table) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

fn pair(text: &str, color: &str) -> (String, String) {
    (text.to_owned(), color.to_owned())
}

#[test]
fn a_missing_value_takes_base_color_and_no_value() {
    let limits = steps(&json!([["green", null], ["red", 60]]));
    let panel = stat(&json!({"noValue": "NO DATA", "unit": "s", "thresholds": limits}), &json!({}));
    let empty = answer("A", "__auto", Vec::new());
    assert_eq!(tile(&panel, &[empty]), pair("NO DATA", "green"), "the mistake that this must show");
    assert_eq!(shown(&panel, f64::NAN), pair("NO DATA", "green"));
    assert_eq!(shown(&panel, 60.0), pair("1 mins", "red"));
    assert!(tiles(&panel, &[answer("A", "", Vec::new())])[0].is_empty);
    assert!(!tiles(&panel, &[answer("A", "", vec![series(&[], &[0.0])])])[0].is_empty);
}

#[test]
fn the_last_known_value_counts_and_steps_include_their_bound() {
    let limits = steps(&json!([["#8e8e8e", null], ["green", 0], ["orange", 1], ["red", 4]]));
    let panel = stat(&json!({"thresholds": limits, "decimals": 1}), &json!({}));
    let drawn = answer("A", "", vec![series(&[], &[9.0, 1.0, f64::NAN])]);
    assert_eq!(tile(&panel, &[drawn]), pair("1.0", "orange"));
    for (value, color) in [(-0.1, "#8e8e8e"), (0.0, "green"), (0.99, "green"), (4.0, "red")] {
        assert_eq!(shown(&panel, value).1, color, "{value}");
    }
}

#[test]
fn mappings_give_text_and_color_before_thresholds() {
    let mappings = json!([
        {"type": "value", "options": {"-1": {"text": "?", "color": "#8e8e8e"}, "3": {"text": "three"}}},
        {"type": "range", "options": {"from": -2, "to": -0.5, "result": {"text": "BELOW", "color": "red"}}},
        {"type": "special", "options": {"match": "null", "result": {"text": "nothing", "color": "blue"}}}
    ]);
    let limits = steps(&json!([["green", null]]));
    let panel = stat(
        &json!({"mappings": mappings, "noValue": "no data", "thresholds": limits}),
        &json!({}),
    );
    assert_eq!(shown(&panel, -1.0), pair("?", "#8e8e8e"), "the first that holds");
    assert_eq!(shown(&panel, -0.5), pair("BELOW", "red"), "both bounds belong to the range");
    assert_eq!(shown(&panel, -0.4), pair("-0.4", "green"));
    assert_eq!(
        shown(&panel, 3.0),
        pair("three", "green"),
        "a mapping without colour leaves it to the steps"
    );
    assert_eq!(shown(&panel, f64::NAN), pair("nothing", "blue"));
}

#[test]
fn names_are_shown_as_the_text_mode_says() {
    let one =
        [answer("A", "{{service}} of {{none}}", vec![series(&[("service", "Växel")], &[2.0])])];
    let with = |mode: &str| stat(&json!({"noValue": "no data"}), &json!({"textMode": mode}));
    for (mode, text) in [
        ("auto", "2"),
        ("value", "2"),
        ("name", "Växel of "),
        ("value_and_name", "Växel of : 2"),
        ("none", ""),
    ] {
        assert_eq!(tile(&with(mode), &one).0, text, "{mode}");
    }
    let none = [answer("A", "{{service}}", Vec::new())];
    assert_eq!(tile(&with("name"), &none).0, "", "noValue is hidden by this mode");
    let two =
        [answer("A", "a", vec![series(&[], &[1.0])]), answer("B", "b", vec![series(&[], &[2.0])])];
    let both: Vec<String> = tiles(&with("auto"), &two).into_iter().map(|tile| tile.text).collect();
    assert_eq!(both, ["a: 1", "b: 2"]);
    assert_eq!(tiles(&stat(&json!({}), &json!({"colorMode": "none"})), &one)[0].color, None);
}

#[test]
fn overrides_change_fields_of_their_name_or_query() {
    let mut panel = stat(
        &json!({"unit": "none", "color": {"mode": "fixed", "fixedColor": "blue"}}),
        &json!({}),
    );
    panel["fieldConfig"]["overrides"] = json!([
        {"matcher": {"id": "byRegexp", "options": "below.*"}, "properties": [
            {"id": "color", "value": {"mode": "thresholds"}},
            {"id": "thresholds", "value": steps(&json!([["text", null], ["orange", 1]]))}
        ]},
        {"matcher": {"id": "byFrameRefID", "options": "C"}, "properties": [{"id": "unit", "value": "percentunit"}]}
    ]);
    let answers = [
        answer("A", "logged on", vec![series(&[], &[5.0])]),
        answer("B", "below minimum", vec![series(&[], &[1.0])]),
        answer("C", "share", vec![series(&[], &[0.5])]),
    ];
    let shown: Vec<(String, Color)> = tiles(&panel, &answers)
        .into_iter()
        .map(|tile| (tile.text.clone(), tile.meaning()))
        .collect();
    let expected = [
        ("logged on: 5", Color::Blue),
        ("below minimum: 1", Color::Orange),
        ("share: 50%", Color::Blue),
    ];
    assert_eq!(shown, expected.map(|(text, color)| (text.to_owned(), color)));
}

#[test]
fn units_are_written_as_grafana_writes_them() {
    for (unit, decimals, number, text) in [
        ("none", None, 0.0, "0"),
        ("none", None, 1.0 / 3.0, "0.333"),
        ("none", Some(2), 3.0, "3.00"),
        ("short", None, 1_001.0, "1 K"),
        ("short", Some(2), 1_001.0, "1.00 K"),
        ("locale", None, 4_785.0, "4,785"),
        ("locale", Some(0), 1_234_567.4, "1,234,567"),
        ("locale", Some(0), -0.2, "0"),
        ("percentunit", Some(0), 0.684, "68%"),
        ("s", Some(0), 59.4, "59 s"),
        ("s", None, 500.0, "8.33 mins"),
        ("s", Some(1), 7_200.0, "2.0 hours"),
        ("s", Some(0), 0.0, "0 s"),
        ("dthms", None, 185.7, "00:03:05"),
        ("dthms", None, 90_000.0, "25:00:00"),
        ("dtdhms", None, 90_000.0, "1 d 01:00:00"),
        ("clocks", Some(1), 185.0, "03m:05s"),
        ("reqpm", Some(0), 12.0, "12 req/m"),
        ("suffix:% missed", Some(0), 3.0, "3 % missed"),
    ] {
        let panel = stat(&json!({"unit": unit, "decimals": decimals}), &json!({}));
        assert_eq!(shown(&panel, number).0, text, "{number} {unit} {decimals:?}");
    }
}

#[test]
fn merged_tables_have_one_row_per_service() {
    let mut panel = stat(
        &json!({"noValue": "–"}),
        &json!({"sortBy": [{"displayName": "× target", "desc": true}]}),
    );
    panel["type"] = "table".into();
    panel["transformations"] = json!([
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {
            "excludeByName": {"Time": true, "id": true},
            "indexByName": {"service": 0, "Value #A": 1, "Value #B": 2},
            "renameByName": {"service": "Service", "Value #A": "Waiting", "Value #B": "× target"}
        }}
    ]);
    panel["fieldConfig"]["overrides"] = json!([
        {"matcher": {"id": "byName", "options": "× target"}, "properties": [
            {"id": "custom.cellOptions", "value": {"type": "color-background"}},
            {"id": "thresholds", "value": steps(&json!([["transparent", null], ["red", 4]]))}
        ]}
    ]);
    let of = |id: &str, value: f64| series(&[("id", id), ("service", "Växel")], &[value]);
    let waiting = in_table("A", vec![of("1", 2.0), of("2", 3.0), of("3", 4.0)]);
    let ratio = in_table("B", vec![of("2", 5.0), of("1", 0.5)]);
    let table = table(&panel, &[waiting, ratio]);
    assert_eq!(table.columns, ["Service", "Waiting", "× target"]);
    let expected = [["Växel", "3", "5"], ["Växel", "2", "0.5"], ["Växel", "4", "–"]];
    assert_eq!(texts(&table), expected);
    let colors: Vec<Color> = table.column("× target").iter().map(|cell| cell.meaning()).collect();
    assert_eq!(colors, [Color::Red, Color::Neutral, Color::Neutral]);
    assert_eq!(table.rows[0][1].color, None, "a column without a coloured cell type");
}

#[test]
fn empty_tables_show_their_message_only_without_columns() {
    let mut panel = stat(&json!({"noValue": "nothing is missing"}), &json!({}));
    panel["type"] = "table".into();
    let alone = table(&panel, &[in_table("A", Vec::new())]);
    assert_eq!(alone.message.as_deref(), Some("nothing is missing"));
    panel["transformations"] = json!([{"id": "merge", "options": {}}]);
    let two = table(&panel, &[in_table("A", Vec::new()), in_table("B", Vec::new())]);
    assert_eq!((two.message, two.rows.len()), (None, 0), "the headings stay, and say nothing");
}

#[test]
fn labels_become_columns_named_by_one_of_them() {
    let mut panel = stat(&json!({"noValue": "no agents"}), &json!({}));
    panel["type"] = "table".into();
    panel["transformations"] = json!([
        {"id": "labelsToFields", "options": {"mode": "columns", "valueLabel": "column"}},
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Time": true}, "indexByName": {"group": 0}}}
    ]);
    let of = |column: &str, group: &str, value: f64| {
        series(&[("column", column), ("group", group)], &[value])
    };
    let answers = [
        answer("A", "a legend", vec![of("Free", "East", 2.0), of("Free", "West", 0.0)]),
        answer("B", "{{column}}", vec![of("Busy", "West", 7.0)]),
    ];
    let full = table(&panel, &answers);
    assert_eq!(full.columns, ["group", "Free", "Busy"]);
    assert_eq!(texts(&full), [["East", "2", "no agents"], ["West", "0", "7"]]);
    let none = [answer("A", "{{column}}", Vec::new()), answer("B", "{{column}}", Vec::new())];
    assert_eq!(table(&panel, &none).message.as_deref(), Some("no agents"));
}

#[test]
fn colors_have_one_meaning() {
    for (name, meaning) in [
        ("green", Color::Green),
        ("super-light-green", Color::Green),
        ("semi-dark-orange", Color::Orange),
        ("dark-red", Color::Red),
        ("#8e8e8e", Color::Neutral),
        ("transparent", Color::Neutral),
        ("#73bf69", Color::Green),
        ("#f2495c", Color::Red),
        ("#ff9830", Color::Orange),
        ("#5794f2", Color::Blue),
        ("#b877d9", Color::Purple),
    ] {
        assert_eq!(Color::parse(name), meaning, "{name}");
    }
}

#[test]
fn variables_have_the_values_of_an_opened_board() {
    let asked = json!({
        "name": "service", "type": "query", "includeAll": true, "multi": true,
        "regex": r#"/service_id="(?<value>[^"]+)".*service_name="(?<text>[^"]+)"/"#,
        "query": {"query": "query_result(trio_service_info{target=~\"$target\"})"},
        "current": {"value": ["$__all"]}
    });
    let service = Variable(&asked);
    let expected =
        Question::QueryResult { expr: r#"trio_service_info{target=~"$target"}"#.to_owned() };
    assert_eq!(service.question(), Some(expected));
    let line = |id: &str| {
        let pairs =
            [("__name__", "trio_service_info"), ("service_id", id), ("service_name", "Växel")];
        as_line(&labels(&pairs), 1.0, 7)
    };
    assert_eq!(line("1.5"), r#"trio_service_info{service_id="1.5",service_name="Växel"} 1 7000"#);
    let item = |value: &str, text: &str| DropDownItem { value: value.into(), text: text.into() };
    let items = service.items(&[line("1.5"), line("2"), line("2")]);
    assert_eq!(items, [item("1.5", "Växel"), item("2", "Växel")]);
    assert_eq!(service.interpolated(&service.opened(&items), false), r"(1\\.5|2)");
    assert_eq!(service.interpolated(&[], false), "()", "All of nothing matches nothing");
    let mut any_order = asked.clone();
    any_order["regex"] =
        r#"/contact_center="(?<value>[^"]*)"|contact_center_name="(?<text>[^"]*)"/g"#.into();
    let centre = r#"{contact_center_name="Nord",contact_center="2"} 1 7000"#.to_owned();
    assert_eq!(Variable(&any_order).items(&[centre]), [item("2", "Nord")]);
    let nameless = r#"{contact_center_name="",contact_center="2"} 1 7000"#.to_owned();
    assert_eq!(Variable(&any_order).items(&[nameless]), [item("2", "2")]);
    let mut one_group = asked.clone();
    one_group["regex"] = r#"/service_name="([^"]*)"/"#.into();
    let found = Variable(&one_group).items(&[line("2"), "{} 1 7000".to_owned()]);
    assert_eq!(found, [item("Växel", "Växel")], "a line without the label gives no item");
    let mut with_all = asked.clone();
    with_all["allValue"] = ".+".into();
    let target = Variable(&with_all);
    assert_eq!(target.interpolated(&target.opened(&[]), false), ".+");
    assert_eq!(target.interpolated(&["south".to_owned()], true), "south");

    let asked = json!({"type": "query", "query": "label_values(trio_up{job=~\"a,b\"}, target)"});
    let (selector, label) = (r#"trio_up{job=~"a,b"}"#.to_owned(), "target".to_owned());
    assert_eq!(Variable(&asked).question(), Some(Question::LabelValues { selector, label }));

    let filled = with_variables("a[$__range] > ${limit:raw}$", |name| format!("<{name}>"));
    assert_eq!(filled, "a[<__range>] > <limit>$");
}
