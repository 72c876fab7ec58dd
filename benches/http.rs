//! Scrapes of `/metrics` of a small contact centre, with gzip on eight connections, relative to axum
//! alone that serves the same bytes.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may stop")]

#[allow(dead_code, reason = "the times are taken here")]
mod ratio;
#[allow(dead_code, reason = "the login is for another benchmark")]
mod simulated;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, http::header, routing::get};
use simulated::SimulatedTrio;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use trio_exporter::{
    app::{App, shutdown},
    http,
    model::Clock,
};

/// Aim: at least 0.9 times the answers per second.
const AIM: f64 = 1.0 / 0.9;
const CONNECTIONS: usize = 8;
/// Requests of each connection in a round.
const REQUESTS: usize = 500;
// Odd, so that the median is one of the rounds.
const ROUNDS: usize = 21;
const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip\r\n\
accept: application/openmetrics-text;version=1.0.0\r\n\r\n";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // The size of the demonstration.
    let trio = SimulatedTrio::start(&["--services", "8", "--agents", "40"]);
    runtime.block_on(measure(&trio));
}

async fn measure(trio: &SimulatedTrio) {
    let listen = "127.0.0.1:0".parse().unwrap();
    let app = App::build(trio.config(), &listen, Clock::system()).await.unwrap();
    let ours = app.addr();
    let (listener, router, targets, _) = app.into_parts();
    let (_stop, stopped) = shutdown::switch();
    tokio::spawn(http::serve(listener, router, stopped.requested()));
    targets[0].poller().unwrap().step().await;
    let body = Connection::open(ours).await.ask().await;
    println!("{} bytes, {CONNECTIONS} connections", body.len());
    let floor = serve_bytes(Bytes::from(body)).await;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((round(ours).await, round(floor).await));
    }
    println!("{REQUESTS} requests of each: {}", ratio::summarize(rounds, AIM));
}

/// Serves these bytes with axum alone, with the headers of a scrape.
async fn serve_bytes(body: Bytes) -> SocketAddr {
    let headers = [
        (header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (header::VARY, "Accept, Accept-Encoding"),
        (header::CONTENT_ENCODING, "gzip"),
    ];
    let router = Router::new().route("/metrics", get(async move || (headers, body.clone())));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Returns the time of one round of requests on all connections.
async fn round(server: SocketAddr) -> Duration {
    let mut connections = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..CONNECTIONS {
        connections.spawn(async move {
            let mut connection = Connection::open(server).await;
            for _ in 0..REQUESTS {
                assert!(!connection.ask().await.is_empty());
            }
        });
    }
    while let Some(ended) = connections.join_next().await {
        ended.unwrap();
    }
    begun.elapsed()
}

/// A connection that is kept open. Its client does as little as possible.
struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    async fn open(server: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(server).await.unwrap(), received: Vec::new() }
    }

    /// Returns the body of the answer to a scrape.
    async fn ask(&mut self) -> Vec<u8> {
        self.received.clear();
        self.stream.write_all(REQUEST).await.unwrap();
        loop {
            assert!(self.stream.read_buf(&mut self.received).await.unwrap() > 0, "it ended early");
            let Some(head) = self.received.windows(4).position(|end| end == b"\r\n\r\n") else {
                continue;
            };
            let text = std::str::from_utf8(&self.received[..head]).unwrap();
            assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.unwrap().parse().unwrap();
            if self.received.len() == head + 4 + length {
                return self.received.split_off(head + 4);
            }
        }
    }
}
