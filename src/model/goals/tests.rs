//! Tests of the goals of services, from general goals and rules.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::model::Pattern;

const VOICE: CaseClass = CaseClass::Voice;
const EMAIL: CaseClass = CaseClass::Email;

fn secs(secs: u64) -> Option<Duration> {
    Some(Duration::from_secs(secs))
}

fn given(classes: Vec<GivenClass>) -> GivenGoals {
    GivenGoals { classes, ..GivenGoals::default() }
}

fn waits(class: CaseClass, target: u64) -> GivenClass {
    GivenClass { wait_target: secs(target), ..GivenClass::new(class) }
}

fn rule(name: &str, goals: GivenGoals) -> Rule {
    let services = ServiceMatch { name: vec![Pattern::new(name)], ..ServiceMatch::default() };
    Rule { services, goals }
}

fn named(name: &str) -> ServiceNames<'_> {
    ServiceNames { id: "1", name: Some(name), ..ServiceNames::default() }
}

#[test]
fn general_goals_are_borrowed_if_no_rule_matches() {
    let general = GivenGoals { minimum_agents: Some(3), ..given(vec![waits(EMAIL, 60)]) };
    let goals = Goals::new(general, vec![rule("other", given(vec![]))]);
    let of = goals.for_service(&named("Växel"));
    assert!(matches!(of, Cow::Borrowed(_)));
    assert_eq!((of.minimum_agents, of.classes.len()), (Some(3), 1));
    assert_eq!(of.class(EMAIL).wait_target.as_secs(), 60);
    assert_eq!(*Goals::default().for_service(&named("x")), ServiceGoals::default());
}

#[test]
fn each_key_comes_from_the_first_rule_that_has_it() {
    let general = GivenGoals {
        abandon_target: Some(0.2),
        minimum_agents: Some(1),
        classes: vec![GivenClass { level_target: Some(0.7), ..waits(VOICE, 30) }],
    };
    let rules = vec![
        rule("Växel", GivenGoals { minimum_agents: Some(4), ..GivenGoals::default() }),
        rule(
            "Vä*",
            GivenGoals {
                minimum_agents: Some(2),
                ..given(vec![waits(VOICE, 10), waits(EMAIL, 60)])
            },
        ),
        rule("*", given(vec![GivenClass { level_target: Some(0.9), ..waits(VOICE, 15) }])),
    ];
    let goals = Goals::new(general, rules);
    let of = |name| {
        let goals = goals.for_service(&named(name));
        let voice = goals.class(VOICE);
        (
            goals.minimum_agents,
            goals.abandon_target,
            voice.wait_target.as_secs(),
            voice.level_target,
        )
    };
    assert_eq!(of("växel"), (Some(4), 0.2, 10, 0.9));
    assert_eq!(of("Vägen"), (Some(2), 0.2, 10, 0.9));
    assert_eq!(of("Kundtjänst"), (Some(1), 0.2, 15, 0.9));
    let classes = |name| {
        goals.for_service(&named(name)).classes.iter().map(|goals| goals.class).collect::<Vec<_>>()
    };
    assert_eq!(classes("växel"), [VOICE, EMAIL], "a rule adds classes to the general ones");
    assert_eq!(classes("Kundtjänst"), [VOICE]);
}

#[test]
fn alert_limits_follow_the_wait_target_unless_given() {
    let alerts = |general: GivenClass, own: GivenClass| {
        let goals = Goals::new(given(vec![general]), vec![rule("*", given(vec![own]))]);
        let goals = goals.for_service(&named("x")).class(VOICE);
        (
            goals.warning_after.as_secs(),
            goals.critical_after.as_secs(),
            goals.short_abandon.as_secs(),
        )
    };
    let with = |warning, critical, short| GivenClass {
        warning_after: warning,
        critical_after: critical,
        short_abandon: short,
        ..GivenClass::new(VOICE)
    };
    let any = GivenClass::new(VOICE);
    assert_eq!(alerts(any.clone(), waits(VOICE, 120)), (240, 480, 5));
    assert_eq!(alerts(with(secs(90), None, secs(8)), waits(VOICE, 120)), (90, 480, 8));
    assert_eq!(
        alerts(with(None, secs(180), None), waits(VOICE, 120)),
        (180, 180, 5),
        "critical was given"
    );
    assert_eq!(alerts(with(secs(90), secs(100), None), with(secs(200), None, None)), (200, 200, 5));
    assert_eq!(
        alerts(with(None, None, secs(15)), waits(VOICE, 10)),
        (60, 300, 10),
        "short is never past it"
    );
    assert_eq!(alerts(any, waits(VOICE, 3)), (60, 300, 3));
}

#[test]
fn four_wait_targets_become_buckets() {
    let general = given(vec![waits(VOICE, 20), waits(EMAIL, 30), waits(CaseClass::Chat, 30)]);
    let rules =
        [25, 3600, 25, 7, 8, 5, 9].map(|target| rule("*", given(vec![waits(VOICE, target)])));
    let goals = Goals::new(general, rules.to_vec());
    assert_eq!(
        Goals::edges([&goals]),
        [7.0, 25.0, 30.0, 3600.0],
        "30 s is an edge of chats, not of e-mail"
    );
    assert_eq!(Goals::edges_left_out([&goals]), [8.0, 9.0]);
    let none = Goals::default();
    assert_eq!((Goals::edges([&none]), Goals::edges_left_out([&none])), (vec![], vec![]));
}

#[test]
fn buckets_are_shared_by_all_targets() {
    let goals = |waited: &[u64]| {
        let rules = waited.iter().map(|target| rule("*", given(vec![waits(VOICE, *target)])));
        Goals::new(GivenGoals::default(), rules.collect())
    };
    let (main, north) = (goals(&[7, 8, 9]), goals(&[9, 6, 11]));
    assert_eq!(Goals::edges([&main, &north]), [6.0, 7.0, 8.0, 9.0]);
    assert_eq!(Goals::edges_left_out([&main, &north]), [11.0]);
    let general = Goals::new(given(vec![waits(VOICE, 13)]), vec![]);
    assert_eq!(
        Goals::edges([&main, &north, &general]),
        [7.0, 8.0, 9.0, 13.0],
        "general ones come first"
    );
}

#[test]
fn rule_for_one_target_applies_there_only() {
    let of_main = rule("Växel", GivenGoals { minimum_agents: Some(4), ..GivenGoals::default() });
    let services = ServiceMatch { target: vec![Pattern::new("main")], ..of_main.services.clone() };
    let rules = vec![Rule { services, ..of_main.clone() }, rule("Kassa", of_main.goals)];
    let goals = Goals::new(GivenGoals::default(), rules);
    let of = |target: &str, name| {
        goals.for_target(&target.into()).for_service(&named(name)).minimum_agents
    };
    assert_eq!(
        [of("main", "Växel"), of("north", "Växel"), of("north", "Kassa")],
        [Some(4), None, Some(4)]
    );
    assert_eq!(goals.for_service(&named("Växel")).minimum_agents, None, "the target is not known");
    let unmatched = |target: &str| goals.for_target(&target.into()).unmatched(&[named("Växel")]);
    assert_eq!((unmatched("main"), unmatched("north")), (vec![1], vec![1]));
}

#[test]
fn alert_limits_follow_the_wait_target_above_a_minimum() {
    let quick = ClassGoals::default_for(CaseClass::Voice);
    assert_eq!((quick.warning_after.as_secs(), quick.critical_after.as_secs()), (60, 300));
    let slow = ClassGoals::with_wait_target(CaseClass::Email, Duration::from_secs(600));
    assert_eq!((slow.warning_after.as_secs(), slow.critical_after.as_secs()), (1200, 2400));
}

#[test]
fn seen_class_has_goals_without_configuration() {
    let goals = ServiceGoals {
        classes: vec![ClassGoals::with_wait_target(CaseClass::Email, Duration::from_secs(600))],
        ..ServiceGoals::default()
    };
    let with = |seen: &[CaseClass]| {
        let classes = goals.classes_with(seen).into_iter();
        classes.map(|goals| (goals.class, goals.wait_target.as_secs())).collect::<Vec<_>>()
    };
    assert_eq!(with(&[]), [(CaseClass::Email, 600)]);
    let seen = [CaseClass::Email, CaseClass::Voice];
    assert_eq!(with(&seen), [(CaseClass::Voice, 20), (CaseClass::Email, 600)]);
}
