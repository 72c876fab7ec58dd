//! An outage of Trio in Prometheus, and the time after it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use crate::{
    contract::about_the_contact_center,
    process::until,
    prometheus::{Prometheus, Series},
    scene::{READING, SCRAPE, SLACK, Scene},
};

/// Longest age of a reading, if it is taken more often than every 20 s.
const MAX_AGE: Duration = Duration::from_secs(60);
/// An encoding of the exporter lives a second; Prometheus sees the next one.
const TO_BE_SEEN: Duration = Duration::from_secs(1).saturating_add(SCRAPE).saturating_add(SLACK);
/// Longest delay until the exporter asks a server again that was down for a minute.
const RECOVERY: Duration = Duration::from_secs(60);

async fn of_type(prometheus: &Prometheus, kind: &str) -> Vec<Series> {
    let names = about_the_contact_center(kind).join("|");
    prometheus.query(&format!(r#"{{__name__=~"{names}"}}"#)).await
}

fn names(series: &[Series]) -> BTreeSet<&str> {
    series.iter().map(Series::name).collect()
}

#[tokio::test]
async fn outage_drops_gauges_keeps_counters_and_needs_no_restart() {
    let mut scene = Scene::start(12, 4).await;
    let gauges = of_type(&scene.prometheus, "gauge").await;
    let expected = [
        "trio_contact_center_info",
        "trio_service_info",
        "trio_service_open",
        "trio_service_queue_length",
        "trio_service_wait_target_seconds",
        "trio_agents",
        "trio_agent_group_agents",
        "trio_agent_info",
        "trio_agent_state",
        "trio_agent_state_since_timestamp_seconds",
    ];
    for name in expected {
        assert!(
            names(&gauges).contains(name),
            "{name} is not there to begin with: {:?}",
            names(&gauges)
        );
    }
    let started = scene.prometheus.value("process_start_time_seconds").await;
    assert!(started.is_some());

    scene.trio_crashes().await;
    let crashed = Instant::now();
    until("trio_up to be 0", READING + TO_BE_SEEN, async || {
        scene.prometheus.expect_value("trio_up", 0.0).await
    })
    .await;
    println!("trio_up was 0 after {:?}", crashed.elapsed());
    let young = of_type(&scene.prometheus, "gauge").await;
    assert_eq!(names(&young), names(&gauges), "the last good reading is still good");
    let counters = of_type(&scene.prometheus, "counter").await;

    until("the gauges to be gone", MAX_AGE + TO_BE_SEEN, async || {
        let left = of_type(&scene.prometheus, "gauge").await;
        if left.is_empty() { Ok(()) } else { Err(format!("left are {:?}", names(&left))) }
    })
    .await;
    println!("the gauges were gone after {:?}", crashed.elapsed());
    assert!(crashed.elapsed() > MAX_AGE - 2 * READING - TO_BE_SEEN, "not before their time");
    counters_have_stayed(&scene.prometheus, &counters).await;
    for job in ["trio", "trio-agents"] {
        let up = format!(r#"up{{job="{job}"}}"#);
        scene.prometheus.expect_value(&up, 1.0).await.expect("the exporter itself is well");
    }

    scene.trio_returns().await;
    let returned = Instant::now();
    scene.begun(RECOVERY).await;
    println!("everything was back {:?} after Trio's return", returned.elapsed());
    let back = of_type(&scene.prometheus, "gauge").await;
    assert_eq!(names(&back), names(&gauges));
    assert_eq!(
        scene.prometheus.value("process_start_time_seconds").await,
        started,
        "the same process"
    );
    for name in names(&counters) {
        let resets = format!("sum(resets({name}[5m]))");
        scene.prometheus.expect_value(&resets, 0.0).await.expect("no counter was reset");
    }
}

async fn counters_have_stayed(prometheus: &Prometheus, before: &[Series]) {
    assert!(names(before).contains("trio_agents_state_seconds_total"), "{:?}", names(before));
    let after = of_type(prometheus, "counter").await;
    for series in before {
        let same = after.iter().find(|candidate| candidate.labels == series.labels);
        let same = same.unwrap_or_else(|| panic!("{} has gone", series.labels));
        assert!(same.value >= series.value, "{} went back", series.labels);
    }
}
