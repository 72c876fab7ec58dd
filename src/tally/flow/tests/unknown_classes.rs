//! Cases of a class that no dictionary maps.

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    model::Case,
    tally::{Settings, Source},
};

/// A row of the list of calls as it is decoded: its class is unknown, so it counts as a call.
fn unclassed(id: &str, state: CaseState) -> Case {
    Case { class_is_unknown: true, ..case(id, state) }
}

fn waiting(stage: &Stage) -> Option<u64> {
    stage.waiting("1", CaseClass::Voice).map(|waiting| waiting.cases)
}

#[test]
fn unknown_class_on_calls_withholds_while_it_waits() {
    let mut stage = Stage::new();
    stage.calls_beside(&[("1", Some(1.0))], &[unclassed("7", Handled), case("8", Queued)]);
    assert_eq!(waiting(&stage), Some(1), "an agent has it");
    stage.calls_beside(&[("1", Some(2.0))], &[unclassed("7", Queued), case("8", Queued)]);
    assert_eq!(waiting(&stage), None, "it may be a callback");
    for _ in 0..120 {
        stage.calls_beside(&[("1", Some(1.0))], &[case("8", Queued)]);
        assert_eq!(waiting(&stage), None);
    }
    stage.calls_beside(&[("1", Some(1.0))], &[case("8", Queued)]);
    assert_eq!(waiting(&stage), Some(1), "ten minutes after");
    stage.law_holds();
}

#[test]
fn unknown_class_on_calls_counts_as_a_call() {
    let mut stage = Stage::new();
    stage.calls(&[unclassed("7", Queued)]).calls(&[unclassed("7", Handled)]);
    assert_eq!((stage.voice().offered, stage.voice().answered), (1, 1));
    assert!(stage.service("1").classes.iter().all(|totals| totals.class != CaseClass::Other));
}

#[test]
fn unknown_class_and_state_are_decided_by_the_queue_length() {
    for (queue, expected) in [(1.0, Some(1)), (2.0, None)] {
        let mut stage = Stage::new();
        for _ in 0..2 {
            stage.calls_beside(
                &[("1", Some(queue))],
                &[unclassed("7", CaseState::Unknown), case("8", Queued)],
            );
        }
        assert_eq!(waiting(&stage), expected, "queue length {queue}");
    }
}

#[test]
fn unknown_class_on_cases_withholds_only_where_calls_are_told_there() {
    let other = Case { class: Some(CaseClass::Other), ..unclassed("7", Queued) };
    let mut stage = Stage::new();
    stage.clock.advance(stage::POLL);
    stage.read(Source::Calls, &[], &[]);
    stage.read(Source::Cases, std::slice::from_ref(&other), &[]);
    stage.step();
    assert_eq!(waiting(&stage), Some(0), "the list of calls shows none");
    let mut stage = Stage::unread(Settings::default());
    stage.cases(&[]).cases(&[other]);
    assert_eq!(waiting(&stage), None, "it may be a call");
}

#[test]
fn both_lists_may_show_cases_of_one_class() {
    let chat = |id: &str| Case { class: Some(CaseClass::Chat), ..case(id, Queued) };
    let mut stage = Stage::new();
    for id in ["1", "2", "3"] {
        stage.clock.advance(stage::POLL);
        stage.read(Source::Calls, &[chat("0")], &[]);
        stage.read(Source::Cases, &[chat(id)], &[]);
        stage.step();
        assert_eq!(stage.waiting("1", CaseClass::Chat).expect("whole lists").cases, 2);
    }
}
