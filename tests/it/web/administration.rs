//! Requests that change something: whose they may be, and that they keep no scrape waiting.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{Running, Simulated, configure, reqwest_client};

async fn started() -> (Simulated, tempfile::TempDir, Running) {
    let trio = Simulated::small().await;
    let folder = crate::process::folder();
    let file = configure(folder.path(), &format!("targets:\n{}", trio.entry("one")));
    let running = Running::start(&file, &["--web.max-requests", "2"]).await;
    (trio, folder, running)
}

#[tokio::test]
async fn unfinished_bodies_refuse_no_scrape_and_are_given_up() {
    let (_trio, _folder, running) = started().await;
    let address = running.url.trim_start_matches("http://").to_owned();
    let mut unfinished = Vec::new();
    for path in ["/-/log-level", "/-/reload", "/metrics"].into_iter().cycle().take(60) {
        let mut stream = TcpStream::connect(&address).await.expect("a connection");
        let head = format!("PUT {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 9\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        unfinished.push(stream);
    }
    for path in ["/metrics", "/status.json", "/-/healthy", "/metrics"] {
        let (status, text) = running.send(Method::GET, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
    }
    let mut head = [0; 12];
    let answer = unfinished[0].read_exact(&mut head);
    timeout(Duration::from_secs(30), answer).await.expect("an end").expect("an answer");
    assert_eq!(&head, b"HTTP/1.1 408");
}

#[tokio::test]
async fn body_of_log_level_is_small_text() {
    let (_trio, _folder, running) = started().await;
    let put = async |body: Vec<u8>| {
        let request = reqwest_client().put(format!("{}/-/log-level", running.url)).body(body);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(put(b"info".to_vec()).await, 200);
    assert_eq!(put(vec![b'x'; 1025]).await, 413);
    assert_eq!(put(b"in\xe4fo".to_vec()).await, 400);
}

#[tokio::test]
async fn page_of_another_site_changes_nothing() {
    let (_trio, _folder, running) = started().await;
    let send = async |method: Method, path: &str, headers: &[(&str, &str)]| {
        let mut request = reqwest_client().request(method, format!("{}{path}", running.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body("info").send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    };
    for headers in [
        &[("Origin", "https://evil.example")][..],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Host", "evil.example:10427")],
        &[("Host", "evil.example"), ("Origin", "http://evil.example")],
    ] {
        for (method, path) in
            [(Method::POST, "/-/reload"), (Method::PUT, "/-/reload"), (Method::PUT, "/-/log-level")]
        {
            let (status, text) = send(method, path, headers).await;
            assert_eq!(status, 403, "{path} {headers:?}: {text}");
            assert!(text.contains("--web.external-url"), "{text}");
        }
        let (status, _) = send(Method::GET, "/metrics", headers).await;
        assert_eq!(status, 200, "reading is not refused: {headers:?}");
    }
    assert_eq!(running.reload().await, "1 unchanged\n");
    let own = running.url.clone();
    let same = [("Origin", &*own), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(send(Method::POST, "/-/reload", &same).await.0, 200);
    assert_eq!(send(Method::PUT, "/-/log-level", &same).await.0, 200);
}
