//! Services have goals of their own, in every dialect, and a rule without a service is warned of.

use std::{sync::Arc, time::Duration};

use pretty_assertions::assert_eq;
use trio_exporter::{
    config::Target,
    metrics::Identity,
    model::{CaseClass, GivenClass, GivenGoals, Goals, Pattern, Rule, ServiceMatch},
    sim::{Dialect, Options},
};

use crate::support::{
    HandWritten, Journal, Samples, Simulated, TestApp, config, still_clock, target,
};

fn rule(services: ServiceMatch, wait_target: u64) -> Rule {
    let wait_target = Some(Duration::from_secs(wait_target));
    let classes = vec![GivenClass { wait_target, ..GivenClass::new(CaseClass::Voice) }];
    Rule { services, goals: GivenGoals { classes, ..GivenGoals::default() } }
}

fn by_name(pattern: &str) -> ServiceMatch {
    ServiceMatch { name: vec![Pattern::new(pattern)], ..ServiceMatch::default() }
}

fn by_group(pattern: &str) -> ServiceMatch {
    ServiceMatch { group: vec![Pattern::new(pattern)], ..ServiceMatch::default() }
}

fn with_rules(mut target: Target, rules: Vec<Rule>) -> Target {
    target.goals = Arc::new(Goals::new(GivenGoals::default(), rules));
    target
}

fn wait_target(metrics: &Samples, service: &str) -> Option<f64> {
    metrics.get(
        "trio_service_wait_target_seconds",
        &[("service_id", service), ("case_class", "voice")],
    )
}

#[tokio::test]
async fn a_rule_finds_its_services_by_name_and_group_in_every_dialect() {
    for dialect in Dialect::ALL {
        let clock = still_clock();
        let options = Options { dialect, ..Options::default() };
        let trio = Simulated::start(options, clock.clone()).await;
        let target = with_rules(
            trio.target(true),
            vec![rule(by_name("kund*"), 10), rule(by_group("*"), 40)],
        );
        let mut app = TestApp::start_at(config(target, Identity::None), clock).await;
        app.step().await;
        let metrics = app.metrics().await;
        let targets = metrics.find("trio_service_wait_target_seconds", &[]);
        let quick: Vec<_> = targets.iter().filter(|(_, wait)| *wait == 10.0).collect();
        assert!(
            !quick.is_empty() && quick.iter().all(|(series, _)| series.contains("Kund")),
            "{targets:?}"
        );
        assert!(targets.iter().any(|(_, wait)| *wait == 40.0), "{dialect:?}: {targets:?}");
    }
}

#[tokio::test]
async fn target_rules_apply_there_alone_and_buckets_are_shared() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let only = |target: &str, contact_center: &str| ServiceMatch {
        target: vec![Pattern::new(target)],
        contact_center: vec![Pattern::new(contact_center)],
        ..ServiceMatch::default()
    };
    let target = |name: &str, wait_target| {
        let rules = vec![
            rule(only(name, "1"), wait_target),
            rule(only("elsewhere", "1"), 50),
            rule(only("*", "no such"), 3),
        ];
        let goals = Goals::new(GivenGoals::default(), rules);
        let (name, goals) = (name.into(), Arc::new(goals.for_target(&name.into())));
        Target { name, goals, ..trio.target(true) }
    };
    let mut both = config(target("main", 17), Identity::None);
    both.targets.push(target("north", 90));
    let mut app = TestApp::start_at(both, clock).await;
    for _ in 0..4 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    for (target, expected) in [("main", 17.0), ("north", 90.0)] {
        let of = [("target", target), ("case_class", "voice")];
        let waits = metrics.find("trio_service_wait_target_seconds", &of);
        assert!(!waits.is_empty() && waits.iter().all(|(_, wait)| *wait == expected), "{waits:?}");
        for edge in ["17.0", "90.0", "3.0"] {
            let buckets =
                metrics.find("trio_service_wait_seconds_bucket", &[of[0], of[1], ("le", edge)]);
            assert!(!buckets.is_empty(), "{target} has no bucket {edge}");
        }
    }
}

#[tokio::test]
async fn rule_without_matching_service_warns_once() {
    let journal = Journal::begin();
    let told = || {
        let mut lines = journal.take();
        lines.retain(|line| line.contains("goals.services["));
        lines
    };
    let services = ("cc/1/services", r#"{"data":[{"serviceId":11,"serviceName":"VÄXEL"}]}"#);
    let groups = ("cc/1/servicegroups", r#"{"data":[]}"#);
    for [first, second] in [[services, groups], [groups, services]] {
        let trio = HandWritten::start().await;
        trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
        trio.answer("cc/1/services/state", r#"{"data":[{"serviceId":11,"open":true}]}"#).await;
        let rules =
            vec![rule(by_name("Växel"), 10), rule(by_name("Vaxel"), 15), rule(by_group("x"), 40)];
        let mut app = TestApp::for_target(with_rules(target(&trio.url()), rules)).await;
        trio.answer(first.0, first.1).await;
        app.step().await;
        assert_eq!(told(), Vec::<String>::new(), "{} could not be read", second.0);

        trio.answer(second.0, second.1).await;
        app.step_after(300).await;
        app.step_after(300).await;
        let told = told();
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(
            told[0].contains("goals.services[1]") && told[1].contains("goals.services[2]"),
            "{told:#?}"
        );
        assert_eq!(wait_target(&app.metrics().await, "11"), Some(10.0));
    }
}
