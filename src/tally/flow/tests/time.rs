//! Measured and unmeasured time, the reasons, and counts since midnight.

use pretty_assertions::assert_eq;

use super::*;
use crate::tally::LevelGap;

fn queued(id: &str, length: f64) -> ServiceStatus {
    ServiceStatus { queue_length: Some(length), ..service(id) }
}

/// Makes a step with these states five seconds later.
fn states(trio: &mut TestCenter, states: Vec<ServiceStatus>) {
    trio.clock.advance(POLL);
    trio.services(states);
    trio.step();
}

#[test]
fn first_list_measures_no_time() {
    let mut trio = TestCenter::unread(Settings::default());
    trio.cases(&[]).cases(&[case("7", Queued)]).cases(&[case("7", Queued)]);
    assert_eq!(trio.service("1").time.measured, Some(10.0));
    trio.calls(&[case("7", Queued)]).calls(&[case("7", Queued)]);
    assert_eq!(trio.service("1").time.measured, Some(15.0));
    assert_eq!(unmeasured(&trio, Unmeasured::MissedPoll), 5.0, "two lists were not compared there");
}

#[test]
fn time_is_measured_by_the_list_of_calls() {
    let mut trio = TestCenter::new();
    trio.read(Source::Cases, &[], &[]);
    trio.step();
    for _ in 0..12 {
        trio.calls(&[]);
    }
    trio.clock.advance(POLL);
    trio.step();
    assert_eq!(unmeasured(&trio, Unmeasured::MissedPoll), 0.0, "cases were not read for a minute");
    trio.read(Source::Cases, &[], &[]);
    trio.step();
    assert_eq!(unmeasured(&trio, Unmeasured::MissedPoll), 0.0, "and come back after a gap");
    assert_eq!(trio.service("1").time.measured, Some(60.0));
}

#[test]
fn gap_is_an_outage_after_a_failed_attempt() {
    let mut trio = TestCenter::new();
    trio.calls(&[]);
    trio.clock.advance(Duration::from_secs(20));
    trio.step();
    assert_eq!(
        (unmeasured(&trio, Unmeasured::Outage), unmeasured(&trio, Unmeasured::MissedPoll)),
        (0.0, 20.0)
    );
    trio.calls(&[]).fail().calls(&[]);
    let outage = unmeasured(&trio, Unmeasured::Outage);
    trio.clock.advance(Duration::from_secs(60));
    trio.calls(&[]);
    assert_eq!(
        unmeasured(&trio, Unmeasured::Outage),
        outage,
        "a failure that is over explains nothing"
    );
}

#[test]
fn disabled_list_measures_no_time() {
    let mut trio = TestCenter::new();
    trio.calls(&[]);
    trio.center().calls.interval = None;
    trio.clock.advance(Duration::from_secs(60));
    trio.step();
    let time = trio.service("1").time;
    assert_eq!((time.measured, time.unmeasured), (Some(5.0), [0.0; 4]));
}

#[test]
fn truncated_cases_hide_the_level_of_written_classes_only() {
    let mut trio = TestCenter::new();
    trio.read(Source::Cases, &[classed(CaseClass::Email, "9", Queued)], &["1"]);
    trio.calls(&[case("7", Queued)]).calls(&[]);
    let gap = |trio: &TestCenter, class| trio.class("1", class).level_gap;
    assert_eq!(gap(&trio, CaseClass::Email), Some(LevelGap::Truncated));
    assert_eq!(gap(&trio, CaseClass::Voice), None);
    assert_eq!(trio.service("1").time.measured, Some(10.0), "by the list of calls");
    assert_eq!(unmeasured(&trio, Unmeasured::Truncated), 0.0);
    for _ in 0..179 {
        trio.calls(&[]);
    }
    trio.read(Source::Cases, &[classed(CaseClass::Email, "9", Queued)], &[]);
    assert_eq!(gap(&trio, CaseClass::Email), Some(LevelGap::Truncated), "for 15 minutes");
    trio.calls(&[]);
    trio.read(Source::Cases, &[classed(CaseClass::Email, "9", Queued)], &[]);
    assert_eq!(gap(&trio, CaseClass::Email), None);
}

#[test]
fn written_service_is_measured_by_the_list_of_cases() {
    let mut trio = TestCenter::unread(Settings::default());
    let mails = [classed(CaseClass::Email, "9", Queued)];
    trio.cases_truncated(&mails, &["1"]).cases_truncated(&mails, &["1"]);
    assert_eq!(trio.class("1", CaseClass::Email).level_gap, None, "the time tells it");
    assert_eq!(unmeasured(&trio, Unmeasured::Truncated), 5.0);
}

#[test]
fn time_after_a_truncated_list_is_unmeasured() {
    let mut trio = TestCenter::new();
    trio.calls_truncated(&[], &["1"]).calls(&[]);
    assert_eq!(
        unmeasured(&trio, Unmeasured::Truncated),
        10.0,
        "the whole list has no whole one before it"
    );
    assert_eq!(trio.service("2").time.measured, Some(10.0), "another service is none the worse");
}

#[test]
fn time_of_callbacks_is_measured_by_calls() {
    let callback = GivenClass::new(CaseClass::Callback);
    let goals =
        Goals::new(GivenGoals { classes: vec![callback], ..GivenGoals::default() }, Vec::new());
    let mut trio = TestCenter::unread(Settings { goals: Arc::new(goals), ..Settings::default() });
    trio.calls(&[]).calls(&[]).calls(&[]);
    assert_eq!(trio.service("1").time.measured, Some(10.0));
}

#[test]
fn queue_integral_stops_at_a_failover() {
    let mut trio = TestCenter::new();
    states(&mut trio, vec![queued("1", 2.0)]);
    states(&mut trio, vec![queued("1", 2.0)]);
    assert_eq!(trio.service("1").time.queue_wait, Some(10.0));
    trio.snapshot.server = "b".into();
    states(&mut trio, vec![queued("1", 2.0)]);
    assert_eq!(
        trio.service("1").time.queue_wait,
        Some(10.0),
        "the queue of the first server is unknown"
    );
    states(&mut trio, vec![queued("1", 2.0)]);
    assert_eq!(trio.service("1").time.queue_wait, Some(20.0));
}

#[test]
fn queue_integral_skips_an_absent_service() {
    let mut trio = TestCenter::new();
    states(&mut trio, vec![queued("1", 4.0)]);
    states(&mut trio, vec![service("2")]);
    states(&mut trio, vec![queued("1", 4.0)]);
    assert_eq!(trio.service("1").time.queue_wait, Some(0.0));
}

/// A contact centre at 23:59:30 of its own time, with an empty list read five seconds later.
fn before_midnight() -> TestCenter {
    // The clock of the tests starts at 08:00 UTC.
    let offset = Offset::from_seconds(16 * 3600 - 30).expect("an offset");
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
fn day_has_bounds_short_abandons_and_unclassified_cases() {
    let mut trio = before_midnight();
    trio.calls(&[case("0", Queued)]).calls(&[]).calls(&[]);
    for _ in 0..6 {
        trio.calls(&[]);
    }
    let before = trio.voice().clone();
    let zero = trio.class("1", CaseClass::Voice).day.and_then(|day| day.detail).expect("whole");
    assert_eq!(zero, crate::tally::DayDetail::default(), "{before:?}");
    trio.calls(&[case("1", Queued)]).calls(&[case("1", Handled), case("2", Queued)]).calls(&[]);
    trio.calls(&[]);
    let now = trio.voice().clone();
    let day = trio.class("1", CaseClass::Voice).day.and_then(|day| day.detail).expect("whole");
    let grown = |count: fn(&ClassCounts) -> u64| count(&now) - count(&before);
    assert_eq!(
        [day.within_low, day.within_high, day.missed_low, day.missed_high],
        [
            grown(|counts| counts.within_low),
            grown(|counts| counts.within_high),
            grown(|counts| counts.missed_low),
            grown(|counts| counts.missed_high)
        ]
    );
    assert_eq!(day.left_short, grown(|counts| counts.left[LeftAge::Short as usize]));
    assert_eq!(day.unclassified, grown(ClassCounts::total_unclassified));
    assert!(day.within_high > 0, "{day:?}");
}

#[test]
fn part_of_a_day_begins_with_the_gap_over_midnight() {
    let mut trio = before_midnight();
    trio.calls(&[case("0", Handled)]).calls(&[]);
    trio.clock.advance(Duration::from_secs(300));
    trio.calls(&[]).calls(&[case("1", Handled)]);
    let class = trio.class("1", CaseClass::Voice);
    assert_eq!((class.day, class.part_day.map(|day| day.offered)), (None, Some(1)));
    let start = trio.totals.flow.day_start.expect("a step");
    let now = crate::model::unix_seconds(trio.clock.now().wall);
    assert!(!start.is_whole && (0.0..=15.0).contains(&(now - start.at)), "{start:?} {now}");
    let time = trio.service("1").day_time.expect("since then");
    assert!(time.measured <= 15.0, "{time:?}");
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
    let mail = classed(CaseClass::Email, "7", Queued);
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
        day.advance(noon(at), &TimeZone::UTC, false);
        day.is_whole()
    };
    assert_eq!([10, 11, 10, 11].map(|at| whole(&mut day, at)), [false, true, true, true]);
    assert!(!whole(&mut day, 13), "the end of the 12th was not observed");
}
