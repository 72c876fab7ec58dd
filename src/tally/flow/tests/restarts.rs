//! What was counted goes on in the next process, and nothing is made up for the time between.

use std::{sync::Arc, time::Duration};

use jiff::tz::{Offset, TimeZone};
use pretty_assertions::assert_eq;

use super::*;
use crate::{
    model::{GivenClass, GivenGoals, Goals, Pattern, Rule, ServiceMatch, ServiceStatus},
    tally::{ClassCounts, Edges, Saved, Settings, Unmeasured},
};

const AWAY: Duration = Duration::from_secs(40);

/// One case answered, one that left, two that wait.
fn busy() -> Stage {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued), case("8", Queued)]);
    stage.calls(&[case("7", Handled), case("9", Queued), case("10", Offered)]);
    stage.calls(&[case("7", Handled), case("9", Queued), case("10", Offered)]);
    stage.calls(&[case("9", Queued), case("10", Offered)]);
    stage
}

#[test]
fn counters_go_on_and_cases_that_waited_are_closed_as_lost_in_the_gap() {
    let before = busy();
    let was = before.voice().clone();
    assert_eq!((was.offered, was.answered, was.left_in_all()), (4, 1, 1));
    let mut after = before.restarts(AWAY, Settings::default());
    let closed = |n| {
        let mut counts = was.clone();
        counts.unclassified[Doubt::Gap as usize] = n;
        counts
    };
    assert_eq!(*after.voice(), closed(2), "at once, before any list");
    after.law_holds();
    after.calls(&[case("9", Queued), case("7", Handled)]);
    assert_eq!(*after.voice(), ClassCounts { carried_in: 1, ..closed(2) }, "one waits still");
    after.law_holds();
    before.law_holds();
}

#[test]
fn a_class_that_is_new_in_the_next_process_is_shown_at_zero_first() {
    let mut after = busy().restarts(AWAY, Settings::default());
    let email = crate::model::Case { class: Some(CaseClass::Email), ..case("e", Queued) };
    after.calls(&[]).cases(std::slice::from_ref(&email));
    assert_eq!(after.class("1", CaseClass::Email).counts.carried_in, 0);
    after.cases(&[email]);
    assert_eq!(after.class("1", CaseClass::Email).counts.carried_in, 1);
}

#[test]
fn the_time_between_two_processes_is_unmeasured_as_far_as_the_service_was_open() {
    let open = |id, open| ServiceStatus { open: Some(open), ..stage::service(id) };
    let mut before = busy();
    before.services(vec![open("1", true), open("2", false)]);
    before.calls(&[]);
    before.services(vec![open("1", true), open("2", false)]);
    before.calls(&[]);
    let was = [before.service("1").time, before.service("2").time];
    let mut after = before.restarts(AWAY, Settings::default());
    assert_eq!(after.service("1").time, was[0], "nothing is known yet");
    after.clock.advance(Duration::from_secs(1));
    after.services(vec![open("1", true), open("2", false)]);
    after.calls(&[]);
    let missed = |time: crate::tally::TimeCounts| time.unmeasured[Unmeasured::MissedPoll as usize];
    assert_eq!(missed(after.service("1").time) - missed(was[0]), 46.0, "until the first list");
    assert_eq!(missed(after.service("2").time), missed(was[1]), "it was closed");
    assert_eq!(after.service("1").time.measured, was[0].measured);
}

#[test]
fn a_clock_that_was_set_back_makes_up_no_time_and_loses_no_count() {
    let before = busy();
    let mut saved = before.saved();
    saved.at += 3600.0;
    let mut stage = before.restarts(AWAY, Settings::default());
    let now = stage.clock.now();
    stage.tally = crate::tally::Tally::new(Settings::default()).resuming(&saved, now);
    stage.calls(&[]);
    assert_eq!(stage.voice().offered, 4);
    let was = stage.service("1").time;
    assert_eq!(was.unmeasured, before.service("1").time.unmeasured);
    stage.calls(&[]);
    let measured = |time: crate::tally::TimeCounts| time.measured.expect("a list was read");
    assert_eq!(measured(stage.service("1").time) - measured(was), 5.0, "and from now on as ever");
}

#[test]
fn what_is_older_than_counters_are_kept_begins_anew() {
    let settings = || Settings { keep: Duration::from_secs(60), ..Settings::default() };
    let lives = |away| {
        let after = busy().restarts(Duration::from_secs(away), settings());
        after.service("1").classes.first().map(|class| class.counts.offered)
    };
    assert_eq!((lives(60), lives(61)), (Some(4), None));
}

#[test]
fn a_service_that_was_gone_before_the_restart_is_kept_no_longer_for_it() {
    let settings = || Settings { keep: Duration::from_secs(60), ..Settings::default() };
    let offered = |away| {
        let mut before = busy();
        before.services(vec![stage::service("2")]);
        for _ in 0..8 {
            before.calls(&[]);
        }
        // It is back when the next process begins.
        let now = before.clock.now();
        let good = before.center().service_state.good.as_mut().expect("read");
        (good.taken, good.data) = (now, Arc::new(vec![stage::service("1")]));
        let after = before.restarts(Duration::from_secs(away), settings());
        after.service("1").classes.first().map(|class| class.counts.offered)
    };
    assert_eq!((offered(29), offered(31)), (Some(4), None), "it was last heard of 30 seconds before");
}

#[test]
fn no_more_services_are_restored_than_may_be_known() {
    let one = busy().restarts(AWAY, Settings { most_services: 1, ..Settings::default() });
    assert_eq!((one.totals.flow.services.len(), one.saved().centers[0].flow.services.len()), (1, 1));
}

proptest::proptest! {
    #[test]
    fn every_number_comes_back_as_it_was_a_rounding_lower_would_be_a_reset(seconds in 0.0..1e9f64) {
        let text = serde_json::to_string(&seconds).expect("JSON");
        assert_eq!(serde_json::from_str::<f64>(&text).expect("a number").to_bits(), seconds.to_bits());
    }
}

#[test]
fn other_edges_begin_the_histogram_anew_as_a_whole_and_nothing_else() {
    let before = busy();
    let edges = Settings { edges: Edges::with(&[17.0]), ..Settings::default() };
    let after = before.restarts(AWAY, edges);
    let (was, is) = (before.voice(), after.voice());
    assert_eq!((is.offered, is.answered, is.within), (was.offered, was.answered, was.within));
    assert_eq!((is.waits.count(), is.waits.sum), (0, 0.0));
    assert!(is.waits.edges.contains(&17.0) && is.waits.buckets.len() == is.waits.edges.len() + 1);
    let same = before.restarts(AWAY, Settings::default());
    assert_eq!(same.voice().waits, was.waits);
}

/// A zone in which the clock of the tests shows a few seconds before midnight.
fn eight_hours_on(seconds: i32) -> Settings {
    let zone = TimeZone::fixed(Offset::from_seconds(16 * 3600 - seconds).expect("an offset"));
    Settings { time_zone: zone, ..Settings::default() }
}

#[test]
fn today_goes_on_over_a_restart_on_the_same_day_and_nowhere_else() {
    let mut before = Stage::unread(eight_hours_on(12));
    before.calls(&[]).calls(&[case("7", Queued)]).calls(&[case("7", Queued), case("8", Queued)]);
    let today = |stage: &Stage| stage.class("1", CaseClass::Voice).day.map(|day| day.offered);
    assert_eq!(today(&before), Some(1), "midnight was between the two");
    let after = |away, settings| today(&before.restarts(Duration::from_secs(away), settings));
    assert_eq!(after(40, eight_hours_on(12)), Some(1));
    assert_eq!(after(40, eight_hours_on(3600)), None, "midnight is elsewhere in this zone");
    let next_day = Settings { keep: Duration::from_secs(200_000), ..eight_hours_on(12) };
    assert_eq!(after(86_400, next_day), None);
    let unwatched = Stage::new();
    assert_eq!(today(&unwatched.restarts(AWAY, Settings::default())), None);
}

#[test]
fn goals_of_the_next_process_hold_from_its_beginning() {
    let email = GivenGoals { classes: vec![GivenClass::new(CaseClass::Email)], ..GivenGoals::default() };
    let goals = Arc::new(Goals::new(email, vec![]));
    let after = busy().restarts(AWAY, Settings { goals, ..Settings::default() });
    assert_eq!(after.service("1").goals.classes[0].class, CaseClass::Email);
}

#[test]
fn goals_by_name_hold_for_a_service_of_an_earlier_process_as_soon_as_its_state_is_read() {
    let services = ServiceMatch { name: vec![Pattern::new("Växel")], ..ServiceMatch::default() };
    let goals = GivenGoals { minimum_agents: Some(4), ..GivenGoals::default() };
    let goals = Arc::new(Goals::new(GivenGoals::default(), vec![Rule { services, goals }]));
    let mut before = busy();
    before.services(vec![ServiceStatus { name: Some("Växel".into()), ..stage::service("1") }]);
    let after = before.restarts(AWAY, Settings { goals, ..Settings::default() });
    assert_eq!(after.service("1").goals.minimum_agents, Some(4));
}

#[test]
fn no_case_is_named_in_what_is_saved() {
    let mut stage = Stage::new();
    let number = "case-4711-of-nobody";
    stage.calls(&[case(number, Queued)]).agents(&[(number, crate::model::AgentState::Busy)]);
    stage.calls(&[case(number, Queued)]);
    let text = serde_json::to_string(&stage.saved()).expect("JSON");
    assert!(text.contains("unclassified") && !text.contains("4711"), "{text}");
}

#[test]
fn a_number_that_no_counter_can_have_is_not_sound() {
    let sound = serde_json::to_value(busy().saved()).expect("JSON");
    let class = "/centers/0/flow/services/0/classes/0";
    for (place, wrong) in [
        (format!("{class}/offered"), serde_json::json!(u64::MAX)),
        (format!("{class}/within"), serde_json::json!(-0.5)),
        (format!("{class}/handling_seconds"), serde_json::json!(1e300)),
        (format!("{class}/waits/buckets"), serde_json::json!([1, 2])),
        (format!("{class}/day"), serde_json::json!({"offered": 9, "answered": 0, "left": 0, "within": 0.0})),
        ("/centers/0/flow/services/0/known_ago".to_owned(), serde_json::json!(-1.0)),
        ("/centers/0/flow/services/0/unmeasured".to_owned(), serde_json::json!({"outage": -1.0})),
        ("/at".to_owned(), serde_json::json!(-1.0)),
    ] {
        let mut value = sound.clone();
        *value.pointer_mut(&place).expect("a member") = wrong;
        let saved: Saved = serde_json::from_value(value).expect("the same form");
        assert!(!saved.is_sound(), "{place}");
    }
}
