//! The two lists of cases: the classes that each shows, the change from one list to the other, and
//! series that begin at zero.

use pretty_assertions::assert_eq;

use super::*;

#[test]
fn class_is_published_at_zero_first() {
    let mut trio = TestCenter::new();
    trio.read(Source::Cases, &[], &[]);
    trio.calls(&[]);
    let mail = classed(CaseClass::Email, "7", Queued);
    trio.cases(std::slice::from_ref(&mail));
    assert_eq!(trio.class("1", CaseClass::Email).counts.offered, 0);
    assert!(
        trio.class("1", CaseClass::Email)
            .now
            .is_some_and(|now| now.waiting.is_some_and(|waiting| waiting.cases == 1))
    );
    trio.cases(&[mail]);
    assert_eq!(trio.class("1", CaseClass::Email).counts.offered, 1);
    assert_eq!(trio.voice().offered, 0, "configured classes are there from the start");
}

#[test]
fn calls_in_both_lists_count_once() {
    let mut trio = TestCenter::new();
    trio.read(Source::Cases, &[], &[]);
    trio.step();
    for state in [Queued, Handled] {
        trio.clock.advance(POLL);
        let cases = [
            case("7", state),
            classed(CaseClass::Callback, "8", state),
            classed(CaseClass::Chat, "9", state),
        ];
        trio.read(Source::Cases, &cases, &[]);
        trio.read(Source::Calls, &cases[..2], &[]);
        trio.step();
    }
    for class in [CaseClass::Voice, CaseClass::Callback, CaseClass::Chat] {
        assert_eq!(trio.class("1", class).counts.answered, 1, "{class:?}");
    }
    trio.assert_balanced();
}

#[test]
fn without_calls_the_cases_are_counted() {
    let mut trio = TestCenter::unread(Settings::default());
    trio.cases(&[]).cases(&[case("7", Queued)]).cases(&[case("7", Handled)]);
    assert_eq!(trio.voice().answered, 1);
    assert_eq!(trio.class("1", CaseClass::Voice).source, Source::Cases);
    trio.assert_balanced();
}

#[test]
fn call_that_becomes_a_callback_moved() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]).calls(&[classed(CaseClass::Callback, "7", Queued)]);
    assert_eq!(trio.voice().moved, 1);
    trio.calls(&[classed(CaseClass::Callback, "7", Handled)]);
    let callbacks = &trio.class("1", CaseClass::Callback).counts;
    assert_eq!((callbacks.offered, callbacks.answered), (1, 1));
    trio.assert_balanced();
}

#[test]
fn waiting_cases_show_the_oldest_by_class() {
    let mut trio = TestCenter::new();
    for _ in 0..5 {
        trio.calls(&[case("1", Queued)]);
    }
    trio.calls(&[case("1", Queued), case("2", Offered), case("3", Handled)]);
    let now = trio.class("1", CaseClass::Voice).now.expect("a whole list");
    assert_eq!(now.states, [1, 1, 1, 0]);
    let expected = WaitingNow { cases: 2, longest_wait: 27.5, over_target: 1 };
    assert_eq!(now.waiting, Some(expected), "since the middle of the window in which it came");
}

#[test]
fn returning_service_continues_until_keep_has_passed() {
    let settings = || Settings { keep: Duration::from_secs(60), ..Settings::default() };
    for (away, offered) in [(8, 2), (16, 0)] {
        let mut trio = TestCenter::unread(settings());
        trio.calls(&[])
            .calls(&[case("7", Handled)])
            .calls(&[case("7", Handled), case("8", Handled)]);
        let services: Vec<ServiceStatus> = vec![service("2")];
        for _ in 0..away {
            trio.services(services.clone());
            trio.calls(&[]);
        }
        trio.services(vec![service("1")]);
        trio.calls(&[]);
        assert_eq!(trio.voice().offered, offered, "gone for {away} readings");
    }
}

#[test]
fn surplus_services_are_dropped_oldest_first() {
    let mut trio = TestCenter::unread(Settings { max_services: 50, ..Settings::default() });
    for n in 0..500 {
        trio.services(vec![service(&n.to_string())]);
        trio.calls(&[]);
        assert!(trio.totals.flow.services.len() <= 50);
    }
    assert_eq!(&*trio.service("499").service_id, "499");
}

#[test]
fn day_counts_start_at_observed_local_midnight() {
    // The clock of the tests starts at 08:00 UTC.
    let zone = |hours| TimeZone::fixed(jiff::tz::offset(hours));
    let run = |hours: i8, gap: bool| {
        let mut trio =
            TestCenter::unread(Settings { time_zone: zone(hours), ..Settings::default() });
        trio.calls(&[]).calls(&[case("1", Handled)]);
        assert_eq!(
            trio.class("1", CaseClass::Voice).day,
            None,
            "the begin of this day was not seen"
        );
        let polls = 3600 / 5;
        if gap {
            trio.clock.advance(Duration::from_secs(3600));
        } else {
            for _ in 0..polls {
                trio.calls(&[]);
            }
        }
        trio.calls(&[]).calls(&[case("2", Handled)]);
        trio.class("1", CaseClass::Voice).day
    };
    let day = run(15, false).expect("midnight passed an hour after the start");
    assert_eq!((day.offered, day.answered, day.within, day.left), (1, 1, 1.0, 0));
    assert_eq!(run(15, true), None, "midnight was not observed");
    assert_eq!(run(2, false), None, "no midnight");
}

/// Five seconds later both lists show these.
fn both(trio: &mut TestCenter, calls: &[Case], cases: &[Case]) {
    trio.clock.advance(POLL);
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
    let chat = classed(CaseClass::Chat, "7", Handled);
    trio.calls(std::slice::from_ref(&chat)).calls(&[chat]);
    assert_eq!(trio.class("1", CaseClass::Chat).counts.answered, 1);
}

#[test]
fn cases_of_one_list_survive_reading_the_other() {
    let mut trio = TestCenter::new();
    trio.cases(&[])
        .cases(&[classed(CaseClass::Chat, "7", Queued)])
        .calls(&[])
        .calls(&[])
        .calls(&[]);
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
    trio.cases(&[]).cases(&[classed(CaseClass::Chat, "7", Queued)]).calls(&[]);
    assert_eq!(trio.waiting("1", CaseClass::Chat).expect("a whole list").cases, 1);
    trio.cases(&[]);
    assert_eq!(
        trio.waiting("1", CaseClass::Chat).expect("a whole list").cases,
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
    trio.clock.advance(POLL);
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
    unlisted.services(vec![service("2")]);
    unlisted.calls(&[]);
    for n in 0..30 {
        unlisted.calls(&[case(&n.to_string(), Handled)]);
    }
    assert_eq!(unlisted.voice().offered, 30, "no state, but cases");
}

#[test]
fn sums_stay_with_their_queues_after_a_service_is_dropped() {
    let mut trio =
        TestCenter::unread(Settings { keep: Duration::from_secs(60), ..Settings::default() });
    trio.calls(&[]);
    // Service 1 comes first and is dropped later; the other two go on.
    let of_two = in_service("2", "b", Handled);
    trio.calls(&[case("a", Handled)]).calls(&[case("a", Handled), of_two.clone()]);
    for _ in 0..16 {
        trio.services(vec![service("2"), service("3")]);
        trio.calls(std::slice::from_ref(&of_two));
    }
    assert!(trio.totals.flow.services.iter().all(|service| *service.service_id != *"1"));
    let before = trio.class("2", CaseClass::Voice).counts.handling_seconds;
    let of_three = [in_service("3", "c", Queued), in_service("3", "d", Queued)];
    for _ in 0..2 {
        trio.services(vec![service("2"), service("3")]);
        trio.calls(&[std::slice::from_ref(&of_two), &of_three].concat());
    }
    assert_eq!(trio.class("2", CaseClass::Voice).counts.handling_seconds, before + 10.0);
    assert_eq!(trio.class("3", CaseClass::Voice).counts.handling_seconds, 0.0);
    let waiting = |id| trio.waiting(id, CaseClass::Voice).map(|waiting| waiting.cases);
    assert_eq!((waiting("2"), waiting("3")), (Some(0), Some(2)));
}
