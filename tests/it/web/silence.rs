//! Clients that say nothing, or too little: raw sockets, and time-outs of a fraction of a second.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, routing::get as page};
use futures_util::stream;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};
use trio_exporter::{
    app::shutdown,
    http::{self, Limits, Server, Settings},
};

use super::{
    connection::{Caller, caller, get},
    served::{Authority, Files, Served, settings},
};

const SHORT: Duration = Duration::from_millis(300);
/// Within this a connection that lasts too long must be gone; shorter than any time-out by default.
const SOON: Duration = Duration::from_secs(8);
/// Longer than a test waits for anything.
const LONG: Duration = Duration::from_secs(600);

async fn served(files: &Files, header_timeout: Duration, idle_timeout: Duration) -> SocketAddr {
    let limits = Limits { header_timeout, idle_timeout, ..Limits::default() };
    let served = Served::start(Settings { limits, ..settings(files) }).await;
    // It serves for as long as the test runs.
    let address = served.address();
    std::mem::forget(served.stop);
    address
}

/// Waits until the server has closed the connection, and drops all bytes before.
async fn closed(stream: &mut (impl AsyncRead + Unpin)) {
    let mut rest = Vec::new();
    // A reset is as good as an end.
    let _ = timeout(SOON, stream.read_to_end(&mut rest)).await.expect("the server closes");
}

/// Sends a byte of the head of a request from time to time, until it is no longer taken.
async fn drips(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    stream.write_all(b"GET /metrics HTTP/1.1\r\nX-Long: ").await?;
    let mut byte = [0];
    loop {
        match timeout(SHORT / 10, stream.read(&mut byte)).await {
            Err(_) => stream.write_all(b"a").await?,
            Ok(Ok(0)) => return Ok(()),
            Ok(read) => drop(read?),
        }
    }
}

#[tokio::test]
async fn silent_or_slow_first_request_is_closed_in_time() {
    let address = served(&Files::with_settings(""), SHORT, LONG).await;
    let mut silent = TcpStream::connect(address).await.expect("a connection");
    closed(&mut silent).await;
    let mut dripping = TcpStream::connect(address).await.expect("a connection");
    let _ = timeout(SOON, drips(&mut dripping)).await.expect("the server closes");
    let mut prompt = TcpStream::connect(address).await.expect("a connection");
    get(&mut prompt, "/-/healthy", "").await.expect("an answer");
}

#[tokio::test]
async fn a_handshake_must_come_in_time_and_so_must_the_request_after_it() {
    let authority = Authority::new();
    let files = Files::secure(&authority, &authority.certify("localhost"), "");
    let address = served(&files, SHORT, LONG).await;
    let mut silent = TcpStream::connect(address).await.expect("a connection");
    closed(&mut silent).await;
    for protocol in ["h2", "http/1.1"] {
        let caller = Caller { protocols: &[protocol], ..caller(&authority) };
        let mut silent = caller.connect(address).await.expect("a connection");
        closed(&mut silent).await;
    }
}

#[tokio::test]
async fn connection_is_kept_alive_and_closed_when_idle() {
    let address = served(&Files::with_settings(""), LONG, SHORT).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    for _ in 0..3 {
        get(&mut stream, "/-/healthy", "").await.expect("an answer");
    }
    closed(&mut stream).await;
    // The time of the first request has nothing to do with it.
    let address = served(&Files::with_settings(""), SHORT, LONG).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    get(&mut stream, "/-/healthy", "").await.expect("an answer");
    let mut byte = [0];
    timeout(SHORT * 3, stream.read(&mut byte)).await.expect_err("the connection is kept");
    get(&mut stream, "/-/healthy", "").await.expect("an answer");
}

#[tokio::test]
async fn a_later_request_that_comes_by_drops_is_idle_all_the_same() {
    let address = served(&Files::with_settings(""), LONG, SHORT).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    get(&mut stream, "/-/healthy", "").await.expect("an answer");
    let _ = timeout(SOON, drips(&mut stream)).await.expect("the server closes");
}

/// The opening of an HTTP/2 connection, and `GET /`.
fn http_2_request() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // Settings: none.
    bytes.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    // Headers that end the stream 1: `:method GET`, `:scheme https`, `:path /`, `:authority
    // localhost`.
    bytes.extend([0, 0, 14, 1, 5, 0, 0, 0, 1, 0x82, 0x87, 0x84, 0x41, 9]);
    bytes.extend(b"localhost");
    bytes
}

#[tokio::test]
async fn an_idle_connection_of_http_2_is_closed_as_well() {
    let authority = Authority::new();
    let files = Files::secure(&authority, &authority.certify("localhost"), "");
    let address = served(&files, LONG, SHORT).await;
    let caller = Caller { protocols: &["h2"], ..caller(&authority) };
    let mut stream = caller.connect(address).await.expect("a connection");
    stream.write_all(&http_2_request()).await.expect("taken");
    let mut rest = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut rest)).await.expect("the server closes");
    let text = String::from_utf8_lossy(&rest);
    assert!(text.contains("<h1>trio-exporter</h1>"), "the request was answered before: {text}");
}

/// Says that the answer is given up.
struct GivenUp(Arc<Notify>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answer_is_given_up() {
    let given_up = Arc::new(Notify::new());
    let guard = given_up.clone();
    let endless = move || {
        let guard = GivenUp(guard.clone());
        async move {
            let chunks = stream::repeat_with(move || {
                let _held = &guard;
                Ok::<_, io::Error>(vec![0_u8; 65_536])
            });
            Body::from_stream(chunks)
        }
    };
    let limits = Limits { idle_timeout: SHORT, ..Limits::default() };
    let server = Server::bind(Settings { limits, ..settings(&Files::with_settings("")) })
        .await
        .expect("a free port");
    let address = server.addresses()[0];
    let (_stop, stopped) = shutdown::switch();
    tokio::spawn(http::serve(server, Router::new().route("/", page(endless)), stopped.requested()));
    // With something of the next request behind it, the server reads no further.
    for more in ["", "GET"] {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n{more}");
        stream.write_all(request.as_bytes()).await.expect("taken");
        timeout(SOON, given_up.notified()).await.expect("the server gives the answer up");
    }
}

#[tokio::test]
async fn answer_that_is_written_on_outlives_the_idle_timeout() {
    let dripping = async || {
        let drops = stream::unfold((), async |()| {
            tokio::time::sleep(SHORT / 3).await;
            Some((Ok::<_, io::Error>(".\n"), ()))
        });
        Body::from_stream(drops)
    };
    let limits = Limits { idle_timeout: SHORT, ..Limits::default() };
    let server = Server::bind(Settings { limits, ..settings(&Files::with_settings("")) })
        .await
        .expect("a free port");
    let address = server.addresses()[0];
    let (_stop, stopped) = shutdown::switch();
    tokio::spawn(http::serve(
        server,
        Router::new().route("/", page(dripping)),
        stopped.requested(),
    ));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("taken");
    let mut buffer = [0; 1024];
    let begin = tokio::time::Instant::now();
    while begin.elapsed() < SHORT * 5 {
        let read = timeout(SOON, stream.read(&mut buffer)).await.expect("soon").expect("open");
        assert!(read > 0, "closed after {:?}", begin.elapsed());
    }
}
