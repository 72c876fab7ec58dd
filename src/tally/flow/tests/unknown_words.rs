//! Cases in a state or of a class that no dictionary maps: the queue length decides whether they
//! wait.

use pretty_assertions::assert_eq;

use super::*;

/// Known waiting cases, then cases in an unknown state, of service 1.
fn calls(known: usize, unknown: usize) -> Vec<Case> {
    let of = |word: &'static str, count: usize, state| {
        (0..count).map(move |number| case(&format!("{word} {number}"), state))
    };
    of("known", known, Queued).chain(of("unknown", unknown, CaseState::Unknown)).collect()
}

/// The waiting cases shown after so many readings of the same.
fn shown_after(readings: usize, known: usize, unknown: usize, queue: Option<f64>) -> Option<u64> {
    let mut trio = TestCenter::new();
    for _ in 0..readings {
        trio.calls_and_queues(&[("1", queue)], &calls(known, unknown));
    }
    trio.assert_balanced();
    waiting(&trio)
}

#[test]
fn queue_length_decides_whether_unknown_states_wait() {
    let table = [
        (1, 2, Some(0.0), Some(1), "fewer than are known to wait"),
        (1, 2, Some(1.0), Some(1), "just those that are known to wait"),
        (1, 2, Some(2.0), None, "one of the two"),
        (1, 2, Some(3.0), Some(3), "all"),
        (1, 2, Some(9.0), Some(3), "more than the lists show"),
        (1, 2, None, None, "no queue length"),
        (1, 2, Some(f64::NAN), None, "no number"),
        (0, 1, Some(1.0), Some(1), "the word for waiting is missing"),
        (0, 1, Some(0.0), Some(0), "the word for handled is missing"),
        (2, 0, None, Some(2), "every word is known"),
    ];
    for (known, unknown, queue, expected, why) in table {
        for readings in [1, 2, 9] {
            assert_eq!(
                shown_after(readings, known, unknown, queue),
                expected,
                "{readings} times: {why}"
            );
        }
    }
}

#[test]
fn withheld_figures_leave_the_states_as_evidence() {
    let mut trio = TestCenter::new();
    for _ in 0..2 {
        trio.calls_and_queues(&[("1", Some(2.0))], &calls(1, 2));
    }
    let now = trio.class("1", CaseClass::Voice).now.expect("a whole list");
    assert_eq!((now.states, now.waiting), ([1, 0, 0, 2], None));
}

#[test]
fn unknown_cases_that_wait_count_in_every_gauge() {
    let mut trio = TestCenter::new();
    for _ in 0..6 {
        trio.calls_and_queues(&[("1", Some(2.0))], &calls(0, 2));
    }
    let waiting = trio.waiting("1", CaseClass::Voice).expect("decided");
    assert_eq!((waiting.cases, waiting.longest_wait, waiting.over_target), (2, 27.5, 2));
}

#[test]
fn undecided_service_withholds_all_its_classes_alone() {
    let mut trio = TestCenter::new();
    let mail = classed(CaseClass::Email, "mail", Queued);
    let elsewhere = in_service("2", "elsewhere", Queued);
    for _ in 0..2 {
        trio.clock.advance(POLL);
        trio.queues(&[("1", Some(2.0)), ("2", Some(1.0))]);
        trio.read(Source::Cases, std::slice::from_ref(&mail), &[]);
        trio.read(Source::Calls, &[calls(0, 2), vec![elsewhere.clone()]].concat(), &[]);
        trio.step();
    }
    let shown = |service, class| trio.waiting(service, class).map(|waiting| waiting.cases);
    assert_eq!((shown("1", CaseClass::Voice), shown("1", CaseClass::Email)), (None, None));
    assert_eq!(shown("2", CaseClass::Voice), Some(1));
}

#[test]
fn one_contradicting_reading_changes_nothing_two_do() {
    for (known, unknown, decided) in [(1, 2, 1.0), (1, 2, 3.0)] {
        let mut trio = TestCenter::new();
        let mut read = |queue: f64| {
            trio.calls_and_queues(&[("1", Some(queue))], &calls(known, unknown));
            waiting(&trio)
        };
        let before = read(decided);
        assert_eq!(before, Some(decided as u64));
        assert_eq!(read(2.0), before, "a case may have come between the two answers");
        assert_eq!((read(decided), read(decided)), (before, before));
        assert_eq!((read(2.0), read(2.0)), (before, None));
    }
}

#[test]
fn two_agreeing_readings_change_the_verdict() {
    let mut trio = TestCenter::new();
    let mut read = |queue: f64| {
        trio.calls_and_queues(&[("1", Some(queue))], &calls(1, 2));
        waiting(&trio)
    };
    assert_eq!([1.0, 3.0, 3.0, 3.0].map(&mut read), [Some(1), Some(1), Some(3), Some(3)]);
}

#[test]
fn contradiction_in_every_second_reading_is_withheld_throughout() {
    let mut trio = TestCenter::new();
    let mut shown = Vec::new();
    for turn in 0..400 {
        let queue = if turn % 2 == 0 { 1.0 } else { 2.0 };
        trio.calls_and_queues(&[("1", Some(queue))], &calls(1, 2));
        shown.push(waiting(&trio));
    }
    let first = shown.iter().position(Option::is_none).expect("withheld");
    assert_eq!(first, 3, "after the second contradiction in a row of three");
    assert!(shown[first..].iter().all(Option::is_none));
}

#[test]
fn unknown_state_in_every_second_reading_does_not_flicker() {
    let mut trio = TestCenter::new();
    for turn in 0..300 {
        trio.calls_and_queues(
            &[("1", Some(2.0))],
            &if turn % 2 == 0 { calls(1, 2) } else { calls(2, 0) },
        );
        assert_eq!(waiting(&trio), None, "reading {turn}");
    }
}

#[test]
fn gauges_return_ten_minutes_after_last_undecided() {
    let mut trio = TestCenter::new();
    let mut read = |unknown: usize| {
        trio.calls_and_queues(&[("1", Some(2.0))], &calls(1, unknown));
        waiting(&trio)
    };
    read(2);
    for _ in 0..60 {
        assert_eq!(read(0), None);
    }
    assert_eq!(read(2), None, "five minutes later once more");
    for reading in 0..120 {
        assert_eq!(read(0), None, "{} s after the last", (reading + 1) * 5);
    }
    assert_eq!(read(0), Some(1));
}

#[test]
fn withholding_ends_by_time_where_no_list_comes() {
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(2.0))], &calls(1, 2));
    for (seconds, is_shown) in [(595, false), (10, true)] {
        trio.clock.advance(Duration::from_secs(seconds));
        trio.step();
        assert_eq!(waiting(&trio).is_some(), is_shown);
    }
}

#[test]
fn case_with_an_agent_does_not_wait() {
    let agent = Case { agent_id: Some("a1".into()), ..case("7", CaseState::Unknown) };
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", None)], &[case("1", Queued), agent]);
    assert_eq!(waiting(&trio), Some(1));
    let jobs = [
        (AgentState::Busy, Some(1)),
        (AgentState::Reserved, Some(2)),
        (AgentState::Unknown, Some(1)),
        (AgentState::Paused, None),
        (AgentState::LoggedOut, None),
    ];
    for (state, expected) in jobs {
        let mut trio = TestCenter::new();
        trio.agents(&[("7", state)]);
        trio.calls_and_queues(&[("1", None)], &[case("1", Queued), case("7", CaseState::Unknown)]);
        assert_eq!(waiting(&trio), expected, "{state:?}");
    }
}

#[test]
fn truncated_list_proves_only_not_waiting() {
    let mail = |id: &str, state| classed(CaseClass::Email, id, state);
    for (queue, expected) in [(1.0, Some(1)), (2.0, None), (9.0, None)] {
        let mut trio = TestCenter::new();
        for _ in 0..2 {
            trio.clock.advance(POLL);
            trio.queues(&[("1", Some(queue))]);
            trio.read(Source::Cases, &[mail("1", Queued), mail("2", CaseState::Unknown)], &[]);
            trio.read(Source::Calls, &[case("3", Queued), case("4", CaseState::Unknown)], &["1"]);
            trio.step();
        }
        let email = trio.waiting("1", CaseClass::Email).map(|waiting| waiting.cases);
        assert_eq!(email, expected, "queue length {queue}");
        assert_eq!(trio.class("1", CaseClass::Voice).now, None, "its list is truncated");
    }
}

#[test]
fn without_cases_only_equal_length_proves_waiting() {
    for (queue, expected) in [(1.0, Some(1)), (3.0, Some(3)), (4.0, None)] {
        let mut trio = TestCenter::new();
        for _ in 0..2 {
            trio.clock.advance(POLL);
            trio.queues(&[("1", Some(queue))]);
            trio.read(Source::Calls, &calls(1, 2), &[]);
            trio.step();
        }
        assert_eq!(waiting(&trio), expected, "queue length {queue}");
    }
}

#[test]
fn queue_length_of_another_moment_proves_nothing() {
    let mut trio = TestCenter::new();
    let read = |trio: &mut TestCenter, millis: u64| {
        trio.clock.advance(POLL);
        trio.queues(&[("1", Some(3.0))]);
        trio.clock.advance(Duration::from_millis(millis));
        trio.read(Source::Cases, &[], &[]);
        trio.read(Source::Calls, &calls(1, 2), &[]);
        trio.step();
        waiting(trio)
    };
    assert_eq!(read(&mut trio, 500), Some(3));
    assert_eq!(read(&mut trio, 501), Some(3), "what was decided holds for a while");
    let mut trio = TestCenter::new();
    assert_eq!(read(&mut trio, 501), None);
}

#[test]
fn verdict_bridges_one_reading_without_queue_length() {
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(3.0))], &calls(1, 2));
    let mut shown = Vec::new();
    for _ in 0..5 {
        trio.calls_and_queues(&[("1", None)], &calls(1, 2));
        shown.push(waiting(&trio));
    }
    assert_eq!(shown, [Some(3), None, None, None, None]);
    // "They do not wait" says nothing of those that came later: no zero while ten may wait.
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(0.0))], &calls(0, 2));
    trio.calls_and_queues(&[("1", None)], &calls(0, 10))
        .calls_and_queues(&[("1", None)], &calls(0, 10));
    assert_eq!(waiting(&trio), None);
}

#[test]
fn waiting_unknown_cases_get_outcomes() {
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(0.0))], &[case("0", Handled)]);
    for _ in 0..3 {
        trio.calls_and_queues(
            &[("1", Some(2.0))],
            &[case("1", CaseState::Unknown), case("2", CaseState::Unknown)],
        );
    }
    trio.calls_and_queues(&[("1", Some(0.0))], &[case("1", Handled)]);
    trio.calls_and_queues(&[("1", Some(0.0))], &[case("1", Handled)]);
    trio.assert_balanced();
    let voice = trio.voice();
    assert_eq!((voice.answered, voice.total_left(), voice.total_unclassified()), (2, 1, 0));
    assert_eq!(voice.waits.sum, 15.0, "from the middle of the first window to that of the last");
}

#[test]
fn case_that_loses_its_known_state_did_not_leave() {
    // The word for "with an agent" is missing: the case waits, has an unknown state, and is gone.
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(0.0))], &[case("0", Handled)]);
    trio.calls_and_queues(&[("1", Some(1.0))], &[case("7", Queued)]);
    for _ in 0..3 {
        trio.calls_and_queues(&[("1", Some(0.0))], &[case("7", CaseState::Unknown)]);
        assert_eq!(waiting(&trio), Some(0), "an agent must have it");
    }
    for _ in 0..2 {
        trio.calls_and_queues(&[("1", Some(0.0))], &[]);
    }
    trio.assert_balanced();
    let voice = trio.voice();
    assert_eq!(
        (voice.total_left(), voice.unclassified[UnclassifiedReason::Unknown as usize]),
        (0, 1)
    );
}

#[test]
fn wait_begins_after_the_last_proof_of_none() {
    let mut trio = TestCenter::new();
    for _ in 0..20 {
        trio.calls_and_queues(&[("1", Some(0.0))], &calls(0, 1));
    }
    for _ in 0..3 {
        trio.calls_and_queues(&[("1", Some(1.0))], &calls(0, 1));
    }
    let waiting = trio.waiting("1", CaseClass::Voice).expect("decided");
    assert!((5.0..=15.0).contains(&waiting.longest_wait), "{waiting:?}");
}

#[test]
fn list_without_states_is_not_an_empty_queue() {
    let stateless = |id: &str| Case { state: None, ..case(id, Queued) };
    let mut trio = TestCenter::unread(Settings::default());
    trio.calls(&[]);
    assert_eq!(waiting(&trio), Some(0));
    trio.calls(&[stateless("1"), stateless("2")]);
    assert_eq!(trio.class("1", CaseClass::Voice).now, None);
    trio.calls(&[case("1", Queued)]);
    assert_eq!(waiting(&trio), Some(1));
}

/// A row of the list of calls as it is decoded: its class is unknown, so it counts as a call.
fn unclassed(id: &str, state: CaseState) -> Case {
    Case { class_is_unknown: true, ..case(id, state) }
}

#[test]
fn unknown_class_on_calls_withholds_while_it_waits() {
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(1.0))], &[unclassed("7", Handled), case("8", Queued)]);
    assert_eq!(waiting(&trio), Some(1), "an agent has it");
    trio.calls_and_queues(&[("1", Some(2.0))], &[unclassed("7", Queued), case("8", Queued)]);
    assert_eq!(waiting(&trio), None, "it may be a callback");
    for _ in 0..120 {
        trio.calls_and_queues(&[("1", Some(1.0))], &[case("8", Queued)]);
        assert_eq!(waiting(&trio), None);
    }
    trio.calls_and_queues(&[("1", Some(1.0))], &[case("8", Queued)]);
    assert_eq!(waiting(&trio), Some(1), "ten minutes after");
    trio.assert_balanced();
}

#[test]
fn unknown_class_on_calls_counts_as_a_call() {
    let mut trio = TestCenter::new();
    trio.calls(&[unclassed("7", Queued)]).calls(&[unclassed("7", Handled)]);
    assert_eq!((trio.voice().offered, trio.voice().answered), (1, 1));
    assert!(trio.service("1").classes.iter().all(|totals| totals.class != CaseClass::Other));
}

#[test]
fn queue_length_decides_unknown_class_and_state() {
    for (queue, expected) in [(1.0, Some(1)), (2.0, None)] {
        let mut trio = TestCenter::new();
        for _ in 0..2 {
            trio.calls_and_queues(
                &[("1", Some(queue))],
                &[unclassed("7", CaseState::Unknown), case("8", Queued)],
            );
        }
        assert_eq!(waiting(&trio), expected, "queue length {queue}");
    }
}

#[test]
fn unknown_class_on_cases_withholds_the_classes_of_that_list() {
    let other = Case { class: Some(CaseClass::Other), ..unclassed("7", Queued) };
    let chat = classed(CaseClass::Chat, "8", Queued);
    let mut trio = TestCenter::new();
    for (rows, expected) in [(vec![chat.clone()], Some(1)), (vec![chat, other.clone()], None)] {
        trio.clock.advance(POLL);
        trio.read(Source::Calls, &[], &[]);
        trio.read(Source::Cases, &rows, &[]);
        trio.step();
        let chats = trio.waiting("1", CaseClass::Chat).map(|waiting| waiting.cases);
        assert_eq!(chats, expected, "the other may be a chat");
        assert_eq!(waiting(&trio), Some(0), "the list of calls shows none");
    }
    let mut trio = TestCenter::unread(Settings::default());
    trio.cases(&[]).cases(&[other]);
    assert_eq!(waiting(&trio), None, "it may be a call");
}

#[test]
fn both_lists_may_show_cases_of_one_class() {
    let chat = |id: &str| classed(CaseClass::Chat, id, Queued);
    let mut trio = TestCenter::new();
    for id in ["1", "2", "3"] {
        trio.clock.advance(POLL);
        trio.read(Source::Calls, &[chat("0")], &[]);
        trio.read(Source::Cases, &[chat(id)], &[]);
        trio.step();
        assert_eq!(trio.waiting("1", CaseClass::Chat).expect("whole lists").cases, 2);
    }
}
