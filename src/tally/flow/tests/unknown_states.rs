//! Cases in a state that no dictionary maps: the queue length decides whether they wait.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    model::{AgentState, Case},
    tally::{Settings, Source},
};

/// Known waiting cases, then cases in an unknown state, of service 1.
fn calls(known: usize, unknown: usize) -> Vec<Case> {
    let of = |word: &'static str, count: usize, state| {
        (0..count).map(move |number| case(&format!("{word} {number}"), state))
    };
    of("known", known, Queued).chain(of("unknown", unknown, CaseState::Unknown)).collect()
}

fn waiting(stage: &Stage) -> Option<u64> {
    stage.waiting("1", CaseClass::Voice).map(|waiting| waiting.cases)
}

/// The waiting cases shown after so many readings of the same.
fn shown_after(readings: usize, known: usize, unknown: usize, queue: Option<f64>) -> Option<u64> {
    let mut stage = Stage::new();
    for _ in 0..readings {
        stage.calls_beside(&[("1", queue)], &calls(known, unknown));
    }
    stage.law_holds();
    waiting(&stage)
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
            assert_eq!(shown_after(readings, known, unknown, queue), expected, "{readings} times: {why}");
        }
    }
}

#[test]
fn withheld_figures_leave_the_states_as_evidence() {
    let mut stage = Stage::new();
    for _ in 0..2 {
        stage.calls_beside(&[("1", Some(2.0))], &calls(1, 2));
    }
    let now = stage.class("1", CaseClass::Voice).now.expect("a whole list");
    assert_eq!((now.states, now.waiting), ([1, 0, 0, 2], None));
}

#[test]
fn unknown_cases_that_wait_count_in_every_gauge() {
    let mut stage = Stage::new();
    for _ in 0..6 {
        stage.calls_beside(&[("1", Some(2.0))], &calls(0, 2));
    }
    let waiting = stage.waiting("1", CaseClass::Voice).expect("decided");
    assert_eq!((waiting.cases, waiting.longest_wait, waiting.over_target), (2, 27.5, 2));
}

#[test]
fn undecided_service_withholds_every_class_and_no_other_service() {
    let mut stage = Stage::new();
    let mail = Case { class: Some(CaseClass::Email), ..case("mail", Queued) };
    let elsewhere = Case { service_id: Some("2".into()), ..case("elsewhere", Queued) };
    for _ in 0..2 {
        stage.clock.advance(stage::POLL);
        stage.queues(&[("1", Some(2.0)), ("2", Some(1.0))]);
        stage.read(Source::Cases, std::slice::from_ref(&mail), &[]);
        stage.read(Source::Calls, &[calls(0, 2), vec![elsewhere.clone()]].concat(), &[]);
        stage.step();
    }
    let shown = |service, class| stage.waiting(service, class).map(|waiting| waiting.cases);
    assert_eq!((shown("1", CaseClass::Voice), shown("1", CaseClass::Email)), (None, None));
    assert_eq!(shown("2", CaseClass::Voice), Some(1));
}

#[test]
fn one_contradicting_reading_changes_nothing_two_do() {
    for (known, unknown, decided) in [(1, 2, 1.0), (1, 2, 3.0)] {
        let mut stage = Stage::new();
        let mut read = |queue: f64| {
            stage.calls_beside(&[("1", Some(queue))], &calls(known, unknown));
            waiting(&stage)
        };
        let before = read(decided);
        assert_eq!(before, Some(decided as u64));
        assert_eq!(read(2.0), before, "a case may have come between the two answers");
        assert_eq!((read(decided), read(decided)), (before, before));
        assert_eq!((read(2.0), read(2.0)), (before, None));
    }
}

#[test]
fn two_readings_that_agree_turn_the_verdict() {
    let mut stage = Stage::new();
    let mut read = |queue: f64| {
        stage.calls_beside(&[("1", Some(queue))], &calls(1, 2));
        waiting(&stage)
    };
    assert_eq!([1.0, 3.0, 3.0, 3.0].map(&mut read), [Some(1), Some(1), Some(3), Some(3)]);
}

#[test]
fn contradiction_in_every_second_reading_is_withheld_throughout() {
    let mut stage = Stage::new();
    let mut shown = Vec::new();
    for turn in 0..400 {
        let queue = if turn % 2 == 0 { 1.0 } else { 2.0 };
        stage.calls_beside(&[("1", Some(queue))], &calls(1, 2));
        shown.push(waiting(&stage));
    }
    let first = shown.iter().position(Option::is_none).expect("withheld");
    assert_eq!(first, 3, "after the second contradiction in a row of three");
    assert!(shown[first..].iter().all(Option::is_none));
}

#[test]
fn unknown_state_in_every_second_reading_does_not_flicker() {
    let mut stage = Stage::new();
    for turn in 0..300 {
        stage.calls_beside(&[("1", Some(2.0))], &if turn % 2 == 0 { calls(1, 2) } else { calls(2, 0) });
        assert_eq!(waiting(&stage), None, "reading {turn}");
    }
}

#[test]
fn figures_return_ten_minutes_after_the_last_undecided_reading() {
    let mut stage = Stage::new();
    let mut read = |unknown: usize| {
        stage.calls_beside(&[("1", Some(2.0))], &calls(1, unknown));
        waiting(&stage)
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
    let mut stage = Stage::new();
    stage.calls_beside(&[("1", Some(2.0))], &calls(1, 2));
    for (seconds, is_shown) in [(595, false), (10, true)] {
        stage.clock.advance(Duration::from_secs(seconds));
        stage.step();
        assert_eq!(waiting(&stage).is_some(), is_shown);
    }
}

#[test]
fn case_that_an_agent_has_does_not_wait_and_decides_nothing() {
    let agent = Case { agent_id: Some("a1".into()), ..case("7", CaseState::Unknown) };
    let mut stage = Stage::new();
    stage.calls_beside(&[("1", None)], &[case("1", Queued), agent]);
    assert_eq!(waiting(&stage), Some(1));
    let jobs = [
        (AgentState::Busy, Some(1)),
        (AgentState::Reserved, Some(2)),
        (AgentState::Unknown, Some(1)),
        (AgentState::Paused, None),
        (AgentState::LoggedOut, None),
    ];
    for (state, expected) in jobs {
        let mut stage = Stage::new();
        stage.agents(&[("7", state)]);
        stage.calls_beside(&[("1", None)], &[case("1", Queued), case("7", CaseState::Unknown)]);
        assert_eq!(waiting(&stage), expected, "{state:?}");
    }
}

#[test]
fn cut_list_proves_only_that_unknown_states_do_not_wait() {
    let mail = |id: &str, state| Case { class: Some(CaseClass::Email), ..case(id, state) };
    for (queue, expected) in [(1.0, Some(1)), (2.0, None), (9.0, None)] {
        let mut stage = Stage::new();
        for _ in 0..2 {
            stage.clock.advance(stage::POLL);
            stage.queues(&[("1", Some(queue))]);
            stage.read(Source::Cases, &[mail("1", Queued), mail("2", CaseState::Unknown)], &[]);
            stage.read(Source::Calls, &[case("3", Queued), case("4", CaseState::Unknown)], &["1"]);
            stage.step();
        }
        let email = stage.waiting("1", CaseClass::Email).map(|waiting| waiting.cases);
        assert_eq!(email, expected, "queue length {queue}");
        assert_eq!(stage.class("1", CaseClass::Voice).now, None, "its list is cut");
    }
}

#[test]
fn without_the_list_of_cases_only_an_equal_queue_length_proves_waiting() {
    for (queue, expected) in [(1.0, Some(1)), (3.0, Some(3)), (4.0, None)] {
        let mut stage = Stage::new();
        for _ in 0..2 {
            stage.clock.advance(stage::POLL);
            stage.queues(&[("1", Some(queue))]);
            stage.read(Source::Calls, &calls(1, 2), &[]);
            stage.step();
        }
        assert_eq!(waiting(&stage), expected, "queue length {queue}");
    }
}

#[test]
fn queue_length_of_another_moment_proves_nothing() {
    let mut stage = Stage::new();
    let read = |stage: &mut Stage, millis: u64| {
        stage.clock.advance(stage::POLL);
        stage.queues(&[("1", Some(3.0))]);
        stage.clock.advance(Duration::from_millis(millis));
        stage.read(Source::Cases, &[], &[]);
        stage.read(Source::Calls, &calls(1, 2), &[]);
        stage.step();
        waiting(stage)
    };
    assert_eq!(read(&mut stage, 500), Some(3));
    assert_eq!(read(&mut stage, 501), Some(3), "what was decided holds for a while");
    let mut stage = Stage::new();
    assert_eq!(read(&mut stage, 501), None);
}

#[test]
fn verdict_is_forgotten_after_ten_minutes_without_a_comparison() {
    let mut stage = Stage::new();
    stage.calls_beside(&[("1", Some(3.0))], &calls(1, 2));
    let mut shown = Vec::new();
    for _ in 0..130 {
        stage.calls_beside(&[("1", None)], &calls(1, 2));
        shown.push(waiting(&stage));
    }
    assert_eq!(shown.iter().position(Option::is_none), Some(120));
}

#[test]
fn unknown_cases_that_wait_are_counted_as_answered_and_left() {
    let mut stage = Stage::new();
    stage.calls_beside(&[("1", Some(0.0))], &[case("0", Handled)]);
    for _ in 0..3 {
        stage.calls_beside(
            &[("1", Some(2.0))],
            &[case("1", CaseState::Unknown), case("2", CaseState::Unknown)],
        );
    }
    stage.calls_beside(&[("1", Some(0.0))], &[case("1", Handled)]);
    stage.calls_beside(&[("1", Some(0.0))], &[case("1", Handled)]);
    stage.law_holds();
    let voice = stage.voice();
    assert_eq!((voice.answered, voice.left_in_all(), voice.unclassified_in_all()), (2, 1, 0));
    assert_eq!(voice.waits.sum, 15.0 + 5.0 / 3.0, "from the middle of the first window to that of the last");
}

#[test]
fn case_whose_known_word_is_lost_did_not_leave() {
    // The word for "with an agent" is missing: the case waits, has an unknown state, and is gone.
    let mut stage = Stage::new();
    stage.calls_beside(&[("1", Some(0.0))], &[case("0", Handled)]);
    stage.calls_beside(&[("1", Some(1.0))], &[case("7", Queued)]);
    for _ in 0..3 {
        stage.calls_beside(&[("1", Some(0.0))], &[case("7", CaseState::Unknown)]);
        assert_eq!(waiting(&stage), Some(0), "an agent must have it");
    }
    for _ in 0..2 {
        stage.calls_beside(&[("1", Some(0.0))], &[]);
    }
    stage.law_holds();
    let voice = stage.voice();
    assert_eq!((voice.left_in_all(), voice.unclassified[Doubt::Unknown as usize]), (0, 1));
}

#[test]
fn wait_begins_after_the_queue_length_showed_that_there_was_none() {
    let mut stage = Stage::new();
    for _ in 0..20 {
        stage.calls_beside(&[("1", Some(0.0))], &calls(0, 1));
    }
    for _ in 0..3 {
        stage.calls_beside(&[("1", Some(1.0))], &calls(0, 1));
    }
    let waiting = stage.waiting("1", CaseClass::Voice).expect("decided");
    assert!((5.0..=15.0).contains(&waiting.longest_wait), "{waiting:?}");
}

#[test]
fn list_without_any_state_after_an_empty_one_is_not_an_empty_queue() {
    let stateless = |id: &str| Case { state: None, ..case(id, Queued) };
    let mut stage = Stage::unread(Settings::default());
    stage.calls(&[]);
    assert_eq!(waiting(&stage), Some(0));
    stage.calls(&[stateless("1"), stateless("2")]);
    assert_eq!(stage.class("1", CaseClass::Voice).now, None);
    stage.calls(&[case("1", Queued)]);
    assert_eq!(waiting(&stage), Some(1));
}
