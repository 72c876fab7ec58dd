//! TLS: whom to trust, when the certificate expires, and whose clock is right.

use std::{sync::Arc, time::Duration};

use trio_exporter::{
    metrics::Identity,
    trio::{Error, ExtraRoots},
};

use crate::support::{TestApp, config, secure, secure_until, still_clock, target};

/// Noon on 2031-02-03, where the test's certificate ends.
const EXPIRY: f64 = 1_927_843_200.0;

async fn exporter(url: &str, roots: Option<&str>) -> TestApp {
    let mut target = target(url);
    if let Some(pem) = roots {
        target.trio.extra_roots = ExtraRoots::from_pem(pem.as_bytes()).expect("valid");
    }
    let mut app = TestApp::start_at(config(target, Identity::None), still_clock()).await;
    app.step().await;
    app
}

#[tokio::test]
async fn server_of_ca_file_is_trusted_and_expiry_shown() {
    let (authority, url) = secure(None).await;
    let app = exporter(&url, Some(&authority)).await;
    let metrics = app.metrics().await;
    let ok = [("resource", "api"), ("code", "200")];
    assert_eq!(metrics.get("trio_api_requests_total", &ok), Some(1.0));
    let server = url.trim_start_matches("https://").trim_end_matches("/te/api");
    let expiry =
        metrics.get("trio_api_certificate_expiry_timestamp_seconds", &[("server", server)]);
    assert_eq!(expiry, Some(EXPIRY));
    assert!(!metrics.has("trio_clock_skew_seconds"), "the server says no date");
}

#[tokio::test]
async fn untrusted_server_is_not_spoken_to() {
    let (_, url) = secure(None).await;
    let app = exporter(&url, None).await;
    let metrics = app.metrics().await;
    let tls = [("resource", "api"), ("code", "tls")];
    assert_eq!(metrics.get("trio_api_requests_total", &tls), Some(1.0));
    assert!(!metrics.has("trio_api_certificate_expiry_timestamp_seconds"));
    let (other, _) = secure(None).await;
    let app = exporter(&url, Some(&other)).await;
    assert_eq!(
        app.metrics().await.get("trio_api_requests_total", &tls),
        Some(1.0),
        "another authority"
    );
}

#[tokio::test]
async fn expired_certificate_of_known_authority_is_tls_error() {
    let (authority, url) = secure_until((2020, 2, 3), None).await;
    let app = exporter(&url, Some(&authority)).await;
    let metrics = app.metrics().await;
    let tls = [("resource", "api"), ("code", "tls")];
    assert_eq!(metrics.get("trio_api_requests_total", &tls), Some(1.0));
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
}

#[tokio::test]
async fn the_servers_clock_is_compared_with_ours() {
    // The still clock says 08:00:00.
    let (authority, url) = secure(Some("Thu, 15 Jan 2026 08:01:30 GMT")).await;
    let app = exporter(&url, Some(&authority)).await;
    let skew = app.metrics().await.get("trio_clock_skew_seconds", &[]).expect("a date was said");
    assert!((90.0..92.0).contains(&skew), "{skew}");
    app.clock.advance(Duration::from_secs(1));
    let again = app.metrics().await.get("trio_clock_skew_seconds", &[]);
    assert_eq!(again, Some(skew), "the last value, not a running one");
}

#[tokio::test]
async fn a_certificate_of_another_name_is_an_error_of_tls() {
    let (authority, url) = secure(None).await;
    let mut target = target(&url.replace("localhost", "127.0.0.1"));
    target.trio.extra_roots = ExtraRoots::from_pem(authority.as_bytes()).expect("valid");
    let client = trio_exporter::trio::Client::new(
        target.trio,
        target.dictionary,
        Arc::default(),
        trio_exporter::model::Clock::system(),
    );
    let error = client.expect("a client").root().await.expect_err("another name");
    assert!(
        matches!(&error, Error::Request { failure: trio_exporter::model::RequestFailure::Tls, .. }),
        "{error:?}"
    );
}
