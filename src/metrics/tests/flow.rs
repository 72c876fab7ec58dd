//! The flow of cases: families that are absent without their source, and those that stay.

use std::sync::Arc;

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    model::CaseState,
    snapshot::Reading,
    tally::{ClassTotals, FlowTotals, ServiceTotals, Totals},
};

const NOW: [&str; 4] = [
    "trio_service_cases",
    "trio_service_class_longest_wait_seconds",
    "trio_service_class_over_target",
    "trio_service_class_waiting",
];
const DAY: [&str; 8] = [
    "trio_service_day_answered",
    "trio_service_day_left",
    "trio_service_day_left_short",
    "trio_service_day_offered",
    "trio_service_day_unclassified",
    "trio_service_day_within_target",
    "trio_service_day_within_target_high",
    "trio_service_day_within_target_low",
];

/// The fixture with changed totals of its flow.
fn with_flow(change: impl FnOnce(&mut FlowTotals)) -> View {
    let mut view = fixture::full();
    let published = Arc::make_mut(view.published.as_mut().expect("published"));
    let totals: &mut Totals = Arc::make_mut(&mut published.totals);
    change(&mut totals.centers[0].flow);
    view
}

fn with_service(change: fn(&mut ServiceTotals)) -> View {
    with_flow(|flow| change(&mut flow.services[0]))
}

fn with_class(change: fn(&mut ClassTotals)) -> View {
    with_flow(|flow| change(&mut flow.services[0].classes[0]))
}

/// Families that `view` lacks.
fn missing(view: &View) -> Vec<String> {
    let all = both_pages(&fixture::full(), fixture::taken());
    let there = both_pages(view, fixture::taken());
    let mut missing: Vec<String> = names(&all).into_iter().map(str::to_owned).collect();
    missing.retain(|name| !names(&there).contains(&name.as_str()));
    missing.sort_unstable();
    missing
}

#[test]
fn only_flow_families_without_source_are_absent() {
    assert_eq!(missing(&with_class(|class| class.now = None)), NOW, "the list is truncated");
    assert_eq!(missing(&with_class(|class| class.day = None)), DAY, "the day was not observed");
    assert_eq!(
        missing(&View {
            goals: Arc::default(),
            ..with_service(|service| service.goals = Arc::default())
        }),
        ["trio_service_minimum_agents"]
    );
    assert_eq!(
        missing(&with_service(|service| service.truncated = None)),
        ["trio_service_list_truncated"]
    );
    assert_eq!(
        missing(&with_service(|service| service.time.queue_wait = None)),
        ["trio_service_queue_wait_seconds_total"]
    );
    assert_eq!(
        missing(&with_service(|service| service.time.measured = None)),
        ["trio_service_measured_seconds_total", "trio_service_unmeasured_seconds_total"]
    );
}

#[test]
fn service_without_case_lists_has_no_class_series() {
    let view = with_service(|service| service.classes.clear());
    let missing = missing(&view);
    let of_classes = missing.iter().filter(|name| name.starts_with("trio_service_")).count();
    assert_eq!((missing.len(), of_classes), (26, 26), "{missing:?}");
}

#[test]
fn only_a_removed_service_loses_its_counters() {
    let gone = fixture::changed(|snapshot| {
        snapshot.centers[0].service_state = fixture::reading(0, vec![], 5);
    });
    let there = both_pages(&gone, fixture::taken());
    assert!(!names(&there).contains(&"trio_service_cases_answered_total"));
    let old = both_pages(&fixture::full(), fixture::later(10_000));
    assert_eq!(samples(&old, "trio_service_cases_answered_total")[0].value, 4.0);
    assert!(samples(&old, "trio_service_class_waiting").is_empty());
}

#[test]
fn longest_wait_is_derived_from_fresh_lists_only() {
    let without_wait = |snapshot: &mut crate::snapshot::Snapshot| {
        let status =
            crate::model::ServiceStatus { longest_wait: None, ..fixture::service_status() };
        snapshot.centers[0].service_state = fixture::reading(1, vec![status], 5);
    };
    let wait = |view: &View| {
        value(&both_pages(view, fixture::taken()), "trio_service_longest_wait_seconds")
    };
    assert_eq!(wait(&fixture::changed(without_wait)), Some(25.0));
    let unread = fixture::changed(|snapshot| {
        without_wait(snapshot);
        snapshot.centers[0].calls = Reading::none(std::time::Duration::from_secs(5));
    });
    assert_eq!(wait(&unread), None);
}

#[test]
fn undecided_waiting_drops_three_gauges_keeps_states() {
    let view = with_service(|service| {
        let now = service.classes[0].now.as_mut().expect("whole");
        (now.waiting, now.states) = (None, [1, 0, 0, 2]);
    });
    assert_eq!(
        missing(&view),
        [
            "trio_service_class_longest_wait_seconds",
            "trio_service_class_over_target",
            "trio_service_class_waiting"
        ]
    );
    let states = samples(&both_pages(&view, fixture::taken()), "trio_service_cases").len();
    assert_eq!(states, CaseState::COUNT);
}

#[test]
fn no_wait_is_derived_from_short_lists() {
    let derived = |change: fn(&mut ServiceTotals)| {
        let mut view = with_service(change);
        let published = Arc::make_mut(view.published.as_mut().expect("published"));
        let status = crate::model::ServiceStatus {
            longest_wait: None,
            queue_length: Some(4.0),
            ..fixture::service_status()
        };
        let snapshot = Arc::make_mut(&mut published.snapshot);
        snapshot.centers[0].service_state = fixture::reading(1, vec![status], 5);
        value(&both_pages(&view, fixture::taken()), "trio_service_longest_wait_seconds")
    };
    assert_eq!(derived(|_| {}), Some(25.0));
    assert_eq!(derived(|service| service.withholds_longest_wait = true), None);
    let undecided = |service: &mut ServiceTotals| {
        service.classes[0].now.as_mut().expect("whole").waiting = None;
    };
    assert_eq!(derived(undecided), None);
}

#[test]
fn empty_queue_has_no_wait() {
    let wait = |queue_length, longest_wait| {
        let view = fixture::changed(|snapshot| {
            let status = crate::model::ServiceStatus {
                queue_length,
                longest_wait,
                ..fixture::service_status()
            };
            snapshot.centers[0].service_state = fixture::reading(1, vec![status], 5);
        });
        value(&both_pages(&view, fixture::taken()), "trio_service_longest_wait_seconds")
    };
    assert_eq!(wait(Some(0.0), None), Some(0.0));
    assert_eq!(wait(Some(0.0), Some(99.0)), Some(0.0));
    assert_eq!(wait(Some(2.0), Some(99.0)), Some(99.0));
    assert_eq!(wait(Some(2.0), None), Some(25.0), "from the list of calls");
    assert_eq!(wait(None, Some(99.0)), Some(99.0));
    assert_eq!(wait(None, None), Some(25.0));
}
