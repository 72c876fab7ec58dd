//! A proxy that stops forwarding: in a real browser every number becomes "?" in time, and the
//! page recovers by itself.
//!
//! The page is the one that the exporter serves, with a second script of the proxy that reports
//! what is to be seen.

use std::{
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{sync::watch, time::Instant};

use crate::process::{Process, exporter, folder, until};

/// Longest age of a reading that is shown, with the default intervals.
const LIMIT: Duration = Duration::from_secs(60);

/// Reports twice a second how many numbers are to be seen in cells and tiles, and how many "?".
const OBSERVER: &str = r#"
setInterval(() => {
  const cells = [...document.querySelectorAll("tbody td, .tiles .big, .tiles .v")];
  const values = cells.map((cell) => {
    const copy = cell.cloneNode(true);
    for (const spoken of copy.querySelectorAll(".sr")) spoken.remove();
    return copy.textContent;
  });
  const numbers = values.filter((text) => /\d/.test(text)).length;
  const unknown = values.filter((text) => text.trim() === "?").length;
  const lost = document.querySelectorAll(".lost").length;
  fetch("/seen?" + [numbers, unknown, lost].join("-")).catch(() => {});
}, 500);
"#;

/// Numbers and words that the browser shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Seen {
    numbers: u32,
    unknown: u32,
    says_lost: bool,
}

/// Treatment of requests to the exporter by the proxy.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Forward,
    /// Connections stay open, and nothing is sent on them any more.
    Silent,
    /// Only the events are silent.
    SilentEvents,
    /// The events end, and new ones end at once.
    NoEvents,
}

#[derive(Clone)]
struct Proxy {
    upstream: String,
    mode: Arc<watch::Sender<Mode>>,
    seen: Arc<Mutex<Seen>>,
    /// The requests for events.
    asked: Arc<Mutex<Vec<Instant>>>,
}

impl Proxy {
    /// Starts it, and returns its address.
    async fn start(upstream: String) -> (Self, String) {
        let mode = Arc::new(watch::Sender::new(Mode::Forward));
        let proxy = Self { upstream, mode, seen: Arc::default(), asked: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(answer).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (proxy, format!("http://{address}"))
    }

    fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    fn asked(&self) -> Vec<Instant> {
        self.asked.lock().expect("not poisoned").clone()
    }

    /// Waits until the browser shows what `fits`, and returns the time that it took.
    async fn until(&self, what: &str, limit: Duration, fits: fn(Seen) -> bool) -> Duration {
        let begin = Instant::now();
        until(what, limit, async || {
            let seen = *self.seen.lock().expect("not poisoned");
            if fits(seen) { Ok(()) } else { Err(format!("{seen:?}")) }
        })
        .await;
        begin.elapsed()
    }
}

async fn answer(State(proxy): State<Proxy>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path == "/observer.js" {
        return ([(header::CONTENT_TYPE, "text/javascript")], OBSERVER).into_response();
    }
    if path == "/seen" {
        let numbers = request.uri().query().unwrap_or_default().split('-');
        let numbers: Vec<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
        if let [numbers, unknown, lost] = numbers[..] {
            let seen = Seen { numbers, unknown, says_lost: lost > 0 };
            *proxy.seen.lock().expect("not poisoned") = seen;
        }
        return StatusCode::NO_CONTENT.into_response();
    }
    let is_events = path.ends_with("/events");
    if is_events {
        proxy.asked.lock().expect("not poisoned").push(Instant::now());
    }
    let mode = *proxy.mode.borrow();
    match mode {
        Mode::Silent => {}
        Mode::SilentEvents if is_events => {}
        Mode::NoEvents if is_events => return StatusCode::BAD_GATEWAY.into_response(),
        _ => return forwarded(&proxy, request, is_events).await,
    }
    std::future::pending().await
}

/// A client without a time limit: events have no end.
fn endless() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client")
}

async fn forwarded(proxy: &Proxy, request: Request, is_events: bool) -> Response {
    let url = format!("{}{}", proxy.upstream, request.uri());
    let Ok(answer) = endless().get(url).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut headers = HeaderMap::new();
    for name in [header::CONTENT_TYPE, header::CONTENT_SECURITY_POLICY, header::CACHE_CONTROL] {
        if let Some(value) = answer.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    let status = answer.status();
    if is_events {
        let mode = proxy.mode.subscribe();
        let body = stream::unfold((answer, mode), async |(mut answer, mut mode)| {
            loop {
                let now = *mode.borrow_and_update();
                match now {
                    Mode::Forward => {}
                    Mode::NoEvents => return None,
                    // This connection is lost for ever.
                    Mode::Silent | Mode::SilentEvents => std::future::pending::<()>().await,
                }
                tokio::select! {
                    _ = mode.changed() => {}
                    chunk = answer.chunk() => {
                        let chunk = chunk.ok()??;
                        return Some((Ok::<_, std::io::Error>(chunk), (answer, mode)));
                    }
                }
            }
        });
        return (status, headers, Body::from_stream(body)).into_response();
    }
    let text = answer.text().await.unwrap_or_default();
    let text = text.replace("</head>", "<script src=\"/observer.js\" defer></script></head>");
    (status, headers, text).into_response()
}

/// Opens a page in a browser that runs until it is dropped.
fn browser(url: &str, profile: &std::path::Path) -> Process {
    let mut browser = Command::new("chromium");
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]);
    browser.arg(format!("--user-data-dir={}", profile.display())).arg(url);
    Process::spawn(browser, ".ci/run installs it")
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_proxy_leaves_no_number_and_page_recovers() {
    let mut demo = exporter(&["demo", "--web.listen-address", "127.0.0.1:0"]);
    let address = demo.address("wallboard ", "http://").await.expect("the address");
    let (proxy, url) = Proxy::start(format!("http://{address}")).await;
    let folder = folder();
    let _browser = browser(&format!("{url}/wall"), folder.path());
    let is_well = |seen: Seen| seen.numbers > 10 && !seen.says_lost;
    let start = Duration::from_secs(60);
    proxy.until("numbers on the page", start, is_well).await;

    proxy.set(Mode::Silent);
    let none = proxy
        .until("no number to be left", LIMIT + Duration::from_secs(2), |seen| {
            seen.numbers == 0 && seen.unknown > 10 && seen.says_lost
        })
        .await;
    println!("no number {none:.1?} after the silence began");
    assert!(none > Duration::from_secs(20), "{none:?}: readings of a few seconds' age");
    proxy.set(Mode::Forward);
    let back = proxy.until("numbers again", Duration::from_secs(35), is_well).await;
    println!("numbers {back:.1?} after it ended");

    // A connection that was opened in the silence has no answer: the page makes another one.
    let before = proxy.asked().len();
    until("the events to be asked for", Duration::from_secs(35), async || {
        if proxy.asked().len() > before { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;

    // Only the events are silent: the page asks for itself, and no number is missing.
    let begin = Instant::now();
    let before = proxy.asked().len();
    proxy.set(Mode::SilentEvents);
    while begin.elapsed() < LIMIT + Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let seen = *proxy.seen.lock().expect("not poisoned");
        assert!(seen.numbers > 10, "{:?}: {seen:?}", begin.elapsed());
    }
    assert!(proxy.asked().len() > before, "it tries to get the events again");

    // A connection that ends is made again after 2 to 30 s, each time after another pause.
    let asked = proxy.asked().len();
    proxy.set(Mode::Forward);
    until("the events to be back", Duration::from_secs(35), async || {
        if proxy.asked().len() > asked { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let asked = proxy.asked().len();
    let cut = Instant::now();
    proxy.set(Mode::NoEvents);
    let times = until("three attempts", Duration::from_secs(100), async || {
        let times = proxy.asked().split_off(asked);
        if times.len() >= 3 { Ok(times) } else { Err(format!("{times:?}")) }
    })
    .await;
    let starts = [&[cut], &times[..]].concat();
    let pauses: Vec<f64> =
        starts.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).take(3).collect();
    println!("attempts after {pauses:.1?} s");
    assert!(pauses.iter().all(|pause| (1.9..32.0).contains(pause)), "{pauses:?}");
    assert!((pauses[0] - pauses[1]).abs() > 0.01, "at random: {pauses:?}");
}
