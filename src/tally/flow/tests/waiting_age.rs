//! Ages of waiting cases without Trio's time of arrival, and the comparison with the queue length.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    model::{Case, CaseList},
    tally::{Settings, Source},
};

fn longest(trio: &TestCenter) -> f64 {
    trio.waiting("1", CaseClass::Voice).expect("a whole list").longest_wait
}

fn queued(ids: std::ops::Range<u32>) -> Vec<Case> {
    ids.map(|id| case(&id.to_string(), Queued)).collect()
}

#[test]
fn new_case_waits_since_the_middle_of_its_window() {
    let mut trio = TestCenter::new();
    let mut ages = Vec::new();
    for _ in 0..3 {
        trio.calls(&queued(0..1));
        ages.push(longest(&trio));
    }
    assert_eq!(ages, [2.5, 7.5, 12.5]);
}

#[test]
fn case_of_the_first_list_waits_half_an_interval() {
    let mut trio = TestCenter::unread(Settings::default());
    let mut ages = Vec::new();
    for _ in 0..3 {
        trio.calls(&queued(0..1));
        ages.push(longest(&trio));
    }
    assert_eq!(ages, [2.5, 5.0, 10.0], "since it was first seen");
}

#[test]
fn no_waiting_case_has_a_wait_of_zero() {
    let mut trio = TestCenter::new();
    for turn in 0..200u32 {
        // A new caller in every list, who is answered before the next one.
        trio.calls(&queued(turn..turn + 1));
        assert!(longest(&trio) > 0.0);
    }
}

#[test]
fn outage_of_an_hour_invents_no_wait() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]);
    for _ in 0..720 {
        trio.fail();
    }
    trio.calls(&queued(1..11));
    let waiting = trio.waiting("1", CaseClass::Voice).expect("a whole list");
    assert_eq!(waiting.cases, 10);
    assert!(waiting.longest_wait > 0.0 && waiting.longest_wait <= 5.0, "{waiting:?}");
    assert_eq!(waiting.over_target, 0);
}

#[test]
fn over_target_goes_by_the_same_age() {
    let mut trio = TestCenter::new();
    for _ in 0..4 {
        trio.calls(&queued(0..1));
    }
    let over =
        |trio: &TestCenter| trio.waiting("1", CaseClass::Voice).expect("a whole list").over_target;
    assert_eq!((longest(&trio), over(&trio)), (17.5, 0));
    trio.calls(&queued(0..1));
    assert_eq!((longest(&trio), over(&trio)), (22.5, 1));
}

#[test]
fn case_back_from_an_agent_waits_since_then() {
    let mut trio = TestCenter::new();
    for state in [Queued, Handled, Handled, Handled, Queued] {
        trio.calls(&[case("7", state)]);
    }
    assert_eq!(longest(&trio), 2.5);
}

#[test]
fn longest_wait_is_withheld_after_two_differences() {
    let mut trio = TestCenter::unread(Settings::default());
    let mut read = |queue: f64, shown: u32| {
        trio.calls_and_queues(&[("1", Some(queue)), ("2", Some(0.0))], &queued(0..shown));
        assert!(!trio.service("2").withholds_longest_wait);
        trio.service("1").withholds_longest_wait
    };
    assert!(!read(0.0, 0));
    assert!(!read(4.0, 0), "they may have come between the two answers");
    assert!(!read(4.0, 4), "and are shown now");
    assert!(!read(4.0, 3));
    assert!(read(4.0, 3));
    for _ in 0..120 {
        assert!(read(4.0, 4), "for ten minutes");
    }
    assert!(!read(4.0, 4));
}

#[test]
fn queue_length_of_another_moment_is_not_compared() {
    let mut trio = TestCenter::unread(Settings::default());
    for _ in 0..5 {
        trio.queues(&[("1", Some(4.0))]);
        trio.clock.advance(Duration::from_secs(1));
        trio.read(Source::Cases, &[], &[]);
        trio.calls(&[]);
    }
    assert!(!trio.service("1").withholds_longest_wait);
}

#[test]
fn calls_alone_show_no_longest_wait_of_a_service() {
    let mut trio = TestCenter::new();
    let withholds = |trio: &TestCenter| trio.service("1").withholds_longest_wait;
    trio.calls(&[]);
    assert!(withholds(&trio), "an e-mail may wait");
    assert_eq!(longest(&trio), 0.0, "but no call");
    for _ in 0..121 {
        trio.queues(&[("1", Some(0.0))]);
        trio.clock.advance(test_center::POLL);
        trio.queues(&[("1", Some(0.0))]);
        trio.read(Source::Calls, &[], &[]);
        trio.step();
    }
    assert!(!withholds(&trio), "the queue length covers every kind");
    trio.calls(&[]);
    assert!(!withholds(&trio), "one reading without it");
    trio.calls(&[]);
    assert!(withholds(&trio));
}

#[test]
fn lists_without_any_case_are_no_zero_beside_a_queue() {
    let read = |queue: f64, shown: u32| {
        let mut trio = TestCenter::new();
        for _ in 0..2 {
            trio.calls_and_queues(&[("1", Some(queue))], &queued(0..shown));
        }
        trio.waiting("1", CaseClass::Voice).map(|waiting| waiting.cases)
    };
    assert_eq!(read(4.0, 0), None);
    assert_eq!(read(4.0, 3), Some(3), "busy queues differ by a case");
    assert_eq!(read(0.0, 0), Some(0));
    let mut trio = TestCenter::unread(Settings::default());
    trio.calls_and_queues(&[("1", Some(4.0))], &[]);
    assert_eq!(trio.waiting("1", CaseClass::Voice), None, "after a start one reading is enough");
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(0.0))], &[]).calls_and_queues(&[("1", Some(1.0))], &[]);
    trio.calls_and_queues(&[("1", Some(1.0))], &queued(0..1));
    assert_eq!(
        trio.waiting("1", CaseClass::Voice).expect("shown").cases,
        1,
        "one came between the answers"
    );
}

#[test]
fn row_without_an_id_withholds_unless_the_queue_length_decides() {
    let unkeyed = |queue: Option<f64>| {
        let mut trio = TestCenter::new();
        trio.clock.advance(test_center::POLL);
        trio.queues(&[("1", queue), ("2", None)]);
        let list =
            CaseList { cases: queued(0..1), unkeyed: vec!["1".into()], ..CaseList::default() };
        trio.read(Source::Cases, &[], &[]);
        trio.read_list(Source::Calls, list);
        trio.step();
        assert!(trio.waiting("2", CaseClass::Voice).is_some(), "another service");
        trio.waiting("1", CaseClass::Voice).map(|waiting| waiting.cases)
    };
    assert_eq!(unkeyed(None), None);
    assert_eq!(unkeyed(Some(2.0)), None);
    assert_eq!(unkeyed(Some(1.0)), Some(1), "those with an id are all that wait");
}

#[test]
fn calls_without_states_are_no_zero_in_the_list_of_cases() {
    let stateless = Case { state: None, ..case("7", Queued) };
    for (queue, expected) in [(None, None), (Some(1.0), None), (Some(0.0), Some(0))] {
        let mut trio = TestCenter::unread(Settings::default());
        for _ in 0..3 {
            trio.clock.advance(test_center::POLL);
            trio.queues(&[("1", queue), ("2", None)]);
            trio.read(Source::Calls, std::slice::from_ref(&stateless), &[]);
            trio.read(Source::Cases, &[], &[]);
            trio.step();
            let shown =
                |service| trio.waiting(service, CaseClass::Voice).map(|waiting| waiting.cases);
            assert_eq!((shown("1"), shown("2")), (expected, Some(0)), "queue length {queue:?}");
        }
    }
}

#[test]
fn rows_without_an_id_leave_unknown_states_undecided() {
    let mut trio = TestCenter::new();
    for _ in 0..3 {
        trio.clock.advance(test_center::POLL);
        trio.queues(&[("1", Some(1.0))]);
        trio.read(Source::Calls, &[case("7", CaseState::Unknown)], &[]);
        trio.read_list(
            Source::Cases,
            CaseList { unkeyed: vec!["1".into()], ..CaseList::default() },
        );
        trio.step();
        assert_eq!(
            trio.waiting("1", CaseClass::Voice),
            None,
            "the one that waits may be the row without an id"
        );
    }
}
