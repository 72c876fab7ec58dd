//! Answers of `/sd` to the requests of Prometheus.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{
    http::{ExternalUrl, Landing, Readiness, Reload, WallSettings, router},
    metrics::{Exposition, Identity, Settings, Sharing, Source, tests::serving},
    model::{Shard, Text},
};

const HOST: [(&str, &str); 1] = [("host", "exporter:10427")];

/// Asks an exporter of `targets`, with a shard or an external URL if given.
async fn ask(
    targets: &[&str],
    sharing: Option<Sharing>,
    external: Option<&str>,
    uri: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, HeaderMap, String) {
    let (other, publishers, clock) = serving::exposition(targets, Identity::None, Duration::ZERO);
    let sources = targets.iter().zip(&publishers).map(|(name, publisher)| Source {
        name: Text::from(*name),
        stats: Arc::default(),
        latest: publisher.subscribe(),
        goals: Arc::default(),
    });
    drop(other);
    let settings = Settings { sharing, ..Settings::default() };
    let exposition = Exposition::new(sources.collect(), settings, clock.clone());
    let landing =
        Landing { name: String::new(), description: String::new(), version: String::new() };
    let external = external.map(|url| url.parse::<ExternalUrl>().expect("an address"));
    let readiness = Readiness::new(clock, Arc::default());
    let router = router(
        Arc::new(exposition),
        readiness,
        landing,
        Reload::channel().0,
        external,
        Some(WallSettings::without_server()),
    );
    let request = headers
        .iter()
        .fold(Request::get(uri), |request, (name, value)| request.header(*name, *value));
    let answer =
        router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

async fn entries(targets: &[&str], sharing: Option<Sharing>, external: Option<&str>) -> Value {
    let (status, headers, text) = ask(targets, sharing, external, "/sd", &HOST).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert_eq!(headers["content-type"], "application/json", "Prometheus takes nothing else");
    assert_eq!(headers["cache-control"], "no-store");
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test]
async fn each_target_is_an_entry_at_the_requested_host() {
    assert_eq!(
        entries(&["north", "söder, 2"], None, None).await,
        json!([
            {"targets": ["exporter:10427"], "labels": {
                "__meta_trio_target": "north", "__param_target": "north", "instance": "exporter:10427/north"}},
            {"targets": ["exporter:10427"], "labels": {
                "__meta_trio_target": "söder, 2", "__param_target": "söder, 2", "instance": "exporter:10427/söder, 2"}},
        ])
    );
}

#[tokio::test]
async fn no_targets_give_an_empty_list() {
    assert_eq!(entries(&[], None, None).await, json!([]));
}

#[tokio::test]
async fn shard_and_external_url_are_in_labels() {
    let sharing =
        Sharing { shard: Shard::new(1, 3).expect("a shard"), other_targets: Arc::default() };
    assert_eq!(
        entries(&["north"], Some(sharing), Some("https://trio.example")).await,
        json!([{"targets": ["trio.example"], "labels": {
            "__meta_trio_target": "north", "__param_target": "north", "instance": "trio.example/north",
            "__meta_trio_shard": "1", "__meta_trio_shards": "3", "__scheme__": "https"}}])
    );
}

#[tokio::test]
async fn invalid_or_repeated_host_is_refused() {
    for headers in [
        &[][..],
        &[("host", "")],
        &[("host", "a/b")],
        &[("host", "user@a")],
        &[("host", "a\"},{\"targets\":[\"evil")],
        &[("host", "a"), ("host", "b")],
    ] {
        let (status, _, text) = ask(&["north"], None, None, "/sd", headers).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{headers:?}: {text}");
        assert!(text.contains("--web.external-url") && !text.contains("evil"), "{text}");
        let (status, ..) = ask(&["north"], None, Some("http://here"), "/sd", headers).await;
        assert_eq!(status, StatusCode::OK, "{headers:?}: the configured address needs none");
    }
}

#[tokio::test]
async fn http_2_authority_is_used_as_host() {
    let (status, _, text) = ask(&["north"], None, None, "https://two.example:1/sd", &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("\"targets\":[\"two.example:1\"]"), "{text}");
}

#[tokio::test]
async fn target_of_another_shard_is_404_naming_that_shard() {
    let shard = Shard::new(0, 3).expect("a shard");
    let sharing = || Some(Sharing { shard, other_targets: Arc::from(["main".into()]) });
    for page in ["/metrics", "/metrics?target=main"] {
        let (status, _, text) = ask(&["north"], sharing(), None, page, &HOST).await;
        let expected = "404: the target \"main\" is read by shard 2 of 3; this is shard 0\n";
        match page {
            "/metrics" => {
                assert!(
                    text.contains("\ntrio_exporter_shard_info{shard=\"0\",shards=\"3\"} 1\n"),
                    "{text}"
                );
            }
            _ => assert_eq!((status, text.as_str()), (StatusCode::NOT_FOUND, expected)),
        }
    }
    let (_, _, text) = ask(&[], sharing(), None, "/metrics?target=west", &HOST).await;
    assert_eq!(text, "404: there is no target \"west\"; known: none\n");
}

#[test]
fn host_port_accepts_host_and_port_only() {
    let long = "x".repeat(254);
    for good in [
        "exporter",
        "trio-exporter:10427",
        "10.0.0.1:1",
        "[::1]:10427",
        "[2001:db8::1]",
        "a_b.example.",
    ] {
        assert_eq!(HostPort::parse(good).map(|address| address.to_string()).as_deref(), Some(good));
    }
    for bad in [
        "",
        ":80",
        "a:",
        "a:0",
        "a:65536",
        "a:+1",
        "a:b",
        "user@host",
        "a/b",
        "a b",
        "a\"b",
        "a\r\nb",
        "[::1",
        "[x]:1",
        "[::1]x",
        "::1",
        "å.example",
        "a,b",
        "a?b",
        "a#b",
        "<a>",
        &long,
    ] {
        assert_eq!(HostPort::parse(bad), None, "{bad}");
    }
}

#[test]
fn external_url_is_scheme_and_host_without_path() {
    let url: ExternalUrl = "https://trio.example:8443/".parse().expect("an address");
    assert_eq!((url.scheme(), url.address().to_string().as_str()), ("https", "trio.example:8443"));
    assert!("http://trio.example".parse::<ExternalUrl>().is_ok());
    for bad in [
        "trio.example",
        "trio.example:1",
        "ftp://a",
        "http://a/b",
        "http://a?b",
        "http://u:p@a",
        "http://",
        "",
    ] {
        assert_eq!(bad.parse::<ExternalUrl>(), Err(BadExternalUrl), "{bad}");
    }
}
