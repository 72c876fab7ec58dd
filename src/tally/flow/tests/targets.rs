//! Waits against targets and Trio's own times: at the limit, and one second beside it.

use pretty_assertions::assert_eq;
use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    model::{Case, GivenClass, GivenGoals, Goals, Pattern, Rule, Service, ServiceMatch},
    snapshot::Good,
    tally::{Settings, Source},
};

fn target(seconds: u64) -> GivenGoals {
    let class = GivenClass {
        wait_target: Some(Duration::from_secs(seconds)),
        ..GivenClass::new(CaseClass::Voice)
    };
    GivenGoals { classes: vec![class], ..GivenGoals::default() }
}

/// A contact centre with this target, with an empty list read.
fn with_target(seconds: u64) -> TestCenter {
    let goals = Arc::new(Goals::new(target(seconds), Vec::new()));
    let mut trio =
        TestCenter::unread(Settings { goals, record_events: true, ..Settings::default() });
    trio.calls(&[]);
    trio
}

/// Case 7 waits in so many lists, then it is answered.
fn answered_after(lists: usize) -> TestCenter {
    let mut trio = TestCenter::new();
    for _ in 0..lists {
        trio.calls(&[case("7", Queued)]);
    }
    trio.calls(&[case("7", Handled)]);
    trio
}

fn within(trio: &TestCenter) -> (u64, u64) {
    (trio.voice().within_low, trio.voice().within_high)
}

#[test]
fn bound_equal_to_the_target_is_within() {
    assert_eq!(within(&answered_after(3)), (1, 1), "at most 20 seconds");
    assert_eq!(within(&answered_after(5)), (0, 1), "at least 20 seconds");
    assert_eq!(within(&answered_after(6)), (0, 0), "at least 25");
    assert_eq!(answered_after(1).voice().waits.sum, 5.0, "the best estimate is what is summed up");
}

#[test]
fn unseen_case_is_within_a_target_of_one_interval() {
    let unseen = |seconds: u64, late: u64| {
        let mut trio = with_target(seconds);
        trio.clock.advance(Duration::from_secs(late));
        trio.calls(&[case("7", Handled)]);
        let voice = trio.voice();
        (voice.within_low, (voice.within * 100.0).round(), voice.within_high)
    };
    assert_eq!(
        unseen(5, 3),
        (1, 100.0, 1),
        "by the interval, though this list was three seconds late"
    );
    assert_eq!(unseen(3, 0), (0, 84.0, 1), "of two moments in five seconds");
}

#[test]
fn case_that_leaves_at_the_target_left_within() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]);
    for _ in 0..4 {
        trio.calls(&[case("7", Queued)]);
    }
    trio.calls(&[]).calls(&[]);
    assert_eq!(trio.voice().left, [0, 1, 0], "15 to 25 seconds, at best 20");
}

#[test]
fn wait_equal_to_the_target_is_not_over() {
    let mut trio = TestCenter::new();
    let over = |trio: &TestCenter| {
        trio.class("1", CaseClass::Voice)
            .now
            .and_then(|now| now.waiting)
            .expect("a whole list")
            .over_target
    };
    let came =
        Case { created: Some(trio.now().wall + Duration::from_secs(5)), ..case("7", Queued) };
    for _ in 0..5 {
        trio.calls(std::slice::from_ref(&came));
    }
    assert_eq!(over(&trio), 0, "20 seconds");
    trio.calls(&[came]);
    assert_eq!(over(&trio), 1);
}

#[test]
fn goals_by_name_follow_the_configuration() {
    let services = ServiceMatch { name: vec![Pattern::new("Växel")], ..ServiceMatch::default() };
    let goals = Goals::new(target(20), vec![Rule { services, goals: target(60) }]);
    let mut trio = TestCenter::unread(Settings { goals: Arc::new(goals), ..Settings::default() });
    let now =
        |trio: &TestCenter| trio.service("1").goals.class(CaseClass::Voice).wait_target.as_secs();
    assert_eq!(now(&trio), 20);
    named(&mut trio, &[("1", "Växel")]);
    trio.calls(&[]);
    assert_eq!(now(&trio), 60);
}

/// Gives the services these names in the configuration.
fn named(trio: &mut TestCenter, names: &[(&str, &str)]) {
    let taken = trio.now();
    let service = |(id, name): &(&str, &str)| Service {
        id: (*id).into(),
        name: Some((*name).into()),
        group_ids: vec![],
    };
    let data = Arc::new(names.iter().map(service).collect());
    trio.center().services.good =
        Some(Good { taken, took: Duration::ZERO, changed: taken, items: 0, data });
}

#[test]
fn service_names_are_resolved_by_the_last_configuration() {
    let named_case =
        |name: &str, id: &str| Case { service_id: Some(name.into()), ..case(id, Queued) };
    let mut trio = TestCenter::new();
    named(&mut trio, &[("1", "Support"), ("2", "1")]);
    trio.calls(&[named_case("Support", "7"), named_case("1", "8")]);
    assert_eq!(trio.voice().offered, 2, "what is an id is no name");
    named(&mut trio, &[("1", "Support"), ("2", "Växel")]);
    trio.calls(&[named_case("Växel", "9")]);
    assert_eq!(trio.class("2", CaseClass::Voice).counts.offered, 1, "names are learnt again");
    named(&mut trio, &[("1", "Support"), ("2", "Support")]);
    trio.calls(&[named_case("Support", "10")]).calls(&[]);
    assert_eq!(
        trio.class("Support", CaseClass::Voice).counts.offered,
        1,
        "it may be either of the two"
    );
}

#[test]
fn arrival_bounds_the_answer_of_an_unseen_case() {
    let mut trio = TestCenter::new();
    let created = Some(trio.now().wall + Duration::from_secs(2));
    trio.calls(&[Case { created, ..case("7", Handled) }]);
    assert_eq!(
        trio.voice().waits.sum,
        1.5,
        "answered somewhere in the three seconds that are left"
    );
    let mut trio = TestCenter::new();
    let answered = Some(trio.now().wall + Duration::from_secs(2));
    trio.calls(&[Case { answered, ..case("7", Handled) }]);
    assert_eq!(trio.voice().waits.sum, 1.0, "came somewhere in the two seconds before");
}

#[test]
fn clock_skew_below_two_seconds_is_ignored() {
    let longest = |skew: f64| {
        let mut trio = TestCenter::new();
        trio.snapshot.clock_skew = Some(skew);
        let created = Some(trio.now().wall + Duration::from_secs(3));
        trio.calls(&[Case { created, ..case("7", Queued) }]);
        trio.class("1", CaseClass::Voice)
            .now
            .and_then(|now| now.waiting)
            .expect("a whole list")
            .longest_wait
    };
    assert_eq!((longest(1.4), longest(2.0)), (2.0, 4.0), "the header tells whole seconds");
}

#[test]
fn contradicting_wait_is_rejected_and_counted() {
    let mut trio = TestCenter::new();
    trio.calls(&[Case { waited: Some(60.0), ..case("7", Queued) }]).calls(&[case("7", Handled)]);
    let rejected = trio.totals.flow.rejected[Source::Calls as usize];
    assert_eq!((rejected.created, rejected.waited), (0, 1));
    assert_eq!(within(&trio), (1, 1), "the list before did not show it");
}

#[test]
fn moved_case_waits_since_it_moved() {
    let mut trio = TestCenter::new();
    let created = Some(trio.now().wall + Duration::from_secs(2));
    let here = Case { created, ..case("7", Queued) };
    let there = |state| Case { service_id: Some("2".into()), state: Some(state), ..here.clone() };
    for _ in 0..6 {
        trio.calls(std::slice::from_ref(&here));
    }
    trio.calls(&[there(Queued)]).calls(&[there(Handled)]);
    let counts = &trio.class("2", CaseClass::Voice).counts;
    assert_eq!((counts.within_low, counts.within_high), (1, 1));
    assert_eq!(
        trio.totals.flow.rejected[Source::Calls as usize].created,
        0,
        "its time is not wrong"
    );
}

#[test]
fn arrival_before_a_failover_is_accepted() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]);
    let created = Some(trio.now().wall - Duration::from_secs(60));
    trio.snapshot.server = "b".into();
    trio.calls(&[Case { created, ..case("7", Queued) }])
        .calls(&[Case { created, ..case("7", Handled) }]);
    assert_eq!((trio.voice().carried_in, trio.voice().answered), (1, 2), "its wait is known");
    assert_eq!(trio.totals.flow.rejected[Source::Calls as usize].created, 0);
}

#[test]
fn arrival_in_a_gap_is_carried_in() {
    let mut trio = TestCenter::new();
    trio.clock.advance(Duration::from_secs(60));
    let created = Some(trio.now().wall);
    trio.calls(&[Case { created, ..case("7", Queued) }]);
    assert_eq!((trio.voice().offered, trio.voice().carried_in), (0, 1));
}

#[test]
fn arrival_separates_new_from_hidden_cases() {
    let mut trio = TestCenter::new();
    trio.calls_truncated(&[], &["1"]);
    let now = trio.now().wall;
    let came = |id, seconds: u64| Case {
        created: Some(now + test_center::POLL - Duration::from_secs(seconds)),
        ..case(id, Queued)
    };
    trio.calls(&[came("7", 2), came("8", 60)]);
    assert_eq!((trio.voice().offered, trio.voice().carried_in), (1, 1));
}
