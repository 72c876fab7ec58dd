//! Wallboards that a reload changes while screens show them.

use std::time::Duration;

use pretty_assertions::assert_eq;
use reqwest::{Method, Response, StatusCode};
use tokio::time::timeout;

use crate::{
    process::folder,
    support::{Running, Simulated, configure, reqwest_client},
};

const SOON: Duration = Duration::from_secs(20);

/// The data of the next event; `None`: the stream has ended.
async fn next(events: &mut Response) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\n\n") {
        let chunk = timeout(SOON, events.chunk()).await.expect("soon").ok()??;
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    Some(text)
}

async fn open(running: &Running, path: &str) -> Response {
    let answer = reqwest_client().get(format!("{}{path}", running.url)).send().await;
    answer.expect("an answer")
}

#[tokio::test]
async fn streams_end_at_a_reload_and_show_the_new_board_from_then_on() {
    let (trio, folder) = (Simulated::small().await, folder());
    let entry = trio.entry("a");
    let write = |boards: &str| {
        let text = format!("targets:\n{entry}poll: {{state: 1s}}\nwallboards:\n{boards}");
        configure(folder.path(), &text)
    };
    let file = write("  - {name: desk, title: Before}\n  - {name: other}\n");
    let running = Running::start(&file, &[]).await;
    let mut desk = open(&running, "/wall/desk/events?lang=en").await;
    let mut all = open(&running, "/wall/events?lang=en").await;
    let first = next(&mut desk).await.expect("an event");
    assert!(first.contains("<h1>Before</h1>"), "{first}");
    next(&mut all).await.expect("an event");

    write("  - {name: desk, title: After, columns: [waiting]}\n");
    let (status, text) = running.send(Method::POST, "/-/reload").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    for stream in [&mut desk, &mut all] {
        // What was under way may still come.
        let mut left = 3;
        while let Some(event) = next(stream).await {
            left -= 1;
            assert!(left > 0, "the stream goes on: {event}");
        }
    }
    let mut desk = open(&running, "/wall/desk/events?lang=en").await;
    let mut all = open(&running, "/wall/events?lang=en").await;
    for stream in [&mut desk, &mut all] {
        for number in 1..=3 {
            let event = next(stream).await.unwrap_or_else(|| panic!("ended before event {number}"));
            assert!(!event.contains("<h1>Before</h1>"), "{event}");
        }
    }
    let page = running.page("/wall/desk?lang=en").await;
    assert!(page.contains("<h1>After</h1>") && !page.contains("Offered"), "{page}");
    let gone = open(&running, "/wall/other/events").await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    assert!(!running.page("/wall").await.contains("/wall/other"), "no link is left");
}
