//! Waits against targets and Trio's own times: at the limit, and one second beside it; ages of
//! waiting cases without such a time.

use pretty_assertions::assert_eq;

use super::*;

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
fn unseen_case_is_within_a_target_by_its_own_window() {
    let unseen = |seconds: u64, late: u64| {
        let mut trio = with_target(seconds);
        trio.clock.advance(Duration::from_secs(late));
        trio.calls(&[case("7", Handled)]);
        let voice = trio.voice();
        (voice.within_low, (voice.within * 100.0).round(), voice.within_high)
    };
    assert_eq!(unseen(5, 3), (0, 86.0, 1), "this list was three seconds late");
    assert_eq!(unseen(5, 0), (1, 100.0, 1));
    assert_eq!(unseen(3, 0), (0, 84.0, 1), "of two moments in five seconds");
}

#[test]
fn unseen_wait_adds_nothing_to_the_sum() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]);
    let waits = &trio.voice().waits;
    assert_eq!((waits.count(), waits.buckets[0], waits.sum), (1, 1, 0.0));
}

#[test]
fn interval_longer_than_the_target_is_not_measurable() {
    for (target, expected) in [(4, false), (5, true)] {
        let mut trio = with_target(target);
        trio.calls(&[case("7", Queued)]);
        assert_eq!(trio.class("1", CaseClass::Voice).is_measurable(), expected);
    }
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
    let mut trio = with_target(23);
    let over =
        |trio: &TestCenter| trio.waiting("1", CaseClass::Voice).expect("a whole list").over_target;
    let came =
        Case { created: Some(trio.now().wall + Duration::from_secs(2)), ..case("7", Queued) };
    for _ in 0..5 {
        trio.calls(std::slice::from_ref(&came));
    }
    assert_eq!(over(&trio), 0, "23 seconds");
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
    let services: Vec<Service> = names.iter().map(service).collect();
    trio.center().services.good = Some(Good::new(taken, services.len(), services));
}

#[test]
fn service_names_are_resolved_by_the_last_configuration() {
    let named_case = |name: &str, id: &str| in_service(name, id, Queued);
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
fn contradicting_wait_is_rejected_and_counted() {
    let mut trio = TestCenter::new();
    trio.calls(&[Case { waited: Some(61.0), ..case("7", Queued) }]).calls(&[case("7", Handled)]);
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
        created: Some(now + POLL - Duration::from_secs(seconds)),
        ..case(id, Queued)
    };
    trio.calls(&[came("7", 2), came("8", 60)]);
    assert_eq!((trio.voice().offered, trio.voice().carried_in), (1, 1));
}

#[test]
fn trios_own_times_make_the_wait_exact() {
    let mut trio = TestCenter::new();
    let arrived = trio.clock.now().wall + Duration::from_millis(2_337);
    let with_times =
        |state, answered| Case { created: Some(arrived), answered, ..case("7", state) };
    for _ in 0..4 {
        trio.calls(&[with_times(Queued, None)]);
    }
    let answered = arrived + Duration::from_secs_f64(19.5);
    trio.calls(&[with_times(Handled, Some(answered))]);
    let voice = trio.voice();
    assert_eq!((voice.within_low, voice.within, voice.within_high), (1, 1.0, 1));
    assert_eq!(voice.waits.sum, 19.5);
    assert!((voice.handling_seconds - (25.0 - 2.337 - 19.5)).abs() < 1e-9);
}

#[test]
fn contradicting_times_are_rejected_and_counted() {
    let mut trio = TestCenter::new();
    let long_ago = Some(trio.clock.now().wall - Duration::from_secs(600));
    trio.calls(&[Case { created: long_ago, ..case("7", Queued) }]);
    trio.calls(&[Case { created: long_ago, answered: long_ago, ..case("7", Handled) }]);
    assert_eq!(trio.voice().within_low, 1, "the list before did not show it");
    let rejected = trio.totals.flow.rejected[Source::Calls as usize];
    assert_eq!((rejected.created, rejected.answered), (1, 1), "each once");
}

fn longest(trio: &TestCenter) -> f64 {
    trio.waiting("1", CaseClass::Voice).expect("a whole list").longest_wait
}

fn queued(ids: std::ops::Range<u32>) -> Vec<Case> {
    ids.map(|id| case(&id.to_string(), Queued)).collect()
}

#[test]
fn new_case_waits_since_the_middle_of_its_window() {
    let mut trio = TestCenter::new();
    let mut ages = Vec::new();
    for _ in 0..3 {
        trio.calls(&queued(0..1));
        ages.push(longest(&trio));
    }
    assert_eq!(ages, [2.5, 7.5, 12.5]);
}

#[test]
fn case_of_the_first_list_waits_half_an_interval() {
    let mut trio = TestCenter::unread(Settings::default());
    let mut ages = Vec::new();
    for _ in 0..3 {
        trio.calls(&queued(0..1));
        ages.push(longest(&trio));
    }
    assert_eq!(ages, [2.5, 5.0, 10.0], "since it was first seen");
}

#[test]
fn no_waiting_case_has_a_wait_of_zero() {
    let mut trio = TestCenter::new();
    for turn in 0..200u32 {
        // A new caller in every list, who is answered before the next one.
        trio.calls(&queued(turn..turn + 1));
        assert!(longest(&trio) > 0.0);
    }
}

#[test]
fn outage_of_an_hour_invents_no_wait() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]);
    for _ in 0..720 {
        trio.fail();
    }
    trio.calls(&queued(1..11));
    let waiting = trio.waiting("1", CaseClass::Voice).expect("a whole list");
    assert_eq!(waiting.cases, 10);
    assert!(waiting.longest_wait > 0.0 && waiting.longest_wait <= 5.0, "{waiting:?}");
    assert_eq!(waiting.over_target, 0);
}

#[test]
fn over_target_goes_by_the_same_age() {
    let mut trio = TestCenter::new();
    for _ in 0..4 {
        trio.calls(&queued(0..1));
    }
    let over =
        |trio: &TestCenter| trio.waiting("1", CaseClass::Voice).expect("a whole list").over_target;
    assert_eq!((longest(&trio), over(&trio)), (17.5, 0));
    trio.calls(&queued(0..1));
    assert_eq!((longest(&trio), over(&trio)), (22.5, 1));
}

#[test]
fn case_back_from_an_agent_waits_since_then() {
    let mut trio = TestCenter::new();
    for state in [Queued, Handled, Handled, Handled, Queued] {
        trio.calls(&[case("7", state)]);
    }
    assert_eq!(longest(&trio), 2.5);
}

#[test]
fn longest_wait_is_withheld_after_two_differences() {
    let mut trio = TestCenter::unread(Settings::default());
    let mut read = |queue: f64, shown: u32| {
        trio.calls_and_queues(&[("1", Some(queue)), ("2", Some(0.0))], &queued(0..shown));
        assert!(!trio.service("2").withholds_longest_wait);
        trio.service("1").withholds_longest_wait
    };
    assert!(!read(0.0, 0));
    assert!(!read(4.0, 0), "they may have come between the two answers");
    assert!(!read(4.0, 4), "and are shown now");
    assert!(!read(4.0, 3));
    assert!(read(4.0, 3));
    for _ in 0..120 {
        assert!(read(4.0, 4), "for ten minutes");
    }
    assert!(!read(4.0, 4));
}

#[test]
fn queue_length_of_another_moment_is_not_compared() {
    let mut trio = TestCenter::unread(Settings::default());
    for _ in 0..5 {
        trio.queues(&[("1", Some(4.0))]);
        trio.clock.advance(Duration::from_secs(1));
        trio.read(Source::Cases, &[], &[]);
        trio.calls(&[]);
    }
    assert!(!trio.service("1").withholds_longest_wait);
}

#[test]
fn calls_alone_show_no_longest_wait_of_a_service() {
    let mut trio = TestCenter::new();
    let withholds = |trio: &TestCenter| trio.service("1").withholds_longest_wait;
    trio.calls(&[]);
    assert!(withholds(&trio), "an e-mail may wait");
    assert_eq!(longest(&trio), 0.0, "but no call");
    for _ in 0..121 {
        trio.queues(&[("1", Some(0.0))]);
        trio.clock.advance(POLL);
        trio.queues(&[("1", Some(0.0))]);
        trio.read(Source::Calls, &[], &[]);
        trio.step();
    }
    assert!(!withholds(&trio), "the queue length covers every kind");
    trio.calls(&[]);
    assert!(!withholds(&trio), "one reading without it");
    trio.calls(&[]);
    assert!(withholds(&trio));
}

#[test]
fn lists_without_any_case_are_no_zero_beside_a_queue() {
    let read = |queue: f64, shown: u32| {
        let mut trio = TestCenter::new();
        for _ in 0..2 {
            trio.calls_and_queues(&[("1", Some(queue))], &queued(0..shown));
        }
        trio.waiting("1", CaseClass::Voice).map(|waiting| waiting.cases)
    };
    assert_eq!(read(4.0, 0), None);
    assert_eq!(read(4.0, 3), Some(3), "busy queues differ by a case");
    assert_eq!(read(0.0, 0), Some(0));
    let mut trio = TestCenter::unread(Settings::default());
    trio.calls_and_queues(&[("1", Some(4.0))], &[]);
    assert_eq!(trio.waiting("1", CaseClass::Voice), None, "after a start one reading is enough");
    let mut trio = TestCenter::new();
    trio.calls_and_queues(&[("1", Some(0.0))], &[]).calls_and_queues(&[("1", Some(1.0))], &[]);
    trio.calls_and_queues(&[("1", Some(1.0))], &queued(0..1));
    assert_eq!(
        trio.waiting("1", CaseClass::Voice).expect("shown").cases,
        1,
        "one came between the answers"
    );
}

#[test]
fn row_without_an_id_withholds_unless_the_queue_length_decides() {
    let unkeyed = |queue: Option<f64>| {
        let mut trio = TestCenter::new();
        trio.clock.advance(POLL);
        trio.queues(&[("1", queue), ("2", None)]);
        let list =
            CaseList { cases: queued(0..1), unkeyed: vec!["1".into()], ..CaseList::default() };
        trio.read(Source::Cases, &[], &[]);
        trio.read_list(Source::Calls, list);
        trio.step();
        assert!(trio.waiting("2", CaseClass::Voice).is_some(), "another service");
        trio.waiting("1", CaseClass::Voice).map(|waiting| waiting.cases)
    };
    assert_eq!(unkeyed(None), None);
    assert_eq!(unkeyed(Some(2.0)), None);
    assert_eq!(unkeyed(Some(1.0)), Some(1), "those with an id are all that wait");
}

#[test]
fn row_without_a_service_withholds_unless_the_queue_length_decides() {
    let read = |row: Case, queue: Option<f64>| {
        let mut trio = TestCenter::new();
        trio.clock.advance(POLL);
        trio.queues(&[("1", queue), ("2", queue)]);
        trio.read(Source::Cases, &[], &[]);
        trio.read_list(Source::Calls, CaseList { cases: vec![row], ..CaseList::default() });
        trio.step();
        ["1", "2"].map(|id| trio.waiting(id, CaseClass::Voice).map(|waiting| waiting.cases))
    };
    let of_none = |state| Case { service_id: None, ..case("7", state) };
    assert_eq!(read(of_none(Queued), None), [None, None], "it may be of either");
    assert_eq!(read(of_none(CaseState::Unknown), None), [None, None]);
    assert_eq!(read(of_none(Queued), Some(1.0)), [None, None]);
    assert_eq!(read(of_none(Queued), Some(0.0)), [Some(0), Some(0)], "no one waits");
    assert_eq!(read(of_none(Handled), None), [Some(0), Some(0)]);
    let with_agent = Case { agent_id: Some("9".into()), ..of_none(CaseState::Unknown) };
    assert_eq!(read(with_agent, None), [Some(0), Some(0)]);
}

#[test]
fn calls_without_states_are_no_zero_in_the_list_of_cases() {
    let stateless = Case { state: None, ..case("7", Queued) };
    for (queue, expected) in [(None, None), (Some(1.0), None), (Some(0.0), Some(0))] {
        let mut trio = TestCenter::unread(Settings::default());
        for _ in 0..3 {
            trio.clock.advance(POLL);
            trio.queues(&[("1", queue), ("2", None)]);
            trio.read(Source::Calls, std::slice::from_ref(&stateless), &[]);
            trio.read(Source::Cases, &[], &[]);
            trio.step();
            let shown =
                |service| trio.waiting(service, CaseClass::Voice).map(|waiting| waiting.cases);
            assert_eq!((shown("1"), shown("2")), (expected, Some(0)), "queue length {queue:?}");
        }
    }
}

#[test]
fn rows_without_an_id_leave_unknown_states_undecided() {
    let mut trio = TestCenter::new();
    for _ in 0..3 {
        trio.clock.advance(POLL);
        trio.queues(&[("1", Some(1.0))]);
        trio.read(Source::Calls, &[case("7", CaseState::Unknown)], &[]);
        trio.read_list(
            Source::Cases,
            CaseList { unkeyed: vec!["1".into()], ..CaseList::default() },
        );
        trio.step();
        assert_eq!(
            trio.waiting("1", CaseClass::Voice),
            None,
            "the one that waits may be the row without an id"
        );
    }
}
