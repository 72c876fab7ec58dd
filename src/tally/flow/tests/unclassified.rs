//! Cases whose end the readings do not show are counted as unclassified, by reason; cases without a
//! state, and agents that have them.
//!
//! Case "0" is with an agent in the first list: only after such a case does one that disappears
//! count as left.

use pretty_assertions::assert_eq;

use super::*;

/// Cases 1 to `last`, all waiting.
fn queue(last: usize) -> Vec<Case> {
    (1..=last).map(|n| case(&n.to_string(), Queued)).collect()
}

/// Readings in a quarter of an hour, the time for which a truncated list is not trusted.
const QUARTER: usize = 180;

#[test]
fn cases_of_the_first_list_end_unclassified() {
    let mut trio = TestCenter::unread(Settings::default());
    trio.calls(&[case("7", Queued), case("8", Handled)])
        .calls(&[case("7", Handled), case("8", Handled)]);
    assert_eq!((trio.voice().carried_in, trio.voice().offered, trio.voice().answered), (1, 0, 0));
    assert_eq!(
        unclassified(&trio, UnclassifiedReason::CarriedIn),
        1,
        "the length of its wait is unknown"
    );
    trio.assert_balanced();
}

#[test]
fn carried_case_with_arrival_is_answered() {
    let mut trio = TestCenter::unread(Settings::default());
    let created = Some(trio.clock.now().wall - Duration::from_secs(61));
    let with_arrival = |state| Case { created, ..case("7", state) };
    trio.calls(&[with_arrival(Queued)]).calls(&[with_arrival(Handled)]);
    assert_eq!((trio.voice().carried_in, trio.voice().answered), (1, 1));
    assert_eq!(trio.voice().within_high, 0, "it waited for more than a minute");
    trio.assert_balanced();
}

#[test]
fn cases_that_end_in_a_gap_are_unclassified() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("1", Queued), case("2", Queued), case("3", Queued)]);
    trio.clock.advance(Duration::from_secs(60));
    trio.calls(&[case("1", Queued), case("2", Handled), case("4", Queued), case("5", Handled)]);
    trio.calls(&[case("1", Handled), case("4", Queued)]);
    assert_eq!(unclassified(&trio, UnclassifiedReason::Gap), 2, "taken in the gap, and gone in it");
    assert_eq!((trio.voice().offered, trio.voice().carried_in), (3, 1));
    assert_eq!(trio.voice().answered, 1, "the first was seen all the time");
    assert_eq!(unmeasured(&trio, Unmeasured::MissedPoll), 65.0);
    trio.assert_balanced();
}

#[test]
fn clock_that_was_set_is_a_gap() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("1", Queued)]);
    for step in [3_600, 7_200, 0] {
        let mut now = trio.clock.now();
        now.wall += Duration::from_secs(step);
        trio.clock.advance(POLL);
        trio.read(Source::Calls, &[case("1", Queued)], &[]);
        let taken = &mut trio.center().calls.good.as_mut().expect("read").taken;
        taken.wall = now.wall;
        trio.step();
    }
    let time = trio.service("1").time;
    assert_eq!(time.unmeasured[Unmeasured::MissedPoll as usize], 15.0);
    assert_eq!(time.measured, Some(5.0), "no negative or wild increment");
    trio.assert_balanced();
}

#[test]
fn outage_counts_as_unmeasured_while_it_lasts() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("1", Queued)]);
    for _ in 0..3 {
        trio.fail();
    }
    assert_eq!(unmeasured(&trio, Unmeasured::Outage), 0.0, "not yet a gap");
    trio.fail();
    assert_eq!(unmeasured(&trio, Unmeasured::Outage), 20.0);
    trio.fail().calls(&[]).calls(&[]);
    assert_eq!(unmeasured(&trio, Unmeasured::Outage), 30.0);
    assert_eq!(unclassified(&trio, UnclassifiedReason::Gap), 1);
    assert_eq!(trio.service("1").time.measured, Some(10.0));
    trio.assert_balanced();
}

#[test]
fn short_failure_is_not_a_gap() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("1", Queued)]).fail().calls(&[case("1", Handled)]);
    assert_eq!(trio.voice().answered, 1);
    assert_eq!(trio.service("1").time.measured, Some(15.0));
}

#[test]
fn cases_that_end_in_a_failover_are_unclassified() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]).calls(&queue(3));
    trio.snapshot.server = "b".into();
    trio.calls(&[case("1", Queued), case("9", Queued)])
        .calls(&[case("1", Handled), case("9", Queued)]);
    assert_eq!(unclassified(&trio, UnclassifiedReason::Failover), 2);
    assert_eq!(
        (trio.voice().answered, trio.voice().carried_in, trio.voice().total_left()),
        (2, 1, 0)
    );
    assert_eq!(unmeasured(&trio, Unmeasured::Failover), 5.0);
    trio.assert_balanced();
}

#[test]
fn mass_vanish_is_unclassified_not_left() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]).calls(&queue(8)).calls(&queue(3)).calls(&queue(3));
    assert_eq!(
        (unclassified(&trio, UnclassifiedReason::MassVanish), trio.voice().total_left()),
        (5, 0)
    );
    trio.assert_balanced();
    for (before, after) in [(4, 0), (12, 6)] {
        let mut trio = TestCenter::new();
        trio.calls(&[case("0", Handled)])
            .calls(&queue(before))
            .calls(&queue(after))
            .calls(&queue(after));
        assert_eq!(
            unclassified(&trio, UnclassifiedReason::MassVanish),
            0,
            "from {before} to {after}"
        );
        assert_eq!(trio.voice().total_left(), (before - after) as u64);
    }
}

#[test]
fn truncated_list_gives_no_outcomes() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), case("1", Queued), case("2", Queued)]);
    trio.calls_truncated(&[case("1", Queued), case("3", Queued)], &["1"]);
    assert_eq!(trio.service("1").truncated, Some(true));
    assert_eq!(trio.class("1", CaseClass::Voice).now, None);
    assert_eq!(trio.tally.cases_to_follow("1"), [(Resource::Calls, "2".into())]);
    trio.followed("2", None);
    trio.calls_truncated(&[case("1", Handled), case("4", Queued)], &["1"]);
    assert_eq!(
        unclassified(&trio, UnclassifiedReason::Truncated),
        2,
        "one ended unseen, one cannot be compared"
    );
    assert_eq!((trio.voice().answered, trio.voice().total_left()), (1, 0));
    assert_eq!(trio.voice().carried_in, 1, "4 may have been hidden before");
    assert_eq!(unmeasured(&trio, Unmeasured::Truncated), 10.0);
    trio.assert_balanced();
}

#[test]
fn hidden_case_continues_in_the_next_whole_list() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), case("2", Queued)]);
    for _ in 0..4 {
        trio.followed("2", Some(case("2", Queued)));
        trio.calls_truncated(&[], &["1"]);
        trio.assert_balanced();
    }
    for _ in 0..QUARTER {
        trio.calls(&[case("2", Queued)]);
    }
    trio.calls(&[case("2", Queued)]).calls(&[case("2", Handled)]);
    assert_eq!((trio.voice().answered, trio.voice().total_unclassified()), (2, 0));
    assert_eq!(trio.voice().within_high, 1, "the second waited a quarter of an hour");
    trio.assert_balanced();
}

#[test]
fn whole_list_after_truncation_is_not_trusted() {
    let mut trio = TestCenter::unread(Settings::default());
    trio.cases(&[]).cases(&[case("0", Handled)]).cases_truncated(&[case("0", Handled)], &["1"]);
    let before = (trio.voice().answered, trio.voice().handling_seconds);
    for n in 0..QUARTER {
        trio.cases(&[case(&format!("later{n}"), Handled)]);
    }
    assert_eq!((trio.voice().answered, trio.voice().handling_seconds), before);
    assert_eq!(
        trio.voice().offered,
        QUARTER as u64,
        "case 0, and every later case except the first: their arrival is certain"
    );
    assert_eq!(unclassified(&trio, UnclassifiedReason::Truncated), QUARTER as u64 - 1);
    trio.cases(&[case("later", Handled)]);
    let before_end = unmeasured(&trio, Unmeasured::Truncated);
    trio.cases(&[case("next", Handled)]);
    assert_eq!(trio.voice().answered, before.0 + 1, "a quarter of an hour has passed");
    assert_eq!(unmeasured(&trio, Unmeasured::Truncated), before_end);
    trio.assert_balanced();
}

#[test]
fn whole_list_of_calls_is_trusted_at_once() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]).calls_truncated(&[case("0", Handled)], &["1"]);
    trio.calls(&[case("0", Handled)]);
    let before = unmeasured(&trio, Unmeasured::Truncated);
    assert_eq!(before, 10.0, "up to the truncated list, and since then");
    let answered = trio.voice().answered;
    trio.calls(&[case("0", Handled), case("1", Handled)]);
    assert_eq!(trio.voice().answered, answered + 1);
    assert_eq!(unmeasured(&trio, Unmeasured::Truncated), before);
    trio.assert_balanced();
}

#[test]
fn hidden_handled_call_goes_on_with_its_agent() {
    let handling = |agent_tells: bool| {
        let mut trio = TestCenter::new();
        trio.calls(&[case("0", Handled)]);
        let before = trio.voice().handling_seconds;
        for _ in 0..4 {
            if agent_tells {
                trio.agents(&[("0", AgentState::Busy)]);
            }
            trio.calls(&[]);
        }
        trio.agents(&[("0", AgentState::WrapUp)]);
        trio.calls(&[]).calls(&[]).calls(&[]);
        trio.assert_balanced();
        trio.voice().handling_seconds - before
    };
    let handled = handling(true);
    assert!((handled - 22.5).abs() < 1e-9, "until the agent finishes up: {handled}");
    let handled = handling(false);
    assert!((handled - 2.5).abs() < 1e-9, "half of an interval: {handled}");
}

#[test]
fn hidden_case_ends_unclassified_after_ten_lists() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), case("2", Queued)]);
    for _ in 0..10 {
        trio.calls_truncated(&[], &["1"]);
    }
    assert_eq!(unclassified(&trio, UnclassifiedReason::Truncated), 1);
    assert!(trio.tally.cases_to_follow("1").is_empty());
    trio.assert_balanced();
}

#[test]
fn case_without_state_is_offered_and_unclassified() {
    let mut trio = TestCenter::new();
    trio.calls(&[
        case("0", Handled),
        Case { state: Some(CaseState::Unknown), ..case("7", Queued) },
    ]);
    trio.calls(&[case("7", Handled)]);
    assert_eq!((trio.voice().offered, unclassified(&trio, UnclassifiedReason::Unknown)), (2, 1));
    trio.assert_balanced();
}

#[test]
fn list_without_any_state_counts_nothing() {
    let mut trio = TestCenter::new();
    let stateless = Case { state: None, ..case("7", Queued) };
    trio.calls(std::slice::from_ref(&stateless)).calls(&[stateless]);
    assert_eq!(trio.voice().offered, 0);
}

#[test]
fn job_of_an_agent_shows_an_answer() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued), case("8", Queued)]);
    trio.agents(&[("7", AgentState::Busy), ("8", AgentState::WrapUp)]);
    trio.calls(&[]);
    assert_eq!(
        trio.voice().answered,
        2,
        "the list shows only waiting cases; the job numbers of the agents show that both were answered"
    );
    trio.assert_balanced();
    trio.calls(&[]).calls(&[]);
    assert_eq!(trio.voice().total_unclassified(), 0);
    trio.assert_balanced();
}

#[test]
fn old_number_with_a_new_arrival_is_another_case() {
    let mut trio = TestCenter::new();
    let arrived = |trio: &TestCenter, state| Case {
        created: Some(trio.clock.now().wall),
        ..case("7", state)
    };
    let first = arrived(&trio, Queued);
    trio.calls(&[case("0", Handled), first]).calls(&[]);
    let second = arrived(&trio, Queued);
    trio.calls(std::slice::from_ref(&second)).calls(&[second]);
    assert_eq!((trio.voice().offered, trio.voice().total_left()), (3, 1));
    trio.assert_balanced();
}

fn silent(id: &str) -> Case {
    case(id, CaseState::Unknown)
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
    let there = |state| in_service("2", "7", state);
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
    trio.calls(&[in_service("2", "7", Queued)]);
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
    trio.center().followed = Arc::new([Followed { id: "7".into(), at, case: None }]);
    trio.calls_truncated(&[], &["1"]);
    assert_eq!(trio.voice().total_unclassified(), 0);
    assert_eq!(trio.tally.cases_to_follow("1").len(), 1, "it is asked for again");
}
