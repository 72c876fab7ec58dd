//! Classes, the two lists that show them, and series that begin at zero.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::{
    model::{Case, ServiceStatus},
    tally::{Settings, Source, WaitingNow},
};

fn of(class: CaseClass, id: &str, state: CaseState) -> Case {
    Case { class: Some(class), ..case(id, state) }
}

#[test]
fn class_is_published_at_zero_first() {
    let mut trio = TestCenter::new();
    trio.read(Source::Cases, &[], &[]);
    trio.calls(&[]);
    let mail = of(CaseClass::Email, "7", Queued);
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
        trio.clock.advance(test_center::POLL);
        let cases = [
            case("7", state),
            of(CaseClass::Callback, "8", state),
            of(CaseClass::Chat, "9", state),
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
    trio.calls(&[case("7", Queued)]).calls(&[of(CaseClass::Callback, "7", Queued)]);
    assert_eq!(trio.voice().moved, 1);
    trio.calls(&[of(CaseClass::Callback, "7", Handled)]);
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
        let services: Vec<ServiceStatus> = vec![test_center::service("2")];
        for _ in 0..away {
            trio.services(services.clone());
            trio.calls(&[]);
        }
        trio.services(vec![test_center::service("1")]);
        trio.calls(&[]);
        assert_eq!(trio.voice().offered, offered, "gone for {away} readings");
    }
}

#[test]
fn surplus_services_are_dropped_oldest_first() {
    let mut trio = TestCenter::unread(Settings { max_services: 50, ..Settings::default() });
    for n in 0..500 {
        trio.services(vec![test_center::service(&n.to_string())]);
        trio.calls(&[]);
        assert!(trio.totals.flow.services.len() <= 50);
    }
    assert_eq!(&*trio.service("499").service_id, "499");
}

#[test]
fn day_counts_start_at_observed_local_midnight() {
    // The clock of the tests starts at 08:00 UTC.
    let zone = |hours| jiff::tz::TimeZone::fixed(jiff::tz::offset(hours));
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
