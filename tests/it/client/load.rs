//! The load on Trio: never more than four requests at the same time, and intervals grow until the
//! requests a minute that are allowed suffice.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use serde_json::json;
use trio_exporter::{metrics::Identity, sim::Options};

use crate::support::{Journal, Samples, Simulated, TestApp, config, still_clock, target};

#[derive(Clone, Default)]
struct Gauge {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

async fn answer(State(gauge): State<Gauge>, request: Request) -> Response {
    gauge.requests.fetch_add(1, Ordering::SeqCst);
    let now = gauge.now.fetch_add(1, Ordering::SeqCst) + 1;
    gauge.most.fetch_max(now, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(3)).await;
    let path = request.uri().path().trim_start_matches("/te/api").to_owned();
    let query = request.uri().query().unwrap_or_default();
    let page = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("page=")?.parse::<usize>().ok())
        .unwrap_or(1);
    let answer = match &*path {
        "/login" => json!({"access_token": "token-1"}).to_string().into_response(),
        "/cc" => json!([{"id": 1}, {"id": 2}, {"id": 3}]).to_string().into_response(),
        "/cc/1" | "/cc/2" | "/cc/3" => "[]".into_response(),
        _ => {
            let rows: Vec<_> =
                (0..10).map(|row| json!({"id": page * 10 + row, "open": true})).collect();
            let pages =
                json!({"currentPage": page, "pageSize": 10, "totalCount": 100, "totalPages": 10});
            ([("X-Pagination", pages.to_string())], json!(rows).to_string()).into_response()
        }
    };
    gauge.now.fetch_sub(1, Ordering::SeqCst);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_four_requests_are_in_flight_and_four_are() {
    let gauge = Gauge::default();
    let router = Router::new().fallback(answer).with_state(gauge.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut app = TestApp::for_target(target(&format!("http://{addr}/te/api"))).await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.sum("trio_agents"), 0.0, "no item has a state");
    assert_eq!(
        metrics
            .get("trio_collector_items", &[("contact_center", "3"), ("collector", "agent_state")]),
        Some(100.0)
    );
    assert!(gauge.requests.load(Ordering::SeqCst) > 100);
    assert_eq!(gauge.most.load(Ordering::SeqCst), 4);
}

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

fn interval(metrics: &Samples, collector: &str) -> f64 {
    metrics.get("trio_poll_interval_seconds", &[("collector", collector)]).expect("an interval")
}

#[tokio::test]
async fn intervals_and_staleness_limit_grow_with_requests() {
    let _journal = Journal::begin();
    let (app, _trio) = busy(60).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_api_request_budget", &[]), Some(60.0));
    // 40 pages of agents, one of services, some of calls, at one a second, beside what is
    // configured.
    let fast = interval(&metrics, "agent_state");
    assert!((60.0..300.0).contains(&fast), "{fast}");
    assert_eq!(interval(&metrics, "service_state"), 5.0, "one page every five seconds");
    assert_eq!(app.pollers[0].period().as_secs_f64(), 5.0);
    let slow = interval(&metrics, "services");
    assert!((300.0..400.0).contains(&slow), "configuration may take half of the budget: {slow}");
    app.clock.advance(Duration::from_secs(95));
    let metrics = app.metrics().await;
    assert!(metrics.has("trio_agents"), "twice the longest interval that counts is 100 s");
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    app.clock.advance(Duration::from_secs(10));
    assert!(!app.metrics().await.has("trio_agents"), "outdated, whatever the limit of requests");
}

#[tokio::test]
async fn list_beyond_the_limit_costs_one_request() {
    let journal = Journal::begin();
    let (mut app, _trio) = busy(30).await;
    let pages = |metrics: &Samples| {
        let labels = [("resource", "agents/state"), ("code", "200")];
        metrics.get("trio_api_requests_total", &labels)
    };
    assert_eq!(pages(&app.metrics().await), Some(1.0), "25 requests fit into 50 s, not 40");
    for _ in 0..4 {
        app.step_after(60).await;
    }
    assert!(pages(&app.metrics().await) <= Some(5.0));
    assert!(!app.metrics().await.has("trio_agents"));
    assert!(app.metrics().await.has("trio_service_queue_length"));
    let lines = journal.situations();
    let about = |line: &&String| {
        line.contains("agents/state")
            && line.contains("more requests than max_requests_per_minute allows")
    };
    assert_eq!(lines.iter().filter(about).count(), 1, "{lines:#?}");
}

#[tokio::test]
async fn too_low_limit_is_said_once() {
    let journal = Journal::begin();
    let (mut app, _trio) = busy(60).await;
    // Members that hide are asked for in the second reading of each list.
    app.step_after(5).await;
    let learnt = app.metrics().await.sum("trio_api_requests_total");
    for _ in 0..60 {
        app.step_after(5).await;
    }
    let lines = journal.situations();
    let about = |line: &&String| line.contains("max_requests_per_minute is too low for this Trio");
    assert_eq!(lines.iter().filter(about).count(), 1, "{lines:#?}");
    let metrics = app.metrics().await;
    let sent = metrics.sum("trio_api_requests_total") - learnt;
    assert!(sent <= 300.0, "{sent} in five minutes");
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
    let _journal = Journal::begin();
    let (mut app, _trio) = busy(60).await;
    let reads = |metrics: &Samples| {
        metrics.get("trio_api_requests_total", &[("resource", "agents/state"), ("code", "200")])
    };
    assert_eq!(reads(&app.metrics().await), Some(40.0));
    app.step_after(5).await;
    assert_eq!(reads(&app.metrics().await), Some(80.0), "once more for members that hide");
    app.step_after(5).await;
    assert_eq!(reads(&app.metrics().await), Some(80.0), "not due yet");
    app.step_after(290).await;
    assert_eq!(reads(&app.metrics().await), Some(120.0));
}

/// Steps an exporter for a minute, and returns its metrics and the times that it read calls, cases,
/// states of agents and states of services in that minute.
async fn a_minute(flow: Option<u64>) -> (Samples, [f64; 4]) {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let mut config = config(trio.target(true), Identity::None);
    config.poll.flow = flow.map(Duration::from_secs);
    let mut app = TestApp::start_at(config, clock).await;
    // Members that hide are asked for in the second reading of each list.
    app.step().await;
    app.step_after(60).await;
    let period = app.pollers[0].period().as_secs();
    let reads = |metrics: &Samples| {
        ["services/calls", "services/cases", "agents/state", "services/state"].map(|resource| {
            let labels = [("resource", resource), ("code", "200")];
            metrics.get("trio_api_requests_total", &labels).unwrap_or_default()
        })
    };
    let before = reads(&app.metrics().await);
    for _ in 0..60 / period {
        app.step_after(period).await;
    }
    let metrics = app.metrics().await;
    let mut read = reads(&metrics);
    read.iter_mut().zip(before).for_each(|(after, before)| *after -= before);
    (metrics, read)
}

#[tokio::test]
async fn flow_is_read_together_at_its_own_interval() {
    for (flow, lists, states) in [(None, 12.0, 12.0), (Some(2), 30.0, 12.0), (Some(10), 6.0, 12.0)]
    {
        let (metrics, read) = a_minute(flow).await;
        assert_eq!(read, [lists, lists, lists, states], "{flow:?}");
        let every = flow.unwrap_or(5) as f64;
        let intervals = ["calls", "cases", "agent_state", "service_state"]
            .map(|collector| interval(&metrics, collector));
        assert_eq!(intervals, [every, every, every, 5.0]);
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
        assert_eq!(metrics.sum("trio_polls_missed_total"), 0.0);
    }
}

#[tokio::test]
async fn long_lists_leave_the_states_their_interval() {
    let clock = still_clock();
    let options = Options { agents: 400, page_cap: 10, ..Options::default() };
    let trio = Simulated::start(options, clock.clone()).await;
    let mut target = trio.target(true);
    target.poll.requests_per_minute = 60;
    let mut config = config(target, Identity::None);
    config.poll.flow = Some(Duration::from_secs(2));
    let mut app = TestApp::start_at(config, clock).await;
    app.step().await;
    let metrics = app.metrics().await;
    let (flow, states) = (interval(&metrics, "calls"), interval(&metrics, "service_state"));
    assert!((60.0..300.0).contains(&flow), "{flow}");
    assert_eq!(states, 5.0);
    assert_eq!(app.pollers[0].period().as_secs_f64(), states, "the interval that is kept");
}
