//! Words that get better slowly, an order that changes seldom, and the trend.

use std::time::UNIX_EPOCH;

use pretty_assertions::assert_eq;

use super::*;
use crate::{http::pages::wall::steady::Steady, model::Stamp};

fn at(seconds: u64) -> Stamp {
    let passed = Duration::from_secs(seconds);
    Stamp { wall: UNIX_EPOCH + passed, mono: passed }
}

/// Names and words of services with these longest waits.
fn step(steady: &mut Steady, seconds: u64, waits: &[(&str, f64)]) -> Vec<String> {
    let queue = |(name, wait): &(&str, f64)| {
        changed(name, |queue| queue.classes[0].waiting = waiting(1, *wait))
    };
    let mut wall = wall(waits.iter().map(queue).collect());
    steady.step(&mut wall, at(seconds));
    let cells = |line: String| {
        let cells: Vec<&str> = line.split(" | ").collect();
        format!("{} {}", cells[0], cells[3])
    };
    lines(&wall).into_iter().map(cells).collect()
}

#[test]
fn word_gets_worse_at_once_and_better_after_ten_seconds() {
    let mut steady = Steady::default();
    let mut word = |seconds, wait| step(&mut steady, seconds, &[("A", wait)]).remove(0);
    assert_eq!(word(0, 10.0), "A OK");
    assert_eq!(word(1, 70.0), "A LONG");
    assert_eq!(word(2, 10.0), "A LONG");
    assert_eq!(word(11, 30.0), "A LONG", "nine seconds better");
    assert_eq!(word(12, 30.0), "A WAITING");
    assert_eq!(word(13, 10.0), "A WAITING");
    assert_eq!(word(20, 30.0), "A WAITING", "as bad as shown: the time begins again");
    assert_eq!(word(25, 10.0), "A WAITING");
    assert_eq!(word(35, 10.0), "A OK");
}

#[test]
fn unknown_and_closed_are_shown_at_once() {
    let mut steady = Steady::default();
    step(&mut steady, 0, &[("A", 500.0)]);
    let mut unknown = wall(vec![changed("A", |queue| queue.state = None)]);
    steady.step(&mut unknown, at(1));
    assert!(lines(&unknown)[0].starts_with("A | ? | ? | ? |"), "{:?}", lines(&unknown));
    assert_eq!(step(&mut steady, 2, &[("A", 0.0)]), ["A OK"], "nothing is kept over the gap");
}

#[test]
fn order_changes_every_fifteen_seconds_at_most() {
    let mut steady = Steady::default();
    assert_eq!(step(&mut steady, 0, &[("A", 5.0), ("B", 10.0)]), ["B OK", "A OK"]);
    assert_eq!(step(&mut steady, 14, &[("A", 19.0), ("B", 10.0)]), ["B OK", "A OK"]);
    assert_eq!(step(&mut steady, 15, &[("A", 19.0), ("B", 10.0)]), ["A OK", "B OK"]);
    assert_eq!(
        step(&mut steady, 16, &[("A", 19.0), ("B", 100.0), ("C", 0.0)]),
        ["A OK", "B LONG", "C OK"],
        "new ones come last meanwhile"
    );
    assert_eq!(
        step(&mut steady, 17, &[("A", 19.0), ("B", 301.0), ("C", 0.0)]),
        ["B TOO LONG", "A OK", "C OK"],
        "at once for a new TOO LONG"
    );
}

#[test]
fn rows_are_sorted_by_wait_against_target() {
    let goal = |name: &str, wait: f64, target: u64| {
        changed(name, |queue| {
            queue.classes[0].waiting = waiting(1, wait);
            queue.classes[0].goals =
                ClassGoals::with_wait_target(CaseClass::Voice, Duration::from_secs(target));
        })
    };
    let unknown = changed("unknown", |queue| queue.state = None);
    let closed = changed("closed", |queue| {
        queue.state.as_mut().expect("there").open = Some(false);
        queue.classes[0].waiting = waiting(0, 0.0);
    });
    let late = changed("closed late", |queue| {
        queue.state.as_mut().expect("there").open = Some(false);
        queue.classes[0].waiting = waiting(1, 50.0);
    });
    let mut wall = wall(vec![
        goal("calm", 5.0, 20),
        closed,
        unknown,
        goal("slow", 200.0, 300),
        goal("switchboard", 45.0, 15),
        late,
        goal("citizens", 400.0, 300),
    ]);
    Steady::default().step(&mut wall, at(0));
    let names: Vec<&str> = wall.rows.iter().map(|row| &*row.name).collect();
    assert_eq!(
        names,
        ["switchboard", "closed late", "citizens", "unknown", "slow", "calm", "closed"]
    );
}

#[test]
fn trend_needs_both_numbers_five_minutes_apart() {
    let mut steady = Steady::default();
    let mut trend = |seconds, cases: Option<u64>| {
        let queue = changed("A", |queue| {
            queue.classes[0].waiting = cases.and_then(|cases| waiting(cases, 1.0));
            queue.state.as_mut().expect("there").queue_length = None;
        });
        steady.step(&mut wall(vec![queue]), at(seconds))
    };
    assert_eq!(trend(0, Some(4)), None);
    assert_eq!(trend(299, Some(6)), None, "not yet");
    assert_eq!(trend(300, Some(6)), Some(2));
    assert_eq!(trend(305, None), None, "not known now");
    assert_eq!(trend(331, Some(1)), None, "nothing of that time is kept");
    assert_eq!(trend(600, Some(1)), Some(-5));
    assert_eq!(trend(605, Some(1)), None, "it was not known then");
}

#[test]
fn longest_wait_has_the_word_of_its_own_row() {
    // Two contact centres with a service of the same name, in an order that does not change yet.
    let mut steady = Steady::default();
    let mut longest = |seconds, waits: [f64; 2]| {
        let [one, other] = waits.map(|wait| {
            center(vec![changed("Phone", |queue| queue.classes[0].waiting = waiting(1, wait))])
        });
        let other = CenterFigures { id: "2".into(), name: Some("Kalmar".into()), ..other };
        let mut wall = wall_of(vec![one, other]);
        steady.step(&mut wall, at(seconds));
        tiles(&wall).remove(1)
    };
    assert_eq!(longest(0, [10.0, 5.0]), "0:10 Phone · Växjö OK");
    assert_eq!(longest(5, [5.0, 100.0]), "1:40 Phone · Kalmar LONG");
}
