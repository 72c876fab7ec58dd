//! What cannot be known is counted as unknown.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::{
    model::{AgentState, Case, Resource},
    tally::{Settings, Source, Unmeasured},
};

fn unclassified(stage: &Stage, doubt: Doubt) -> u64 {
    stage.voice().unclassified[doubt as usize]
}

fn unmeasured(stage: &Stage, reason: Unmeasured) -> f64 {
    stage.service("1").time.unmeasured[reason as usize]
}

/// Cases 1 to `last`, all waiting.
fn queue(last: usize) -> Vec<Case> {
    (1..=last).map(|n| case(&n.to_string(), Queued)).collect()
}

/// Readings in a quarter of an hour, for which a cut list is not trusted again.
const QUARTER: usize = 180;

#[test]
fn what_waits_at_the_first_reading_is_carried_in_and_ends_unclassified() {
    let mut stage = Stage::unread(Settings::default());
    stage.calls(&[case("7", Queued), case("8", Handled)]).calls(&[case("7", Handled), case("8", Handled)]);
    assert_eq!((stage.voice().carried_in, stage.voice().offered, stage.voice().answered), (1, 0, 0));
    assert_eq!(unclassified(&stage, Doubt::CarriedIn), 1, "nobody knows how long it waited");
    stage.law_holds();
}

#[test]
fn with_an_arrival_from_trio_a_carried_case_is_an_ordinary_one() {
    let mut stage = Stage::unread(Settings::default());
    let created = Some(stage.clock.now().wall - Duration::from_secs(60));
    let told = |state| Case { created, ..case("7", state) };
    stage.calls(&[told(Queued)]).calls(&[told(Handled)]);
    assert_eq!((stage.voice().carried_in, stage.voice().answered), (1, 1));
    assert_eq!(stage.voice().within_high, 0, "it waited for more than a minute");
    stage.law_holds();
}

#[test]
fn what_ended_in_a_gap_is_unclassified_and_what_still_waits_goes_on() {
    let mut stage = Stage::new();
    stage.calls(&[case("1", Queued), case("2", Queued), case("3", Queued)]);
    stage.clock.advance(Duration::from_secs(60));
    stage.calls(&[case("1", Queued), case("2", Handled), case("4", Queued), case("5", Handled)]);
    stage.calls(&[case("1", Handled), case("4", Queued)]);
    assert_eq!(unclassified(&stage, Doubt::Gap), 2, "taken in the gap, and gone in it");
    assert_eq!((stage.voice().offered, stage.voice().carried_in), (3, 1));
    assert_eq!(stage.voice().answered, 1, "the first was seen all the time");
    assert_eq!(unmeasured(&stage, Unmeasured::MissedPoll), 65.0);
    stage.law_holds();
}

#[test]
fn a_stepped_clock_is_a_gap() {
    let mut stage = Stage::new();
    stage.calls(&[case("1", Queued)]);
    for step in [3_600, 7_200, 0] {
        let mut now = stage.clock.now();
        now.wall += Duration::from_secs(step);
        stage.clock.advance(stage::POLL);
        stage.read(Source::Calls, &[case("1", Queued)], &[]);
        let taken = &mut stage.center().calls.good.as_mut().expect("read").taken;
        taken.wall = now.wall;
        stage.step();
    }
    let time = stage.service("1").time;
    assert_eq!(time.unmeasured[Unmeasured::MissedPoll as usize], 15.0);
    assert_eq!(time.measured, Some(5.0), "no negative or wild increment");
    stage.law_holds();
}

#[test]
fn an_outage_counts_as_unmeasured_while_it_lasts() {
    let mut stage = Stage::new();
    stage.calls(&[case("1", Queued)]);
    for _ in 0..3 {
        stage.fails();
    }
    assert_eq!(unmeasured(&stage, Unmeasured::Outage), 0.0, "not yet a gap");
    stage.fails();
    assert_eq!(unmeasured(&stage, Unmeasured::Outage), 20.0);
    stage.fails().calls(&[]).calls(&[]);
    assert_eq!(unmeasured(&stage, Unmeasured::Outage), 30.0);
    assert_eq!(unclassified(&stage, Doubt::Gap), 1);
    assert_eq!(stage.service("1").time.measured, Some(10.0));
    stage.law_holds();
}

#[test]
fn a_short_failure_is_not_a_gap() {
    let mut stage = Stage::new();
    stage.calls(&[case("1", Queued)]).fails().calls(&[case("1", Handled)]);
    assert_eq!(stage.voice().answered, 1);
    assert_eq!(stage.service("1").time.measured, Some(15.0));
}

#[test]
fn what_ends_while_another_server_takes_over_is_unclassified() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled)]).calls(&queue(3));
    stage.snapshot.server = "b".into();
    stage.calls(&[case("1", Queued), case("9", Queued)]).calls(&[case("1", Handled), case("9", Queued)]);
    assert_eq!(unclassified(&stage, Doubt::Failover), 2);
    assert_eq!((stage.voice().answered, stage.voice().carried_in, stage.voice().left_in_all()), (2, 1, 0));
    assert_eq!(unmeasured(&stage, Unmeasured::Failover), 5.0);
    stage.law_holds();
}

#[test]
fn when_most_of_the_queue_vanishes_at_once_nobody_hung_up() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled)]).calls(&queue(8)).calls(&queue(3)).calls(&queue(3));
    assert_eq!((unclassified(&stage, Doubt::MassVanish), stage.voice().left_in_all()), (5, 0));
    stage.law_holds();
    for (before, after) in [(4, 0), (12, 6)] {
        let mut stage = Stage::new();
        stage.calls(&[case("0", Handled)]).calls(&queue(before)).calls(&queue(after)).calls(&queue(after));
        assert_eq!(unclassified(&stage, Doubt::MassVanish), 0, "from {before} to {after}");
        assert_eq!(stage.voice().left_in_all(), (before - after) as u64);
    }
}

#[test]
fn while_a_list_is_cut_nothing_that_it_hides_is_left_or_answered() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), case("1", Queued), case("2", Queued)]);
    stage.calls_cut(&[case("1", Queued), case("3", Queued)], &["1"]);
    assert_eq!(stage.service("1").truncated, Some(true));
    assert_eq!(stage.class("1", CaseClass::Voice).now, None);
    assert_eq!(stage.tally.to_follow("1"), [(Resource::Calls, "2".into())]);
    stage.followed("2", None);
    stage.calls_cut(&[case("1", Handled), case("4", Queued)], &["1"]);
    assert_eq!(unclassified(&stage, Doubt::Truncated), 2, "one ended unseen, one cannot be compared");
    assert_eq!((stage.voice().answered, stage.voice().left_in_all()), (1, 0));
    assert_eq!(stage.voice().carried_in, 1, "4 may have been hidden before");
    assert_eq!(unmeasured(&stage, Unmeasured::Truncated), 10.0);
    stage.law_holds();
}

#[test]
fn a_hidden_case_that_still_waits_goes_on_when_the_list_is_whole_again() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), case("2", Queued)]);
    for _ in 0..4 {
        stage.followed("2", Some(case("2", Queued)));
        stage.calls_cut(&[], &["1"]);
        stage.law_holds();
    }
    for _ in 0..QUARTER {
        stage.calls(&[case("2", Queued)]);
    }
    stage.calls(&[case("2", Queued)]).calls(&[case("2", Handled)]);
    assert_eq!((stage.voice().answered, stage.voice().unclassified_in_all()), (2, 0));
    assert_eq!(stage.voice().within_high, 1, "the second waited a quarter of an hour");
    stage.law_holds();
}

#[test]
fn calm_moments_of_a_list_that_is_often_cut_are_not_taken_for_the_day() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled)]).calls_cut(&[case("0", Handled)], &["1"]);
    let before = (stage.voice().answered, stage.voice().handling_seconds);
    for n in 0..QUARTER {
        stage.calls(&[case(&format!("calm{n}"), Handled)]);
    }
    assert_eq!((stage.voice().answered, stage.voice().handling_seconds), before);
    assert_eq!(stage.voice().offered, QUARTER as u64, "that they came is certain, of all but the first");
    assert_eq!(unclassified(&stage, Doubt::Truncated), QUARTER as u64 - 1);
    stage.calls(&[case("calm", Handled)]);
    let told = unmeasured(&stage, Unmeasured::Truncated);
    stage.calls(&[case("next", Handled)]);
    assert_eq!(stage.voice().answered, before.0 + 1, "a quarter of an hour has passed");
    assert_eq!(unmeasured(&stage, Unmeasured::Truncated), told);
    stage.law_holds();
}

#[test]
fn a_hidden_case_that_cannot_be_asked_for_is_given_up_after_a_while() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), case("2", Queued)]);
    for _ in 0..10 {
        stage.calls_cut(&[], &["1"]);
    }
    assert_eq!(unclassified(&stage, Doubt::Truncated), 1);
    assert!(stage.tally.to_follow("1").is_empty());
    stage.law_holds();
}

#[test]
fn a_case_without_a_state_is_offered_and_ends_unclassified() {
    let mut stage = Stage::new();
    stage.calls(&[case("0", Handled), Case { state: Some(CaseState::Unknown), ..case("7", Queued) }]);
    stage.calls(&[case("7", Handled)]);
    assert_eq!((stage.voice().offered, unclassified(&stage, Doubt::Unknown)), (2, 1));
    stage.law_holds();
}

#[test]
fn a_list_without_any_state_counts_nothing() {
    let mut stage = Stage::new();
    let stateless = Case { state: None, ..case("7", Queued) };
    stage.calls(std::slice::from_ref(&stateless)).calls(&[stateless]);
    assert_eq!(stage.voice().offered, 0);
}

#[test]
fn an_agent_who_has_the_case_says_that_it_was_answered() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued), case("8", Queued)]);
    stage.agents(&[("7", AgentState::Busy), ("8", AgentState::WrapUp)]);
    stage.calls(&[]);
    assert_eq!(stage.voice().answered, 2, "a list that shows only who waits, and agents who tell");
    stage.law_holds();
    stage.calls(&[]).calls(&[]);
    assert_eq!(stage.voice().unclassified_in_all(), 0);
    stage.law_holds();
}

#[test]
fn an_old_number_with_a_new_arrival_is_another_case() {
    let mut stage = Stage::new();
    let arrived = |stage: &Stage, state| Case { created: Some(stage.clock.now().wall), ..case("7", state) };
    let first = arrived(&stage, Queued);
    stage.calls(&[case("0", Handled), first]).calls(&[]);
    let second = arrived(&stage, Queued);
    stage.calls(std::slice::from_ref(&second)).calls(&[second]);
    assert_eq!((stage.voice().offered, stage.voice().left_in_all()), (3, 1));
    stage.law_holds();
}
