//! Events: the first at once, then one for each snapshot; their number and their end.

use std::time::Duration;

use pretty_assertions::assert_eq;
use reqwest::{Response, StatusCode};
use tokio::time::{Instant, timeout};
use trio_exporter::{
    app::{App, shutdown},
    http::{self, Limits, Settings},
    metrics::Identity,
    sim::Dialect,
};

use super::{ask, running, small};
use crate::support::{NOBODY, config, reqwest_client, still_clock, target};

const SOON: Duration = Duration::from_secs(10);

async fn open(url: &str) -> Response {
    reqwest_client().get(format!("{url}/wall/events")).send().await.expect("an answer")
}

/// The data of the next event; `None`: the stream has ended.
pub(super) async fn next(events: &mut Response) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\n\n") {
        let chunk = timeout(SOON, events.chunk()).await.expect("soon").ok()??;
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    Some(text)
}

#[tokio::test]
async fn events_hold_the_board_of_the_page_and_follow_each_snapshot() {
    let (mut app, _trio) = running(small(Dialect::English)).await;
    let mut events = open(&app.url).await;
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    assert_eq!(events.headers()["cache-control"], "no-store");
    assert_eq!(events.headers()["x-accel-buffering"], "no");
    let first = next(&mut events).await.expect("an event");
    let (_, page) = ask(&app, "/wall", "").await;
    let board =
        page.split("<main id=\"board\">").nth(1).and_then(|rest| rest.split("</main>").next());
    assert_eq!(first, format!("data: {}\n\n", board.expect("a board")));
    let mut other = open(&app.url).await;
    next(&mut other).await.expect("an event");
    app.step_after(5).await;
    let second = next(&mut events).await.expect("an event");
    assert_ne!(first, second);
    assert_eq!(next(&mut other).await, Some(second), "one rendering for all");
}

/// A server with these limits that reads nothing.
async fn served(
    limits: Limits,
) -> (String, tokio::sync::watch::Sender<bool>, tokio::task::JoinHandle<std::io::Result<()>>) {
    let exporter = config(target(&format!("http://{NOBODY}")), Identity::None);
    let settings =
        Settings { limits, ..Settings::from(&"127.0.0.1:0".parse().expect("an address")) };
    let app = App::build(exporter, settings, still_clock()).await.expect("a free port");
    let url = format!("http://{}", app.addr());
    let (server, router, ..) = app.into_parts();
    let (stop, stopped) = shutdown::switch();
    let ended = tokio::spawn(http::serve(server, router, stopped.requested()));
    (url, stop, ended)
}

#[tokio::test]
async fn streams_above_the_limit_are_refused_until_one_ends() {
    let (url, _stop, _ended) = served(Limits { max_streams: 2, ..Limits::default() }).await;
    let first = open(&url).await;
    let _second = open(&url).await;
    let third = open(&url).await;
    assert_eq!(third.status(), StatusCode::SERVICE_UNAVAILABLE);
    let text = third.text().await.expect("a body");
    assert_eq!(text, "503: more streams at once than --web.max-streams allows\n");
    drop(first);
    let begin = Instant::now();
    while open(&url).await.status() != StatusCode::OK {
        assert!(begin.elapsed() < SOON, "the place is not free again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn streams_take_no_slot_of_other_requests() {
    let (url, _stop, _ended) = served(Limits { max_requests: 1, ..Limits::default() }).await;
    let mut open_streams = Vec::new();
    for _ in 0..5 {
        let stream = open(&url).await;
        assert_eq!(stream.status(), StatusCode::OK);
        open_streams.push(stream);
    }
    let metrics = reqwest_client().get(format!("{url}/metrics")).send().await.expect("an answer");
    assert_eq!(metrics.status(), StatusCode::OK);
}

#[tokio::test]
async fn stop_ends_the_streams_at_once() {
    let (url, stop, ended) = served(Limits::default()).await;
    let mut events = open(&url).await;
    next(&mut events).await.expect("an event");
    let begin = Instant::now();
    stop.send_replace(true);
    assert_eq!(next(&mut events).await, None);
    timeout(Duration::from_secs(2), ended)
        .await
        .expect("in time")
        .expect("no panic")
        .expect("well");
    assert!(begin.elapsed() < Duration::from_secs(2));
}
