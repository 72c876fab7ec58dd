//! Cases that do not say where they stand, and agents who do.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::{
    model::{AgentState, Case},
    tally::Inference,
};

fn silent(id: &str) -> Case {
    case(id, CaseState::Unknown)
}

fn unclassified(stage: &Stage, doubt: Doubt) -> u64 {
    stage.voice().unclassified[doubt as usize]
}

/// The bounds of the answer that the last step told of.
fn bounds(stage: &Stage) -> (f64, f64) {
    let answered = stage.events().iter().find_map(|event| match event.what {
        Inference::Answered { low, high, .. } => Some((low, high)),
        _ => None,
    });
    answered.expect("an answer")
}

#[test]
fn agents_say_where_a_case_stands_that_does_not_say_so_itself() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled)]);
    stage.agents(&[("7", AgentState::Reserved), ("8", AgentState::Busy)]);
    stage.calls(&[silent("7"), silent("8"), silent("9")]);
    let now = stage.class("1", CaseClass::Voice).now.expect("a whole list");
    assert_eq!(now.states, [1, 0, 1, 1], "queued, offered, handled, unknown");
    assert_eq!(now.waiting, None, "9 may wait, and nothing says whether it does");
    stage.agents(&[("7", AgentState::Busy), ("8", AgentState::Busy)]);
    stage.calls(&[silent("7"), silent("8")]);
    assert_eq!(stage.voice().answered, 3);
    stage.law_holds();
}

#[test]
fn agents_who_were_read_at_another_time_say_nothing() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), case("7", Queued)]);
    stage.agents(&[("7", AgentState::Busy)]);
    for _ in 0..3 {
        stage.calls(&[case("7", Queued)]);
    }
    stage.calls(&[]).calls(&[]);
    assert_eq!((stage.voice().answered, stage.voice().left_in_all()), (1, 1), "the 0 alone was answered");
}

#[test]
fn a_list_that_is_silent_about_a_case_does_not_say_that_it_still_waited() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued)]).calls(&[silent("7"), case("0", Queued)]).calls(&[case("7", Handled)]);
    assert_eq!(bounds(&stage), (0.0, 15.0));
}

#[test]
fn a_case_of_which_nothing_was_known_waits_from_when_that_is_told() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), silent("7")]).calls(&[case("7", Queued)]).calls(&[case("7", Handled)]);
    assert_eq!((stage.voice().answered, stage.voice().unclassified_in_all()), (2, 0));
    stage.law_holds();
}

#[test]
fn a_case_of_which_nothing_is_known_begins_to_wait_elsewhere_after_it_was_last_here() {
    let there = |state| Case { service_id: Some("2".into()), ..case("7", state) };
    let mut stage = Stage::new();
    for _ in 0..2 {
        stage.calls(&[case("0", Handled), silent("7")]);
    }
    stage.calls(&[there(Queued)]).calls(&[there(Handled)]);
    assert_eq!(bounds(&stage), (0.0, 10.0));
}

#[test]
fn what_ends_a_case_of_which_nothing_is_known_gives_the_reason_that_weighs_more() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), silent("7")]);
    stage.clock.advance(Duration::from_secs(60));
    stage.calls(&[case("7", Handled)]);
    assert_eq!((unclassified(&stage, Doubt::Gap), unclassified(&stage, Doubt::Unknown)), (1, 0));
}

#[test]
fn a_case_that_never_said_where_it_stands_did_not_leave_when_it_is_gone() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), silent("7")]).calls(&[]).calls(&[]);
    assert_eq!((unclassified(&stage, Doubt::Unknown), stage.voice().left_in_all()), (1, 0));
    stage.law_holds();
}

#[test]
fn a_case_that_changes_its_queue_in_a_gap_did_not_surely_move() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued)]);
    stage.clock.advance(Duration::from_secs(60));
    stage.calls(&[Case { service_id: Some("2".into()), ..case("7", Queued) }]);
    assert_eq!((unclassified(&stage, Doubt::Gap), stage.voice().moved), (1, 0));
    stage.law_holds();
}

#[test]
fn a_case_is_asked_for_only_where_its_list_is_cut_and_the_longest_hidden_first() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), case("1", Queued)]).calls(&[]);
    assert!(stage.tally.to_follow("1").is_empty(), "a whole list has answered already");
    let mut stage = Stage::new();
    stage.calls(&[case("1", Queued), case("2", Queued)]);
    stage.calls_cut(&[case("1", Queued)], &["1"]).calls_cut(&[], &["1"]);
    let asked: Vec<String> = stage.tally.to_follow("1").iter().map(|(_, id)| id.to_string()).collect();
    assert_eq!(asked, ["2", "1"]);
}

#[test]
fn what_was_asked_for_by_number_means_nothing_where_the_list_is_whole() {
    for found in [None, Some(case("7", Handled))] {
        let mut stage = Stage::new();
        stage.calls(&[case("0", Handled), case("7", Queued)]);
        stage.followed("7", found);
        stage.calls(&[case("0", Handled)]);
        let voice = stage.voice();
        assert_eq!((voice.answered, voice.left_in_all(), voice.unclassified_in_all()), (1, 0, 0));
        stage.calls(&[case("7", Queued)]).calls(&[case("7", Handled)]);
        assert_eq!(stage.voice().answered, 2, "one list was wrong");
    }
}

#[test]
fn an_answer_to_an_older_question_means_nothing() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), case("7", Queued)]);
    let at = stage.now();
    stage.center().followed =
        std::sync::Arc::new([crate::snapshot::Followed { id: "7".into(), at, case: None }]);
    stage.calls_cut(&[], &["1"]);
    assert_eq!(stage.voice().unclassified_in_all(), 0);
    assert_eq!(stage.tally.to_follow("1").len(), 1, "it is asked for again");
}
