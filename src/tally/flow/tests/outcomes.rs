//! Outcomes of cases whose arrival was seen: answered, left, moved; their handling time; and the
//! disappearance of most of the queue at once.

use pretty_assertions::assert_eq;

use super::*;

#[test]
fn waiting_case_seen_with_agent_is_answered() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]).calls(&[case("7", Offered)]).calls(&[case("7", Handled)]);
    let voice = trio.voice();
    assert_eq!((voice.offered, voice.answered, voice.within_low, voice.within_high), (1, 1, 1, 1));
    assert_eq!(voice.within, 1.0);
    let Inference::Answered { low, best, high, .. } = trio.events()[0].inference else {
        panic!("answered")
    };
    assert_eq!((low, best, high), (5.0, 10.0, 15.0));
    trio.assert_balanced();
}

#[test]
fn answer_near_the_target_counts_by_its_share() {
    let mut trio = TestCenter::new();
    for _ in 0..4 {
        trio.calls(&[case("7", Queued)]);
    }
    trio.calls(&[case("7", Handled)]);
    let voice = trio.voice();
    assert_eq!((voice.within_low, voice.within_high), (0, 1), "15 to 25 seconds");
    assert!((voice.within - 0.5).abs() < 1e-9);
}

#[test]
fn unseen_wait_counts_as_within_the_target() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]);
    let voice = trio.voice();
    assert_eq!((voice.offered, voice.answered, voice.within_low), (1, 1, 1));
    trio.assert_balanced();
}

#[test]
fn case_ends_after_two_lists_without_it() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled), case("7", Queued)]);
    trio.calls(&[case("0", Handled)]);
    assert_eq!(trio.voice().left, [0, 0, 0]);
    trio.assert_balanced();
    trio.calls(&[case("0", Handled), case("7", Queued)]).calls(&[]);
    assert_eq!(trio.voice().left, [0, 0, 0], "it was there after all");
    trio.calls(&[]);
    assert_eq!(trio.voice().left, [0, 1, 0], "gone since the first list that did not show it");
    trio.assert_balanced();
}

#[test]
fn abandoned_cases_are_classed_by_wait() {
    for (polls, left) in [(1, [1, 0, 0]), (2, [0, 1, 0]), (3, [0, 1, 0]), (5, [0, 0, 1])] {
        let mut trio = TestCenter::new();
        trio.calls(&[case("0", Handled)]);
        for _ in 0..polls {
            trio.calls(&[case("7", Queued)]);
        }
        trio.calls(&[]).calls(&[]);
        assert_eq!(trio.voice().left, left, "seen waiting {polls} times");
        assert!(LeftAge::ALL.len() == left.len());
    }
}

/// Bounds of the service level: within and missed, each certain and possible.
fn bounds(trio: &TestCenter) -> [u64; 4] {
    let ClassCounts { within_low, within_high, missed_low, missed_high, .. } = *trio.voice();
    [within_low, within_high, missed_low, missed_high]
}

/// A contact centre where case 7 is seen waiting in so many lists, then disappears.
fn left_after(lists: usize) -> TestCenter {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]);
    for _ in 0..lists {
        trio.calls(&[case("7", Queued)]);
    }
    trio.calls(&[]).calls(&[]);
    trio
}

#[test]
fn doubtful_short_abandon_is_possibly_missed() {
    // The case that an agent has is certainly within; up to 10 s, 5 to 15 s, 10 to 20 s.
    assert_eq!(bounds(&left_after(1)), [1, 1, 0, 1]);
    assert_eq!(bounds(&left_after(2)), [1, 1, 0, 1]);
    assert_eq!(bounds(&left_after(3)), [1, 1, 1, 1]);
}

#[test]
fn late_answer_is_missed() {
    let answered_after = |lists: usize| {
        let mut trio = TestCenter::new();
        for _ in 0..lists {
            trio.calls(&[case("7", Queued)]);
        }
        trio.calls(&[case("7", Handled)]);
        bounds(&trio)
    };
    assert_eq!(answered_after(3), [1, 1, 0, 0]);
    assert_eq!(answered_after(4), [0, 1, 0, 1], "15 to 25 seconds");
    assert_eq!(answered_after(6), [0, 0, 1, 1]);
}

#[test]
fn unclassified_case_opens_both_bounds() {
    let vanished_after = |lists: usize| {
        let mut trio = TestCenter::new();
        for _ in 0..lists {
            trio.calls(&[case("7", Queued)]);
        }
        trio.snapshot.server = "b".into();
        trio.calls(&[]).calls(&[]);
        assert_eq!(unclassified(&trio, UnclassifiedReason::Failover), 1);
        bounds(&trio)
    };
    assert_eq!(vanished_after(2), [0, 1, 0, 1]);
    assert_eq!(vanished_after(6), [0, 0, 0, 1], "it has waited longer than the target");
}

#[test]
fn case_found_with_an_agent_after_a_gap_opens_both_bounds() {
    let mut trio = TestCenter::unread(Settings::default());
    trio.calls(&[case("6", Handled)]);
    assert_eq!(bounds(&trio), [0; 4], "answered before the first list");
    trio.clock.advance(Duration::from_secs(60));
    trio.calls(&[case("6", Handled), case("7", Handled)]);
    assert_eq!(bounds(&trio), [0, 1, 0, 1]);
}

/// Reads `cases` calls that exactly so many lists show with an agent.
fn handled_for(trio: &mut TestCenter, cases: u32, lists: usize) {
    for number in 0..cases {
        let id = format!("handled {number}");
        for _ in 0..lists {
            trio.calls(&[case(&id, Handled)]);
        }
    }
    trio.calls(&[]).calls(&[]);
}

#[test]
fn case_that_disappears_among_brief_ones_may_be_answered() {
    let mut trio = TestCenter::new();
    handled_for(&mut trio, 30, 2);
    let before = bounds(&trio);
    trio.calls(&[case("7", Queued)]).calls(&[]).calls(&[]);
    let certain = [before[0], before[1], before[2], before[3] + 1];
    assert_eq!(bounds(&trio), certain, "an agent never has a call for less than two lists");
    handled_for(&mut trio, 12, 1);
    let before = bounds(&trio);
    trio.calls(&[case("8", Queued)]).calls(&[]).calls(&[]);
    assert_eq!(bounds(&trio)[1], before[1] + 1, "12 of 42 were shown once");
    assert!(matches!(
        trio.events(),
        [Event { inference: Inference::Left { may_be_answered: true, .. }, .. }]
    ));
    assert_eq!(trio.voice().total_left(), 2, "it counts as left");
}

#[test]
fn level_is_not_measurable_if_a_third_is_shown_once() {
    let measurable = |trio: &TestCenter| trio.class("1", CaseClass::Voice).is_measurable();
    let mut trio = TestCenter::new();
    handled_for(&mut trio, 20, 2);
    handled_for(&mut trio, 9, 1);
    assert!(measurable(&trio), "9 of 29 are too few to say");
    handled_for(&mut trio, 1, 1);
    assert!(!measurable(&trio), "10 of 30");
    handled_for(&mut trio, 1, 2);
    assert!(measurable(&trio), "10 of 31");
}

#[test]
fn other_services_tell_how_brief_calls_are() {
    let mut trio = TestCenter::new();
    handled_for(&mut trio, 30, 1);
    trio.calls(&[in_service("2", "7", Queued)]).calls(&[]);
    assert!(!trio.class("2", CaseClass::Voice).is_measurable());
    trio.calls(&[]);
    assert_eq!(trio.class("2", CaseClass::Voice).counts.within_high, 1, "it may be answered");
}

#[test]
fn unseen_calls_raise_the_upper_bound() {
    let mut trio = TestCenter::new();
    let beyond = |trio: &TestCenter| trio.voice().within_high - trio.voice().answered;
    handled_for(&mut trio, 60, 2);
    assert_eq!(beyond(&trio), 0, "no call is so short that lists miss it");
    handled_for(&mut trio, 20, 1);
    handled_for(&mut trio, 20, 2);
    assert!((1..=5).contains(&beyond(&trio)), "{}", beyond(&trio));
    trio.assert_balanced();
}

#[test]
fn unseen_callers_who_left_raise_the_missed_bound() {
    let missed = |short: u64| {
        let class = GivenClass {
            short_abandon: Some(Duration::from_secs(short)),
            ..GivenClass::new(CaseClass::Voice)
        };
        let general = GivenGoals { classes: vec![class], ..GivenGoals::default() };
        let goals = Arc::new(Goals::new(general, Vec::new()));
        let mut trio = TestCenter::unread(Settings { goals, ..Settings::default() });
        trio.calls(&[]).calls(&[case("0", Handled)]).calls(&[]).calls(&[]);
        for number in 1..=3 {
            trio.calls(&[case(&number.to_string(), Queued)]).calls(&[]).calls(&[]);
        }
        assert_eq!(trio.voice().total_left(), 3);
        trio.voice().missed_high
    };
    assert_eq!(missed(5), 3, "between two lists no one waits longer than 5 s");
    assert_eq!(missed(1), 5, "3 × 3 × (4 s ÷ 5 s)² ÷ 2 more");
}

#[test]
fn waits_of_other_services_begin_those_of_a_new_one() {
    let slow = |trio: &mut TestCenter, cases: &[Case]| {
        trio.center().calls.interval = Some(POLL * 3);
        trio.clock.advance(POLL * 2);
        trio.calls(cases);
    };
    let mut trio = TestCenter::new();
    for number in 0..100 {
        slow(&mut trio, &[case(&number.to_string(), Handled)]);
    }
    for state in [Queued, Handled] {
        slow(&mut trio, &[in_service("2", "7", state)]);
    }
    let within = trio.class("2", CaseClass::Voice).counts.within;
    assert!(within > 0.9, "{within} of a wait of 0 to 30 s; an even spread says 0.78");
}

#[test]
fn abandons_of_one_window_share_the_ages() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("0", Handled)]);
    for number in 1..=8 {
        trio.calls(&[case("0", Handled), case(&number.to_string(), Queued)]);
        trio.calls(&[case("0", Handled)]).calls(&[case("0", Handled)]);
    }
    assert_eq!(trio.voice().left, [4, 4, 0], "half of 0 to 10 seconds are above 5");
    trio.assert_balanced();
}

#[test]
fn without_handled_cases_vanished_ones_are_unclassified() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]).calls(&[]).calls(&[]);
    assert_eq!(
        trio.voice().total_left(),
        0,
        "it may have been answered: this list may not show that"
    );
    assert_eq!(trio.voice().unclassified[UnclassifiedReason::Unknown as usize], 1);
    trio.assert_balanced();
}

#[test]
fn case_in_another_service_moved_and_waits_there() {
    let there = |state| in_service("2", "7", state);
    let mut trio = TestCenter::new();
    for _ in 0..10 {
        trio.calls(&[case("7", Queued)]);
    }
    trio.calls(&[there(Queued)]).calls(&[there(Handled)]);
    assert_eq!((trio.voice().offered, trio.voice().moved), (1, 1));
    let there = &trio.class("2", CaseClass::Voice).counts;
    assert_eq!((there.offered, there.answered, there.within_low), (1, 1, 1));
    trio.assert_balanced();
}

#[test]
fn handled_case_that_waits_again_is_offered_again() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]).calls(&[case("7", Handled)]).calls(&[case("7", Queued)]);
    trio.calls(&[case("7", Handled)]);
    assert_eq!((trio.voice().offered, trio.voice().answered), (2, 2));
    trio.assert_balanced();
}

#[test]
fn transferred_case_is_answered_in_both_services() {
    let there = in_service("2", "7", Handled);
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]).calls(std::slice::from_ref(&there));
    assert_eq!((trio.voice().answered, trio.voice().moved), (1, 0));
    let there = &trio.class("2", CaseClass::Voice).counts;
    assert_eq!((there.offered, there.answered), (1, 1));
    trio.assert_balanced();
}

#[test]
fn handling_counts_half_of_its_first_and_last_interval() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued)]);
    for _ in 0..3 {
        trio.calls(&[case("7", Handled)]);
    }
    trio.calls(&[]).calls(&[]);
    assert_eq!(trio.voice().handling_seconds, 2.5 + 5.0 + 5.0 + 2.5);
}

#[test]
fn list_may_give_services_by_name() {
    let mut trio = TestCenter::new();
    let named = Service { id: "2".into(), name: Some("Växel".into()), group_ids: vec![] };
    let now = trio.clock.now();
    trio.center().services.good = Some(Good::new(now, 1, vec![named]));
    trio.calls(&[in_service("Växel", "7", Queued)]);
    assert_eq!(trio.class("2", CaseClass::Voice).counts.offered, 1);
}

/// Half of the interval before the first list that shows an agent.
const UNSEEN: f64 = 2.5;

fn handled(trio: &TestCenter) -> f64 {
    (trio.voice().handling_seconds * 1e6).round() / 1e6
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

#[test]
fn unseen_answer_credits_half_of_the_interval() {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Handled)]).calls(&[case("7", Handled)]);
    assert_eq!(handled(&trio), rounded(UNSEEN + 5.0));
}

#[test]
fn returned_case_credits_half_of_the_interval() {
    let there = in_service("2", "7", Queued);
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

fn cases(numbers: std::ops::RangeInclusive<u32>, state: CaseState) -> Vec<Case> {
    numbers.map(|n| case(&n.to_string(), state)).collect()
}

fn together(lists: &[Vec<Case>]) -> Vec<Case> {
    lists.concat()
}

fn mass(trio: &TestCenter) -> u64 {
    trio.voice().unclassified[UnclassifiedReason::MassVanish as usize]
}

#[test]
fn handled_cases_do_not_hide_a_mass_vanish() {
    let mut trio = TestCenter::new();
    let in_hand = cases(101..=110, Handled);
    let full = together(&[in_hand.clone(), cases(1..=6, Queued)]);
    let rest = together(&[in_hand, cases(1..=1, Queued)]);
    trio.calls(&full).calls(&rest).calls(&rest);
    assert_eq!((mass(&trio), trio.voice().total_left()), (5, 0));
}

#[test]
fn many_finished_calls_are_no_mass_vanish() {
    let mut trio = TestCenter::new();
    let full = together(&[cases(101..=106, Handled), cases(1..=2, Queued)]);
    let rest = cases(1..=1, Queued);
    trio.calls(&full).calls(&rest).calls(&rest);
    assert_eq!((mass(&trio), trio.voice().total_left()), (0, 1));
}

#[test]
fn cases_missing_before_do_not_vanish_again() {
    let mut trio = TestCenter::new();
    trio.calls(&together(&[cases(101..=101, Handled), cases(1..=6, Queued)]));
    trio.calls(&cases(1..=2, Queued)).calls(&cases(1..=1, Queued)).calls(&cases(1..=1, Queued));
    assert_eq!((mass(&trio), trio.voice().total_left()), (0, 5), "four, then one");
}

#[test]
fn cases_hidden_by_truncation_do_not_vanish() {
    let there = |id: &str, state| in_service("2", id, state);
    let mut trio = TestCenter::new();
    let others = [there("201", Queued), there("202", Handled)];
    trio.calls(&together(&[cases(1..=6, Queued), others.to_vec()]));
    for _ in 0..2 {
        trio.calls_truncated(&[there("202", Handled)], &["1"]);
    }
    let there = &trio.class("2", CaseClass::Voice).counts;
    assert_eq!((there.total_left(), there.total_unclassified()), (1, 0));
}

#[test]
fn handling_is_credited_during_a_mass_vanish() {
    let mut trio = TestCenter::new();
    trio.calls(&together(&[cases(101..=101, Handled), cases(1..=6, Queued)]));
    let before = trio.voice().handling_seconds;
    trio.calls(&[]).calls(&[]);
    assert_eq!(mass(&trio), 6);
    let ended = ((trio.voice().handling_seconds - before) * 1e6).round() / 1e6;
    assert_eq!(ended, 2.5, "it ended half-way between two lists");
}
