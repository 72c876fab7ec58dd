//! A running exporter publishes states when they were read; configuration runs beside them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use trio_exporter::{
    metrics::Identity,
    model::{CaseClass, Clock, GivenGoals, Goals, Pattern, Rule, ServiceMatch},
    sim::Options,
    tally::Published,
};

use crate::support::{Samples, Simulated, TestApp, config};

/// A poller in real time that reads every second, beside a Trio that delays these lists.
async fn running(
    options: Options,
    delays: &[(&str, u64)],
) -> (TestApp, Simulated, tokio_util::task::AbortOnDropHandle<()>) {
    let trio = Simulated::start(options, Clock::system()).await;
    for (path, millis) in delays {
        let fault = json!({"resource": path, "delay_ms": millis, "times": 1000});
        trio.order("fault", &fault).await;
    }
    let mut config = config(trio.target(true), Identity::None);
    config.poll.state = Duration::from_secs(1);
    let mut app = TestApp::start_at(config, Clock::system()).await;
    let task = app.run_first();
    (app, trio, task)
}

/// Waits until the metrics are as `fits` says.
async fn until(app: &TestApp, what: &str, fits: impl Fn(&Samples) -> bool) -> Samples {
    let begun = Instant::now();
    loop {
        let metrics = app.metrics().await;
        if fits(&metrics) {
            return metrics;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {metrics:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn last_read(metrics: &Samples, collector: &str) -> Option<f64> {
    metrics.get("trio_collector_last_success_timestamp_seconds", &[("collector", collector)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_configuration_never_delays_states() {
    let delays = [("agents", 4_000), ("servicegroups", 4_000), ("skills", 4_000)];
    let (app, _trio, _task) = running(Options::default(), &delays).await;
    let first = until(&app, "queues", |metrics| metrics.has("trio_service_queue_length")).await;
    let read = last_read(&first, "service_state").expect("read");
    let later = until(&app, "states again", |metrics| {
        last_read(metrics, "service_state").is_some_and(|again| again >= read + 1.9)
    })
    .await;
    assert_eq!(last_read(&later, "agents"), None, "this list is still being read");
    assert_eq!(later.sum("trio_polls_missed_total"), 0.0);
    until(&app, "agents", |metrics| last_read(metrics, "agents").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn series_of_services_wait_for_their_names() {
    let (app, _trio, _task) = running(Options::default(), &[("services", 2_500)]).await;
    let first = until(&app, "agents", |metrics| metrics.has("trio_agents")).await;
    assert!(!first.has("trio_service_info"), "their names are not known yet");
    let named = until(&app, "services", |metrics| metrics.has("trio_service_info")).await;
    let växel = [("service_id", "101"), ("service_name", "Växel")];
    assert_eq!(named.get("trio_service_info", &växel), Some(1.0));
    let unnamed = [("service_id", "101"), ("service_name", "")];
    assert_eq!(named.get("trio_service_info", &unnamed), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_configuration_changes_no_counter() {
    let delays = [("agents", 700), ("servicegroups", 1_300), ("agentgroups", 400)];
    let (app, _trio, _task) = running(Options::default(), &delays).await;
    let mut latest = app.first_latest();
    let mut all: Vec<Arc<Published>> = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        let _ = tokio::time::timeout(Duration::from_secs(1), latest.changed()).await;
        all.extend(latest.borrow_and_update().clone());
    }
    let taken = |published: &Published| {
        published.snapshot.centers.first().map(|center| {
            let lists = center.calls.good.as_ref().map(|good| good.taken);
            (center.service_state.good.as_ref().map(|good| good.taken), lists)
        })
    };
    let mut beside = 0;
    for pair in all.windows(2).filter(|pair| taken(&pair[0]) == taken(&pair[1])) {
        assert!(Arc::ptr_eq(&pair[0].totals, &pair[1].totals), "nothing was read");
        beside += 1;
    }
    assert!(beside > 0, "{} publications", all.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_data_comes_within_six_round_trips() {
    const ROUND_TRIP: Duration = Duration::from_millis(300);
    let mut fastest = Duration::MAX;
    // Other tests run beside it: the fastest of three counts.
    for _ in 0..3 {
        let options = Options { latency: ROUND_TRIP, services: 12, ..Options::default() };
        let trio = Simulated::start(options, Clock::system()).await;
        let config = config(trio.target(true), Identity::None);
        let mut app = TestApp::start_at(config, Clock::system()).await;
        let mut latest = app.first_latest();
        let begun = Instant::now();
        let _task = app.run_first();
        let is_shown = |published: &Option<Arc<Published>>| {
            published.as_ref().is_some_and(|published| {
                let centers = &published.snapshot.centers;
                let naming = centers.first().and_then(|center| center.naming.clone());
                naming.is_some_and(|naming| naming.is_decided("101"))
            })
        };
        latest.wait_for(is_shown).await.expect("a publication");
        fastest = fastest.min(begun.elapsed());
    }
    assert!(fastest < ROUND_TRIP * 6 + Duration::from_millis(200), "{fastest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flows_begin_when_goals_by_name_are_certain() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    trio.order("fault", &json!({"resource": "services", "delay_ms": 2_500, "times": 1000})).await;
    let services = ServiceMatch { name: vec![Pattern::new("Växel")], ..ServiceMatch::default() };
    let rule = Rule { services, goals: GivenGoals::default() };
    let goals = Goals::new(
        GivenGoals {
            classes: vec![trio_exporter::model::GivenClass::new(CaseClass::Voice)],
            ..GivenGoals::default()
        },
        vec![rule],
    );
    let mut target = trio.target(true);
    target.goals = Arc::new(goals);
    let mut config = config(target, Identity::None);
    config.poll.state = Duration::from_secs(1);
    let mut app = TestApp::start_at(config, Clock::system()).await;
    let mut latest = app.first_latest();
    let _task = app.run_first();
    let mut begins = None;
    while begins.is_none() {
        latest.changed().await.expect("a publication");
        let published = latest.borrow_and_update().clone().expect("published");
        let Some(center) = published.totals.centers.first() else { continue };
        let is_named = published.snapshot.centers[0].services.good.is_some();
        let flows = center.flow.services.iter().any(|service| !service.classes.is_empty());
        assert!(is_named || !flows, "no case may be judged by goals that are not certain");
        begins = flows.then_some(());
    }
}
