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

fn waiting(trio: &TestCenter) -> Option<u64> {
    trio.waiting("1", CaseClass::Voice).map(|waiting| waiting.cases)
}

#[test]
fn unknown_class_on_calls_withholds_while_it_waits() {
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(1.0))], &[unclassed("7", Handled), case("8", Queued)]);
    assert_eq!(waiting(&trio), Some(1), "an agent has it");
    trio.calls_and_queues(&[("1", Some(2.0))], &[unclassed("7", Queued), case("8", Queued)]);
    assert_eq!(waiting(&trio), None, "it may be a callback");
    for _ in 0..120 {
        trio.calls_and_queues(&[("1", Some(1.0))], &[case("8", Queued)]);
        assert_eq!(waiting(&trio), None);
    }
    trio.calls_and_queues(&[("1", Some(1.0))], &[case("8", Queued)]);
    assert_eq!(waiting(&trio), Some(1), "ten minutes after");
    trio.assert_balanced();
}

#[test]
fn unknown_class_on_calls_counts_as_a_call() {
    let mut trio = TestCenter::new();
    trio.calls(&[unclassed("7", Queued)]).calls(&[unclassed("7", Handled)]);
    assert_eq!((trio.voice().offered, trio.voice().answered), (1, 1));
    assert!(trio.service("1").classes.iter().all(|totals| totals.class != CaseClass::Other));
}

#[test]
fn queue_length_decides_unknown_class_and_state() {
    for (queue, expected) in [(1.0, Some(1)), (2.0, None)] {
        let mut trio = TestCenter::new();
        for _ in 0..2 {
            trio.calls_and_queues(
                &[("1", Some(queue))],
                &[unclassed("7", CaseState::Unknown), case("8", Queued)],
            );
        }
        assert_eq!(waiting(&trio), expected, "queue length {queue}");
    }
}

#[test]
fn unknown_class_on_cases_withholds_the_classes_of_that_list() {
    let other = Case { class: Some(CaseClass::Other), ..unclassed("7", Queued) };
    let chat = Case { class: Some(CaseClass::Chat), ..case("8", Queued) };
    let mut trio = TestCenter::new();
    for (rows, expected) in [(vec![chat.clone()], Some(1)), (vec![chat, other.clone()], None)] {
        trio.clock.advance(test_center::POLL);
        trio.read(Source::Calls, &[], &[]);
        trio.read(Source::Cases, &rows, &[]);
        trio.step();
        let chats = trio.waiting("1", CaseClass::Chat).map(|waiting| waiting.cases);
        assert_eq!(chats, expected, "the other may be a chat");
        assert_eq!(waiting(&trio), Some(0), "the list of calls shows none");
    }
    let mut trio = TestCenter::unread(Settings::default());
    trio.cases(&[]).cases(&[other]);
    assert_eq!(waiting(&trio), None, "it may be a call");
}

#[test]
fn both_lists_may_show_cases_of_one_class() {
    let chat = |id: &str| Case { class: Some(CaseClass::Chat), ..case(id, Queued) };
    let mut trio = TestCenter::new();
    for id in ["1", "2", "3"] {
        trio.clock.advance(test_center::POLL);
        trio.read(Source::Calls, &[chat("0")], &[]);
        trio.read(Source::Cases, &[chat(id)], &[]);
        trio.step();
        assert_eq!(trio.waiting("1", CaseClass::Chat).expect("whole lists").cases, 2);
    }
}
