//! Outcomes of cases whose arrival was seen: answered, left, moved.

use super::*;
use crate::tally::Inference;
use pretty_assertions::assert_eq;

#[test]
fn waiting_case_seen_with_agent_is_answered() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]).calls(&[case("7", Offered)]).calls(&[case("7", Handled)]);
    let voice = trio.voice();
    assert_eq!((voice.offered, voice.answered, voice.within_low, voice.within_high), (1, 1, 1, 1));
    assert_eq!(voice.within, 1.0);
    let Inference::Answered { low, best, high, .. } = trio.events()[0].inference else {
        panic!("answered")
    };
    assert_eq!((low, best, high), (5.0, 10.0, 15.0));
    trio.assert_balanced();
}

#[test]
fn answer_near_the_target_counts_by_its_share() {
    let mut trio = TestCenter::new();
    for _ in 0..4 {
        trio.calls(&[case("7", Queued)]);
    }
    trio.calls(&[case("7", Handled)]);
    let voice = trio.voice();
    assert_eq!((voice.within_low, voice.within_high), (0, 1), "15 to 25 seconds");
    assert!((voice.within - 0.5).abs() < 1e-9);
}

#[test]
fn unseen_wait_counts_as_within_the_target() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]);
    let voice = trio.voice();
    assert_eq!((voice.offered, voice.answered, voice.within_low), (1, 1, 1));
    trio.assert_balanced();
}

#[test]
fn case_ends_after_two_lists_without_it() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), case("7", Queued)]);
    trio.calls(&[case("0", Handled)]);
    assert_eq!(trio.voice().left, [0, 0, 0]);
    trio.assert_balanced();
    trio.calls(&[case("0", Handled), case("7", Queued)]).calls(&[]);
    assert_eq!(trio.voice().left, [0, 0, 0], "it was there after all");
    trio.calls(&[]);
    assert_eq!(trio.voice().left, [0, 1, 0], "gone since the first list that did not show it");
    trio.assert_balanced();
}

#[test]
fn abandoned_cases_are_classed_by_wait() {
    for (polls, left) in [(1, [1, 0, 0]), (2, [1, 0, 0]), (3, [0, 1, 0]), (5, [0, 0, 1])] {
        let mut trio = TestCenter::new();
        trio.calls(&[case("0", Handled)]);
        for _ in 0..polls {
            trio.calls(&[case("7", Queued)]);
        }
        trio.calls(&[]).calls(&[]);
        assert_eq!(trio.voice().left, left, "seen waiting {polls} times; short is two polls here");
        assert!(LeftAge::ALL.len() == left.len());
    }
}

#[test]
fn without_handled_cases_vanished_ones_are_unclassified() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]).calls(&[]).calls(&[]);
    assert_eq!(
        trio.voice().total_left(),
        0,
        "it may have been answered: this list may not show that"
    );
    assert_eq!(trio.voice().unclassified[UnclassifiedReason::Unknown as usize], 1);
    trio.assert_balanced();
}

#[test]
fn case_in_another_service_moved_and_waits_there() {
    let there = |state| crate::model::Case { service_id: Some("2".into()), ..case("7", state) };
    let mut trio = TestCenter::new();
    for _ in 0..10 {
        trio.calls(&[case("7", Queued)]);
    }
    trio.calls(&[there(Queued)]).calls(&[there(Handled)]);
    assert_eq!((trio.voice().offered, trio.voice().moved), (1, 1));
    let there = &trio.class("2", CaseClass::Voice).counts;
    assert_eq!((there.offered, there.answered, there.within_low), (1, 1, 1));
    trio.assert_balanced();
}

#[test]
fn handled_case_that_waits_again_is_offered_again() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]).calls(&[case("7", Handled)]).calls(&[case("7", Queued)]);
    trio.calls(&[case("7", Handled)]);
    assert_eq!((trio.voice().offered, trio.voice().answered), (2, 2));
    trio.assert_balanced();
}

#[test]
fn transferred_case_is_answered_in_both_services() {
    let there = crate::model::Case { service_id: Some("2".into()), ..case("7", Handled) };
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]).calls(std::slice::from_ref(&there));
    assert_eq!((trio.voice().answered, trio.voice().moved), (1, 0));
    let there = &trio.class("2", CaseClass::Voice).counts;
    assert_eq!((there.offered, there.answered), (1, 1));
    trio.assert_balanced();
}

#[test]
fn handling_counts_half_of_its_first_and_last_interval() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]);
    for _ in 0..3 {
        trio.calls(&[case("7", Handled)]);
    }
    trio.calls(&[]).calls(&[]);
    assert_eq!(trio.voice().handling_seconds, 2.5 + 5.0 + 5.0 + 2.5);
}

#[test]
fn list_may_give_services_by_name() {
    let mut trio = TestCenter::new();
    let named =
        crate::model::Service { id: "2".into(), name: Some("Växel".into()), group_ids: vec![] };
    let now = trio.clock.now();
    trio.center().services.good = Some(crate::snapshot::Good {
        taken: now,
        took: std::time::Duration::ZERO,
        changed: now,
        items: 1,
        data: std::sync::Arc::new(vec![named]),
    });
    trio.calls(&[crate::model::Case { service_id: Some("Växel".into()), ..case("7", Queued) }]);
    assert_eq!(trio.class("2", CaseClass::Voice).counts.offered, 1);
}
