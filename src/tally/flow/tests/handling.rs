//! Case-seconds with agents: where a stretch began or ended between two lists, and where it is unknown.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::model::Case;

/// Of two moments in five seconds the later comes a third before their end.
const UNSEEN: f64 = 5.0 / 3.0;

fn handled(stage: &Stage) -> f64 {
    (stage.voice().handling_seconds * 1e6).round() / 1e6
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

#[test]
fn a_case_that_nobody_saw_waiting_was_with_its_agent_for_a_third_of_the_interval() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Handled)]).calls(&[case("7", Handled)]);
    assert_eq!(handled(&stage), rounded(UNSEEN + 5.0));
}

#[test]
fn who_goes_back_to_the_queue_or_to_another_service_was_handled_for_half_of_the_interval() {
    let there = Case { service_id: Some("2".into()), ..case("7", Queued) };
    for next in [case("7", Queued), there] {
        let mut stage = Stage::new();
        stage
            .calls(&[case("7", Handled)])
            .calls(std::slice::from_ref(&next))
            .calls(std::slice::from_ref(&next));
        assert_eq!(handled(&stage), rounded(UNSEEN + 2.5));
    }
}

#[test]
fn nothing_is_credited_over_a_gap_or_a_change_of_server() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Handled)]);
    stage.clock.advance(Duration::from_secs(60));
    stage.calls(&[case("7", Handled)]);
    assert_eq!(handled(&stage), rounded(UNSEEN));
    stage.calls(&[case("7", Handled)]);
    assert_eq!(handled(&stage), rounded(UNSEEN + 5.0), "from then on it is");
}

#[test]
fn a_case_in_hand_that_a_cut_list_hides_is_finished_after_two_lists_and_not_asked_for() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Handled)]).calls_cut(&[], &["1"]);
    assert!(stage.tally.to_follow("1").is_empty() && stage.events().is_empty());
    stage.calls_cut(&[], &["1"]);
    assert_eq!(stage.events().len(), 1, "only who waits is waited for");
    assert_eq!(handled(&stage), rounded(UNSEEN), "nobody knows when it ended");
}

#[test]
fn the_end_of_a_case_that_another_server_does_not_know_is_not_credited() {
    let mut stage = Stage::new();
    stage.calls(&[case("7", Handled)]);
    stage.snapshot.server = "b".into();
    stage.calls(&[]).calls(&[]);
    assert_eq!(handled(&stage), rounded(UNSEEN));
}

#[test]
fn a_case_that_its_agent_told_of_is_finished_when_two_more_lists_and_agents_are_silent() {
    use crate::{model::AgentState, tally::Inference};
    let mut stage = Stage::new();
    stage.calls(&[case("7", Queued)]).calls(&[]);
    stage.agents(&[("7", AgentState::Busy)]);
    stage.calls(&[]);
    assert_eq!(stage.voice().answered, 1);
    let finished = |stage: &Stage| stage.events().iter().any(|event| event.what == Inference::Finished);
    stage.agents(&[]);
    stage.calls(&[]);
    assert!(!finished(&stage), "one list may be wrong");
    stage.calls(&[]);
    assert!(finished(&stage));
}
