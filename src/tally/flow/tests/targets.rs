//! Waits against targets and against Trio's own times: at the edge, and one second beside it.

use pretty_assertions::assert_eq;
use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    model::{Case, GivenClass, GivenGoals, Goals, Pattern, Rule, Service, ServiceMatch},
    snapshot::Good,
    tally::{Settings, Source},
};

fn target(seconds: u64) -> GivenGoals {
    let class =
        GivenClass { wait_target: Some(Duration::from_secs(seconds)), ..GivenClass::new(CaseClass::Voice) };
    GivenGoals { classes: vec![class], ..GivenGoals::default() }
}

/// A contact centre with this target, of which an empty list was read.
fn with_target(seconds: u64) -> Stage {
    let goals = Arc::new(Goals::new(target(seconds), Vec::new()));
    let mut stage = Stage::unread(Settings { goals, tells_events: true, ..Settings::default() });
    stage.calls(&[]);
    stage
}

/// Seven waits by so many lists, then it is answered.
fn answered_after(lists: usize) -> Stage {
    let mut stage = Stage::new();
    for _ in 0..lists {
        stage.calls(&[case("7", Queued)]);
    }
    stage.calls(&[case("7", Handled)]);
    stage
}

fn within(stage: &Stage) -> (u64, u64) {
    (stage.voice().within_low, stage.voice().within_high)
}

#[test]
fn a_bound_that_is_just_the_target_is_within() {
    assert_eq!(within(&answered_after(3)), (1, 1), "at most 20 seconds");
    assert_eq!(within(&answered_after(5)), (0, 1), "at least 20 seconds");
    assert_eq!(within(&answered_after(6)), (0, 0), "at least 25");
    assert_eq!(answered_after(1).voice().waits.sum, 5.0, "the best estimate is what is summed up");
}

#[test]
fn a_case_that_nobody_saw_is_surely_within_a_target_that_is_no_shorter_than_the_interval() {
    let unseen = |seconds: u64, late: u64| {
        let mut stage = with_target(seconds);
        stage.clock.advance(Duration::from_secs(late));
        stage.calls(&[case("7", Handled)]);
        let voice = stage.voice();
        (voice.within_low, (voice.within * 100.0).round(), voice.within_high)
    };
    assert_eq!(unseen(5, 3), (1, 100.0, 1), "by the interval, though this list was three seconds late");
    assert_eq!(unseen(3, 0), (0, 84.0, 1), "of two moments in five seconds");
}

#[test]
fn who_leaves_just_at_the_target_left_within_it() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled)]);
    for _ in 0..4 {
        stage.calls(&[case("7", Queued)]);
    }
    stage.calls(&[]).calls(&[]);
    assert_eq!(stage.voice().left, [0, 1, 0], "15 to 25 seconds, at best 20");
}

#[test]
fn what_has_waited_just_the_target_is_not_over_it() {
    let mut stage = Stage::new();
    let over = |stage: &Stage| {
        stage.class("1", CaseClass::Voice).now.and_then(|now| now.waiting).expect("a whole list").over_target
    };
    let came = Case { created: Some(stage.now().wall + Duration::from_secs(5)), ..case("7", Queued) };
    for _ in 0..5 {
        stage.calls(std::slice::from_ref(&came));
    }
    assert_eq!(over(&stage), 0, "20 seconds");
    stage.calls(&[came]);
    assert_eq!(over(&stage), 1);
}

#[test]
fn goals_follow_the_name_that_the_configuration_gives_a_service() {
    let services = ServiceMatch { name: vec![Pattern::new("Växel")], ..ServiceMatch::default() };
    let goals = Goals::new(target(20), vec![Rule { services, goals: target(60) }]);
    let mut stage = Stage::unread(Settings { goals: Arc::new(goals), ..Settings::default() });
    let now = |stage: &Stage| stage.service("1").goals.class(CaseClass::Voice).wait_target.as_secs();
    assert_eq!(now(&stage), 20);
    named(&mut stage, &[("1", "Växel")]);
    stage.calls(&[]);
    assert_eq!(now(&stage), 60);
}

/// The configuration names services so now.
fn named(stage: &mut Stage, names: &[(&str, &str)]) {
    let taken = stage.now();
    let service = |(id, name): &(&str, &str)| Service {
        id: (*id).into(),
        name: Some((*name).into()),
        group_ids: vec![],
    };
    let data = Arc::new(names.iter().map(service).collect());
    stage.center().services.good = Some(Good { taken, took: Duration::ZERO, changed: taken, items: 0, data });
}

#[test]
fn a_list_that_names_services_by_name_means_the_one_that_is_called_so_now() {
    let called = |name: &str, id: &str| Case { service_id: Some(name.into()), ..case(id, Queued) };
    let mut stage = Stage::new();
    named(&mut stage, &[("1", "Support"), ("2", "1")]);
    stage.calls(&[called("Support", "7"), called("1", "8")]);
    assert_eq!(stage.voice().offered, 2, "what is an id is no name");
    named(&mut stage, &[("1", "Support"), ("2", "Växel")]);
    stage.calls(&[called("Växel", "9")]);
    assert_eq!(stage.class("2", CaseClass::Voice).counts.offered, 1, "names are learnt again");
    named(&mut stage, &[("1", "Support"), ("2", "Support")]);
    stage.calls(&[called("Support", "10")]).calls(&[]);
    assert_eq!(stage.class("Support", CaseClass::Voice).counts.offered, 1, "which of the two nobody knows");
}

#[test]
fn an_arrival_bounds_the_answer_of_a_case_that_nobody_saw() {
    let mut stage = Stage::new();
    let created = Some(stage.now().wall + Duration::from_secs(2));
    stage.calls(&[Case { created, ..case("7", Handled) }]);
    assert_eq!(stage.voice().waits.sum, 1.5, "answered somewhere in the three seconds that are left");
    let mut stage = Stage::new();
    let answered = Some(stage.now().wall + Duration::from_secs(2));
    stage.calls(&[Case { answered, ..case("7", Handled) }]);
    assert_eq!(stage.voice().waits.sum, 1.0, "came somewhere in the two seconds before");
}

#[test]
fn a_clock_that_differs_by_a_second_is_no_other_clock() {
    let longest = |skew: f64| {
        let mut stage = Stage::new();
        stage.snapshot.clock_skew = Some(skew);
        let created = Some(stage.now().wall + Duration::from_secs(3));
        stage.calls(&[Case { created, ..case("7", Queued) }]);
        stage.class("1", CaseClass::Voice).now.and_then(|now| now.waiting).expect("a whole list").longest_wait
    };
    assert_eq!((longest(1.4), longest(2.0)), (2.0, 4.0), "the header tells whole seconds");
}

#[test]
fn a_wait_that_contradicts_the_lists_is_counted_and_not_used() {
    let mut stage = Stage::new();
    stage.calls(&[Case { waited: Some(60.0), ..case("7", Queued) }]).calls(&[case("7", Handled)]);
    let rejected = stage.totals.flow.rejected[Source::Calls as usize];
    assert_eq!((rejected.created, rejected.waited), (0, 1));
    assert_eq!(within(&stage), (1, 1), "the list before did not show it");
}

#[test]
fn who_comes_from_elsewhere_begins_to_wait_there_whenever_trio_saw_them_come() {
    let mut stage = Stage::new();
    let created = Some(stage.now().wall + Duration::from_secs(2));
    let here = Case { created, ..case("7", Queued) };
    let there = |state| Case { service_id: Some("2".into()), state: Some(state), ..here.clone() };
    for _ in 0..6 {
        stage.calls(std::slice::from_ref(&here));
    }
    stage.calls(&[there(Queued)]).calls(&[there(Handled)]);
    let counts = &stage.class("2", CaseClass::Voice).counts;
    assert_eq!((counts.within_low, counts.within_high), (1, 1));
    assert_eq!(stage.totals.flow.rejected[Source::Calls as usize].created, 0, "its time is not wrong");
}

#[test]
fn after_a_change_of_server_an_arrival_may_lie_before_the_last_list() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled)]);
    let created = Some(stage.now().wall - Duration::from_secs(60));
    stage.snapshot.server = "b".into();
    stage.calls(&[Case { created, ..case("7", Queued) }]).calls(&[Case { created, ..case("7", Handled) }]);
    assert_eq!((stage.voice().carried_in, stage.voice().answered), (1, 2), "its wait is known");
    assert_eq!(stage.totals.flow.rejected[Source::Calls as usize].created, 0);
}

#[test]
fn whoever_came_in_a_gap_could_not_be_seen_coming() {
    let mut stage = Stage::new();
    stage.clock.advance(Duration::from_secs(60));
    let created = Some(stage.now().wall);
    stage.calls(&[Case { created, ..case("7", Queued) }]);
    assert_eq!((stage.voice().offered, stage.voice().carried_in), (0, 1));
}

#[test]
fn after_a_cut_list_an_arrival_tells_the_new_from_those_that_were_hidden() {
    let mut stage = Stage::new();
    stage.calls_cut(&[], &["1"]);
    let now = stage.now().wall;
    let came = |id, seconds: u64| Case {
        created: Some(now + stage::POLL - Duration::from_secs(seconds)),
        ..case(id, Queued)
    };
    stage.calls(&[came("7", 2), came("8", 60)]);
    assert_eq!((stage.voice().offered, stage.voice().carried_in), (1, 1));
}
