//! The view of Prometheus while everything works.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::{
    process::until,
    scene::{READING, SCRAPE, SLACK, Scene},
};

const AGENTS: u32 = 30;
const SERVICES: u32 = 6;

#[tokio::test]
async fn prometheus_sees_every_agent_on_both_pages() {
    let scene = Scene::start(AGENTS, SERVICES).await;
    let prometheus = &scene.prometheus;
    for (query, expected) in [
        (r#"up{job="trio"}"#, 1.0),
        (r#"up{job="trio-agents"}"#, 1.0),
        ("trio_up", 1.0),
        ("trio_simulated", 1.0),
        (r#"sum(trio_agents{job="trio"})"#, f64::from(AGENTS)),
        (r#"count(trio_service_open{job="trio"})"#, f64::from(SERVICES)),
        (r#"count(trio_service_info{job="trio"})"#, f64::from(SERVICES)),
        (r#"count(trio_agent_info{job="trio-agents"})"#, f64::from(AGENTS)),
        (r#"sum(trio_agent_state{job="trio-agents"})"#, f64::from(AGENTS)),
        // Names and groups are joined to numbers without further labels.
        (
            "count(trio_service_queue_length * on (target, contact_center, service_id) group_left (service_group_id) trio_service_group_member)",
            f64::from(SERVICES),
        ),
    ] {
        prometheus.expect_value(query, expected).await.unwrap();
    }
    let persons = r#"{job="trio", __name__=~"trio_.*", agent_id!=""}"#;
    assert!(prometheus.query(persons).await.is_empty(), "/metrics never holds a person");
}

#[tokio::test]
async fn a_service_that_is_removed_is_gone_after_one_reading_and_two_scrapes() {
    let scene = Scene::start(AGENTS, SERVICES).await;
    let prometheus = &scene.prometheus;
    let services = prometheus.query("trio_service_open").await;
    let gone = services[0].label("service_id").to_owned();
    let of_it = format!(r#"count({{__name__=~"trio_service_.*", service_id="{gone}"}})"#);
    assert!(prometheus.value(&of_it).await.is_some_and(|series| series > 5.0));

    let begun = Instant::now();
    scene.trio.control(Method::DELETE, &format!("services/{gone}")).await;
    until(&format!("service {gone} to be gone"), READING + 2 * SCRAPE + SLACK, async || {
        prometheus.value(&of_it).await.map_or(Ok(()), |left| Err(format!("{left} series are left")))
    })
    .await;
    println!("service {gone} was gone {:?} after its removal", begun.elapsed());
    prometheus.expect_value("count(trio_service_open)", f64::from(SERVICES - 1)).await.unwrap();
    prometheus.expect_value("sum(trio_agents)", f64::from(AGENTS)).await.unwrap();
    prometheus.expect_value("trio_up", 1.0).await.unwrap();
}

#[tokio::test]
async fn agents_spend_sixty_seconds_a_minute_in_some_state() {
    const MINUTE: Duration = Duration::from_secs(60);
    let scene = Scene::start(AGENTS, SERVICES).await;
    let prometheus = &scene.prometheus;
    // Every scrape of the minute must lie after the first reading.
    tokio::time::sleep(MINUTE + 2 * SCRAPE).await;
    let expected = f64::from(AGENTS) * MINUTE.as_secs_f64();
    for query in [
        "sum(increase(trio_agents_state_seconds_total[1m]))",
        "sum(increase(trio_agent_state_seconds_total[1m]))",
    ] {
        let value = prometheus.value(query).await.expect(query);
        println!("{query} is {value}, expected {expected}");
        assert!((value / expected - 1.0).abs() <= 0.05, "{query} is {value}, expected {expected}");
    }
    let states = prometheus.query("increase(trio_agents_state_seconds_total[1m]) > 0").await;
    assert!(states.len() >= 3, "a busy morning: {states:?}");
    let unmeasured =
        prometheus.value("sum(increase(trio_agents_unmeasured_seconds_total[1m]))").await;
    assert!(unmeasured.is_some_and(|seconds| seconds <= 0.05 * expected), "{unmeasured:?}");
    let changes = prometheus.value("sum(increase(trio_agent_state_changes_total[1m]))").await;
    assert!(changes.is_some_and(|changes| changes > 0.0), "{changes:?}");
}
