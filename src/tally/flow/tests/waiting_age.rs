//! How long cases wait where Trio does not say when they came, and what the queue length says of that.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::{model::Case, tally::Settings};

fn longest(stage: &Stage) -> f64 {
    stage.waiting("1", CaseClass::Voice).expect("a whole list").longest_wait
}

fn queued(ids: std::ops::Range<u32>) -> Vec<Case> {
    ids.map(|id| case(&id.to_string(), Queued)).collect()
}

#[test]
fn case_seen_coming_waits_since_the_middle_of_its_window() {
    let mut stage = Stage::new();
    let mut ages = Vec::new();
    for _ in 0..3 {
        stage.calls(&queued(0..1));
        ages.push(longest(&stage));
    }
    assert_eq!(ages, [2.5, 7.5, 12.5]);
}

#[test]
fn case_of_the_first_list_has_waited_half_an_interval_at_least() {
    let mut stage = Stage::unread(Settings::default());
    let mut ages = Vec::new();
    for _ in 0..3 {
        stage.calls(&queued(0..1));
        ages.push(longest(&stage));
    }
    assert_eq!(ages, [2.5, 5.0, 10.0], "since it was first seen");
}

#[test]
fn no_waiting_case_has_a_wait_of_zero() {
    let mut stage = Stage::new();
    for turn in 0..200u32 {
        // A new caller in every list, who is answered before the next one.
        stage.calls(&queued(turn..turn + 1));
        assert!(longest(&stage) > 0.0);
    }
}

#[test]
fn outage_of_an_hour_invents_no_wait() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled)]);
    for _ in 0..720 {
        stage.fails();
    }
    stage.calls(&queued(1..11));
    let waiting = stage.waiting("1", CaseClass::Voice).expect("a whole list");
    assert_eq!(waiting.cases, 10);
    assert!(waiting.longest_wait > 0.0 && waiting.longest_wait <= 5.0, "{waiting:?}");
    assert_eq!(waiting.over_target, 0);
}

#[test]
fn over_target_goes_by_the_same_age() {
    let mut stage = Stage::new();
    for _ in 0..4 {
        stage.calls(&queued(0..1));
    }
    let over = |stage: &Stage| stage.waiting("1", CaseClass::Voice).expect("a whole list").over_target;
    assert_eq!((longest(&stage), over(&stage)), (17.5, 0));
    stage.calls(&queued(0..1));
    assert_eq!((longest(&stage), over(&stage)), (22.5, 1));
}

#[test]
fn case_that_came_back_from_an_agent_waits_since_then() {
    let mut stage = Stage::new();
    for state in [Queued, Handled, Handled, Handled, Queued] {
        stage.calls(&[case("7", state)]);
    }
    assert_eq!(longest(&stage), 2.5);
}

#[test]
fn lists_are_short_where_twice_in_a_row_more_wait_than_they_show() {
    let mut stage = Stage::new();
    let mut read = |queue: f64, shown: u32| {
        stage.calls_beside(&[("1", Some(queue)), ("2", Some(0.0))], &queued(0..shown));
        assert!(!stage.service("2").lists_are_short);
        stage.service("1").lists_are_short
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
fn queue_lengths_of_another_moment_do_not_make_lists_short() {
    let mut stage = Stage::new();
    for _ in 0..5 {
        stage.queues(&[("1", Some(4.0))]);
        stage.clock.advance(Duration::from_secs(1));
        stage.calls(&[]);
    }
    assert!(!stage.service("1").lists_are_short);
}
