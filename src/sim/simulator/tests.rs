//! The simulator over HTTP: headers, control, time.

use std::time::{Duration, UNIX_EPOCH};

use axum::http::Method;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::sim::Dialect;

const LOOPBACK: &str = "127.0.0.1:40000";

fn simulator(options: Options) -> Simulator {
    clocked(options).0
}

/// A simulator with the seconds that have passed on its clock.
fn clocked(options: Options) -> (Simulator, Arc<AtomicU64>) {
    let passed = Arc::new(AtomicU64::new(0));
    let clock = passed.clone();
    let start = UNIX_EPOCH + Duration::from_secs(1_750_000_000);
    let now = move || start + Duration::from_secs(clock.load(Ordering::Relaxed));
    (Simulator::new(options, Arc::new(now)), passed)
}

async fn send(
    simulator: &Simulator,
    peer: &str,
    method: Method,
    path: &str,
    body: &str,
) -> Response {
    let mut request = HttpRequest::builder().method(method).uri(path).header(HOST, "trio.test");
    if let Ok(peer) = peer.parse::<SocketAddr>() {
        request = request.extension(ConnectInfo(peer));
    }
    let request = request.body(Body::from(body.to_owned())).expect("a request");
    simulator.router().oneshot(request).await.expect("an answer")
}

/// Answer to `GET` of a path below the base.
async fn api(simulator: &Simulator, path: &str) -> Response {
    send(simulator, LOOPBACK, Method::GET, &format!("/te/api{path}"), "").await
}

async fn api_status(simulator: &Simulator, path: &str) -> u16 {
    api(simulator, path).await.status().as_u16()
}

async fn json(answer: Response) -> Value {
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Status and body of the answer to an order such as `POST /services`.
async fn order(simulator: &Simulator, order: &str, body: &Value) -> (u16, Value) {
    let (method, path) = order.split_once(' ').expect("a method and a path");
    let method = method.parse().expect("a method");
    let path = format!("/sim/control{path}");
    let answer = send(simulator, LOOPBACK, method, &path, &body.to_string()).await;
    (answer.status().as_u16(), json(answer).await)
}

async fn order_status(simulator: &Simulator, wanted: &str, body: &Value) -> u16 {
    order(simulator, wanted, body).await.0
}

#[tokio::test]
async fn every_answer_is_marked_as_simulated() {
    let simulator = simulator(Options::default());
    for (path, status) in [
        ("/te/api", 200),
        ("/te/api/", 200),
        ("/te/api/cc", 401),
        ("/te/apix", 404),
        ("/", 404),
        ("/sim/control", 200),
        ("/sim/control/nothing", 404),
        ("/te/api/cc?name=%zz%F6&page=-1", 401),
    ] {
        let answer = send(&simulator, LOOPBACK, Method::GET, path, "").await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert_eq!(answer.headers()["x-trio-simulated"], "1", "{path}");
        assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8", "{path}");
    }
    let large = "x".repeat(MAX_BODY + 1);
    let answer = send(&simulator, LOOPBACK, Method::POST, "/te/api/login", &large).await;
    assert_eq!(answer.status().as_u16(), 413);
    // Only requests below the base of the API count.
    assert_eq!(simulator.requests(), 4);
}

#[tokio::test]
async fn control_is_for_loopback_only() {
    let simulator = simulator(Options::default());
    for (peer, allowed) in [
        (LOOPBACK, true),
        ("[::1]:40000", true),
        ("[::ffff:127.0.0.1]:40000", true),
        ("192.0.2.7:40000", false),
        ("unknown", false),
    ] {
        let answer = send(&simulator, peer, Method::POST, "/sim/control/services", "").await;
        let expected = if allowed { 201 } else { 403 };
        assert_eq!(answer.status().as_u16(), expected, "{peer}");
    }
    // The three allowed callers have added one each.
    assert_eq!(simulator.service_count(), 11);
}

#[tokio::test]
async fn services_and_agents_are_added_and_removed() {
    let simulator = simulator(Options::default());
    let wanted = json!({"name": "Julbord \"extra\""});
    let (status, added) = order(&simulator, "POST /services", &wanted).await;
    assert_eq!(status, 201);
    assert_eq!(simulator.service_count(), 9);
    let path = format!("/services/{}", added["id"]);
    assert_eq!(order_status(&simulator, &format!("DELETE {path}"), &json!({})).await, 200);
    assert_eq!(order_status(&simulator, &format!("DELETE {path}"), &json!({})).await, 404);
    assert_eq!(simulator.service_count(), 8);
    let (_, added) = order(&simulator, "POST /agents", &json!({"first_name": "Åke"})).await;
    assert_eq!(simulator.agent_count(), 41);
    let path = format!("/agents/{}", added["id"]);
    assert_eq!(order_status(&simulator, &format!("GET {path}"), &json!({})).await, 405);
    assert_eq!(order_status(&simulator, &format!("DELETE {path}"), &json!({})).await, 200);
    assert_eq!(simulator.agent_count(), 40);
    let nowhere = json!({"contact_center": 9});
    assert_eq!(order_status(&simulator, "POST /agents", &nowhere).await, 404);
}

#[tokio::test]
async fn invalid_orders_are_refused() {
    let simulator = simulator(Options::default());
    for (path, wanted) in [
        ("/arrivals", json!({})),
        ("/arrivals", json!({"factor": -1})),
        ("/arrivals", json!({"factor": 1e300})),
        ("/answering", json!({"answering": "no"})),
        ("/answering", json!({"answering": false, "mode": "explode"})),
        ("/services", json!(7)),
    ] {
        let status = order_status(&simulator, &format!("POST {path}"), &wanted).await;
        assert_eq!(status, 400, "{path} {wanted}");
    }
    let (_, status) = order(&simulator, "POST /arrivals", &json!({"factor": 2.5})).await;
    assert_eq!((&status["factor"], &status["answering"]), (&json!(2.5), &json!(true)));
}

#[tokio::test]
async fn answering_stops_and_starts() {
    let simulator = simulator(Options::default());
    let stop = json!({"answering": false});
    order(&simulator, "POST /answering", &stop).await;
    assert_eq!(api_status(&simulator, "").await, 503);
    order(&simulator, "POST /answering", &json!({"answering": false, "mode": "hang"})).await;
    let held = tokio::spawn({
        let simulator = simulator.clone();
        async move { api_status(&simulator, "").await }
    });
    while simulator.requests() < 2 {
        tokio::task::yield_now().await;
    }
    assert!(!held.is_finished());
    order(&simulator, "POST /answering", &json!({"answering": true})).await;
    let held = tokio::time::timeout(Duration::from_secs(20), held).await.expect("it is let go");
    assert_eq!(held.expect("no panic"), 200);
}

#[tokio::test]
async fn shutdown_releases_held_requests() {
    let simulator = simulator(Options::default());
    simulator.0.answer_mode.send_replace(AnswerMode::Holding);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, simulator.clone(), async move {
        let _ = stopped.await;
    }));
    let asking = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.write_all(b"GET /te/api HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text).map(|_| text)
    });
    while simulator.requests() < 1 {
        tokio::task::yield_now().await;
    }
    stop.send(()).expect("the server waits for it");
    let serving = tokio::time::timeout(Duration::from_secs(20), serving).await.expect("it lets go");
    serving.expect("no panic").expect("no error");
    let text = asking.await.expect("no panic").expect("an answer");
    assert!(text.starts_with("HTTP/1.1 503"), "{text}");
}

#[tokio::test]
async fn world_follows_the_clock() {
    let (simulator, passed) = clocked(Options { dialect: Dialect::Swedish, ..Options::default() });
    let mut arrived = Vec::new();
    // Forward, back, and more than a year ahead.
    for seconds in [0, 600, 300, 40_000_000] {
        passed.store(seconds, Ordering::Relaxed);
        let (_, status) = order(&simulator, "GET ", &json!({})).await;
        arrived.push(status["cases"]["arrived"].as_u64());
    }
    assert!(arrived[0] < arrived[1], "{arrived:?}");
    assert_eq!(arrived[1], arrived[2], "a clock that is set back changes nothing");
    assert!(arrived[2] < arrived[3], "{arrived:?}");
}

#[test]
fn large_world_is_generated_in_time() {
    let started = std::time::Instant::now();
    let options =
        Options { services: 1_000, agents: 10_000, contact_centers: 5, ..Options::default() };
    let simulator = simulator(options);
    assert_eq!((simulator.service_count(), simulator.agent_count()), (1_000, 10_000));
    // Generous, for a debug build on a busy machine. It guards against scans of all agents per
    // event.
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[tokio::test]
async fn passive_server_redirects_unless_disabled() {
    let simulator = simulator(Options::default());
    let wanted = json!({"other": "trio2.test:80", "passive": true, "secondary": true});
    assert_eq!(order_status(&simulator, "POST /failover", &wanted).await, 200);
    for (method, path) in
        [(Method::GET, ""), (Method::POST, "/login"), (Method::GET, "/cc/1/agents/state")]
    {
        let answer = send(&simulator, LOOPBACK, method, &format!("/te/api{path}"), "").await;
        assert_eq!(answer.status().as_u16(), 307, "{path}");
        let location = answer.headers()["location"].to_str().expect("text");
        assert_eq!(location.trim_end_matches('/'), format!("http://trio2.test:80/te/api{path}"));
    }
    let answer = api(&simulator, "?redirect=false").await;
    assert_eq!(answer.status().as_u16(), 200);
    let body = json(answer).await;
    assert_eq!(body["data"]["primaryServer"], "trio2.test:80");
    assert_eq!(body["data"]["secondaryServer"], "trio.test");
    order(&simulator, "POST /failover", &json!({"bare": true})).await;
    let answer = api(&simulator, "/cc").await;
    assert_eq!(answer.headers()["location"], "http://trio2.test:80");
    order(&simulator, "POST /failover", &json!({"passive": false})).await;
    assert_eq!(api_status(&simulator, "").await, 200);
    for wrong in [json!({"other": 5}), json!({"passive": "yes"})] {
        let status = order_status(&simulator, "POST /failover", &wrong).await;
        assert_eq!(status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn fault_affects_as_many_requests_as_ordered() {
    let simulator = simulator(Options::default());
    let wanted = json!({"path": "login", "status": 503, "retry_after": "30", "times": 2});
    assert_eq!(order_status(&simulator, "POST /fault", &wanted).await, 200);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = send(&simulator, LOOPBACK, Method::POST, "/te/api/login", "").await;
        seen.push((answer.status().as_u16(), answer.headers().contains_key("retry-after")));
    }
    assert_eq!(seen, [(503, true), (503, true), (401, false)]);
    assert_eq!(api_status(&simulator, "").await, 200);
    for wrong in [
        json!({}),
        json!({"path": "login"}),
        json!({"path": "login", "resource": "agents", "status": 500}),
        json!({"resource": "nothing", "status": 500}),
        json!({"path": "login", "delay_ms": 600_001}),
        json!({"path": "login", "status": 200}),
        json!({"path": "login", "status": 500, "times": -1}),
    ] {
        let status = order_status(&simulator, "POST /fault", &wrong).await;
        assert_eq!(status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn truth_is_for_loopback_and_resets_on_post() {
    let (simulator, passed) = clocked(Options { segment_log: true, ..Options::default() });
    let read_truth = async |method| {
        let answer = send(&simulator, LOOPBACK, method, "/sim/truth", "").await;
        assert_eq!(answer.status().as_u16(), 200);
        json(answer).await
    };
    assert_eq!(read_truth(Method::GET).await["seconds"], 0.0);
    passed.fetch_add(1_800, Ordering::Relaxed);
    let report = read_truth(Method::GET).await;
    let truth = simulator.truth();
    assert_eq!(
        (&report["since"], &report["now"]),
        (&json!("2025-06-15T15:06:40Z"), &json!("2025-06-15T15:36:40Z"))
    );
    let flow = &truth.services[&101].classes[&crate::sim::Class::Voice];
    let voice = &report["services"][0]["classes"]["voice"];
    assert!(flow.answered > 5 && simulator.segment_log().len() > 5, "{flow:?}");
    assert_eq!(report["services"][0]["name"], "Växel");
    assert_eq!(voice["answered"], flow.answered);
    assert_eq!(
        voice["answered_within"]["20"],
        json!(flow.answered_within(Duration::from_secs(20)))
    );
    assert_eq!(
        voice["service_level"]["20"],
        json!(flow.service_level(Duration::from_secs(20), Duration::ZERO))
    );
    assert_eq!(voice["queue_seconds"], flow.queue_time.as_secs_f64());
    let agents = &report["agents"][0];
    let seconds: f64 =
        agents["seconds"].as_object().expect("states").values().filter_map(Value::as_f64).sum();
    assert!((seconds - 40.0 * 1_800.0).abs() < 0.01, "{seconds}");
    assert_eq!(agents["occupancy"], json!(truth.agents[&1].occupancy()));
    assert_eq!(report["agent_groups"].as_array().map(Vec::len), Some(truth.agent_groups.len()));
    let after_reset = read_truth(Method::POST).await;
    assert_eq!(
        (&after_reset["seconds"], &after_reset["services"][0]["classes"]["voice"]["arrived"]),
        (&json!(0.0), &json!(0))
    );
    for (peer, method, path, status) in [
        ("192.0.2.7:40000", Method::GET, "/sim/truth", 403),
        ("unknown", Method::POST, "/sim/truth", 403),
        (LOOPBACK, Method::DELETE, "/sim/truth", 405),
        (LOOPBACK, Method::GET, "/sim/truth/x", 404),
    ] {
        assert_eq!(
            send(&simulator, peer, method, path, "").await.status().as_u16(),
            status,
            "{path}"
        );
    }
}

#[tokio::test]
async fn resource_fault_affects_all_centres_or_delays() {
    let simulator = simulator(Options { contact_centers: 2, ..Options::default() });
    let wanted = json!({"resource": "agents/state", "status": 500});
    assert_eq!(order_status(&simulator, "POST /fault", &wanted).await, 200);
    for (path, status) in [
        ("/cc/1/agents/state", 500),
        ("/cc/2/agents/state", 500),
        ("/cc/1/agents/1001/state", 500),
        ("/cc/1/agents", 401),
    ] {
        assert_eq!(api_status(&simulator, path).await, status, "{path}");
    }
    let late = json!({"path": "cc", "delay_ms": 40, "times": 1});
    assert_eq!(order_status(&simulator, "POST /fault", &late).await, 200);
    let begun = std::time::Instant::now();
    assert_eq!(api_status(&simulator, "/cc").await, 401);
    assert!(begun.elapsed() >= Duration::from_millis(40));
    let fault = simulator.lock().take_delay(&Request {
        method: Method::GET,
        path: vec!["cc".to_owned()],
        query: Query::default(),
        host: String::new(),
        authorization: None,
        body: Vec::new(),
    });
    assert_eq!(fault, Duration::ZERO, "it was ordered once");
}

#[tokio::test]
async fn changes_show_after_the_activation_delay() {
    let activation = Duration::from_secs(60);
    let (simulator, passed) = clocked(Options { activation, ..Options::default() });
    let count = async |seconds: u64| {
        passed.store(seconds, Ordering::Relaxed);
        let (_, status) = order(&simulator, "GET ", &json!({})).await;
        (status["services"].as_u64(), status["agents"].as_u64())
    };
    let before = count(0).await;
    let (status, body) = order(&simulator, "POST /services", &json!({})).await;
    assert_eq!((status, &body["activated_in"]), (202, &json!(60.0)));
    assert_eq!(count(50).await, before);
    assert_eq!(order_status(&simulator, "DELETE /agents/1001", &json!({})).await, 202);
    assert_eq!(count(109).await, before, "the last change restarted the minute");
    let after = (before.0.map(|n| n + 1), before.1.map(|n| n - 1));
    assert_eq!(count(110).await, after);
    for gone in ["DELETE /agents/1001", "DELETE /services/x"] {
        assert_eq!(order_status(&simulator, gone, &json!({})).await, 404, "{gone}");
    }
    let nowhere = json!({"contact_center": 9});
    assert_eq!(order_status(&simulator, "POST /agents", &nowhere).await, 404);
}

#[tokio::test]
async fn answers_use_the_requested_charset() {
    let simulator = simulator(Options::default());
    let ask = async |accept: &str| {
        let request = HttpRequest::builder().uri("/te/api/cc?name=%E5").header(HOST, "trio.test");
        let request = request.header(ACCEPT, accept).body(Body::empty()).expect("a request");
        let answer = simulator.router().oneshot(request).await.expect("an answer");
        let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
        (answer.status().as_u16(), kind)
    };
    let json = |charset| format!("application/json; charset={charset}");
    assert_eq!(ask("application/json;charset=iso-8859-1").await, (401, json("iso-8859-1")));
    assert_eq!(ask("application/json").await, (401, json("utf-8")));
    assert_eq!(ask("application/xml").await, (406, json("utf-8")));
    assert_eq!(simulator.requests(), 2, "what cannot be written is not looked for");
}

#[tokio::test]
async fn release_order_frees_agents() {
    let simulator = simulator(Options::default());
    let (status, report) = order(&simulator, "POST /release", &json!({})).await;
    assert_eq!((status, &report["agents"]), (200, &json!(40)));
}
