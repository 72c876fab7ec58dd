//! Ages of waiting cases without Trio's time of arrival, and the comparison with the queue length.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::{model::Case, tally::Settings};

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
    let over = |trio: &TestCenter| trio.waiting("1", CaseClass::Voice).expect("a whole list").over_target;
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
fn lists_are_short_after_two_differences() {
    let mut trio = TestCenter::new();
    let mut read = |queue: f64, shown: u32| {
        trio.calls_and_queues(&[("1", Some(queue)), ("2", Some(0.0))], &queued(0..shown));
        assert!(!trio.service("2").lists_are_short);
        trio.service("1").lists_are_short
    };
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
    let mut trio = TestCenter::new();
    for _ in 0..5 {
        trio.queues(&[("1", Some(4.0))]);
        trio.clock.advance(Duration::from_secs(1));
        trio.calls(&[]);
    }
    assert!(!trio.service("1").lists_are_short);
}
