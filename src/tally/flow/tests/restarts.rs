//! Counters continue in the next process, and no time in between is invented.

use pretty_assertions::assert_eq;

use super::*;

const AWAY: Duration = Duration::from_secs(40);

/// One case answered, one that left, two that wait.
fn busy() -> TestCenter {
    let mut trio = TestCenter::new();
    trio.calls(&[case("7", Queued), case("8", Queued)]);
    trio.calls(&[case("7", Handled), case("9", Queued), case("10", Offered)]);
    trio.calls(&[case("7", Handled), case("9", Queued), case("10", Offered)]);
    trio.calls(&[case("9", Queued), case("10", Offered)]);
    trio
}

#[test]
fn restart_continues_counters_and_closes_waiting_cases() {
    let before = busy();
    let was = before.voice().clone();
    assert_eq!((was.offered, was.answered, was.total_left()), (4, 1, 1));
    let mut after = before.restart(AWAY, Settings::default());
    let closed = |n| {
        let mut counts = was.clone();
        counts.unclassified[UnclassifiedReason::Gap as usize] = n;
        counts.within_high += n;
        counts.missed_high += n;
        counts
    };
    assert_eq!(*after.voice(), closed(2), "at once, before any list");
    after.assert_balanced();
    after.calls(&[case("9", Queued), case("7", Handled)]);
    assert_eq!(*after.voice(), ClassCounts { carried_in: 1, ..closed(2) }, "one waits still");
    after.assert_balanced();
    before.assert_balanced();
}

#[test]
fn new_class_after_a_restart_starts_at_zero() {
    let mut after = busy().restart(AWAY, Settings::default());
    let email = classed(CaseClass::Email, "e", Queued);
    after.calls(&[]).cases(std::slice::from_ref(&email));
    assert_eq!(after.class("1", CaseClass::Email).counts.carried_in, 0);
    after.cases(&[email]);
    assert_eq!(after.class("1", CaseClass::Email).counts.carried_in, 1);
}

#[test]
fn open_time_between_processes_is_unmeasured() {
    let open = |id, open| ServiceStatus { open: Some(open), ..service(id) };
    let mut before = busy();
    before.services(vec![open("1", true), open("2", false)]);
    before.calls(&[]);
    before.services(vec![open("1", true), open("2", false)]);
    before.calls(&[]);
    let was = [before.service("1").time, before.service("2").time];
    let mut after = before.restart(AWAY, Settings::default());
    assert_eq!(after.service("1").time, was[0], "nothing is known yet");
    after.clock.advance(Duration::from_secs(1));
    after.services(vec![open("1", true), open("2", false)]);
    after.calls(&[]);
    let missed = |time: TimeCounts| time.unmeasured[Unmeasured::MissedPoll as usize];
    assert_eq!(missed(after.service("1").time) - missed(was[0]), 46.0, "until the first list");
    assert_eq!(missed(after.service("2").time), missed(was[1]), "it was closed");
    assert_eq!(after.service("1").time.measured, was[0].measured);
}

#[test]
fn clock_set_back_over_a_restart_keeps_counters() {
    let before = busy();
    let mut saved = before.saved();
    saved.at += 3600.0;
    let mut trio = before.restart(AWAY, Settings::default());
    let now = trio.clock.now();
    trio.tally = Tally::new(Settings::default()).resuming(&saved, now);
    trio.calls(&[]);
    assert_eq!(trio.voice().offered, 4);
    let was = trio.service("1").time;
    assert_eq!(was.unmeasured, before.service("1").time.unmeasured);
    trio.calls(&[]);
    let measured = |time: TimeCounts| time.measured.expect("a list was read");
    assert_eq!(measured(trio.service("1").time) - measured(was), 5.0, "and from now on as ever");
}

#[test]
fn saved_counters_older_than_keep_are_dropped() {
    let settings = || Settings { keep: Duration::from_secs(60), ..Settings::default() };
    let lives = |away| {
        let after = busy().restart(Duration::from_secs(away), settings());
        after.service("1").classes.first().map(|class| class.counts.offered)
    };
    assert_eq!((lives(60), lives(61)), (Some(4), None));
}

#[test]
fn restart_does_not_prolong_a_gone_service() {
    let settings = || Settings { keep: Duration::from_secs(60), ..Settings::default() };
    let offered = |away| {
        let mut before = busy();
        before.services(vec![service("2")]);
        for _ in 0..8 {
            before.calls(&[]);
        }
        // It is back when the next process begins.
        let now = before.clock.now();
        let good = before.center().service_state.good.as_mut().expect("read");
        good.taken = now;
        good.data = Arc::new(vec![service("1")]);
        let after = before.restart(Duration::from_secs(away), settings());
        after.service("1").classes.first().map(|class| class.counts.offered)
    };
    assert_eq!(
        (offered(29), offered(31)),
        (Some(4), None),
        "it was last heard of 30 seconds before"
    );
}

#[test]
fn restored_services_respect_the_maximum() {
    let one = busy().restart(AWAY, Settings { max_services: 1, ..Settings::default() });
    assert_eq!(
        (one.totals.flow.services.len(), one.saved().centers[0].flow.services.len()),
        (1, 1)
    );
}

proptest::proptest! {
    #[test]
    fn saved_numbers_are_restored_exactly(seconds in 0.0..1e9f64) {
        let text = serde_json::to_string(&seconds).expect("JSON");
        assert_eq!(serde_json::from_str::<f64>(&text).expect("a number").to_bits(), seconds.to_bits());
    }
}

#[test]
fn changed_edges_reset_only_the_histogram() {
    let before = busy();
    let edges = Settings { edges: Edges::with(&[17.0]), ..Settings::default() };
    let after = before.restart(AWAY, edges);
    let (was, is) = (before.voice(), after.voice());
    assert_eq!((is.offered, is.answered, is.within), (was.offered, was.answered, was.within));
    assert_eq!((is.waits.count(), is.waits.sum), (0, 0.0));
    assert!(is.waits.edges.contains(&17.0) && is.waits.buckets.len() == is.waits.edges.len() + 1);
    let same = before.restart(AWAY, Settings::default());
    assert_eq!(same.voice().waits, was.waits);
}

/// A zone in which the clock of the tests shows a few seconds before midnight.
fn eight_hours_on(seconds: i32) -> Settings {
    let zone = TimeZone::fixed(Offset::from_seconds(16 * 3600 - seconds).expect("an offset"));
    Settings { time_zone: zone, ..Settings::default() }
}

#[test]
fn day_counts_continue_on_the_same_day_only() {
    let mut before = TestCenter::unread(eight_hours_on(12));
    before.calls(&[]).calls(&[case("7", Queued)]).calls(&[case("7", Queued), case("8", Queued)]);
    let today = |trio: &TestCenter| trio.class("1", CaseClass::Voice).day.map(|day| day.offered);
    assert_eq!(today(&before), Some(1), "midnight was between the two");
    let after = |away, settings| today(&before.restart(Duration::from_secs(away), settings));
    assert_eq!(after(40, eight_hours_on(12)), Some(1));
    assert_eq!(after(40, eight_hours_on(3600)), None, "midnight is elsewhere in this zone");
    let next_day = Settings { keep: Duration::from_secs(200_000), ..eight_hours_on(12) };
    assert_eq!(after(86_400, next_day), None);
    let unwatched = TestCenter::new();
    assert_eq!(today(&unwatched.restart(AWAY, Settings::default())), None);
}

#[test]
fn part_of_a_day_continues_with_its_begin() {
    let mut before = TestCenter::unread(Settings::default());
    let began = crate::model::unix_seconds(before.clock.now().wall);
    before.calls(&[]).calls(&[case("7", Handled)]);
    let part = |trio: &TestCenter| {
        let start = trio.totals.flow.day_start.expect("a step");
        let day = trio.class("1", CaseClass::Voice).part_day.expect("a list was read");
        (start.at - began, start.is_whole, day.offered, day.answered)
    };
    assert_eq!(part(&before), (0.0, false, 1, 1));
    let mut after = before.restart(AWAY, Settings::default());
    assert_eq!(part(&after), (0.0, false, 1, 1), "the same part of the same day");
    after.calls(&[]).calls(&[case("8", Handled)]);
    assert_eq!(part(&after), (0.0, false, 2, 2));
    let later = before.restart(Duration::from_secs(80_000), Settings::default());
    assert_eq!(part(&later), (80_010.0, false, 0, 0), "yesterday's counts are not of today");
}

#[test]
fn day_of_an_older_version_has_no_invented_bounds() {
    let mut before = TestCenter::unread(eight_hours_on(12));
    before.calls(&[]).calls(&[case("7", Queued)]).calls(&[case("7", Queued), case("8", Queued)]);
    let mut saved = serde_json::to_value(before.saved()).expect("JSON");
    let service = saved.pointer_mut("/centers/0/flow/services/0").expect("a service");
    service.as_object_mut().expect("an object").remove("day_time").expect("saved");
    let day = service.pointer_mut("/classes/0/day").expect("a day");
    day.as_object_mut().expect("an object").remove("detail").expect("saved");
    let saved: Saved = serde_json::from_value(saved).expect("the same form");
    assert!(saved.is_valid());
    let mut after = before.restart(AWAY, eight_hours_on(12));
    let now = after.clock.now();
    after.tally = Tally::new(eight_hours_on(12)).resuming(&saved, now);
    after.step();
    let day = after.class("1", CaseClass::Voice).day.expect("the same day");
    assert_eq!((day.offered, day.detail), (1, None));
    assert_eq!(after.service("1").day_time, None);
}

#[test]
fn restart_applies_new_goals_at_once() {
    let email =
        GivenGoals { classes: vec![GivenClass::new(CaseClass::Email)], ..GivenGoals::default() };
    let goals = Arc::new(Goals::new(email, vec![]));
    let after = busy().restart(AWAY, Settings { goals, ..Settings::default() });
    assert_eq!(after.service("1").goals.classes[0].class, CaseClass::Email);
}

#[test]
fn restored_service_gets_goals_by_name() {
    let services = ServiceMatch { name: vec![Pattern::new("Växel")], ..ServiceMatch::default() };
    let goals = GivenGoals { minimum_agents: Some(4), ..GivenGoals::default() };
    let goals = Arc::new(Goals::new(GivenGoals::default(), vec![Rule { services, goals }]));
    let mut before = busy();
    before.services(vec![ServiceStatus { name: Some("Växel".into()), ..service("1") }]);
    let after = before.restart(AWAY, Settings { goals, ..Settings::default() });
    assert_eq!(after.service("1").goals.minimum_agents, Some(4));
}

#[test]
fn saved_counters_contain_no_case_number() {
    let mut trio = TestCenter::new();
    let number = "case-4711";
    trio.calls(&[case(number, Queued)]).agents(&[(number, AgentState::Busy)]);
    trio.calls(&[case(number, Queued)]);
    let text = serde_json::to_string(&trio.saved()).expect("JSON");
    assert!(text.contains("unclassified") && !text.contains("4711"), "{text}");
}

#[test]
fn impossible_saved_numbers_are_invalid() {
    let sound = serde_json::to_value(busy().saved()).expect("JSON");
    let class = "/centers/0/flow/services/0/classes/0";
    for (place, wrong) in [
        (format!("{class}/offered"), serde_json::json!(u64::MAX)),
        (format!("{class}/within"), serde_json::json!(-0.5)),
        (format!("{class}/handling_seconds"), serde_json::json!(1e300)),
        (format!("{class}/waits/buckets"), serde_json::json!([1, 2])),
        (
            format!("{class}/day"),
            serde_json::json!({"offered": 9, "answered": 0, "left": 0, "within": 0.0}),
        ),
        (format!("{class}/day/detail"), serde_json::json!({"left_short": 9})),
        (
            "/centers/0/flow/services/0/day_time".to_owned(),
            serde_json::json!({"measured": -1.0, "unmeasured": 0.0}),
        ),
        ("/centers/0/flow/services/0/known_ago".to_owned(), serde_json::json!(-1.0)),
        ("/centers/0/flow/services/0/unmeasured".to_owned(), serde_json::json!({"outage": -1.0})),
        ("/at".to_owned(), serde_json::json!(-1.0)),
    ] {
        let mut value = sound.clone();
        *value.pointer_mut(&place).expect("a member") = wrong;
        let saved: Saved = serde_json::from_value(value).expect("the same form");
        assert!(!saved.is_valid(), "{place}");
    }
}
