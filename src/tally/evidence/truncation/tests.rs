//! Tests: hidden cases, and cases that only seem hidden.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    model::{Clock, ContactCenter, Stamp},
    snapshot::{Attempt, Outcome},
};

/// A service's queue, and how many cases of it each list shows: calls, cases that wait, others.
type Part = (&'static str, f64, usize, usize, usize);

fn case(id: String, service: &str, state: CaseState) -> Case {
    Case { service_id: Some(service.into()), state: Some(state), ..Case::new(id) }
}

fn status(service: &str, queue_length: f64) -> ServiceStatus {
    ServiceStatus { queue_length: Some(queue_length), ..ServiceStatus::new(service) }
}

fn read<T: PartialEq>(taken: Stamp, data: T) -> Reading<T> {
    let mut reading = Reading::none(Duration::from_secs(5));
    reading.store(taken, Duration::ZERO, 0, data);
    reading
}

fn list(cases: Vec<Case>) -> CaseList {
    CaseList { cases, ..CaseList::default() }
}

/// A contact centre `secs` seconds after the beginning, in which every call waits.
fn center(begin: Stamp, secs: u64, parts: &[Part]) -> Center {
    let taken = Stamp { mono: begin.mono + Duration::from_secs(secs), ..begin };
    let (mut calls, mut cases) = (Vec::new(), Vec::new());
    for &(service, _, voice, waiting, handled) in parts {
        let some = |kind: &str, count: usize, state| -> Vec<Case> {
            (0..count)
                .map(|number| case(format!("{service} {kind} {number}"), service, state))
                .collect()
        };
        calls.extend(some("voice", voice, CaseState::Queued));
        cases.extend(some("waiting", waiting, CaseState::Queued));
        cases.extend(some("handled", handled, CaseState::Handled));
    }
    let states = parts.iter().map(|part| status(part.0, part.1)).collect();
    let mut center = Center::new(ContactCenter { id: "1".into(), name: None }, |_| None);
    center.service_state = read(taken, states);
    center.calls = read(taken, list(calls));
    center.cases = read(taken, list(cases));
    center
}

fn truncated(center: &Center) -> (Vec<&str>, Vec<&str>) {
    fn services(reading: &Reading<CaseList>) -> Vec<&str> {
        let good = reading.good.as_ref().expect("read");
        good.data.truncated.iter().map(|service| &**service).collect()
    }
    (services(&center.calls), services(&center.cases))
}

/// Marks `now` after `before` was marked.
fn mark(before: &Center, now: &mut Center) {
    let mut judge = Truncation::default();
    judge.mark(None, &mut before.clone());
    judge.mark(Some(before), now);
}

/// Services truncated in the second of two steps, by list.
fn after(first: &[Part], second: &[Part]) -> (Vec<&'static str>, Vec<&'static str>) {
    let begin = Clock::system().now();
    let mut now = center(begin, 5, second);
    mark(&center(begin, 0, first), &mut now);
    let known = |services: Vec<&str>| {
        let parts = second.iter().map(|part| part.0);
        parts.filter(|part| services.contains(part)).collect::<Vec<_>>()
    };
    let (calls, cases) = truncated(&now);
    (known(calls), known(cases))
}

const NOTHING: (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());

#[test]
fn cases_are_truncated_after_two_differences_in_a_row() {
    // A limit of 15 that counts handled cases.
    let hides = [("mail", 9.0, 0, 5, 10), ("short", 9.0, 0, 5, 4)];
    assert_eq!(after(&hides, &hides), (vec![], vec!["mail"]), "nine cases are no limit");
    let with_count = [("mail", 5.0, 0, 5, 10)];
    assert_eq!(after(&hides, &with_count), NOTHING, "what is shown again is whole again");
    assert_eq!(
        after(&with_count, &hides),
        NOTHING,
        "one more may have come between the two answers"
    );
    assert_eq!(after(&with_count, &with_count), NOTHING);
}

#[test]
fn cases_shown_by_either_list_are_not_hidden() {
    let both = |queue| [("mixed", queue, 12, 10, 0)];
    assert_eq!(after(&both(22.0), &both(22.0)), NOTHING, "twelve calls and ten others");
    assert_eq!(after(&both(23.0), &both(23.0)), (vec![], vec!["mixed"]));
    let begin = Clock::system().now();
    let twice = |secs| {
        let mut center = center(begin, secs, &[("mixed", 15.0, 12, 0, 0)]);
        let calls = center.calls.good.as_ref().expect("read").data.cases.clone();
        center.cases = read(center.calls.good.as_ref().expect("read").taken, list(calls));
        center
    };
    let mut now = twice(5);
    mark(&twice(0), &mut now);
    assert_eq!(truncated(&now), (vec![], vec!["mixed"]), "a call in both lists waits once");
}

#[test]
fn calls_are_truncated_at_a_shared_highest_count() {
    let wall = [("a", 40.0, 12, 0, 0), ("b", 13.0, 12, 0, 0), ("c", 12.0, 11, 0, 0)];
    assert_eq!(after(&wall, &wall), (vec!["a", "b"], vec![]));
    let one = [("a", 40.0, 12, 0, 0), ("b", 12.0, 12, 0, 0), ("c", 12.0, 11, 0, 0)];
    assert_eq!(after(&one, &one), NOTHING, "the rest of a may be written");
    let low = [("a", 40.0, 9, 0, 0), ("b", 13.0, 9, 0, 0)];
    assert_eq!(after(&low, &low), NOTHING);
}

#[test]
fn readings_of_different_moments_prove_no_truncation() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let (first, mut second) = (center(begin, 0, &hides), center(begin, 5, &hides));
    second.cases = first.cases.clone();
    mark(&first, &mut second);
    assert_eq!(truncated(&second), NOTHING, "cases are read less often than states");
    let mut same = first.clone();
    mark(&first, &mut same);
    assert_eq!(truncated(&same), NOTHING);
    let mut unknown = center(begin, 10, &hides);
    unknown.service_state = Reading::none(None);
    mark(&first, &mut unknown);
    assert_eq!(truncated(&unknown), NOTHING, "the queue length is unknown");
    let silent = [("mail", f64::NAN, 0, 5, 10)];
    assert_eq!(after(&silent, &silent), NOTHING);
}

#[test]
fn list_truncated_in_the_same_way_is_unchanged() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let mut second = center(begin, 5, &hides);
    mark(&center(begin, 0, &hides), &mut second);
    let mut third = center(begin, 10, &hides);
    mark(&second, &mut third);
    assert_eq!(truncated(&third).1, ["mail"]);
    let changed = |center: &Center| center.cases.good.as_ref().map(|good| good.changed.mono);
    assert_eq!(changed(&third), changed(&second));
    assert_eq!(
        third.cases.good.as_ref().expect("read").taken.mono,
        begin.mono + Duration::from_secs(10)
    );
}

/// Services of `services/cases` that are truncated after this list of waiting and handled cases.
fn cases_at_limit(
    judge: &mut Truncation,
    services: &[(&'static str, usize, usize)],
) -> Vec<String> {
    let parts: Vec<Part> = services
        .iter()
        .map(|&(service, waiting, handled)| (service, f64::NAN, 0, waiting, handled))
        .collect();
    let mut now = center(Clock::system().now(), 0, &parts);
    judge.mark(None, &mut now);
    truncated(&now).1.into_iter().map(str::to_owned).collect()
}

#[test]
fn list_at_limit_is_truncated_until_exceeded() {
    let mut judge = Truncation::default();
    let none: [&str; 0] = [];
    assert_eq!(cases_at_limit(&mut judge, &[]), none);
    assert_eq!(cases_at_limit(&mut judge, &[("a", 19, 0), ("b", 10, 9)]), none);
    assert_eq!(
        cases_at_limit(&mut judge, &[("c", 3, 17), ("a", 20, 0), ("b", 3, 0)]),
        ["a", "c"],
        "handled cases may count"
    );
    assert_eq!(cases_at_limit(&mut judge, &[("a", 20, 0), ("b", 21, 0)]), none);
    assert_eq!(
        cases_at_limit(&mut judge, &[("a", 20, 0)]),
        none,
        "this server shows more than that"
    );
}

#[test]
fn waiting_cases_alone_can_reach_the_limit() {
    let mut judge = Truncation::default();
    let none: [&str; 0] = [];
    assert_eq!(cases_at_limit(&mut judge, &[("a", 20, 5), ("b", 2, 18)]), ["a"]);
    assert_eq!(cases_at_limit(&mut judge, &[("a", 20, 0)]), ["a"], "twenty that wait");
    assert_eq!(cases_at_limit(&mut judge, &[("a", 21, 0)]), none);
    assert_eq!(
        cases_at_limit(&mut judge, &[("a", 20, 5)]),
        none,
        "this server shows more than that"
    );
}

fn agent(id: usize, state: AgentState, job: Option<usize>) -> AgentStatus {
    AgentStatus {
        job: job.map(|job| job.to_string().into()),
        ..AgentStatus::new(id.to_string(), Some(state))
    }
}

/// A list of twenty calls, of which some wait, beside this queue length and these agents.
fn twenty_calls(secs: u64, waiting: usize, queue: Option<f64>, agents: Vec<AgentStatus>) -> Center {
    let begin = Clock::still(std::time::UNIX_EPOCH).now();
    let taken = Stamp { mono: begin.mono + Duration::from_secs(secs), ..begin };
    let mut center = center(begin, secs, &[("a", 0.0, 0, 0, 0)]);
    let state = |number| if number < waiting { CaseState::Queued } else { CaseState::Handled };
    let calls = (0..20).map(|number| case(number.to_string(), "a", state(number))).collect();
    center.calls = read(taken, list(calls));
    center.service_state =
        read(taken, vec![ServiceStatus { queue_length: queue, ..ServiceStatus::new("a") }]);
    center.agent_state = read(taken, agents);
    center
}

#[test]
fn twenty_calls_are_whole_if_all_that_wait_are_shown() {
    use AgentState::{Available, Busy, Unknown};
    let telling = || vec![agent(1, Busy, Some(19)), agent(2, Available, None)];
    let calls = |queues: [Option<f64>; 2], agents: Vec<AgentStatus>| {
        let mut now = twenty_calls(5, 12, queues[1], agents);
        mark(&twenty_calls(0, 12, queues[0], telling()), &mut now);
        truncated(&now).0.is_empty()
    };
    let exact = [Some(12.0); 2];
    assert!(calls(exact, telling()), "twelve wait, and twelve are shown");
    assert!(calls([Some(11.0), Some(3.0)], telling()), "one was answered between the answers");
    assert!(!calls([Some(13.0), Some(12.0)], telling()), "once may be chance");
    assert!(!calls([Some(12.0), Some(13.0)], telling()));
    assert!(!calls([Some(12.0), None], telling()), "the queue length is unknown");
    assert!(!calls([Some(12.0), Some(f64::NAN)], telling()));
    assert!(!calls(exact, vec![]), "no agent tells a job");
    assert!(!calls(exact, vec![agent(1, Available, None)]));
    assert!(
        !calls(exact, vec![agent(1, Busy, Some(19)), agent(2, Busy, None)]),
        "the call of the second may be hidden"
    );
    assert!(!calls(exact, vec![agent(1, Busy, Some(19)), agent(2, Unknown, None)]));
}

#[test]
fn twenty_calls_of_another_moment_stay_truncated() {
    let telling = || vec![agent(1, AgentState::Busy, Some(19))];
    let at = |secs| twenty_calls(secs, 12, Some(12.0), telling());
    let is_whole = |before: Option<&Center>, mut now: Center| {
        match before {
            Some(before) => mark(before, &mut now),
            None => Truncation::default().mark(None, &mut now),
        }
        truncated(&now).0.is_empty()
    };
    assert!(is_whole(Some(&at(0)), at(5)));
    assert!(!is_whole(None, at(5)), "it was read once");
    let mut other = at(5);
    other.service_state = at(0).service_state;
    assert!(!is_whole(Some(&at(0)), other), "the queue length is of the step before");
    let mut other = at(5);
    other.agent_state = at(0).agent_state;
    assert!(!is_whole(Some(&at(0)), other), "the agents are of the step before");
    let mut unknown = at(5);
    let states = vec![CaseState::Unknown; 20];
    let calls = states.into_iter().enumerate();
    let calls = calls.map(|(number, state)| case(number.to_string(), "a", state)).collect();
    unknown.calls = read(unknown.calls.good.as_ref().expect("read").taken, list(calls));
    assert!(!is_whole(Some(&at(0)), unknown), "they may be handled");
}

/// Lists and states that are read at intervals of their own.
struct Readings {
    judge: Truncation,
    last: Option<Center>,
}

impl Readings {
    fn new() -> Self {
        Self { judge: Truncation::default(), last: None }
    }

    /// Reads the parts of this contact centre that are due at its moment, and returns the truncated
    /// services.
    fn read(&mut self, mut now: Center, lists: bool, states: bool) -> (Vec<String>, Vec<String>) {
        if let Some(last) = &self.last {
            if !lists {
                (now.calls, now.cases) = (last.calls.clone(), last.cases.clone());
                now.agent_state = last.agent_state.clone();
            }
            if !states {
                now.service_state = last.service_state.clone();
            }
        }
        self.judge.mark(self.last.as_ref(), &mut now);
        let (calls, cases) = truncated(&now);
        let owned = |services: Vec<&str>| services.into_iter().map(str::to_owned).collect();
        let found = (owned(calls), owned(cases));
        self.last = Some(now);
        found
    }
}

#[test]
fn truncation_holds_for_lists_between_states() {
    let begin = Clock::system().now();
    let wall = [("a", 40.0, 12, 0, 0), ("b", 13.0, 12, 0, 0), ("c", 12.0, 11, 0, 0)];
    let mut readings = Readings::new();
    let mut found = Vec::new();
    for step in 0..9 {
        let (calls, _) = readings.read(center(begin, step * 2, &wall), true, step % 3 == 0);
        found.push(calls.len());
    }
    assert_eq!(found, [0, 0, 0, 2, 2, 2, 2, 2, 2], "from the second comparison on");
    let whole = [("a", 12.0, 12, 0, 0), ("b", 12.0, 12, 0, 0)];
    let (calls, _) = readings.read(center(begin, 18, &whole), true, true);
    assert!(calls.is_empty(), "what is shown again is whole again");
    let (calls, _) = readings.read(center(begin, 20, &whole), true, false);
    assert!(calls.is_empty());
}

#[test]
fn comparisons_far_apart_are_not_in_a_row() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let after = |seconds| {
        let mut readings = Readings::new();
        readings.read(center(begin, 0, &hides), true, true);
        readings.read(center(begin, seconds, &hides), true, true).1.len()
    };
    assert_eq!((after(15), after(16)), (1, 0), "three intervals");
}

#[test]
fn truncation_is_found_where_lists_are_read_less_often() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let mut readings = Readings::new();
    let found: Vec<usize> = (0..5)
        .map(|step| readings.read(center(begin, step * 5, &hides), step % 2 == 0, true).1.len())
        .collect();
    assert_eq!(found, [0, 0, 1, 1, 1], "the second list that was read with the states");
}

#[test]
fn states_that_failed_prove_no_truncation() {
    let begin = Clock::system().now();
    let hides = [("mail", 9.0, 0, 5, 10)];
    let mut readings = Readings::new();
    for step in 0..2 {
        readings.read(center(begin, step * 5, &hides), true, true);
    }
    let at = |secs| Stamp { mono: begin.mono + Duration::from_secs(secs), ..begin };
    let last = readings.last.as_mut().expect("read");
    last.service_state.attempt =
        Some(Attempt { at: at(10), duration: Duration::ZERO, outcome: Outcome::Failed });
    let (_, cases) = readings.read(center(begin, 10, &hides), true, false);
    assert!(cases.is_empty(), "the queue length may be another by now");
}

#[test]
fn twenty_calls_stay_whole_between_states() {
    let telling = || vec![agent(1, AgentState::Busy, Some(19))];
    let at = |secs| twenty_calls(secs, 12, Some(12.0), telling());
    let mut readings = Readings::new();
    let found: Vec<usize> =
        (0..9).map(|step| readings.read(at(step * 2), true, step % 3 == 0).0.len()).collect();
    assert_eq!(found, [1, 1, 1, 0, 0, 0, 0, 0, 0]);
    let silent = twenty_calls(18, 12, Some(12.0), vec![]);
    assert_eq!(readings.read(silent, true, false).0.len(), 1, "no agent tells a job");
}

#[test]
fn list_that_was_not_read_again_keeps_its_marks() {
    let first = twenty_calls(0, 12, Some(13.0), vec![]);
    let mut judge = Truncation::default();
    let mut marked = first;
    judge.mark(None, &mut marked);
    assert_eq!(truncated(&marked).0, ["a"]);
    let mut carried = marked.clone();
    judge.mark(Some(&marked), &mut carried);
    assert_eq!(truncated(&carried).0, ["a"]);
}
