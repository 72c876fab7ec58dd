//! The two lists of cases: which of them tells of what, and when the other steps in.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::{
    model::Case,
    tally::{Settings, Source},
};

fn of(class: CaseClass, id: &str, state: CaseState) -> Case {
    Case { class: Some(class), ..case(id, state) }
}

/// Five seconds later both lists show these.
fn both(stage: &mut Stage, calls: &[Case], cases: &[Case]) {
    stage.clock.advance(stage::POLL);
    stage.read(Source::Calls, calls, &[]);
    stage.read(Source::Cases, cases, &[]);
    stage.step();
}

#[test]
fn a_class_begins_only_when_a_list_was_read_that_would_show_it() {
    let mut stage = Stage::unread(Settings::default());
    assert!(stage.service("1").classes.is_empty(), "nothing may be shown at zero that nobody looked for");
    stage.calls(&[]);
    assert_eq!(stage.service("1").classes.len(), 1);
}

#[test]
fn a_call_that_only_the_list_of_cases_shows_is_left_to_the_list_of_calls() {
    let mut stage = Stage::new();
    for _ in 0..3 {
        both(&mut stage, &[], &[case("7", Queued)]);
    }
    assert_eq!((stage.voice().offered, stage.voice().carried_in), (0, 0));
}

#[test]
fn a_case_that_both_lists_show_is_counted_once_whatever_the_second_calls_it() {
    let mut stage = Stage::new();
    both(&mut stage, &[], &[]);
    for _ in 0..3 {
        both(&mut stage, &[case("7", Queued)], &[Case { class: None, ..case("7", Queued) }]);
    }
    assert_eq!((stage.voice().offered, stage.voice().moved), (1, 0));
    assert!(stage.service("1").classes.iter().all(|totals| totals.class != CaseClass::Other));
}

#[test]
fn what_the_list_of_calls_shows_is_counted_though_it_is_no_call() {
    let mut stage = Stage::new();
    let chat = of(CaseClass::Chat, "7", Handled);
    stage.calls(std::slice::from_ref(&chat)).calls(&[chat]);
    assert_eq!(stage.class("1", CaseClass::Chat).counts.answered, 1);
}

#[test]
fn a_list_says_nothing_of_the_cases_of_the_other() {
    let mut stage = Stage::new();
    stage.cases(&[]).cases(&[of(CaseClass::Chat, "7", Queued)]).calls(&[]).calls(&[]).calls(&[]);
    let chat = stage.class("1", CaseClass::Chat);
    assert_eq!(chat.counts.offered, 1);
    assert_eq!((chat.counts.left_in_all(), chat.counts.unclassified_in_all()), (0, 0), "it waits on");
    assert_eq!(chat.now.and_then(|now| now.waiting).expect("a whole list").cases, 1);
    stage.law_holds();
}

#[test]
fn what_waits_now_is_counted_from_the_list_that_shows_it_and_once() {
    let mut stage = Stage::new();
    // The two lists have been read equally often when the chat is counted.
    stage.cases(&[]).cases(&[of(CaseClass::Chat, "7", Queued)]).calls(&[]);
    assert_eq!(
        stage.class("1", CaseClass::Chat).now.and_then(|now| now.waiting).expect("a whole list").cases,
        1
    );
    stage.cases(&[]);
    assert_eq!(
        stage.class("1", CaseClass::Chat).now.and_then(|now| now.waiting).expect("a whole list").cases,
        0,
        "not shown, so not now"
    );
}

#[test]
fn when_calls_become_readable_they_go_on_where_the_list_of_cases_had_them() {
    let mut stage = Stage::unread(Settings::default());
    stage.cases(&[]).cases(&[case("7", Queued)]);
    for _ in 0..3 {
        both(&mut stage, &[case("7", Queued)], &[case("7", Queued)]);
    }
    assert_eq!((stage.voice().offered, stage.voice().left_in_all()), (1, 0));
    assert_eq!(stage.voice().unclassified_in_all(), 0, "it is not absent where it is no longer looked for");
    both(&mut stage, &[case("7", Handled)], &[]);
    both(&mut stage, &[case("7", Handled)], &[]);
    assert_eq!(stage.voice().answered, 1);
    assert_eq!(stage.class("1", CaseClass::Voice).source, Source::Calls);
    stage.law_holds();
}

#[test]
fn calls_that_were_not_read_for_long_are_told_by_the_list_of_cases() {
    let mut stage = Stage::new();
    for _ in 0..14 {
        stage.cases(&[]);
    }
    stage.cases(&[case("7", Queued)]).cases(&[case("7", Handled)]);
    assert_eq!(stage.voice().answered, 1);
}

#[test]
fn calls_that_do_not_say_where_they_stand_are_told_by_the_list_of_cases() {
    let mut stage = Stage::unread(Settings::default());
    let stateless = [Case { state: None, ..case("9", Queued) }];
    for cases in [vec![], vec![case("7", Queued)], vec![case("7", Handled)]] {
        both(&mut stage, &stateless, &cases);
    }
    assert_eq!((stage.voice().offered, stage.voice().answered), (1, 1));
}

#[test]
fn a_cut_list_that_feeds_nothing_of_a_service_does_not_make_it_truncated() {
    let mut stage = Stage::new();
    stage.clock.advance(stage::POLL);
    stage.read(Source::Calls, &[], &[]);
    stage.read(Source::Cases, &[], &["1"]);
    stage.step();
    assert_eq!(stage.service("1").truncated, Some(false), "its calls are all there");
}

#[test]
fn a_service_is_kept_while_it_is_listed_or_has_cases_and_else_forgotten() {
    let settings = || Settings { keep: Duration::from_secs(60), ..Settings::default() };
    let mut listed = Stage::unread(settings());
    listed.calls(&[]).calls(&[case("7", Handled)]);
    for _ in 0..30 {
        listed.calls(&[]);
    }
    assert_eq!(listed.voice().offered, 1, "no case came, but the service is there");
    let mut unlisted = Stage::unread(settings());
    unlisted.services(vec![stage::service("2")]);
    unlisted.calls(&[]);
    for n in 0..30 {
        unlisted.calls(&[case(&n.to_string(), Handled)]);
    }
    assert_eq!(unlisted.voice().offered, 30, "no state, but cases");
}
