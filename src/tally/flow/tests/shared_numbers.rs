//! A job number that one list shows in two services.

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    model::{AgentState, Case},
    tally::{ClassCounts, Source},
};

/// Case 7 of a service.
fn seven(service: &str, state: CaseState) -> Case {
    Case { service_id: Some(service.into()), ..case("7", state) }
}

/// A call that an agent has all the time: the list shows handled cases.
fn other() -> Case {
    case("0", Handled)
}

fn counts<'s>(stage: &'s Stage, service: &str) -> &'s ClassCounts {
    &stage.class(service, CaseClass::Voice).counts
}

fn unknown(stage: &Stage, service: &str) -> u64 {
    counts(stage, service).unclassified[Doubt::Unknown as usize]
}

#[test]
fn one_number_in_two_services_is_two_cases() {
    let mut stage = Stage::new();
    stage.calls(&[other()]).calls(&[other(), seven("1", Queued), seven("2", Queued)]);
    assert_eq!((counts(&stage, "1").offered, counts(&stage, "2").offered), (2, 1));
    assert_eq!(stage.class("2", CaseClass::Voice).now.expect("whole").waiting.map(|now| now.cases), Some(1));
    stage.law_holds();
    for _ in 0..3 {
        stage.calls(&[other(), seven("2", Queued), seven("1", Handled)]);
        stage.law_holds();
    }
    stage.calls(&[other(), seven("1", Handled), seven("2", Handled)]).calls(&[]).calls(&[]);
    stage.law_holds();
    for (service, answered) in [("1", 2), ("2", 1)] {
        let counts = counts(&stage, service);
        assert_eq!((counts.answered, counts.moved, counts.left_in_all()), (answered, 0, 0), "{service}");
        assert_eq!(counts.unclassified_in_all(), 0, "{service}: an answered case has its outcome");
    }
}

#[test]
fn shared_row_that_disappears_is_unclassified_never_left() {
    let mut stage = Stage::new();
    stage.calls(&[other()]).calls(&[other(), seven("1", Queued), seven("2", Queued)]);
    stage.calls(&[other(), seven("1", Queued)]);
    assert_eq!(unknown(&stage, "2"), 1, "with the first list that shows the number once");
    stage.law_holds();
    stage.calls(&[other(), seven("1", Queued)]).calls(&[other()]).calls(&[other()]);
    stage.law_holds();
    let second = counts(&stage, "2");
    assert_eq!((second.left_in_all(), second.moved, second.unclassified_in_all()), (0, 0, 1));
    let first = counts(&stage, "1");
    assert_eq!((first.left_in_all(), first.unclassified_in_all()), (1, 0), "alone, it is a case like others");
}

#[test]
fn shared_rows_that_both_disappear_are_unclassified() {
    let mut stage = Stage::new();
    stage.calls(&[other()]).calls(&[other(), seven("1", Queued), seven("2", Queued)]);
    stage.calls(&[other()]).calls(&[other()]);
    for service in ["1", "2"] {
        assert_eq!((unknown(&stage, service), counts(&stage, service).left_in_all()), (1, 0), "{service}");
    }
    stage.law_holds();
}

#[test]
fn case_shown_only_in_another_service_has_moved() {
    let mut stage = Stage::new();
    stage.calls(&[other()]).calls(&[other(), seven("1", Queued)]).calls(&[other(), seven("2", Queued)]);
    assert_eq!((counts(&stage, "1").moved, counts(&stage, "2").offered), (1, 1));
    assert_eq!(counts(&stage, "1").unclassified_in_all(), 0);
    stage.law_holds();
}

#[test]
fn known_case_goes_on_beside_another_of_its_number() {
    let mut stage = Stage::new();
    stage.calls(&[other()]).calls(&[other(), seven("1", Queued)]);
    for _ in 0..12 {
        stage.calls(&[other(), seven("2", Queued), seven("1", Queued)]);
    }
    stage.calls(&[other(), seven("1", Handled), seven("2", Handled)]);
    assert_eq!((counts(&stage, "1").offered, counts(&stage, "2").offered), (2, 1), "neither came twice");
    assert!(counts(&stage, "1").waits.sum > 60.0, "its wait began with its first list");
    assert_eq!(counts(&stage, "1").answered + counts(&stage, "2").answered, 3);
    stage.law_holds();
}

#[test]
fn shared_number_seen_once_in_a_third_service_leaves_both_unclassified() {
    let mut stage = Stage::new();
    stage.services(vec![stage::service("1"), stage::service("2"), stage::service("3")]);
    stage.calls(&[other()]).calls(&[other(), seven("1", Queued), seven("2", Queued)]);
    stage.calls(&[other(), seven("3", Queued)]);
    assert_eq!((unknown(&stage, "1"), unknown(&stage, "2"), counts(&stage, "3").offered), (1, 1, 1));
    stage.law_holds();
}

#[test]
fn job_of_an_agent_does_not_say_which_case_it_is() {
    let mut stage = Stage::new();
    stage.calls(&[other()]).calls(&[other(), seven("1", Queued), seven("2", Queued)]);
    stage.agents(&[("7", AgentState::Busy)]);
    stage.calls(&[other(), seven("2", Queued)]);
    assert_eq!((counts(&stage, "1").answered, unknown(&stage, "1")), (1, 1), "only the other call was");
    stage.law_holds();
}

#[test]
fn cut_list_does_not_show_a_shared_number_once() {
    let mut stage = Stage::new();
    stage.calls(&[other()]).calls(&[other(), seven("1", Queued), seven("2", Queued)]);
    stage.calls_cut(&[other(), seven("1", Queued)], &["2"]);
    assert_eq!(counts(&stage, "2").unclassified_in_all(), 0, "it may be hidden");
    assert!(stage.tally.to_follow("1").is_empty(), "the number does not say which case is asked for");
    stage.calls(&[other(), seven("1", Queued), seven("2", Queued)]);
    assert_eq!((counts(&stage, "1").offered, counts(&stage, "2").offered), (2, 1), "neither came twice");
    stage.law_holds();
}

#[test]
fn call_in_both_lists_leaves_its_number_to_a_letter() {
    let letter = || Case { class: Some(CaseClass::Email), ..seven("2", Queued) };
    let call = || seven("1", Queued);
    let mut stage = Stage::new();
    for _ in 0..4 {
        stage.clock.advance(stage::POLL);
        stage.read(Source::Calls, &[other(), call()], &[]);
        stage.read(Source::Cases, &[call(), letter()], &[]);
        stage.step();
        stage.law_holds();
    }
    assert_eq!((counts(&stage, "1").offered, counts(&stage, "1").moved), (2, 0));
    let letters = &stage.class("2", CaseClass::Email).counts;
    assert_eq!((letters.offered + letters.carried_in, letters.moved), (1, 0));
    for _ in 0..2 {
        stage.clock.advance(stage::POLL);
        stage.read(Source::Calls, &[other(), call()], &[]);
        stage.read(Source::Cases, &[call()], &[]);
        stage.step();
        stage.law_holds();
    }
    let letters = &stage.class("2", CaseClass::Email).counts;
    assert_eq!((letters.unclassified[Doubt::Unknown as usize], letters.left_in_all()), (1, 0));
    assert_eq!(counts(&stage, "1").unclassified_in_all(), 0);
}
