//! Counts since midnight.

use pretty_assertions::assert_eq;
use std::time::{Duration, UNIX_EPOCH};

use jiff::tz::TimeZone;

use super::*;
use crate::{
    model::{Case, Stamp},
    tally::{Settings, Source, flow::Day},
};

/// A contact centre at 23:59:30 of its own time, of which an empty list was read five seconds later.
fn before_midnight() -> Stage {
    // The clock of the stage starts at 08:00 UTC.
    let offset = jiff::tz::Offset::from_seconds(16 * 3600 - 30).expect("an offset");
    let time_zone = TimeZone::fixed(offset);
    let mut stage = Stage::unread(Settings { time_zone, ..Settings::default() });
    stage.calls(&[]);
    stage
}

#[test]
fn what_was_counted_before_midnight_is_not_counted_today() {
    let mut stage = before_midnight();
    stage.calls(&[case("0", Handled), case("1", Queued)]).calls(&[case("0", Handled)]).calls(&[]);
    for _ in 0..6 {
        stage.calls(&[]);
    }
    assert_eq!((stage.voice().answered, stage.voice().left_in_all()), (1, 1));
    let day = stage.class("1", CaseClass::Voice).day.expect("midnight has passed");
    assert_eq!((day.offered, day.answered, day.within, day.left), (0, 0, 0.0, 0));
    stage.calls(&[case("2", Queued), case("3", Handled)]).calls(&[]).calls(&[]);
    let day = stage.class("1", CaseClass::Voice).day.expect("the same day");
    assert_eq!((day.offered, day.answered, day.within, day.left), (2, 1, 1.0, 1));
}

#[test]
fn a_class_that_begins_today_is_first_shown_at_zero_and_its_day_with_its_first_count() {
    let mut stage = before_midnight();
    stage.read(Source::Cases, &[], &[]);
    for _ in 0..8 {
        stage.calls(&[]);
    }
    stage.read(Source::Cases, &[], &[]);
    stage.step();
    let mail = Case { class: Some(CaseClass::Email), ..case("7", Queued) };
    stage.cases(std::slice::from_ref(&mail));
    assert_eq!(stage.class("1", CaseClass::Email).day, None);
    stage.cases(&[mail]);
    assert!(stage.class("1", CaseClass::Email).day.is_some());
}

#[test]
fn a_gap_over_midnight_is_judged_by_the_list_that_is_read_most_often() {
    let mut stage = before_midnight();
    stage.center().cases.interval = Some(Duration::from_secs(60));
    stage.calls(&[]).calls(&[]);
    stage.clock.advance(Duration::from_secs(30));
    stage.calls(&[]).calls(&[]);
    assert_eq!(stage.class("1", CaseClass::Voice).day, None, "nobody saw what came before or after midnight");
}

#[test]
fn a_day_is_whole_if_it_follows_the_day_before_and_a_clock_that_is_set_back_begins_none() {
    let noon = |day: u64| {
        let since = Duration::from_secs(day * 86_400 + 43_200);
        Stamp { wall: UNIX_EPOCH + since, mono: since }
    };
    let mut day = Day::default();
    let whole = |day: &mut Day, at: u64| {
        day.turn(noon(at), &TimeZone::UTC, false, std::iter::empty());
        day.base().is_some()
    };
    assert_eq!([10, 11, 10, 11].map(|at| whole(&mut day, at)), [false, true, true, true]);
    assert!(!whole(&mut day, 13), "nobody saw the 12th end");
}
