//! The rules against servers that were built to deceive.

use serde_json::json;

use super::*;

fn rows(value: Value) -> Vec<Row> {
    let Value::Array(rows) = value else { panic!("a list") };
    rows.into_iter().map(|row| row.as_object().expect("an object").clone()).collect()
}

/// Services in a foreign scheme of names.
fn services() -> Vec<Row> {
    rows(json!([
        {"nyckel": 101, "rubrik": "Växel", "kod": "A1", "mor": 7, "antal": 3},
        {"nyckel": 102, "rubrik": "Kund", "kod": "A2", "mor": 7, "antal": 0},
        {"nyckel": 110, "rubrik": "Kundtjänst", "kod": "B1", "mor": 8, "antal": 12},
        {"nyckel": 204, "rubrik": "Faktura", "kod": "B2", "mor": 9, "antal": 3},
    ]))
}

/// Asks a server for every value, and judges its answers.
fn find(known: &[Row], answer: impl Fn(&Row, &str) -> bool) -> Result<String, Unproved> {
    find_in(known, |value| known.iter().filter(|row| answer(row, value)).cloned().collect())
}

fn find_in(known: &[Row], ask: impl Fn(&str) -> Vec<Row>) -> Result<String, Unproved> {
    let (rows, trials) = tried(known, ask);
    find_member(&rows, &trials)
}

fn tried(known: &[Row], ask: impl Fn(&str) -> Vec<Row>) -> (KnownRows, Vec<Trial>) {
    let mut trials = Vec::new();
    let plan = Plan::new(known, true, &FILTERS[0]);
    while let Some(value) = plan.next_value(&trials) {
        trials.push(Trial { rows: ask(&value), total: None, value });
    }
    (KnownRows { before: known.to_vec(), after: known.to_vec(), is_whole: true }, trials)
}

/// The values that are asked for while nothing comes of a moving list.
fn asked(known: &[Row], filter: Filter) -> Vec<String> {
    let plan = Plan::new(known, true, &filter);
    let mut trials: Vec<Trial> = Vec::new();
    while let Some(value) = plan.next_value(&trials) {
        trials.push(Trial { value, rows: Vec::new(), total: None });
    }
    trials.into_iter().map(|trial| trial.value).collect()
}

fn is(row: &Row, member: &str, value: &str) -> bool {
    value_of(row, member).as_deref() == Some(value)
}

#[test]
fn member_of_an_honest_filter_is_found() {
    for member in ["nyckel", "rubrik", "kod", "mor"] {
        assert_eq!(find(&services(), |row, value| is(row, member, value)), Ok(member.to_owned()));
    }
}

#[test]
fn members_that_are_refuted_are_not_tried_again() {
    let (_, trials) = tried(&services(), |value| {
        services().into_iter().filter(|row| is(row, "nyckel", value)).collect()
    });
    let values: Vec<&str> = trials.iter().map(|trial| &*trial.value).collect();
    // One of each member, and all that the only one left needs.
    assert_eq!(values, ["3", "A1", "7", "101", "Faktura", "102", "110"]);
    let (_, trials) = tried(&services(), |_| services());
    assert_eq!(trials.len(), 1, "no member is left after the first answer");
}

#[test]
fn filter_by_either_of_two_members_is_seen_in_its_first_values() {
    // The second member is refuted before one of its own values is asked for.
    let both = |row: &Row, value: &str| is(row, "kod", value) || is(row, "rubrik", value);
    assert_eq!(find(&services(), both), Err(Unproved::NoMember));
}

#[test]
fn filters_that_select_otherwise_prove_nothing() {
    let known = services();
    let name = |row: &Row| value_of(row, "rubrik").unwrap_or_default();
    let prefix = find(&known, |row, value| name(row).starts_with(value));
    assert_eq!(prefix, Err(Unproved::NoMember), "`Kund` brings `Kundtjänst`");
    let contains = find(&known, |row, value| name(row).contains(value));
    assert_eq!(contains, Err(Unproved::NoMember));
    assert_eq!(find(&known, |_, _| true), Err(Unproved::NoMember), "ignored");
    assert_eq!(find(&known, |_, _| false), Err(Unproved::NoMember), "always empty");
    let id_or_name = |row: &Row, value: &str| is(row, "nyckel", value) || is(row, "rubrik", value);
    assert_eq!(find(&known, id_or_name), Err(Unproved::NoMember));
    let first_of =
        |value: &str| known.iter().filter(|row| is(row, "mor", value)).take(1).cloned().collect();
    assert_eq!(find_in(&known, first_of), Err(Unproved::NoMember), "two rows have 7");
    // Group 7 lies above group 8.
    let tree =
        |row: &Row, value: &str| is(row, "mor", value) || value == "7" && is(row, "mor", "8");
    assert_eq!(find(&known, tree), Err(Unproved::NoMember));
}

#[test]
fn right_number_of_wrong_rows_proves_nothing() {
    let known = services();
    let with = |value: &str| -> Vec<Row> {
        known.iter().filter(|row| is(row, "mor", value)).cloned().collect()
    };
    assert_eq!(find_in(&known, with), Ok("mor".to_owned()));
    let twice = |value: &str| with(value).iter().map(|_| with(value)[0].clone()).collect();
    assert_eq!(find_in(&known, twice), Err(Unproved::NoMember), "one row in place of both");
    let strange = |value: &str| {
        let mut rows = with(value);
        if let Some(row) = rows.first_mut() {
            row.insert("nyckel".into(), json!(999));
            row.insert("kod".into(), json!("Z9"));
        }
        rows
    };
    assert_eq!(find_in(&known, strange), Err(Unproved::NoMember), "a row that is not in the list");
    // Rows of other services that pretend to have the value.
    let pretended = |value: &str| {
        let mut others: Vec<Row> = known
            .iter()
            .filter(|row| !is(row, "mor", value))
            .take(with(value).len())
            .cloned()
            .collect();
        for row in &mut others {
            row.insert("mor".into(), json!(value.parse::<u64>().unwrap_or_default()));
        }
        others
    };
    assert_eq!(find_in(&known, pretended), Err(Unproved::NoMember));
}

#[test]
fn ids_of_a_moving_list_are_compared_where_rows_stayed() {
    let agent =
        |id: u64, state: &str, seconds: u64| json!({"nr": id, "läge": state, "sek": seconds});
    let before = rows(json!([
        agent(21, "P1", 50),
        agent(22, "P1", 40),
        agent(23, "P2", 30),
        agent(24, "P3", 20)
    ]));
    let after = rows(json!([
        agent(21, "P1", 55),
        agent(22, "P1", 45),
        agent(23, "P2", 35),
        agent(25, "P3", 3)
    ]));
    let known = KnownRows { before, after, is_whole: true };
    assert_eq!(known.keys(), ["nr"], "seconds are others a moment later");
    let trial = |ids: &[u64]| Trial {
        value: "P1".to_owned(),
        rows: rows(ids.iter().map(|id| agent(*id, "P1", 52)).collect()),
        total: None,
    };
    assert!(known.agrees("läge", &trial(&[21, 22])));
    assert!(!known.agrees("läge", &trial(&[21, 23])), "23 had another state all the time");
    assert!(!known.agrees("läge", &trial(&[21, 21])));
    assert!(known.has_known_rows("läge", &trial(&[21, 22, 26])), "26 came and went meanwhile");
    assert!(!known.has_known_rows("läge", &trial(&[21])), "22 is left out");
}

#[test]
fn case_of_letters_that_a_filter_ignores_refutes_it_where_it_matters() {
    let mut known = services();
    known[0].insert("rubrik".into(), "kund".into());
    let same = |row: &Row, value: &str| {
        value_of(row, "rubrik").is_some_and(|name| name.to_lowercase() == value.to_lowercase())
    };
    assert_eq!(find(&known, same), Err(Unproved::NoMember));
}

#[test]
fn twins_are_both_named() {
    let mut known = services();
    for row in &mut known {
        let id = row["nyckel"].clone();
        row.insert("spegel".into(), id);
    }
    let found = find(&known, |row, value| is(row, "nyckel", value));
    assert_eq!(found, Err(Unproved::Several(vec!["`nyckel`".into(), "`spegel`".into()])));
}

#[test]
fn hidden_member_leaves_the_visible_ones_unproved() {
    // The server selects by a member that it does not show.
    let hidden = |row: &Row, value: &str| is(row, "antal", "3") && value == "101";
    assert_eq!(find(&services(), hidden), Err(Unproved::NoMember));
}

#[test]
fn member_that_only_answers_show_is_a_rival() {
    let (mut known, trials) = tried(&services(), |value| {
        let mut found = services();
        found.retain(|row| is(row, "nyckel", value));
        for row in &mut found {
            row.insert("spegel".into(), row["nyckel"].clone());
        }
        found
    });
    known.is_whole = false;
    let several = vec!["`nyckel`".into(), "`spegel`".into()];
    assert_eq!(find_member(&known, &trials), Err(Unproved::Several(several)));
}

#[test]
fn little_is_no_proof() {
    let known = services();
    assert_eq!(find(&known[..2], |row, value| is(row, "nyckel", value)), Err(Unproved::FewRows));
    let flat = rows(json!([{"a": 1, "b": "x"}, {"a": 1, "b": "x"}, {"a": 0, "b": "x"}]));
    assert_eq!(find(&flat, |row, value| is(row, "a", value)), Err(Unproved::FewValues));
    let mut two = services();
    two[3].insert("mor".into(), json!(8));
    let found = find(&two, |row, value| is(row, "mor", value));
    assert_eq!(found, Err(Unproved::FewValuesOf("mor".into())));
}

#[test]
fn rows_that_come_and_go_neither_prove_nor_refute() {
    let (mut known, trials) = tried(&services(), |value| {
        services().into_iter().filter(|r| is(r, "nyckel", value)).collect()
    });
    known.after.pop();
    assert_eq!(find_member(&known, &trials), Ok("nyckel".into()), "the values asked for stayed");
    known.after.truncate(1);
    assert_eq!(find_member(&known, &trials), Err(Unproved::FewValuesOf("nyckel".into())));
}

#[test]
fn answers_in_pages_are_counted_by_their_total() {
    let (known, mut trials) = tried(&services(), |value| {
        services().into_iter().filter(|r| is(r, "nyckel", value)).collect()
    });
    trials[0].total = Some(40);
    assert!(find_member(&known, &trials).is_err(), "more rows than have the value");
}

#[test]
fn values_of_persons_are_not_asked_for() {
    let calls = rows(json!([
        {"nr": 4711, "från": "+46701234567", "vem": "Åsa Öberg", "mejl": "a1@b.se", "tel": "0701234567"},
        {"nr": 4712, "från": "+46701234568", "vem": "Bo Ek", "mejl": "a2@b.se", "tel": "0701234568"},
        {"nr": 4713, "från": "+46701234569", "vem": "Cia", "mejl": "a3@b.se", "tel": "0701234569"},
    ]));
    let filter = Filter { moves: true, of_persons: true, ..FILTERS[0] };
    assert_eq!(asked(&calls, filter), ["4711", "4712", "4713"]);
}

#[test]
fn controls_are_values_that_no_row_has() {
    let (known, trials) = tried(&services(), |_| Vec::new());
    assert_eq!(known.absent_value("nyckel"), "8123");
    assert_eq!(known.absent_value("rubrik"), "q7919x");
    assert_eq!(known.cut_value("nyckel", &trials).as_deref(), Some("10"));
    assert_eq!(known.cut_value("mor", &trials), None, "one character long");
}

#[test]
fn times_and_fractions_are_not_asked_for() {
    let calls = rows(json!([
        {"id": "a2", "at": "2026-11-30T10:00:00", "ms": "/Date(1)/", "wait": "00:01:15", "share": 0.5},
        {"id": "a3", "at": "2026-11-30T10:00:01", "ms": "/Date(2)/", "wait": "00:02:15", "share": 1.5},
        {"id": "a:4", "at": "2026-11-30T10:00:02", "ms": "/Date(3)/", "wait": "00:03:15", "share": 2.5},
    ]));
    assert_eq!(asked(&calls, Filter { moves: true, ..FILTERS[0] }), ["a2", "a3", "a:4"]);
}
