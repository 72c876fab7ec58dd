//! Counts since midnight.

use pretty_assertions::assert_eq;
use std::time::{Duration, UNIX_EPOCH};

use jiff::tz::TimeZone;

use super::*;
use crate::{
    model::{Case, Stamp},
    tally::{Settings, Source, flow::Day},
};

/// A contact centre at 23:59:30 of its own time, with an empty list read five seconds later.
fn before_midnight() -> TestCenter {
    // The clock of the tests starts at 08:00 UTC.
    let offset = jiff::tz::Offset::from_seconds(16 * 3600 - 30).expect("an offset");
    let time_zone = TimeZone::fixed(offset);
    let mut trio = TestCenter::unread(Settings { time_zone, ..Settings::default() });
    trio.calls(&[]);
    trio
}

#[test]
fn counts_before_midnight_are_not_of_today() {
    let mut trio = before_midnight();
    trio.calls(&[case("0", Handled), case("1", Queued)]).calls(&[case("0", Handled)]).calls(&[]);
    for _ in 0..6 {
        trio.calls(&[]);
    }
    assert_eq!((trio.voice().answered, trio.voice().total_left()), (1, 1));
    let day = trio.class("1", CaseClass::Voice).day.expect("midnight has passed");
    assert_eq!((day.offered, day.answered, day.within, day.left), (0, 0, 0.0, 0));
    trio.calls(&[case("2", Queued), case("3", Handled)]).calls(&[]).calls(&[]);
    let day = trio.class("1", CaseClass::Voice).day.expect("the same day");
    assert_eq!((day.offered, day.answered, day.within, day.left), (2, 1, 1.0, 1));
}

#[test]
fn day_of_a_new_class_starts_with_its_counters() {
    let mut trio = before_midnight();
    trio.read(Source::Cases, &[], &[]);
    for _ in 0..8 {
        trio.calls(&[]);
    }
    trio.read(Source::Cases, &[], &[]);
    trio.step();
    let mail = Case { class: Some(CaseClass::Email), ..case("7", Queued) };
    trio.cases(std::slice::from_ref(&mail));
    assert_eq!(trio.class("1", CaseClass::Email).day, None);
    trio.cases(&[mail]);
    assert!(trio.class("1", CaseClass::Email).day.is_some());
}

#[test]
fn gap_over_midnight_uses_the_shortest_interval() {
    let mut trio = before_midnight();
    trio.center().cases.interval = Some(Duration::from_secs(60));
    trio.calls(&[]).calls(&[]);
    trio.clock.advance(Duration::from_secs(30));
    trio.calls(&[]).calls(&[]);
    assert_eq!(
        trio.class("1", CaseClass::Voice).day,
        None,
        "the time around midnight was not observed"
    );
}

#[test]
fn day_is_whole_only_after_the_previous_day() {
    let noon = |day: u64| {
        let since = Duration::from_secs(day * 86_400 + 43_200);
        Stamp { wall: UNIX_EPOCH + since, mono: since }
    };
    let mut day = Day::default();
    let whole = |day: &mut Day, at: u64| {
        day.advance(noon(at), &TimeZone::UTC, false, std::iter::empty());
        day.base().is_some()
    };
    assert_eq!([10, 11, 10, 11].map(|at| whole(&mut day, at)), [false, true, true, true]);
    assert!(!whole(&mut day, 13), "the end of the 12th was not observed");
}
