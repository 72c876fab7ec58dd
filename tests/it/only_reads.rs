//! The exporter only reads: over hours, with every collector, through renewals.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
};
use trio_exporter::{
    metrics::Identity,
    sim::{Options, Simulator},
};

use crate::support::{TestApp, config, still_clock, target};

/// Number of requests by method and path; ids and queries are left out.
type Journal = Arc<Mutex<BTreeMap<(String, String), u64>>>;

fn place(request: &Request) -> (String, String) {
    let segments = request.uri().path().split('/').map(|segment| match segment.parse::<u64>() {
        Ok(_) => "{id}",
        Err(_) => segment,
    });
    (request.method().to_string(), segments.collect::<Vec<_>>().join("/"))
}

#[tokio::test]
async fn nothing_but_get_and_the_two_logins_is_ever_sent() {
    let clock = still_clock();
    let options = Options {
        access_token_life: Duration::from_secs(600),
        refresh_token_life: Duration::from_secs(3600),
        contact_centers: 2,
        ..Options::default()
    };
    let simulator = {
        let clock = clock.clone();
        Simulator::new(options.clone(), Arc::new(move || clock.now().wall))
    };
    let journal = Journal::default();
    let keep = journal.clone();
    let recorded = simulator.router().layer(from_fn(move |request: Request, next: Next| {
        *keep.lock().expect("not poisoned").entry(place(&request)).or_default() += 1;
        next.run(request)
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        axum::serve(listener, recorded.into_make_service_with_connect_info::<SocketAddr>()).await
    });
    let mut target = target(&format!("http://{addr}/te/api"));
    target.trio.client_key = options.client_key.into();
    target.trio.username = options.username.into();
    target.trio.password = options.password.into();
    let mut app = TestApp::start_at(config(target, Identity::Name), clock).await;
    // Four hours, a step a minute: two dozen renewals, every inventory.
    for _ in 0..240 {
        app.step_after(60).await;
    }
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    let journal = journal.lock().expect("not poisoned");
    for ((method, path), times) in journal.iter() {
        let is_login =
            method == "POST" && ["/te/api/login", "/te/api/refreshlogin"].contains(&&**path);
        assert!(method == "GET" || is_login, "{method} {path} was sent {times} times");
    }
    let times = |method: &str, path: &str| {
        journal.get(&(method.to_owned(), path.to_owned())).copied().unwrap_or(0)
    };
    assert_eq!(times("POST", "/te/api/login"), 1, "renewals are enough: {journal:#?}");
    assert!(times("POST", "/te/api/refreshlogin") >= 10, "{journal:#?}");
    for read in [
        "agents/state",
        "services/state",
        "services/calls",
        "services/cases",
        "skills",
        "roles",
        "agentgroups",
    ] {
        assert!(times("GET", &format!("/te/api/cc/{{id}}/{read}")) > 0, "{read}: {journal:#?}");
    }
    assert!(times("GET", "/te/api/directory/subscribers") > 0, "{journal:#?}");
}
