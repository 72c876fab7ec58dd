//! When most of the queue vanishes at once, and when it only looks so.

use pretty_assertions::assert_eq;

use super::*;
use crate::model::Case;

fn cases(numbers: std::ops::RangeInclusive<u32>, state: CaseState) -> Vec<Case> {
    numbers.map(|n| case(&n.to_string(), state)).collect()
}

fn together(lists: &[Vec<Case>]) -> Vec<Case> {
    lists.concat()
}

fn mass(stage: &Stage) -> u64 {
    stage.voice().unclassified[Doubt::MassVanish as usize]
}

#[test]
fn those_in_hand_do_not_hide_that_the_queue_vanished() {
    let mut stage = Stage::new();
    let in_hand = cases(101..=110, Handled);
    let full = together(&[in_hand.clone(), cases(1..=6, Queued)]);
    let rest = together(&[in_hand, cases(1..=1, Queued)]);
    stage.calls(&full).calls(&rest).calls(&rest);
    assert_eq!((mass(&stage), stage.voice().left_in_all()), (5, 0));
}

#[test]
fn agents_who_hang_up_at_once_are_no_queue_that_vanishes() {
    let mut stage = Stage::new();
    let full = together(&[cases(101..=106, Handled), cases(1..=2, Queued)]);
    let rest = cases(1..=1, Queued);
    stage.calls(&full).calls(&rest).calls(&rest);
    assert_eq!((mass(&stage), stage.voice().left_in_all()), (0, 1));
}

#[test]
fn what_was_missing_before_does_not_vanish_again() {
    let mut stage = Stage::new();
    stage.calls(&together(&[cases(101..=101, Handled), cases(1..=6, Queued)]));
    stage.calls(&cases(1..=2, Queued)).calls(&cases(1..=1, Queued)).calls(&cases(1..=1, Queued));
    assert_eq!((mass(&stage), stage.voice().left_in_all()), (0, 5), "four, then one");
}

#[test]
fn what_a_cut_list_hides_does_not_vanish() {
    let there = |id: &str, state| Case { service_id: Some("2".into()), ..case(id, state) };
    let mut stage = Stage::new();
    let others = [there("201", Queued), there("202", Handled)];
    stage.calls(&together(&[cases(1..=6, Queued), others.to_vec()]));
    for _ in 0..2 {
        stage.calls_cut(&[there("202", Handled)], &["1"]);
    }
    let there = &stage.class("2", CaseClass::Voice).counts;
    assert_eq!((there.left_in_all(), there.unclassified_in_all()), (1, 0));
}

#[test]
fn the_handling_of_a_case_that_ends_with_a_mass_is_credited_as_ever() {
    let mut stage = Stage::new();
    stage.calls(&together(&[cases(101..=101, Handled), cases(1..=6, Queued)]));
    let before = stage.voice().handling_seconds;
    stage.calls(&[]).calls(&[]);
    assert_eq!(mass(&stage), 6);
    let ended = ((stage.voice().handling_seconds - before) * 1e6).round() / 1e6;
    assert_eq!(ended, 2.5, "it ended half-way between two lists");
}
