//! Handling time that began or ended between two lists, or at an unknown moment.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::model::Case;

/// Of two random moments in five seconds, the later one is a third before their end.
const UNSEEN: f64 = 5.0 / 3.0;

fn handled(trio: &TestCenter) -> f64 {
    (trio.voice().handling_seconds * 1e6).round() / 1e6
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

#[test]
fn unseen_answer_credits_a_third_of_the_interval() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]).calls(&[case("7", Handled)]);
    assert_eq!(handled(&trio), rounded(UNSEEN + 5.0));
}

#[test]
fn returned_case_credits_half_of_the_interval() {
    let there = Case { service_id: Some("2".into()), ..case("7", Queued) };
    for next in [case("7", Queued), there] {
        let mut trio = TestCenter::new();
        trio.calls(&[case("7", Handled)])
            .calls(std::slice::from_ref(&next))
            .calls(std::slice::from_ref(&next));
        assert_eq!(handled(&trio), rounded(UNSEEN + 2.5));
    }
}

#[test]
fn handling_is_not_credited_over_a_gap() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]);
    trio.clock.advance(Duration::from_secs(60));
    trio.calls(&[case("7", Handled)]);
    assert_eq!(handled(&trio), rounded(UNSEEN));
    trio.calls(&[case("7", Handled)]);
    assert_eq!(handled(&trio), rounded(UNSEEN + 5.0), "from then on it is");
}

#[test]
fn hidden_handled_case_finishes_after_two_lists() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]).calls_truncated(&[], &["1"]);
    assert!(trio.tally.cases_to_follow("1").is_empty() && trio.events().is_empty());
    trio.calls_truncated(&[], &["1"]);
    assert_eq!(trio.events().len(), 1, "only who waits is waited for");
    assert_eq!(handled(&trio), rounded(UNSEEN), "the moment of its end is unknown");
}

#[test]
fn handling_is_not_credited_over_a_failover() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]);
    trio.snapshot.server = "b".into();
    trio.calls(&[]).calls(&[]);
    assert_eq!(handled(&trio), rounded(UNSEEN));
}

#[test]
fn case_known_by_its_agent_finishes_after_two_lists() {
    use crate::{model::AgentState, tally::Inference};
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]).calls(&[]);
    trio.agents(&[("7", AgentState::Busy)]);
    trio.calls(&[]);
    assert_eq!(trio.voice().answered, 1);
    let finished = |trio: &TestCenter| {
        trio.events().iter().any(|event| event.inference == Inference::Finished)
    };
    trio.agents(&[]);
    trio.calls(&[]);
    assert!(!finished(&trio), "one list may be wrong");
    trio.calls(&[]);
    assert!(finished(&trio));
}
