//! Measured and unmeasured time, and the reasons.

use pretty_assertions::assert_eq;
use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    model::{Case, GivenClass, GivenGoals, Goals, ServiceStatus},
    tally::{Settings, Source, Unmeasured},
};

fn unmeasured(trio: &TestCenter, reason: Unmeasured) -> f64 {
    trio.service("1").time.unmeasured[reason as usize]
}

fn queued(id: &str, length: f64) -> ServiceStatus {
    ServiceStatus { queue_length: Some(length), ..test_center::service(id) }
}

/// Makes a step with these states five seconds later.
fn states(trio: &mut TestCenter, states: Vec<ServiceStatus>) {
    trio.clock.advance(test_center::POLL);
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
    trio.clock.advance(test_center::POLL);
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
fn truncated_cases_affect_only_services_they_feed() {
    for (mail, truncated) in [(true, 5.0), (false, 0.0)] {
        let mut trio = TestCenter::new();
        let cases = if mail {
            vec![Case { class: Some(CaseClass::Email), ..case("9", Queued) }]
        } else {
            Vec::new()
        };
        trio.read(Source::Cases, &cases, &["1"]);
        trio.calls(&[]).calls(&[]);
        assert_eq!(unmeasured(&trio, Unmeasured::Truncated), truncated, "with mail: {mail}");
    }
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
    states(&mut trio, vec![test_center::service("2")]);
    states(&mut trio, vec![queued("1", 4.0)]);
    assert_eq!(trio.service("1").time.queue_wait, Some(0.0));
}
