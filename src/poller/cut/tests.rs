//! Tests: what is hidden, and what only looks so.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    model::{Clock, ContactCenter, Stamp},
    snapshot::{Attempt, Outcome},
};

/// A service's queue, and how many cases of it each list shows: calls, cases that wait, others.
type Part = (&'static str, f64, usize, usize, usize);

fn case(id: String, service: &str, state: CaseState) -> Case {
    Case { service_id: Some(service.into()), state: Some(state), ..Case::new(id) }
}

fn status(service: &str, queue_length: f64) -> ServiceStatus {
    ServiceStatus {
        id: service.into(),
        name: None,
        open: None,
        queue_length: Some(queue_length),
        longest_wait: None,
        estimated_wait: None,
        agents_logged_on: None,
        agents_available: None,
        agents_busy: None,
        exported: Vec::new(),
    }
}

fn read<T>(taken: Stamp, data: T) -> Reading<T> {
    let attempt = Attempt { at: taken, duration: Duration::ZERO, outcome: Outcome::Complete };
    let good = Good { taken, took: Duration::ZERO, changed: taken, items: 0, data: Arc::new(data) };
    Reading { attempt: Some(attempt), good: Some(good), ..Reading::none(Duration::from_secs(5)) }
}

fn list(cases: Vec<Case>) -> CaseList {
    CaseList { cases, truncated: Vec::new() }
}

/// A contact centre `secs` seconds after the beginning. Every call waits, and stands in both lists.
fn center(begin: Stamp, secs: u64, parts: &[Part]) -> Center {
    let taken = Stamp { mono: begin.mono + Duration::from_secs(secs), ..begin };
    let (mut calls, mut cases) = (Vec::new(), Vec::new());
    for &(service, _, voice, waiting, handled) in parts {
        let some = |kind: &str, count: usize, state| -> Vec<Case> {
            (0..count).map(|number| case(format!("{service} {kind} {number}"), service, state)).collect()
        };
        calls.extend(some("voice", voice, CaseState::Queued));
        cases.extend(some("waiting", waiting, CaseState::Queued));
        cases.extend(some("handled", handled, CaseState::Handled));
    }
    let states = parts.iter().map(|part| status(part.0, part.1)).collect();
    let mut center = Center::new(ContactCenter { id: "1".into(), name: None }, |_| None);
    center.service_state = read(taken, states);
    center.calls = read(taken, list(calls));
    center.cases = read(taken, list(cases));
    center
}

fn cut(center: &Center) -> (Vec<&str>, Vec<&str>) {
    fn of(reading: &Reading<CaseList>) -> Vec<&str> {
        let good = reading.good.as_ref().expect("read");
        good.data.truncated.iter().map(|service| &**service).collect()
    }
    (of(&center.calls), of(&center.cases))
}

/// What is taken as cut in the second of two steps.
fn after(first: &[Part], second: &[Part]) -> (Vec<&'static str>, Vec<&'static str>) {
    let begin = Clock::system().now();
    let mut now = center(begin, 5, second);
    mark(&center(begin, 0, first), &mut now);
    let known = |services: Vec<&str>| {
        let parts = second.iter().map(|part| part.0);
        parts.filter(|part| services.contains(part)).collect::<Vec<_>>()
    };
    let (calls, cases) = cut(&now);
    (known(calls), known(cases))
}

const NOTHING: (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());

#[test]
fn cases_are_cut_where_twice_in_a_row_more_wait_than_a_long_list_shows() {
    // A limit of 15 that counts handled cases.
    let hides = [("mail", 9.0, 0, 5, 10), ("short", 9.0, 0, 5, 4)];
    assert_eq!(after(&hides, &hides), (vec![], vec!["mail"]), "nine cases are no limit");
    let whole = [("mail", 5.0, 0, 5, 10)];
    assert_eq!(after(&hides, &whole), NOTHING, "what is shown again is whole again");
    assert_eq!(after(&whole, &hides), NOTHING, "one more may have come between the two answers");
    assert_eq!(after(&whole, &whole), NOTHING);
}

#[test]
fn what_either_list_shows_as_waiting_is_not_hidden_and_counts_once() {
    let both = |queue| [("mixed", queue, 12, 10, 0)];
    assert_eq!(after(&both(22.0), &both(22.0)), NOTHING, "twelve calls and ten others");
    assert_eq!(after(&both(23.0), &both(23.0)), (vec![], vec!["mixed"]));
    let begin = Clock::system().now();
    let twice = |secs| {
        let mut center = center(begin, secs, &[("mixed", 15.0, 12, 0, 0)]);
        let calls = center.calls.good.as_ref().expect("read").data.cases.clone();
        center.cases = read(center.calls.good.as_ref().expect("read").taken, list(calls));
        center
    };
    let mut now = twice(5);
    mark(&twice(0), &mut now);
    assert_eq!(cut(&now), (vec![], vec!["mixed"]), "a call that stands in both lists waits once");
}

#[test]
fn calls_are_cut_only_where_several_services_stand_at_the_same_highest_number() {
    let wall = [("a", 40.0, 12, 0, 0), ("b", 13.0, 12, 0, 0), ("c", 12.0, 11, 0, 0)];
    assert_eq!(after(&wall, &wall), (vec!["a", "b"], vec![]));
    let one = [("a", 40.0, 12, 0, 0), ("b", 12.0, 12, 0, 0), ("c", 12.0, 11, 0, 0)];
    assert_eq!(after(&one, &one), NOTHING, "the rest of a may be written");
    let low = [("a", 40.0, 9, 0, 0), ("b", 13.0, 9, 0, 0)];
    assert_eq!(after(&low, &low), NOTHING);
}

#[test]
fn readings_of_different_moments_and_steps_without_a_reading_prove_nothing() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let (first, mut second) = (center(begin, 0, &hides), center(begin, 5, &hides));
    second.cases = first.cases.clone();
    mark(&first, &mut second);
    assert_eq!(cut(&second), NOTHING, "cases are read less often than states");
    let mut same = first.clone();
    mark(&first, &mut same);
    assert_eq!(cut(&same), NOTHING);
    let mut unknown = center(begin, 10, &hides);
    unknown.service_state = Reading::none(None);
    mark(&first, &mut unknown);
    assert_eq!(cut(&unknown), NOTHING, "nobody says how many wait");
    let silent = [("mail", f64::NAN, 0, 5, 10)];
    assert_eq!(after(&silent, &silent), NOTHING);
}

#[test]
fn a_list_that_stays_cut_in_the_same_way_has_not_changed() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let mut second = center(begin, 5, &hides);
    mark(&center(begin, 0, &hides), &mut second);
    let mut third = center(begin, 10, &hides);
    mark(&second, &mut third);
    assert_eq!(cut(&third).1, ["mail"]);
    let changed = |center: &Center| center.cases.good.as_ref().map(|good| good.changed.mono);
    assert_eq!(changed(&third), changed(&second));
    assert_eq!(third.cases.good.as_ref().expect("read").taken.mono, begin.mono + Duration::from_secs(10));
}
