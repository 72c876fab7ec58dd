//! The same Trio on two ports of this machine.

use std::sync::Arc;

use reqwest::{Method, Request};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use trio_exporter::{model::Clock, trio::Responder};

use super::server::FaultyTrio;

/// Serves both servers of a Trio, and returns their hosts.
pub(crate) async fn serve(seed: u64, clock: Clock) -> ([String; 2], Arc<FaultyTrio>) {
    let mut listeners = Vec::new();
    for _ in 0..2 {
        listeners.push(TcpListener::bind("127.0.0.1:0").await.expect("a free port"));
    }
    let host = |position: usize| listeners[position].local_addr().expect("an address").to_string();
    let hosts = [host(0), host(1)];
    let trio = Arc::new(FaultyTrio::new(seed, hosts.clone(), clock));
    for (listener, host) in listeners.into_iter().zip(hosts.clone()) {
        let trio = trio.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // An error is a client that went away.
                tokio::spawn(answer(stream, host.clone(), trio.clone()));
            }
        });
    }
    (hosts, trio)
}

/// Answers one request and closes the connection; closes it at once if there is no answer.
async fn answer(mut stream: TcpStream, host: String, trio: Arc<FaultyTrio>) -> std::io::Result<()> {
    let mut received = Vec::new();
    let request = loop {
        if stream.read_buf(&mut received).await? == 0 {
            return Ok(());
        }
        if let Some(request) = request(&received, &host) {
            break request;
        }
    };
    let Ok(response) = trio.respond(&request) else { return Ok(()) };
    let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status().as_u16());
    for (name, value) in response.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().expect("ASCII"));
    }
    let body = response.bytes().await.expect("memory");
    head += &format!("content-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.shutdown().await
}

/// The request, once it is complete.
fn request(received: &[u8], host: &str) -> Option<Request> {
    let text = String::from_utf8_lossy(received);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let method = first.next()?.parse::<Method>().ok()?;
    let mut request = Request::new(method, format!("http://{host}{}", first.next()?).parse().ok()?);
    let mut length = 0;
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
        if name.eq_ignore_ascii_case("authorization") {
            request.headers_mut().insert("authorization", value.parse().ok()?);
        }
    }
    *request.body_mut() = Some(body.to_owned().into());
    (body.len() >= length).then_some(request)
}
