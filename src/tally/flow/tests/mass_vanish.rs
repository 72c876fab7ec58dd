//! Disappearance of most of the queue at once, and cases that only look like it.

use pretty_assertions::assert_eq;

use super::*;
use crate::model::Case;

fn cases(numbers: std::ops::RangeInclusive<u32>, state: CaseState) -> Vec<Case> {
    numbers.map(|n| case(&n.to_string(), state)).collect()
}

fn together(lists: &[Vec<Case>]) -> Vec<Case> {
    lists.concat()
}

fn mass(trio: &TestCenter) -> u64 {
    trio.voice().unclassified[UnclassifiedReason::MassVanish as usize]
}

#[test]
fn handled_cases_do_not_hide_a_mass_vanish() {
    let mut trio = TestCenter::new();
    let in_hand = cases(101..=110, Handled);
    let full = together(&[in_hand.clone(), cases(1..=6, Queued)]);
    let rest = together(&[in_hand, cases(1..=1, Queued)]);
    trio.calls(&full).calls(&rest).calls(&rest);
    assert_eq!((mass(&trio), trio.voice().total_left()), (5, 0));
}

#[test]
fn many_finished_calls_are_no_mass_vanish() {
    let mut trio = TestCenter::new();
    let full = together(&[cases(101..=106, Handled), cases(1..=2, Queued)]);
    let rest = cases(1..=1, Queued);
    trio.calls(&full).calls(&rest).calls(&rest);
    assert_eq!((mass(&trio), trio.voice().total_left()), (0, 1));
}

#[test]
fn cases_missing_before_do_not_vanish_again() {
    let mut trio = TestCenter::new();
    trio.calls(&together(&[cases(101..=101, Handled), cases(1..=6, Queued)]));
    trio.calls(&cases(1..=2, Queued)).calls(&cases(1..=1, Queued)).calls(&cases(1..=1, Queued));
    assert_eq!((mass(&trio), trio.voice().total_left()), (0, 5), "four, then one");
}

#[test]
fn cases_hidden_by_truncation_do_not_vanish() {
    let there = |id: &str, state| Case { service_id: Some("2".into()), ..case(id, state) };
    let mut trio = TestCenter::new();
    let others = [there("201", Queued), there("202", Handled)];
    trio.calls(&together(&[cases(1..=6, Queued), others.to_vec()]));
    for _ in 0..2 {
        trio.calls_truncated(&[there("202", Handled)], &["1"]);
    }
    let there = &trio.class("2", CaseClass::Voice).counts;
    assert_eq!((there.total_left(), there.total_unclassified()), (1, 0));
}

#[test]
fn handling_is_credited_during_a_mass_vanish() {
    let mut trio = TestCenter::new();
    trio.calls(&together(&[cases(101..=101, Handled), cases(1..=6, Queued)]));
    let before = trio.voice().handling_seconds;
    trio.calls(&[]).calls(&[]);
    assert_eq!(mass(&trio), 6);
    let ended = ((trio.voice().handling_seconds - before) * 1e6).round() / 1e6;
    assert_eq!(ended, 2.5, "it ended half-way between two lists");
}
