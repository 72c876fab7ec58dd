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
fn a_class_is_published_at_zero_before_its_first_case_counts() {
    let mut stage = Stage::new();
    stage.read(Source::Cases, &[], &[]);
    stage.calls(&[]);
    let mail = of(CaseClass::Email, "7", Queued);
    stage.cases(std::slice::from_ref(&mail));
    assert_eq!(stage.class("1", CaseClass::Email).counts.offered, 0);
    assert!(
        stage
            .class("1", CaseClass::Email)
            .now
            .is_some_and(|now| now.waiting.is_some_and(|waiting| waiting.cases == 1))
    );
    stage.cases(&[mail]);
    assert_eq!(stage.class("1", CaseClass::Email).counts.offered, 1);
    assert_eq!(stage.voice().offered, 0, "configured classes are there from the start");
}

#[test]
fn calls_are_counted_once_though_both_lists_show_them() {
    let mut stage = Stage::new();
    stage.read(Source::Cases, &[], &[]);
    stage.step();
    for state in [Queued, Handled] {
        stage.clock.advance(stage::POLL);
        let cases = [case("7", state), of(CaseClass::Callback, "8", state), of(CaseClass::Chat, "9", state)];
        stage.read(Source::Cases, &cases, &[]);
        stage.read(Source::Calls, &cases[..2], &[]);
        stage.step();
    }
    for class in [CaseClass::Voice, CaseClass::Callback, CaseClass::Chat] {
        assert_eq!(stage.class("1", class).counts.answered, 1, "{class:?}");
    }
    stage.law_holds();
}

#[test]
fn where_calls_cannot_be_read_the_cases_tell_of_them() {
    let mut stage = Stage::unread(Settings::default());
    stage.cases(&[]).cases(&[case("7", Queued)]).cases(&[case("7", Handled)]);
    assert_eq!(stage.voice().answered, 1);
    assert_eq!(stage.class("1", CaseClass::Voice).source, Source::Cases);
    stage.law_holds();
}

#[test]
fn a_call_that_becomes_a_callback_moved_there() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued)]).calls(&[of(CaseClass::Callback, "7", Queued)]);
    assert_eq!(stage.voice().moved, 1);
    stage.calls(&[of(CaseClass::Callback, "7", Handled)]);
    let callbacks = &stage.class("1", CaseClass::Callback).counts;
    assert_eq!((callbacks.offered, callbacks.answered), (1, 1));
    stage.law_holds();
}

#[test]
fn what_waits_now_is_shown_by_class_with_the_age_of_the_oldest() {
    let mut stage = Stage::new();
    for _ in 0..5 {
        stage.calls(&[case("1", Queued)]);
    }
    stage.calls(&[case("1", Queued), case("2", Offered), case("3", Handled)]);
    let now = stage.class("1", CaseClass::Voice).now.expect("a whole list");
    assert_eq!(now.states, [1, 1, 1, 0]);
    let expected = WaitingNow { cases: 2, longest_wait: 27.5, over_target: 1 };
    assert_eq!(now.waiting, Some(expected), "since the middle of the window in which it came");
}

#[test]
fn a_service_that_comes_back_goes_on_counting_until_it_is_forgotten() {
    let settings = || Settings { keep: Duration::from_secs(60), ..Settings::default() };
    for (away, offered) in [(8, 2), (16, 0)] {
        let mut stage = Stage::unread(settings());
        stage.calls(&[]).calls(&[case("7", Handled)]).calls(&[case("7", Handled), case("8", Handled)]);
        let services: Vec<ServiceStatus> = vec![stage::service("2")];
        for _ in 0..away {
            stage.services(services.clone());
            stage.calls(&[]);
        }
        stage.services(vec![stage::service("1")]);
        stage.calls(&[]);
        assert_eq!(stage.voice().offered, offered, "gone for {away} readings");
    }
}

#[test]
fn of_too_many_services_the_longest_gone_are_forgotten() {
    let mut stage = Stage::unread(Settings { most_services: 50, ..Settings::default() });
    for n in 0..500 {
        stage.services(vec![stage::service(&n.to_string())]);
        stage.calls(&[]);
        assert!(stage.totals.flow.services.len() <= 50);
    }
    assert_eq!(&*stage.service("499").service_id, "499");
}

#[test]
fn the_day_begins_at_local_midnight_and_only_if_it_was_watched() {
    // The clock of the stage starts at 08:00 UTC.
    let zone = |hours| jiff::tz::TimeZone::fixed(jiff::tz::offset(hours));
    let run = |hours: i8, gap: bool| {
        let mut stage = Stage::unread(Settings { time_zone: zone(hours), ..Settings::default() });
        stage.calls(&[]).calls(&[case("1", Handled)]);
        assert_eq!(stage.class("1", CaseClass::Voice).day, None, "nobody saw this day begin");
        let polls = 3600 / 5;
        if gap {
            stage.clock.advance(Duration::from_secs(3600));
        } else {
            for _ in 0..polls {
                stage.calls(&[]);
            }
        }
        stage.calls(&[]).calls(&[case("2", Handled)]);
        stage.class("1", CaseClass::Voice).day
    };
    let day = run(15, false).expect("midnight passed an hour after the start");
    assert_eq!((day.offered, day.answered, day.within, day.left), (1, 1, 1.0, 0));
    assert_eq!(run(15, true), None, "nobody was there at midnight");
    assert_eq!(run(2, false), None, "no midnight");
}
