//! Intervals grow until the requests a minute that are allowed suffice.

use trio_exporter::{metrics::Identity, sim::Options};

use crate::support::{Simulated, TestApp, config, still_clock};

async fn busy(requests_per_minute: u32) -> (TestApp, Simulated) {
    let clock = still_clock();
    let options = Options { agents: 400, page_cap: 10, ..Options::default() };
    let trio = Simulated::start(options, clock.clone()).await;
    let mut target = trio.target(true);
    target.poll.requests_per_minute = requests_per_minute;
    let mut app = TestApp::start_at(config(target, Identity::None), clock).await;
    app.step().await;
    (app, trio)
}

fn interval(metrics: &crate::support::Samples, collector: &str) -> f64 {
    metrics.get("trio_poll_interval_seconds", &[("collector", collector)]).expect("an interval")
}

#[tokio::test]
async fn intervals_and_staleness_limit_grow_with_requests() {
    let (app, _trio) = busy(60).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_api_request_budget", &[]), Some(60.0));
    // 40 pages of agents, one of services, some of calls, at one a second, beside what is
    // configured.
    let fast = interval(&metrics, "agent_state");
    assert!((60.0..200.0).contains(&fast), "{fast}");
    assert_eq!(interval(&metrics, "service_state"), fast);
    assert_eq!(
        app.pollers[0].period().as_secs_f64(),
        fast,
        "a caller that steps by hand sees it as well"
    );
    let slow = interval(&metrics, "services");
    assert!((300.0..400.0).contains(&slow), "configuration may take half of the budget: {slow}");
    app.clock.advance(std::time::Duration::from_secs(120));
    let metrics = app.metrics().await;
    assert!(
        metrics.has("trio_agents"),
        "data that is read every {fast} s is not old after two minutes"
    );
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
}

#[tokio::test]
async fn within_the_budget_the_configured_intervals_hold() {
    let (app, _trio) = busy(6000).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_api_request_budget", &[]), Some(6000.0));
    assert_eq!((interval(&metrics, "agent_state"), interval(&metrics, "agents")), (5.0, 300.0));
}

#[tokio::test]
async fn what_is_due_waits_for_the_longer_interval() {
    let (mut app, _trio) = busy(60).await;
    let reads = |metrics: &crate::support::Samples| {
        metrics.get("trio_api_requests_total", &[("resource", "agents/state"), ("code", "200")])
    };
    assert_eq!(reads(&app.metrics().await), Some(40.0));
    app.step_after(5).await;
    assert_eq!(reads(&app.metrics().await), Some(80.0), "once more for members that hide");
    app.step_after(5).await;
    assert_eq!(reads(&app.metrics().await), Some(80.0), "not due yet");
    app.step_after(85).await;
    assert_eq!(reads(&app.metrics().await), Some(120.0));
}
