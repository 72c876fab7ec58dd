//! The two lists of cases: the source of each class, and the change from one list to the other.

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
fn both(trio: &mut TestCenter, calls: &[Case], cases: &[Case]) {
    trio.clock.advance(test_center::POLL);
    trio.read(Source::Calls, calls, &[]);
    trio.read(Source::Cases, cases, &[]);
    trio.step();
}

#[test]
fn class_starts_after_a_list_that_would_show_it() {
    let mut trio = TestCenter::unread(Settings::default());
    assert!(
        trio.service("1").classes.is_empty(),
        "nothing is shown at zero that no one looked for"
    );
    trio.calls(&[]);
    assert_eq!(trio.service("1").classes.len(), 1);
}

#[test]
fn call_shown_only_by_cases_is_not_counted() {
    let mut trio = TestCenter::new();
    for _ in 0..3 {
        both(&mut trio, &[], &[case("7", Queued)]);
    }
    assert_eq!((trio.voice().offered, trio.voice().carried_in), (0, 0));
}

#[test]
fn case_in_both_lists_counts_once() {
    let mut trio = TestCenter::new();
    both(&mut trio, &[], &[]);
    for _ in 0..3 {
        both(&mut trio, &[case("7", Queued)], &[Case { class: None, ..case("7", Queued) }]);
    }
    assert_eq!((trio.voice().offered, trio.voice().moved), (1, 0));
    assert!(trio.service("1").classes.iter().all(|totals| totals.class != CaseClass::Other));
}

#[test]
fn chat_in_the_list_of_calls_is_counted() {
    let mut trio = TestCenter::new();
    let chat = of(CaseClass::Chat, "7", Handled);
    trio.calls(std::slice::from_ref(&chat)).calls(&[chat]);
    assert_eq!(trio.class("1", CaseClass::Chat).counts.answered, 1);
}

#[test]
fn cases_of_one_list_survive_reading_the_other() {
    let mut trio = TestCenter::new();
    trio.cases(&[]).cases(&[of(CaseClass::Chat, "7", Queued)]).calls(&[]).calls(&[]).calls(&[]);
    let chat = trio.class("1", CaseClass::Chat);
    assert_eq!(chat.counts.offered, 1);
    assert_eq!((chat.counts.total_left(), chat.counts.total_unclassified()), (0, 0), "it waits on");
    assert_eq!(chat.now.and_then(|now| now.waiting).expect("a whole list").cases, 1);
    trio.assert_balanced();
}

#[test]
fn waiting_cases_count_once_from_their_list() {
    let mut trio = TestCenter::new();
    // The two lists have been read equally often when the chat is counted.
    trio.cases(&[]).cases(&[of(CaseClass::Chat, "7", Queued)]).calls(&[]);
    assert_eq!(
        trio.class("1", CaseClass::Chat)
            .now
            .and_then(|now| now.waiting)
            .expect("a whole list")
            .cases,
        1
    );
    trio.cases(&[]);
    assert_eq!(
        trio.class("1", CaseClass::Chat)
            .now
            .and_then(|now| now.waiting)
            .expect("a whole list")
            .cases,
        0,
        "not shown, so not now"
    );
}

#[test]
fn calls_that_become_readable_continue_from_cases() {
    let mut trio = TestCenter::unread(Settings::default());
    trio.cases(&[]).cases(&[case("7", Queued)]);
    for _ in 0..3 {
        both(&mut trio, &[case("7", Queued)], &[case("7", Queued)]);
    }
    assert_eq!((trio.voice().offered, trio.voice().total_left()), (1, 0));
    assert_eq!(
        trio.voice().total_unclassified(),
        0,
        "it is not absent where it is no longer looked for"
    );
    both(&mut trio, &[case("7", Handled)], &[]);
    both(&mut trio, &[case("7", Handled)], &[]);
    assert_eq!(trio.voice().answered, 1);
    assert_eq!(trio.class("1", CaseClass::Voice).source, Source::Calls);
    trio.assert_balanced();
}

#[test]
fn outdated_calls_are_replaced_by_cases() {
    let mut trio = TestCenter::new();
    for _ in 0..14 {
        trio.cases(&[]);
    }
    trio.cases(&[case("7", Queued)]).cases(&[case("7", Handled)]);
    assert_eq!(trio.voice().answered, 1);
}

#[test]
fn calls_without_states_are_replaced_by_cases() {
    let mut trio = TestCenter::unread(Settings::default());
    let stateless = [Case { state: None, ..case("9", Queued) }];
    for cases in [vec![], vec![case("7", Queued)], vec![case("7", Handled)]] {
        both(&mut trio, &stateless, &cases);
    }
    assert_eq!((trio.voice().offered, trio.voice().answered), (1, 1));
}

#[test]
fn truncated_list_without_classes_truncates_no_service() {
    let mut trio = TestCenter::new();
    trio.clock.advance(test_center::POLL);
    trio.read(Source::Calls, &[], &[]);
    trio.read(Source::Cases, &[], &["1"]);
    trio.step();
    assert_eq!(trio.service("1").truncated, Some(false), "its calls are all there");
}

#[test]
fn service_is_kept_while_listed_or_with_cases() {
    let settings = || Settings { keep: Duration::from_secs(60), ..Settings::default() };
    let mut listed = TestCenter::unread(settings());
    listed.calls(&[]).calls(&[case("7", Handled)]);
    for _ in 0..30 {
        listed.calls(&[]);
    }
    assert_eq!(listed.voice().offered, 1, "no case came, but the service is there");
    let mut unlisted = TestCenter::unread(settings());
    unlisted.services(vec![test_center::service("2")]);
    unlisted.calls(&[]);
    for n in 0..30 {
        unlisted.calls(&[case(&n.to_string(), Handled)]);
    }
    assert_eq!(unlisted.voice().offered, 30, "no state, but cases");
}
