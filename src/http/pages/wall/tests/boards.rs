//! Wallboards of the configuration: services, classes, columns, people, and their JSON.

use std::sync::Arc;

use jsonschema::Validator;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::{
    http::pages::wall::json,
    model::{Pattern, WallAgents, WallColumn, Wallboard},
};

const SCHEMA: &str = include_str!("../../../../../docs/wallboard.schema.json");

fn selection(change: impl FnOnce(&mut Wallboard)) -> Selection {
    let mut board = Wallboard::new("desk");
    change(&mut board);
    Selection::of_board(Arc::new(board))
}

fn of(queues: Vec<QueueFigures>, change: impl FnOnce(&mut Wallboard)) -> Wall {
    rows(&[target("main", vec![center(queues)])], &selection(change))
}

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| Pattern::new(text)).collect()
}

fn names(wall: &Wall) -> Vec<&str> {
    wall.rows.iter().map(|row| &*row.name).collect()
}

/// The JSON of a wallboard, which the schema must accept.
fn json_of(wall: &Wall, selection: &Selection) -> Value {
    let at = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let text = json::board(wall, Rendered { at, trend: None }, selection);
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let validator: Validator = jsonschema::draft7::new(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "{value:#}");
    value
}

#[test]
fn board_selects_services_by_id_name_group_and_center() {
    let queues = || vec![queue("Phone"), queue("Växel"), queue("Chat")];
    assert_eq!(names(&of(queues(), |_| ())), ["Phone", "Växel", "Chat"]);
    assert_eq!(
        names(&of(queues(), |it| it.services = patterns(&["växel", "ph*"]))),
        ["Phone", "Växel"]
    );
    assert_eq!(names(&of(queues(), |it| it.service_groups = patterns(&["support"]))).len(), 3);
    assert!(names(&of(queues(), |it| it.service_groups = patterns(&["sales"]))).is_empty());
    assert!(names(&of(queues(), |it| it.contact_centers = patterns(&["2"]))).is_empty());
    assert!(names(&of(queues(), |it| it.targets = patterns(&["west"]))).is_empty());
}

#[test]
fn service_that_trio_does_not_list_is_a_row() {
    let wall = of(vec![queue("Phone")], |it| it.services = patterns(&["Phone", "<Gone>"]));
    assert_eq!(lines(&wall)[1], "&lt;Gone&gt;: not in Trio", "escaped");
    assert!(html(&wall).contains("&lt;Gone&gt;: not in Trio"));
    assert_eq!(tiles(&wall)[0], "2", "it has no cases");
    let unread = TargetFigures { is_read: false, ..target("main", Vec::new()) };
    let selection = selection(|it| it.services = patterns(&["Gone"]));
    assert!(rows(&[unread], &selection).unlisted.is_empty(), "it may still come");
}

#[test]
fn columns_choose_cells_and_tiles_in_their_order() {
    let wall = of(
        vec![changed("Phone", |queue| {
            queue.state.as_mut().expect("there").estimated_wait = Some(95.0);
        })],
        |it| {
            it.columns = vec![WallColumn::EstimatedWait, WallColumn::Waiting];
        },
    );
    assert_eq!(lines(&wall), ["Phone | 1:35 | 2"]);
    assert_eq!(tiles(&wall), ["2", "3 of 11 logged on"], "longest wait and level are left out");
    let unknown = of(vec![queue("Phone")], |it| it.columns = vec![WallColumn::EstimatedWait]);
    assert_eq!(lines(&unknown), ["Phone | ?"]);
}

#[test]
fn classes_of_the_board_are_counted() {
    let both = || {
        changed("Both", |queue| {
            queue.classes.push(class(CaseClass::Email, waiting(40, 259_200.0)));
        })
    };
    let wall = of(vec![both()], |it| {
        it.classes = vec![CaseClass::Email];
        it.columns = vec![WallColumn::Waiting, WallColumn::LongestWait];
    });
    assert_eq!(lines(&wall), ["Both | 40 | 72:00 h"]);
    // Trio's own number is about calls as well, which this wallboard is not about.
    let mut unread = both();
    unread.classes[1].waiting = None;
    let wall = of(vec![unread], |it| {
        it.classes = vec![CaseClass::Email];
        it.columns = vec![WallColumn::Waiting];
    });
    assert_eq!(lines(&wall), ["Both | ?"]);
}

#[test]
fn board_without_agents_shows_nothing_about_people() {
    let busy = || {
        let mut center =
            center(vec![changed("Late", |it| it.classes[0].waiting = waiting(2, 25.0))]);
        let mut agents = [0; AgentState::COUNT];
        agents[AgentState::Busy.index()] = 8;
        center.agents = Some(agents);
        center.agents_reading = Some(ReadingAge { age: None, ..reading(Collector::AgentState) });
        vec![target("main", vec![center])]
    };
    let none = selection(|it| it.agents = WallAgents::None);
    let wall = rows(&busy(), &none);
    assert_eq!((tiles(&wall).len(), wall.is_no_one_free), (3, false));
    assert!(!html(&wall).contains("ALL BUSY"), "{}", html(&wall));
    assert!(wall.stale.is_empty(), "people are not missed");
    let json = json_of(&wall, &none);
    assert!(!json.to_string().contains("agents"), "{json}");
    let totals = rows(&busy(), &selection(|_| ()));
    assert!(html(&totals).contains("ALL BUSY") && totals.is_no_one_free);
}

#[test]
fn hidden_agents_of_a_service_are_neither_zero_nor_unknown() {
    let queues = || {
        [
            ("Shown", SkilledNow::Known { free: 2, working: 5 }),
            ("Hidden", SkilledNow::Hidden),
            ("Unknown", SkilledNow::Unknown),
        ]
        .map(|(name, skilled)| changed(name, |queue| queue.skilled = skilled))
        .to_vec()
    };
    let with_agents = |it: &mut Wallboard| {
        it.agents = WallAgents::Services;
        it.columns = vec![WallColumn::Free, WallColumn::Working];
    };
    let wall = of(queues(), with_agents);
    assert_eq!(lines(&wall), ["Shown | 2 | 5", "Hidden | – | –", "Unknown | ? | ?"]);
    let json = json_of(&wall, &selection(with_agents));
    let free: Vec<&Value> = json["services"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| &it["free"]["value"])
        .collect();
    assert_eq!(free, [&json!(2), &Value::Null, &Value::Null]);
}

#[test]
fn json_holds_the_cells_of_the_page_with_their_times() {
    let everything = |it: &mut Wallboard| {
        it.columns = WallColumn::ALL.to_vec();
        it.agents = WallAgents::Services;
        it.title = Some("Desk".into());
        it.notice = Some("closed at 15".into());
        it.services = patterns(&["Phone", "Gone"]);
    };
    let phone = changed("Phone", |queue| {
        queue.state.as_mut().expect("there").estimated_wait = Some(95.5);
        queue.skilled = SkilledNow::Known { free: 2, working: 5 };
    });
    let read_at = "2023-11-14T22:13:18.000Z";
    let json = json_of(&of(vec![phone], everything), &selection(everything));
    let level = json!({"value": 0.8, "low": 0.78, "high": 0.83, "cases": 100, "approximate": false, "read_at": read_at});
    let number = |value: u64| json!({"value": value, "read_at": read_at});
    let counted = |value: u64| json!({"value": value, "approximate": false, "read_at": read_at});
    let exact = |value: Value| json!({"value": value, "at_least": false, "read_at": read_at});
    let longest = json!({"value": 12.0, "at_least": false, "service": "Phone", "read_at": read_at});
    assert_eq!(
        json,
        json!({
            "wallboard": "desk",
            "title": "Desk",
            "notice": "closed at 15",
            "generated_at": "2023-11-14T22:13:20.000Z",
            "simulated": false,
            "outdated": [],
            "totals": {
                "waiting": exact(json!(2)),
                "longest_wait_seconds": longest,
                "service_level": level,
                "counted_since": null,
                "agents_free": exact(json!(3)),
                "agents_logged_on": exact(json!(11)),
            },
            "services": [{
                "target": "main",
                "contact_center": "1",
                "id": "Phone",
                "name": "Phone",
                "waiting": exact(json!(2)),
                "longest_wait_seconds": exact(json!(12.0)),
                "word": {"value": "ok", "read_at": read_at},
                "service_level": level,
                "offered": counted(104),
                "answered": counted(95),
                "lost": counted(5),
                "free": number(2),
                "working": number(5),
                "estimated_wait_seconds": number(95),
                "open": {"value": true, "read_at": read_at},
            }],
            "not_in_trio": ["Gone"],
        })
    );
}

#[test]
fn unknown_values_are_null_in_json() {
    let unknown = changed("Phone", |queue| {
        queue.state = None;
        queue.classes[0].waiting = None;
        queue.classes[0].day = None;
        queue.day_time = None;
    });
    let everything = |it: &mut Wallboard| {
        it.columns = WallColumn::ALL.to_vec();
        it.agents = WallAgents::Services;
    };
    let mut old = center(vec![unknown]);
    old.agents = None;
    for reading in &mut old.readings {
        reading.age = Some(Duration::from_secs(100));
    }
    let selection = selection(everything);
    let json = json_of(&rows(&[target("main", vec![old])], &selection), &selection);
    let service = json["services"][0].as_object().expect("a map");
    let cells: Vec<&String> =
        service.iter().filter(|(_, cell)| cell.is_object()).map(|(key, _)| key).collect();
    assert_eq!(cells.len(), WallColumn::ALL.len());
    for key in cells {
        assert_eq!(service[key]["value"], Value::Null, "{key}");
    }
    let totals = json["totals"].as_object().expect("a map");
    for (key, total) in totals.iter().filter(|(_, total)| total.is_object()) {
        assert_eq!(total["value"], Value::Null, "{key}");
    }
    assert_eq!(json["outdated"][0]["read_at"], "2023-11-14T22:11:40.000Z");
}

#[test]
fn schema_describes_every_key_and_no_other() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let columns = schema["definitions"]["service"]["properties"].as_object().expect("a map");
    // Beside the columns: target, contact_center, id and name.
    assert_eq!(columns.len(), WallColumn::ALL.len() + 4);
    let mut open = Vec::new();
    collect_open(&schema, "", &mut open);
    assert_eq!(open, Vec::<String>::new(), "a map that allows other keys");
}

fn collect_open(schema: &Value, path: &str, open: &mut Vec<String>) {
    let Some(map) = schema.as_object() else { return };
    if map.contains_key("properties") && map.get("additionalProperties") != Some(&json!(false)) {
        open.push(path.to_owned());
    }
    for (key, value) in map {
        collect_open(value, &format!("{path}/{key}"), open);
    }
}
