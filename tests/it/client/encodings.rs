//! Bodies in every charset and compression, and bodies that are too much.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use trio_exporter::{
    model::RequestFailure,
    trio::{Error, Limits},
};
use wiremock::ResponseTemplate;

use super::trio::{InTurn, Trio, header, status};
use crate::support::{TestApp, target};

const SERVICES: &str = "cc/1/services";
const BODY: &str = r#"{"links":[],"data":[{"serviceId":1,"serviceName":"Växel Åsö"}]}"#;

/// The names of the services that an answer holds.
async fn names(answer: ResponseTemplate, limits: Limits) -> Result<Vec<String>, Error> {
    let trio = Trio::bare().await;
    trio.on("GET", SERVICES, answer).await;
    let bench = trio.client(limits).await;
    let listing = bench.client.services(&bench.route).await?;
    let asked = trio.asked("GET", SERVICES).await;
    let accepted = header(&asked[0], "accept-encoding").expect("compression is asked for");
    assert!(["gzip", "br"].iter().all(|name| accepted.contains(name)), "{accepted}");
    // IIS sends it without zlib's header, which other servers write: no client can tell them apart.
    assert!(!accepted.contains("deflate"), "{accepted}");
    Ok(listing
        .data
        .iter()
        .map(|item| item.name.as_deref().unwrap_or_default().to_owned())
        .collect())
}

#[tokio::test]
async fn names_are_right_in_every_charset() {
    let latin1: Vec<u8> =
        BODY.chars().map(|c| u8::try_from(u32::from(c)).expect("ISO-8859-1")).collect();
    let wide = |mark: u16, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(mark).chain(BODY.encode_utf16()).flat_map(unit).collect()
    };
    let bodies = [
        BODY.as_bytes().to_vec(),
        [b"\xEF\xBB\xBF", BODY.as_bytes()].concat(),
        latin1,
        wide(0xFEFF, u16::to_le_bytes),
        wide(0xFEFF, u16::to_be_bytes),
    ];
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-7",
        "text/plain;charset=",
    ] {
        for body in &bodies {
            let answer = status(200).set_body_raw(body.clone(), content_type);
            let names = names(answer, Limits::default()).await.expect("readable");
            assert_eq!(names, ["Växel Åsö"], "{content_type}: {body:02x?}");
        }
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn br(text: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    encoder.write_all(text).expect("memory");
    encoder.into_inner()
}

fn compressed(name: &str, body: Vec<u8>) -> ResponseTemplate {
    status(200).set_body_raw(body, "application/json").insert_header("content-encoding", name)
}

#[tokio::test]
async fn every_compression_that_is_asked_for_is_understood() {
    for (name, encode) in [("gzip", gzip as fn(&[u8]) -> Vec<u8>), ("br", br)] {
        let answer = compressed(name, encode(BODY.as_bytes()));
        assert_eq!(names(answer, Limits::default()).await.expect(name), ["Växel Åsö"], "{name}");
    }
}

#[tokio::test]
async fn broken_compression_is_unreadable_answer() {
    for name in ["gzip", "br"] {
        let error =
            names(compressed(name, vec![0x55; 200]), Limits::default()).await.expect_err(name);
        assert!(
            matches!(&error, Error::Request { failure: RequestFailure::Decode, .. }),
            "{name}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_bomb_of_zeroes_is_given_up_at_the_limit_of_the_decompressed_body() {
    let zeroes = vec![b' '; 100 << 20];
    let bomb = gzip(&zeroes);
    drop(zeroes);
    assert!(bomb.len() < 1 << 20, "small on the wire: {}", bomb.len());
    let trio = Trio::bare().await;
    trio.on("GET", SERVICES, compressed("gzip", bomb)).await;
    let bench = trio.client(Limits::default()).await;
    let error = bench.client.services(&bench.route).await.expect_err("too large");
    match &error {
        Error::Request { failure: RequestFailure::TooLarge, detail, .. } => {
            assert!(detail.contains("67108864 bytes"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    let received =
        bench.stats.resource(trio_exporter::model::Resource::Services).response_bytes.get();
    assert!(received < 70 << 20, "reading stopped at the limit, not after {received} bytes");
}

#[tokio::test]
async fn a_bomb_is_given_up_in_every_compression_and_the_next_answer_is_read() {
    let bomb = vec![b' '; 16 << 20];
    let limits = Limits { body: 1 << 20, ..Limits::default() };
    for (name, encode) in [("gzip", gzip as fn(&[u8]) -> Vec<u8>), ("br", br)] {
        let body = encode(&bomb);
        assert!(body.len() < 1 << 16, "{name}: small on the wire: {}", body.len());
        let trio = Trio::bare().await;
        let good = compressed(name, encode(BODY.as_bytes()));
        trio.on("GET", SERVICES, InTurn::new([compressed(name, body), good])).await;
        let bench = trio.client(limits).await;
        let error = bench.client.services(&bench.route).await.expect_err("too large");
        assert!(
            matches!(&error, Error::Request { failure: RequestFailure::TooLarge, .. }),
            "{name}: {error:?}"
        );
        let received =
            bench.stats.resource(trio_exporter::model::Resource::Services).response_bytes.get();
        assert!(
            received < 2 << 20,
            "{name}: reading stopped at the limit, not after {received} bytes"
        );
        assert_eq!(bench.client.services(&bench.route).await.expect(name).data.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn lists_in_lists_without_end_are_an_unreadable_answer() {
    for body in [
        format!("[{{\"serviceName\":{}", "[".repeat(100_000)),
        format!("{{\"data\":[{{\"serviceName\":{}", "{\"y\":".repeat(100_000)),
    ] {
        let answer = status(200).set_body_raw(body, "application/json");
        let error = names(answer, Limits::default()).await.expect_err("too deep");
        assert!(
            matches!(&error, Error::Request { failure: RequestFailure::Decode, detail, .. }
                if detail.contains("recursion limit") || detail.contains("EOF")),
            "{error:?}"
        );
    }
}

/// A server that answers the login and drips everything else: a byte now and then, for ever.
async fn dripping() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let length = stream.read(&mut request).await.unwrap_or_default();
                let asked = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = asked.split([' ', '?']).nth(1).unwrap_or_default();
                let whole = match path {
                    "/te/api/login" => r#"{"access_token":"t","expires_in":3600}"#,
                    "/te/api" | "/te/api/cc/1" => "[]",
                    "/te/api/cc" => r#"[{"id":1,"name":"Kundtjänst"}]"#,
                    _ => "",
                };
                if !whole.is_empty() {
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", whole.len());
                    let _ = stream
                        .write_all(format!("{head}Connection: close\r\n\r\n{whole}").as_bytes())
                        .await;
                    return;
                }
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .await;
                while stream.write_all(b"1\r\n \r\n").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        }
    });
    format!("http://{addr}/te/api")
}

#[tokio::test]
async fn a_slow_drip_cannot_hold_a_cycle_beyond_the_limit_of_a_collector() {
    let mut target = target(&dripping().await);
    target.trio.limits.request = Duration::from_secs(3600);
    target.poll.collector = Duration::from_secs(1);
    let mut app = TestApp::for_target(target).await;
    let begun = Instant::now();
    app.step().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_collector_success", &[("collector", "agent_state")]), Some(0.0));
    assert_eq!(metrics.find("trio_collector_success", &[]).len(), 10, "every collector was tried");
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
    assert!(metrics.has("trio_contact_center_info"), "what was read before is there");
}
