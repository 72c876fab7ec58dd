//! Answered, left, moved: what becomes of a case that could be seen coming.

use super::*;
use crate::tally::Inference;
use pretty_assertions::assert_eq;

#[test]
fn a_case_that_is_seen_waiting_and_then_with_an_agent_was_answered_in_between() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued)]).calls(&[case("7", Offered)]).calls(&[case("7", Handled)]);
    let voice = stage.voice();
    assert_eq!((voice.offered, voice.answered, voice.within_low, voice.within_high), (1, 1, 1, 1));
    assert_eq!(voice.within, 1.0);
    let Inference::Answered { low, best, high, .. } = stage.events()[0].what else { panic!("answered") };
    assert_eq!((low, best, high), (5.0, 10.0, 15.0));
    stage.law_holds();
}

#[test]
fn an_answer_around_the_target_is_credited_by_the_share_that_may_have_been_within() {
    let mut stage = Stage::new();
    for _ in 0..4 {
        stage.calls(&[case("7", Queued)]);
    }
    stage.calls(&[case("7", Handled)]);
    let voice = stage.voice();
    assert_eq!((voice.within_low, voice.within_high), (0, 1), "15 to 25 seconds");
    assert!((voice.within - 0.5).abs() < 1e-9);
}

#[test]
fn a_case_that_nobody_saw_waiting_was_answered_within_the_target() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Handled)]);
    let voice = stage.voice();
    assert_eq!((voice.offered, voice.answered, voice.within_low), (1, 1, 1));
    stage.law_holds();
}

#[test]
fn a_case_is_gone_when_two_lists_in_a_row_do_not_show_it() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), case("7", Queued)]);
    stage.calls(&[case("0", Handled)]);
    assert_eq!(stage.voice().left, [0, 0, 0]);
    stage.law_holds();
    stage.calls(&[case("0", Handled), case("7", Queued)]).calls(&[]);
    assert_eq!(stage.voice().left, [0, 0, 0], "it was there after all");
    stage.calls(&[]);
    assert_eq!(stage.voice().left, [0, 1, 0], "gone since the first list that did not show it");
    stage.law_holds();
}

#[test]
fn who_leaves_is_counted_by_how_long_they_waited() {
    for (polls, left) in [(1, [1, 0, 0]), (2, [1, 0, 0]), (3, [0, 1, 0]), (5, [0, 0, 1])] {
        let mut stage = Stage::new();
        stage.calls(&[case("0", Handled)]);
        for _ in 0..polls {
            stage.calls(&[case("7", Queued)]);
        }
        stage.calls(&[]).calls(&[]);
        assert_eq!(stage.voice().left, left, "seen waiting {polls} times; short is two polls here");
        assert!(LeftAge::ALL.len() == left.len());
    }
}

#[test]
fn while_no_list_ever_showed_an_answered_case_those_that_vanish_are_unclassified() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued)]).calls(&[]).calls(&[]);
    assert_eq!(stage.voice().left_in_all(), 0, "it may have been answered: this list may not show that");
    assert_eq!(stage.voice().unclassified[Doubt::Unknown as usize], 1);
    stage.law_holds();
}

#[test]
fn a_case_that_goes_on_to_another_service_moved_there_and_begins_to_wait_there() {
    let there = |state| crate::model::Case { service_id: Some("2".into()), ..case("7", state) };
    let mut stage = Stage::new();
    for _ in 0..10 {
        stage.calls(&[case("7", Queued)]);
    }
    stage.calls(&[there(Queued)]).calls(&[there(Handled)]);
    assert_eq!((stage.voice().offered, stage.voice().moved), (1, 1));
    let there = &stage.class("2", CaseClass::Voice).counts;
    assert_eq!((there.offered, there.answered, there.within_low), (1, 1, 1));
    stage.law_holds();
}

#[test]
fn a_handled_case_that_waits_again_is_offered_again() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Handled)]).calls(&[case("7", Handled)]).calls(&[case("7", Queued)]);
    stage.calls(&[case("7", Handled)]);
    assert_eq!((stage.voice().offered, stage.voice().answered), (2, 2));
    stage.law_holds();
}

#[test]
fn a_transferred_case_is_offered_and_answered_there_and_stays_answered_here() {
    let there = crate::model::Case { service_id: Some("2".into()), ..case("7", Handled) };
    let mut stage = Stage::new();
    stage.calls(&[case("7", Handled)]).calls(std::slice::from_ref(&there));
    assert_eq!((stage.voice().answered, stage.voice().moved), (1, 0));
    let there = &stage.class("2", CaseClass::Voice).counts;
    assert_eq!((there.offered, there.answered), (1, 1));
    stage.law_holds();
}

#[test]
fn handling_is_the_time_with_an_agent_half_of_it_where_it_began_or_ended_in_between() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued)]);
    for _ in 0..3 {
        stage.calls(&[case("7", Handled)]);
    }
    stage.calls(&[]).calls(&[]);
    assert_eq!(stage.voice().handling_seconds, 2.5 + 5.0 + 5.0 + 2.5);
}

#[test]
fn a_list_that_names_services_by_name_is_understood() {
    let mut stage = Stage::new();
    let named = crate::model::Service { id: "2".into(), name: Some("Växel".into()), group_ids: vec![] };
    let now = stage.clock.now();
    stage.center().services.good = Some(crate::snapshot::Good {
        taken: now,
        took: std::time::Duration::ZERO,
        changed: now,
        items: 1,
        data: std::sync::Arc::new(vec![named]),
    });
    stage.calls(&[crate::model::Case { service_id: Some("Växel".into()), ..case("7", Queued) }]);
    assert_eq!(stage.class("2", CaseClass::Voice).counts.offered, 1);
}
