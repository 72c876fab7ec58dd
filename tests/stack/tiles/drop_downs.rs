//! Drop-downs of all boards: the same items in good and bad situations, as long as there are data
//! of the last day; names as text, ids as values.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::{
    DAY, Looks, Situation,
    opened::{Choices, DropDowns, filled_in},
    world::{INSTANCE, TARGETS},
};
use crate::{
    dashboard::Board,
    prometheus::{Labels, Prometheus},
    scrapes::Scrapes,
    simulation::SURFACES,
};

/// Texts by value.
type Items = BTreeMap<String, String>;

/// The only board that knows persons; its series are on the page `/metrics/agents`.
const OF_PERSONS: &str = "trio-agents";

/// Drop-downs that have other items than the pages of the exporter have in the healthy situation.
pub(super) fn faults(looks: &Looks, healthy_pages: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for ((uid, situation), opened) in looks {
        let chosen = (*situation == Situation::DownTargetChosen).then_some(TARGETS[1].0);
        let board = Board::with_uid(uid);
        let asking = board.variables().iter().filter(|variable| variable["type"] == "query");
        assert_eq!(opened.options.len(), asking.count(), "{uid}: {:?}", opened.options.keys());
        for (variable, items) in by_value(&opened.options) {
            let expected = expected(healthy_pages, uid, &variable, chosen);
            if items != expected {
                faults.push(format!(
                    "{uid}, ${variable}, {situation:?}: {items:?}, expected {expected:?}"
                ));
            }
        }
    }
    faults
}

fn by_value(options: &DropDowns) -> BTreeMap<String, Items> {
    let of_one = options.iter().map(|(variable, items)| {
        let items = items.iter().map(|item| (item.value.clone(), item.text.clone()));
        (variable.clone(), items.collect())
    });
    of_one.collect()
}

/// Items of a drop-down, computed from the pages of the exporter without PromQL.
fn expected(pages: &str, uid: &str, variable: &str, target: Option<&str>) -> Items {
    let is_of_persons = uid == OF_PERSONS;
    let family = |contact_center, persons| if is_of_persons { persons } else { contact_center };
    let (family, value, text) = match variable {
        "job" => {
            let (_, job) = SURFACES[usize::from(is_of_persons)];
            return Items::from([(job.into(), job.into())]);
        }
        "instance" => return Items::from([(INSTANCE.into(), INSTANCE.into())]),
        "target" => (family("trio_up", "trio_agent_info"), "target", "target"),
        "contact_center" => (
            family("trio_contact_center_info", "trio_agent_info"),
            "contact_center",
            family("contact_center_name", "contact_center"),
        ),
        "service_group" => ("trio_service_group_info", "service_group", "service_group"),
        "service" => ("trio_service_info", "service_name", "service_name"),
        "agent_group" => ("trio_agent_group_member", "agent_group", "agent_group"),
        other => panic!("{uid}: no rule for the drop-down {other}"),
    };
    let series = labels(pages, family).into_iter();
    let chosen = series.filter(|labels| {
        variable == "target" || target.is_none_or(|target| labels["target"] == target)
    });
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for labels in chosen {
        texts.entry(labels[value].clone()).or_default().insert(labels[text].clone());
    }
    assert!(!texts.is_empty(), "the pages have no {family}");
    // One id with several names, of several systems, is shown as it is.
    let items = texts.into_iter().map(|(value, texts)| match texts.first() {
        Some(text) if texts.len() == 1 => (value, text.clone()),
        _ => (value.clone(), value),
    });
    items.collect()
}

/// Labels of all series of a family on the pages of the exporter.
fn labels(pages: &str, family: &str) -> Vec<Labels> {
    let pair = Regex::new(r#"(\w+)="((?:[^"\\]|\\.)*)""#).expect("a regular expression");
    let of_family = pages.lines().filter(|line| line.split('{').next() == Some(family));
    let read = of_family.map(|line| {
        let pairs =
            pair.captures_iter(line).map(|found| (found[1].to_owned(), found[2].to_owned()));
        pairs.collect()
    });
    read.collect()
}

/// Last scrape of the written series: some time on a Thursday, UTC.
const LAST: u64 = 1_768_464_240;
const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;

/// Two Trio systems that use the same id for contact centres of other names, with services in two
/// groups and in none.
fn two_systems() -> Scrapes {
    let mut scrapes = Scrapes::default();
    for (target, center, name, services) in [
        ("a", "1", "Kund", &[("11", "Växel", "5", "Linje"), ("12", "Retur", "6", "Lager")][..]),
        ("a", "2", "Syd", &[("21", "Växel", "5", "Linje"), ("22", "Order", "", "")]),
        ("b", "1", "Vård", &[("11", "Akut", "", "")]),
    ] {
        let of_exporter = format!(r#"instance="x:1",target="{target}""#);
        let of_target = format!(r#"job="trio",{of_exporter}"#);
        let of_center = format!(r#"{of_target},contact_center="{center}""#);
        let mut add = |name: &str, labels: &str| {
            scrapes.add(&format!("{name}{{{labels}}}"), 1.0, LAST);
        };
        add("trio_up", &of_target);
        add("trio_contact_center_info", &format!(r#"{of_center},contact_center_name="{name}""#));
        for (service, name, id, group) in services {
            let service = format!(r#"{of_center},service_id="{service}""#);
            add("trio_service_info", &format!(r#"{service},service_name="{name}""#));
            if !id.is_empty() {
                let id = format!(r#"service_group_id="{id}""#);
                add("trio_service_group_member", &format!("{service},{id}"));
                let named = format!(r#"{of_center},{id},service_group="{group}""#);
                add("trio_service_group_info", &named);
            }
        }
        let agent =
            format!(r#"job="trio-agents",{of_exporter},contact_center="{center}",agent_id="7""#);
        add("trio_agent_info", &agent);
        let group = format!(r#"{agent},agent_group_id="3",agent_group="Dag {name}""#);
        add("trio_agent_group_member", &group);
    }
    scrapes
}

/// Items of the drop-downs of a board that shows the time since `from`, as `value: text`.
async fn items(
    prometheus: &Prometheus,
    (uid, from): (&str, &str),
    choices: &Choices,
    now: u64,
) -> BTreeMap<String, Vec<String>> {
    let mut board = Board::with_uid(uid);
    board.json["time"]["from"] = from.into();
    let (_, options) = filled_in(&board, prometheus, now, choices).await;
    let texts =
        |items: Items| items.iter().map(|(value, text)| format!("{value}: {text}")).collect();
    by_value(&options).into_iter().map(|(variable, items)| (variable, texts(items))).collect()
}

/// Choices before (variable and value), variable, and its items.
type DropDown = (&'static [(&'static str, &'static str)], &'static str, &'static [&'static str]);

/// Drop-downs of the boards of the contact centre.
const OF_CONTACT_CENTERS: [DropDown; 9] = [
    (&[], "target", &["a: a", "b: b"]),
    // Two names have one id.
    (&[], "contact_center", &["1: 1", "2: Syd"]),
    (&[("target", "a")], "contact_center", &["1: Kund", "2: Syd"]),
    (&[("target", "b")], "contact_center", &["1: Vård"]),
    (&[], "service_group", &["Lager: Lager", "Linje: Linje"]),
    (&[("contact_center", "2")], "service_group", &["Linje: Linje"]),
    (&[], "service", &["Akut: Akut", "Order: Order", "Retur: Retur", "Växel: Växel"]),
    // Services without a group are in each of them.
    (&[("service_group", "Linje")], "service", &["Akut: Akut", "Order: Order", "Växel: Växel"]),
    (&[("target", "a"), ("contact_center", "2")], "service", &["Order: Order", "Växel: Växel"]),
];

/// The same of the board of persons.
const OF_AGENTS: [DropDown; 5] = [
    (&[], "target", &["a: a", "b: b"]),
    (&[], "contact_center", &["1: 1", "2: 2"]),
    (&[("target", "b")], "contact_center", &["1: 1"]),
    (&[], "agent_group", &["Dag Kund: Dag Kund", "Dag Syd: Dag Syd", "Dag Vård: Dag Vård"]),
    (&[("contact_center", "2")], "agent_group", &["Dag Syd: Dag Syd"]),
];

#[tokio::test]
async fn drop_downs_stay_a_day_after_the_last_scrape() {
    let prometheus = two_systems().replayed(&[]).await;
    for board in Board::shipped() {
        let uid = board.uid();
        let all = if uid == OF_PERSONS { &OF_AGENTS[..] } else { &OF_CONTACT_CENTERS };
        let mut expected: BTreeMap<Choices, Vec<(&str, &[&str])>> = BTreeMap::new();
        for (choices, variable, items) in all {
            if board.variable_names().contains(variable) {
                let choices = choices.iter().copied().collect();
                expected.entry(choices).or_default().push((variable, items));
            }
        }
        // The board of long ranges takes them from the time shown, the others from the last day.
        let (from, stays, gone) = match uid {
            "trio-service-level" => ("now-3d", 2 * DAY, 3 * DAY + MINUTE),
            _ => ("now-1h", 23 * HOUR, 25 * HOUR),
        };
        for (choices, expected) in &expected {
            // After five minutes Prometheus does not show a series any more.
            for age in [6 * MINUTE, stays] {
                let found = items(&prometheus, (uid, from), choices, LAST + age).await;
                for (variable, expected) in expected {
                    let found = &found[*variable];
                    assert_eq!(found, expected, "{uid}, ${variable}, {choices:?} after {age} s");
                }
            }
        }
        let found = items(&prometheus, (uid, from), &Choices::new(), LAST + gone).await;
        assert!(found.values().all(Vec::is_empty), "{uid} after {gone} s: {found:?}");
    }
}

/// Services of the group that is renamed, and those without a group.
const SERVICES_OF_GROUP: [&str; 3] = ["Akut: Akut", "Order: Order", "Växel: Växel"];

#[tokio::test]
async fn a_service_group_with_a_new_name_keeps_its_services() {
    let mut scrapes = Scrapes::default();
    let of_center = r#"job="trio",instance="x:1",target="a",contact_center="1""#;
    let before = format!(r#"{of_center},service_group_id="5",service_group="Lina""#);
    scrapes.add(&format!("trio_service_group_info{{{before}}}"), 1.0, LAST - HOUR);
    let prometheus = two_systems().after(&[scrapes]).replayed(&[]).await;
    let boards = Board::shipped();
    let with_groups: Vec<_> =
        boards.iter().filter(|it| it.variable_names().contains(&"service_group")).collect();
    assert_eq!(with_groups.len(), 5);
    for board in with_groups {
        for (choices, services) in [
            (Choices::new(), &["Akut: Akut", "Order: Order", "Retur: Retur", "Växel: Växel"][..]),
            (Choices::from([("service_group", "Lina")]), &SERVICES_OF_GROUP),
            (Choices::from([("service_group", "Linje")]), &SERVICES_OF_GROUP),
        ] {
            let found = items(&prometheus, (board.uid(), "now-3h"), &choices, LAST + MINUTE).await;
            assert_eq!(found["service_group"], ["Lager: Lager", "Lina: Lina", "Linje: Linje"]);
            assert_eq!(found["service"], services, "{}, {choices:?}", board.uid());
        }
    }
}
