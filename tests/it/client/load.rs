//! Never more than four requests at the same time.

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

use crate::support::{TestApp, target};

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
