//! Time that was measured, time that was not, and why.

use pretty_assertions::assert_eq;
use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    model::{Case, GivenClass, GivenGoals, Goals, ServiceStatus},
    tally::{Settings, Source, Unmeasured},
};

fn unmeasured(stage: &Stage, reason: Unmeasured) -> f64 {
    stage.service("1").time.unmeasured[reason as usize]
}

fn queued(id: &str, length: f64) -> ServiceStatus {
    ServiceStatus { queue_length: Some(length), ..stage::service(id) }
}

/// Five seconds later the states are these.
fn states(stage: &mut Stage, states: Vec<ServiceStatus>) {
    stage.clock.advance(stage::POLL);
    stage.services(states);
    stage.step();
}

#[test]
fn the_first_list_measures_nothing_but_what_the_other_had_measured_before() {
    let mut stage = Stage::unread(Settings::default());
    stage.cases(&[]).cases(&[case("7", Queued)]).cases(&[case("7", Queued)]);
    assert_eq!(stage.service("1").time.measured, Some(10.0));
    stage.calls(&[case("7", Queued)]).calls(&[case("7", Queued)]);
    assert_eq!(stage.service("1").time.measured, Some(15.0));
    assert_eq!(unmeasured(&stage, Unmeasured::MissedPoll), 5.0, "nobody compared two lists there");
}

#[test]
fn time_is_measured_by_the_list_that_shows_the_calls_whatever_the_other_does() {
    let mut stage = Stage::new();
    stage.read(Source::Cases, &[], &[]);
    stage.step();
    for _ in 0..12 {
        stage.calls(&[]);
    }
    stage.clock.advance(stage::POLL);
    stage.step();
    assert_eq!(unmeasured(&stage, Unmeasured::MissedPoll), 0.0, "cases were not read for a minute");
    stage.read(Source::Cases, &[], &[]);
    stage.step();
    assert_eq!(unmeasured(&stage, Unmeasured::MissedPoll), 0.0, "and come back after a gap");
    assert_eq!(stage.service("1").time.measured, Some(60.0));
}

#[test]
fn a_gap_is_an_outage_only_if_an_attempt_failed_since_the_last_list() {
    let mut stage = Stage::new();
    stage.calls(&[]);
    stage.clock.advance(Duration::from_secs(20));
    stage.step();
    assert_eq!(
        (unmeasured(&stage, Unmeasured::Outage), unmeasured(&stage, Unmeasured::MissedPoll)),
        (0.0, 20.0)
    );
    stage.calls(&[]).fails().calls(&[]);
    let outage = unmeasured(&stage, Unmeasured::Outage);
    stage.clock.advance(Duration::from_secs(60));
    stage.calls(&[]);
    assert_eq!(unmeasured(&stage, Unmeasured::Outage), outage, "a failure that is over explains nothing");
}

#[test]
fn a_list_that_is_switched_off_leaves_the_time_alone() {
    let mut stage = Stage::new();
    stage.calls(&[]);
    stage.center().calls.interval = None;
    stage.clock.advance(Duration::from_secs(60));
    stage.step();
    let time = stage.service("1").time;
    assert_eq!((time.measured, time.unmeasured), (Some(5.0), [0.0; 4]));
}

#[test]
fn a_cut_list_of_cases_spoils_the_time_of_services_that_it_feeds_and_no_others() {
    for (mail, truncated) in [(true, 5.0), (false, 0.0)] {
        let mut stage = Stage::new();
        let cases =
            if mail { vec![Case { class: Some(CaseClass::Email), ..case("9", Queued) }] } else { Vec::new() };
        stage.read(Source::Cases, &cases, &["1"]);
        stage.calls(&[]).calls(&[]);
        assert_eq!(unmeasured(&stage, Unmeasured::Truncated), truncated, "with mail: {mail}");
    }
}

#[test]
fn the_time_after_a_cut_list_is_not_measured_either() {
    let mut stage = Stage::new();
    stage.calls_cut(&[], &["1"]).calls(&[]);
    assert_eq!(unmeasured(&stage, Unmeasured::Truncated), 10.0, "the whole list has no whole one before it");
    assert_eq!(stage.service("2").time.measured, Some(10.0), "another service is none the worse");
}

#[test]
fn the_time_of_a_service_with_callbacks_alone_is_measured_by_the_list_of_calls() {
    let callback = GivenClass::new(CaseClass::Callback);
    let goals = Goals::new(GivenGoals { classes: vec![callback], ..GivenGoals::default() }, Vec::new());
    let mut stage = Stage::unread(Settings { goals: Arc::new(goals), ..Settings::default() });
    stage.calls(&[]).calls(&[]).calls(&[]);
    assert_eq!(stage.service("1").time.measured, Some(10.0));
}

#[test]
fn the_queue_is_summed_only_between_states_of_one_server() {
    let mut stage = Stage::new();
    states(&mut stage, vec![queued("1", 2.0)]);
    states(&mut stage, vec![queued("1", 2.0)]);
    assert_eq!(stage.service("1").time.queue_wait, Some(10.0));
    stage.snapshot.server = "b".into();
    states(&mut stage, vec![queued("1", 2.0)]);
    assert_eq!(stage.service("1").time.queue_wait, Some(10.0), "nobody knows what the first one had");
    states(&mut stage, vec![queued("1", 2.0)]);
    assert_eq!(stage.service("1").time.queue_wait, Some(20.0));
}

#[test]
fn the_queue_of_a_service_that_was_away_is_not_summed_over_its_absence() {
    let mut stage = Stage::new();
    states(&mut stage, vec![queued("1", 4.0)]);
    states(&mut stage, vec![stage::service("2")]);
    states(&mut stage, vec![queued("1", 4.0)]);
    assert_eq!(stage.service("1").time.queue_wait, Some(0.0));
}
