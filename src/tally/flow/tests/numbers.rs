//! Job numbers that Trio uses again, with arrivals that distinguish the cases, and numbers that one
//! list shows in two services.

use pretty_assertions::assert_eq;

use super::*;

/// A case that waits, with Trio's time of its arrival.
fn arrived(id: &str, created: Option<SystemTime>) -> Case {
    Case { created, ..case(id, Queued) }
}

/// Number of cases offered if number 7 is in these lists, with arrivals so many seconds after the
/// first list; a missing entry does not show it.
fn offered(lists: &[Option<Option<i64>>]) -> u64 {
    let mut trio = TestCenter::new();
    let first = trio.now().wall + POLL;
    for list in lists {
        let created = |seconds: i64| {
            let span = Duration::from_secs(seconds.unsigned_abs());
            if seconds < 0 { first - span } else { first + span }
        };
        match list {
            Some(after) => trio.calls(&[arrived("7", after.map(created))]),
            None => trio.calls(&[]),
        };
        trio.assert_balanced();
    }
    trio.voice().offered
}

#[test]
fn reused_number_with_later_arrival_is_another_case() {
    assert_eq!(offered(&[Some(Some(-2)), None, Some(Some(8))]), 2);
    assert_eq!(
        offered(&[Some(None), Some(Some(-2)), None, Some(Some(13))]),
        2,
        "the arrival came late"
    );
    assert_eq!(
        offered(&[Some(Some(-2)), Some(None), None, Some(Some(13))]),
        2,
        "and is missing later"
    );
}

#[test]
fn reused_number_with_same_arrival_is_the_same_case() {
    assert_eq!(
        offered(&[Some(Some(0)), None, Some(Some(1))]),
        1,
        "a second is what clocks differ by"
    );
    assert_eq!(
        offered(&[Some(Some(-60)), None, Some(Some(-30))]),
        1,
        "it was there after that arrival"
    );
    assert_eq!(
        offered(&[Some(Some(-2)), Some(Some(4)), Some(Some(9))]),
        1,
        "it was never out of sight"
    );
}

/// Case 7 of a service.
fn case_seven(service: &str, state: CaseState) -> Case {
    in_service(service, "7", state)
}

/// A call that an agent has all the time, so that the list shows handled cases.
fn other() -> Case {
    case("0", Handled)
}

fn counts<'s>(trio: &'s TestCenter, service: &str) -> &'s ClassCounts {
    &trio.class(service, CaseClass::Voice).counts
}

fn unknown(trio: &TestCenter, service: &str) -> u64 {
    counts(trio, service).unclassified[UnclassifiedReason::Unknown as usize]
}

#[test]
fn one_number_in_two_services_is_two_cases() {
    let mut trio = TestCenter::new();
    trio.calls(&[other()]).calls(&[other(), case_seven("1", Queued), case_seven("2", Queued)]);
    assert_eq!((counts(&trio, "1").offered, counts(&trio, "2").offered), (2, 1));
    assert_eq!(
        trio.class("2", CaseClass::Voice).now.expect("whole").waiting.map(|now| now.cases),
        Some(1)
    );
    trio.assert_balanced();
    for _ in 0..3 {
        trio.calls(&[other(), case_seven("2", Queued), case_seven("1", Handled)]);
        trio.assert_balanced();
    }
    trio.calls(&[other(), case_seven("1", Handled), case_seven("2", Handled)])
        .calls(&[])
        .calls(&[]);
    trio.assert_balanced();
    for (service, answered) in [("1", 2), ("2", 1)] {
        let counts = counts(&trio, service);
        assert_eq!(
            (counts.answered, counts.moved, counts.total_left()),
            (answered, 0, 0),
            "{service}"
        );
        assert_eq!(counts.total_unclassified(), 0, "{service}: an answered case has its outcome");
    }
}

#[test]
fn shared_row_that_disappears_is_unclassified_never_left() {
    let mut trio = TestCenter::new();
    trio.calls(&[other()]).calls(&[other(), case_seven("1", Queued), case_seven("2", Queued)]);
    trio.calls(&[other(), case_seven("1", Queued)]);
    assert_eq!(unknown(&trio, "2"), 1, "with the first list that shows the number once");
    trio.assert_balanced();
    trio.calls(&[other(), case_seven("1", Queued)]).calls(&[other()]).calls(&[other()]);
    trio.assert_balanced();
    let second = counts(&trio, "2");
    assert_eq!((second.total_left(), second.moved, second.total_unclassified()), (0, 0, 1));
    let first = counts(&trio, "1");
    assert_eq!(
        (first.total_left(), first.total_unclassified()),
        (1, 0),
        "alone, it is a case like others"
    );
}

#[test]
fn shared_rows_that_both_disappear_are_unclassified() {
    let mut trio = TestCenter::new();
    trio.calls(&[other()]).calls(&[other(), case_seven("1", Queued), case_seven("2", Queued)]);
    trio.calls(&[other()]).calls(&[other()]);
    for service in ["1", "2"] {
        assert_eq!(
            (unknown(&trio, service), counts(&trio, service).total_left()),
            (1, 0),
            "{service}"
        );
    }
    trio.assert_balanced();
}

#[test]
fn case_shown_only_in_another_service_has_moved() {
    let mut trio = TestCenter::new();
    trio.calls(&[other()])
        .calls(&[other(), case_seven("1", Queued)])
        .calls(&[other(), case_seven("2", Queued)]);
    assert_eq!((counts(&trio, "1").moved, counts(&trio, "2").offered), (1, 1));
    assert_eq!(counts(&trio, "1").total_unclassified(), 0);
    trio.assert_balanced();
}

#[test]
fn known_case_continues_beside_another_of_its_number() {
    let mut trio = TestCenter::new();
    trio.calls(&[other()]).calls(&[other(), case_seven("1", Queued)]);
    for _ in 0..12 {
        trio.calls(&[other(), case_seven("2", Queued), case_seven("1", Queued)]);
    }
    trio.calls(&[other(), case_seven("1", Handled), case_seven("2", Handled)]);
    assert_eq!(
        (counts(&trio, "1").offered, counts(&trio, "2").offered),
        (2, 1),
        "neither came twice"
    );
    assert!(counts(&trio, "1").waits.sum > 60.0, "its wait began with its first list");
    assert_eq!(counts(&trio, "1").answered + counts(&trio, "2").answered, 3);
    trio.assert_balanced();
}

#[test]
fn shared_number_in_a_third_service_ends_both() {
    let mut trio = TestCenter::new();
    trio.services(vec![service("1"), service("2"), service("3")]);
    trio.calls(&[other()]).calls(&[other(), case_seven("1", Queued), case_seven("2", Queued)]);
    trio.calls(&[other(), case_seven("3", Queued)]);
    assert_eq!((unknown(&trio, "1"), unknown(&trio, "2"), counts(&trio, "3").offered), (1, 1, 1));
    trio.assert_balanced();
}

#[test]
fn agent_job_does_not_identify_shared_number() {
    let mut trio = TestCenter::new();
    trio.calls(&[other()]).calls(&[other(), case_seven("1", Queued), case_seven("2", Queued)]);
    trio.agents(&[("7", AgentState::Busy)]);
    trio.calls(&[other(), case_seven("2", Queued)]);
    assert_eq!(
        (counts(&trio, "1").answered, unknown(&trio, "1")),
        (1, 1),
        "only the other call was"
    );
    trio.assert_balanced();
}

#[test]
fn truncated_list_does_not_separate_a_shared_number() {
    let mut trio = TestCenter::new();
    trio.calls(&[other()]).calls(&[other(), case_seven("1", Queued), case_seven("2", Queued)]);
    trio.calls_truncated(&[other(), case_seven("1", Queued)], &["2"]);
    assert_eq!(counts(&trio, "2").total_unclassified(), 0, "it may be hidden");
    assert!(
        trio.tally.cases_to_follow("1").is_empty(),
        "the number does not say which case is asked for"
    );
    trio.calls(&[other(), case_seven("1", Queued), case_seven("2", Queued)]);
    assert_eq!(
        (counts(&trio, "1").offered, counts(&trio, "2").offered),
        (2, 1),
        "neither came twice"
    );
    trio.assert_balanced();
}

#[test]
fn call_and_email_may_share_a_number() {
    let letter = || Case { class: Some(CaseClass::Email), ..case_seven("2", Queued) };
    let call = || case_seven("1", Queued);
    let mut trio = TestCenter::new();
    for _ in 0..4 {
        trio.clock.advance(POLL);
        trio.read(Source::Calls, &[other(), call()], &[]);
        trio.read(Source::Cases, &[call(), letter()], &[]);
        trio.step();
        trio.assert_balanced();
    }
    assert_eq!((counts(&trio, "1").offered, counts(&trio, "1").moved), (2, 0));
    let letters = &trio.class("2", CaseClass::Email).counts;
    assert_eq!((letters.offered + letters.carried_in, letters.moved), (1, 0));
    for _ in 0..2 {
        trio.clock.advance(POLL);
        trio.read(Source::Calls, &[other(), call()], &[]);
        trio.read(Source::Cases, &[call()], &[]);
        trio.step();
        trio.assert_balanced();
    }
    let letters = &trio.class("2", CaseClass::Email).counts;
    assert_eq!(
        (letters.unclassified[UnclassifiedReason::Unknown as usize], letters.total_left()),
        (1, 0)
    );
    assert_eq!(counts(&trio, "1").total_unclassified(), 0);
}
