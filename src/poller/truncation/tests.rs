//! Tests: hidden cases, and cases that only seem hidden.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::model::{Clock, ContactCenter, Stamp};

/// A service's queue, and how many cases of it each list shows: calls, cases that wait, others.
type Part = (&'static str, f64, usize, usize, usize);

fn case(id: String, service: &str, state: CaseState) -> Case {
    Case { service_id: Some(service.into()), state: Some(state), ..Case::new(id) }
}

fn status(service: &str, queue_length: f64) -> ServiceStatus {
    ServiceStatus { queue_length: Some(queue_length), ..ServiceStatus::new(service) }
}

fn read<T: PartialEq>(taken: Stamp, data: T) -> Reading<T> {
    let mut reading = Reading::none(Duration::from_secs(5));
    reading.store(taken, Duration::ZERO, 0, data);
    reading
}

fn list(cases: Vec<Case>) -> CaseList {
    CaseList { cases, ..CaseList::default() }
}

/// A contact centre `secs` seconds after the beginning, in which every call waits.
fn center(begin: Stamp, secs: u64, parts: &[Part]) -> Center {
    let taken = Stamp { mono: begin.mono + Duration::from_secs(secs), ..begin };
    let (mut calls, mut cases) = (Vec::new(), Vec::new());
    for &(service, _, voice, waiting, handled) in parts {
        let some = |kind: &str, count: usize, state| -> Vec<Case> {
            (0..count)
                .map(|number| case(format!("{service} {kind} {number}"), service, state))
                .collect()
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

fn truncated(center: &Center) -> (Vec<&str>, Vec<&str>) {
    fn services(reading: &Reading<CaseList>) -> Vec<&str> {
        let good = reading.good.as_ref().expect("read");
        good.data.truncated.iter().map(|service| &**service).collect()
    }
    (services(&center.calls), services(&center.cases))
}

/// Services truncated in the second of two steps, by list.
fn after(first: &[Part], second: &[Part]) -> (Vec<&'static str>, Vec<&'static str>) {
    let begin = Clock::system().now();
    let mut now = center(begin, 5, second);
    mark(&center(begin, 0, first), &mut now);
    let known = |services: Vec<&str>| {
        let parts = second.iter().map(|part| part.0);
        parts.filter(|part| services.contains(part)).collect::<Vec<_>>()
    };
    let (calls, cases) = truncated(&now);
    (known(calls), known(cases))
}

const NOTHING: (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());

#[test]
fn cases_are_truncated_after_two_differences_in_a_row() {
    // A limit of 15 that counts handled cases.
    let hides = [("mail", 9.0, 0, 5, 10), ("short", 9.0, 0, 5, 4)];
    assert_eq!(after(&hides, &hides), (vec![], vec!["mail"]), "nine cases are no limit");
    let with_count = [("mail", 5.0, 0, 5, 10)];
    assert_eq!(after(&hides, &with_count), NOTHING, "what is shown again is whole again");
    assert_eq!(
        after(&with_count, &hides),
        NOTHING,
        "one more may have come between the two answers"
    );
    assert_eq!(after(&with_count, &with_count), NOTHING);
}

#[test]
fn cases_shown_by_either_list_are_not_hidden() {
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
    assert_eq!(truncated(&now), (vec![], vec!["mixed"]), "a call in both lists waits once");
}

#[test]
fn calls_are_truncated_at_a_shared_highest_count() {
    let wall = [("a", 40.0, 12, 0, 0), ("b", 13.0, 12, 0, 0), ("c", 12.0, 11, 0, 0)];
    assert_eq!(after(&wall, &wall), (vec!["a", "b"], vec![]));
    let one = [("a", 40.0, 12, 0, 0), ("b", 12.0, 12, 0, 0), ("c", 12.0, 11, 0, 0)];
    assert_eq!(after(&one, &one), NOTHING, "the rest of a may be written");
    let low = [("a", 40.0, 9, 0, 0), ("b", 13.0, 9, 0, 0)];
    assert_eq!(after(&low, &low), NOTHING);
}

#[test]
fn readings_of_different_moments_prove_no_truncation() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let (first, mut second) = (center(begin, 0, &hides), center(begin, 5, &hides));
    second.cases = first.cases.clone();
    mark(&first, &mut second);
    assert_eq!(truncated(&second), NOTHING, "cases are read less often than states");
    let mut same = first.clone();
    mark(&first, &mut same);
    assert_eq!(truncated(&same), NOTHING);
    let mut unknown = center(begin, 10, &hides);
    unknown.service_state = Reading::none(None);
    mark(&first, &mut unknown);
    assert_eq!(truncated(&unknown), NOTHING, "the queue length is unknown");
    let silent = [("mail", f64::NAN, 0, 5, 10)];
    assert_eq!(after(&silent, &silent), NOTHING);
}

#[test]
fn list_truncated_in_the_same_way_is_unchanged() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let mut second = center(begin, 5, &hides);
    mark(&center(begin, 0, &hides), &mut second);
    let mut third = center(begin, 10, &hides);
    mark(&second, &mut third);
    assert_eq!(truncated(&third).1, ["mail"]);
    let changed = |center: &Center| center.cases.good.as_ref().map(|good| good.changed.mono);
    assert_eq!(changed(&third), changed(&second));
    assert_eq!(
        third.cases.good.as_ref().expect("read").taken.mono,
        begin.mono + Duration::from_secs(10)
    );
}
