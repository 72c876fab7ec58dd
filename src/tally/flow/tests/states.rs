//! Cases without a state, and agents that have them.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::{
    model::{AgentState, Case},
    tally::Inference,
};

fn silent(id: &str) -> Case {
    case(id, CaseState::Unknown)
}

fn unclassified(trio: &TestCenter, reason: UnclassifiedReason) -> u64 {
    trio.voice().unclassified[reason as usize]
}

/// Bounds of the wait that the last step answered.
fn bounds(trio: &TestCenter) -> (f64, f64) {
    let answered = trio.events().iter().find_map(|event| match event.inference {
        Inference::Answered { low, high, .. } => Some((low, high)),
        _ => None,
    });
    answered.expect("an answer")
}

#[test]
fn agent_job_gives_the_stage_of_a_case() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]);
    trio.agents(&[("7", AgentState::Reserved), ("8", AgentState::Busy)]);
    trio.calls(&[silent("7"), silent("8"), silent("9")]);
    let now = trio.class("1", CaseClass::Voice).now.expect("a whole list");
    assert_eq!(now.states, [1, 0, 1, 1], "queued, offered, handled, unknown");
    assert_eq!(now.waiting, None, "9 may wait, and nothing says whether it does");
    trio.agents(&[("7", AgentState::Busy), ("8", AgentState::Busy)]);
    trio.calls(&[silent("7"), silent("8")]);
    assert_eq!(trio.voice().answered, 3);
    trio.assert_balanced();
}

#[test]
fn outdated_agent_states_give_no_stage() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), case("7", Queued)]);
    trio.agents(&[("7", AgentState::Busy)]);
    for _ in 0..3 {
        trio.calls(&[case("7", Queued)]);
    }
    trio.calls(&[]).calls(&[]);
    assert_eq!(
        (trio.voice().answered, trio.voice().total_left()),
        (1, 1),
        "the 0 alone was answered"
    );
}

#[test]
fn row_without_state_does_not_prove_waiting() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)])
        .calls(&[silent("7"), case("0", Queued)])
        .calls(&[case("7", Handled)]);
    assert_eq!(bounds(&trio), (0.0, 15.0));
}

#[test]
fn unknown_case_waits_from_its_first_known_state() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), silent("7")])
        .calls(&[case("7", Queued)])
        .calls(&[case("7", Handled)]);
    assert_eq!((trio.voice().answered, trio.voice().total_unclassified()), (2, 0));
    trio.assert_balanced();
}

#[test]
fn unknown_case_that_moves_waits_since_last_seen() {
    let there = |state| Case { service_id: Some("2".into()), ..case("7", state) };
    let mut trio = TestCenter::new();
    for _ in 0..2 {
        trio.calls(&[case("0", Handled), silent("7")]);
    }
    trio.calls(&[there(Queued)]).calls(&[there(Handled)]);
    assert_eq!(bounds(&trio), (0.0, 10.0));
}

#[test]
fn gap_outweighs_unknown_as_reason() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), silent("7")]);
    trio.clock.advance(Duration::from_secs(60));
    trio.calls(&[case("7", Handled)]);
    assert_eq!(
        (
            unclassified(&trio, UnclassifiedReason::Gap),
            unclassified(&trio, UnclassifiedReason::Unknown)
        ),
        (1, 0)
    );
}

#[test]
fn case_without_any_state_never_left() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), silent("7")]).calls(&[]).calls(&[]);
    assert_eq!(
        (unclassified(&trio, UnclassifiedReason::Unknown), trio.voice().total_left()),
        (1, 0)
    );
    trio.assert_balanced();
}

#[test]
fn change_of_queue_in_a_gap_is_unclassified() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]);
    trio.clock.advance(Duration::from_secs(60));
    trio.calls(&[Case { service_id: Some("2".into()), ..case("7", Queued) }]);
    assert_eq!((unclassified(&trio, UnclassifiedReason::Gap), trio.voice().moved), (1, 0));
    trio.assert_balanced();
}

#[test]
fn hidden_cases_are_followed_longest_hidden_first() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), case("1", Queued)]).calls(&[]);
    assert!(trio.tally.cases_to_follow("1").is_empty(), "a whole list has answered already");
    let mut trio = TestCenter::new();
    trio.calls(&[case("1", Queued), case("2", Queued)]);
    trio.calls_truncated(&[case("1", Queued)], &["1"]).calls_truncated(&[], &["1"]);
    let asked: Vec<String> =
        trio.tally.cases_to_follow("1").iter().map(|(_, id)| id.to_string()).collect();
    assert_eq!(asked, ["2", "1"]);
}

#[test]
fn single_case_answer_is_ignored_for_whole_lists() {
    for found in [None, Some(case("7", Handled))] {
        let mut trio = TestCenter::new();
        trio.calls(&[case("0", Handled), case("7", Queued)]);
        trio.followed("7", found);
        trio.calls(&[case("0", Handled)]);
        let voice = trio.voice();
        assert_eq!((voice.answered, voice.total_left(), voice.total_unclassified()), (1, 0, 0));
        trio.calls(&[case("7", Queued)]).calls(&[case("7", Handled)]);
        assert_eq!(trio.voice().answered, 2, "one list was wrong");
    }
}

#[test]
fn single_case_answer_before_the_list_is_ignored() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), case("7", Queued)]);
    let at = trio.now();
    trio.center().followed =
        std::sync::Arc::new([crate::snapshot::Followed { id: "7".into(), at, case: None }]);
    trio.calls_truncated(&[], &["1"]);
    assert_eq!(trio.voice().total_unclassified(), 0);
    assert_eq!(trio.tally.cases_to_follow("1").len(), 1, "it is asked for again");
}
