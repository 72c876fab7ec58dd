//! TLS: whom to trust, when the certificate expires, and whose clock is right.

use std::{sync::Arc, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
    sign::{CertifiedKey, SingleCertAndKey},
    version::TLS12,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use trio_exporter::{
    metrics::Identity,
    model::{Clock, RequestFailure},
    trio::{Client, Error, ExtraRoots, TlsProblem},
};

use crate::support::{
    HandWritten, TestApp, config, reqwest_client, secure, secure_until, secure_with, still_clock,
    target,
};

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
    let client = Client::new(target.trio, target.dictionary, Arc::default(), Clock::system());
    let error = client.expect("a client").root().await.expect_err("another name");
    assert!(matches!(&error, Error::Request { failure: RequestFailure::Tls, .. }), "{error:?}");
}

/// Certificate of version 1 for `localhost`, as `openssl x509 -req` makes it without extensions.
const VERSION_1: &str = "-----BEGIN CERTIFICATE-----
MIIBJDCBywIUT933N73++BqB94rKpVw09WiaUNgwCgYIKoZIzj0EAwIwFDESMBAG
A1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDE5Mzk1MVoYDzIxMjYxMTA2MTkzOTUx
WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQOOr65aTRkqn+py9I6OCW79Ks7wEspZ40Cv9cZUCrPZnmqpPdrmkhIc4wDuTAr
jkpGyum6/ycf6Joh8Z2+irfzMAoGCCqGSM49BAMCA0gAMEUCIAd44901QB8is1IY
xb99ePEEZV9uSfMs/vUWOfrazaSoAiEAtPgiX3FYIpZ0Bf4sQ+Nbykry77dlMS79
++mciRE9jNk=
-----END CERTIFICATE-----
";

/// Its key, which is used nowhere else.
const VERSION_1_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBa82g6ljGGtpV5hF
+nCbyxvuCJCqGSE/rI786Km5fKWhRANCAAQOOr65aTRkqn+py9I6OCW79Ks7wEsp
Z40Cv9cZUCrPZnmqpPdrmkhIc4wDuTArjkpGyum6/ycf6Joh8Z2+irfz
-----END PRIVATE KEY-----
";

/// A certificate that signed itself, and a server that shows it.
struct SelfSigned {
    pem: String,
    der: CertificateDer<'static>,
    key: KeyPair,
}

impl SelfSigned {
    fn new(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        drop(reqwest_client());
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        change(&mut params);
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { pem: certificate.pem(), der: certificate.der().clone(), key }
    }

    /// Serves it, signed by `key`; returns the port.
    async fn serve(&self, key: &KeyPair) -> u16 {
        serve(self.der.clone(), key).await
    }
}

/// An authority that is its own server, as `openssl req -x509` makes it.
fn authority(params: &mut CertificateParams) {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
}

async fn serve(certificate: CertificateDer<'static>, key: &KeyPair) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let key = rustls::crypto::ring::sign::any_supported_type(&key).expect("a key");
    // Neither form nor fit of the certificate is looked at here.
    let resolver = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
    let settings =
        ServerConfig::builder().with_no_client_auth().with_cert_resolver(Arc::new(resolver));
    secure_with(settings, None).await
}

/// Problem and message of a client of this address.
async fn problem(url: &str, roots: Option<&str>) -> (Option<TlsProblem>, String) {
    let mut target = target(url);
    if let Some(pem) = roots {
        target.trio.extra_roots = ExtraRoots::from_pem(pem.as_bytes()).expect("valid");
    }
    let base = target.trio.servers[0].clone();
    let client = Client::new(target.trio, target.dictionary, Arc::default(), Clock::system())
        .expect("a client");
    let message = match client.ask_api(&base).await {
        Ok(_) => return (None, String::new()),
        Err(Error::Request { failure: RequestFailure::Tls, detail, .. }) => detail,
        Err(error) => return (None, format!("{error:?}")),
    };
    (client.tls_problem(&base).await, message)
}

async fn problem_of(certificate: &SelfSigned, roots: Option<&str>) -> Option<TlsProblem> {
    let port = certificate.serve(&certificate.key).await;
    problem(&format!("https://localhost:{port}/te/api"), roots).await.0
}

#[tokio::test]
async fn certificate_that_is_in_ca_file_is_accepted() {
    let own = SelfSigned::new(&["localhost"], authority);
    let port = own.serve(&own.key).await;
    let url = format!("https://localhost:{port}/te/api");
    assert_eq!(problem(&url, Some(&own.pem)).await, (None, String::new()));
    assert_eq!(problem(&url, None).await.0, Some(TlsProblem::Authority));
    let other = SelfSigned::new(&["localhost"], authority);
    assert_eq!(problem(&url, Some(&other.pem)).await.0, Some(TlsProblem::Authority));
}

#[tokio::test]
async fn name_dates_and_signature_of_a_pinned_certificate_are_verified() {
    let expired = SelfSigned::new(&["localhost"], |params| {
        authority(params);
        params.not_after = date_time_ymd(2020, 2, 3);
    });
    assert_eq!(problem_of(&expired, Some(&expired.pem)).await, Some(TlsProblem::Expired));
    let early = SelfSigned::new(&["localhost"], |params| {
        authority(params);
        params.not_before = date_time_ymd(2090, 2, 3);
    });
    assert_eq!(problem_of(&early, Some(&early.pem)).await, Some(TlsProblem::NotYetValid));
    let other = SelfSigned::new(&["trio.example"], authority);
    let found = problem_of(&other, Some(&other.pem)).await;
    assert!(matches!(&found, Some(TlsProblem::OtherName(_))), "{found:?}");
    // The certificate of the server, shown by someone without its key.
    let own = SelfSigned::new(&["localhost"], authority);
    let port = own.serve(&KeyPair::generate().expect("a key")).await;
    let found = problem(&format!("https://localhost:{port}/te/api"), Some(&own.pem)).await.0;
    assert!(matches!(&found, Some(TlsProblem::Other(_))), "{found:?}");
}

#[tokio::test]
async fn certificate_without_a_server_name_is_refused_with_its_remedy() {
    let named = SelfSigned::new(&[], |params| {
        params.distinguished_name.push(DnType::CommonName, "localhost");
    });
    let port = named.serve(&named.key).await;
    let url = format!("https://localhost:{port}/te/api");
    let (found, message) = problem(&url, Some(&named.pem)).await;
    assert_eq!(found, Some(TlsProblem::NoAlternativeName), "{message}");
    assert!(message.contains("-addext \"subjectAltName=DNS:localhost\""), "{message}");

    let key = KeyPair::from_pem(VERSION_1_KEY).expect("a key");
    let certificate = CertificateDer::from_pem_slice(VERSION_1.as_bytes()).expect("PEM");
    let port = serve(certificate, &key).await;
    let url = format!("https://localhost:{port}/te/api");
    let (found, message) = problem(&url, Some(VERSION_1)).await;
    assert_eq!(found, Some(TlsProblem::Version1), "{message}");
    assert!(message.contains("openssl req -x509"), "{message}");
}

#[tokio::test]
async fn server_that_wants_a_client_certificate_is_named() {
    let own = SelfSigned::new(&["localhost"], |_| {});
    let mut roots = RootCertStore::empty();
    roots.add(own.der.clone()).expect("an authority");
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("a verifier");
    for versions in [rustls::ALL_VERSIONS, &[&TLS12]] {
        let key = PrivateKeyDer::try_from(own.key.serialize_der()).expect("a key");
        let settings = ServerConfig::builder_with_protocol_versions(versions)
            .with_client_cert_verifier(verifier.clone())
            .with_single_cert(vec![own.der.clone()], key)
            .expect("valid");
        let port = secure_with(settings, None).await;
        let url = format!("https://localhost:{port}/te/api");
        let (found, message) = problem(&url, Some(&own.pem)).await;
        assert_eq!(found, Some(TlsProblem::ClientCertificate), "{versions:?}: {message}");
    }
}

/// A server that sends these bytes to everyone who begins with TLS, and those to all others.
async fn talker(to_tls: &'static [u8], to_others: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            let _ = stream.read(&mut bytes).await;
            let answer = if bytes[0] == 0x16 { to_tls } else { to_others };
            let _ = stream.write_all(answer).await;
        }
    });
    port
}

const HANDSHAKE_FAILURE: &[u8] = &[0x15, 3, 3, 0, 2, 2, 40];
const PROTOCOL_VERSION: &[u8] = &[0x15, 3, 1, 0, 2, 2, 70];
/// A server's answer to the beginning of a handshake, in TLS 1.0.
const HELLO_OF_TLS_1_0: &[u8] = &[
    0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 0x2f, 0,
];

#[tokio::test]
async fn failed_handshakes_are_told_apart() {
    for (answer, expected) in [
        (HANDSHAKE_FAILURE, TlsProblem::NoCommonCipher),
        (PROTOCOL_VERSION, TlsProblem::NoCommonVersion),
        (HELLO_OF_TLS_1_0, TlsProblem::NoCommonVersion),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", TlsProblem::NotTls),
        (b"", TlsProblem::BrokenOff),
    ] {
        let port = talker(answer, b"").await;
        let (found, message) = problem(&format!("https://localhost:{port}/te/api"), None).await;
        assert_eq!(found, Some(expected), "{message}");
    }
}

#[tokio::test]
async fn plain_http_to_a_port_of_tls_is_named() {
    // Servers close the connection, send an alert, or answer with a page of their own.
    let page: &[u8] =
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
    for to_http in [b"", HANDSHAKE_FAILURE, page] {
        let port = talker(HANDSHAKE_FAILURE, to_http).await;
        let (found, message) = problem(&format!("http://localhost:{port}/te/api"), None).await;
        assert_eq!(found, Some(TlsProblem::TlsOnHttpPort), "{to_http:?}: {message}");
        assert!(message.contains("write https:// into `servers`"), "{message}");
    }
    let (_, url) = secure(None).await;
    let (found, message) = problem(&url.replace("https", "http"), None).await;
    assert_eq!(found, Some(TlsProblem::TlsOnHttpPort), "{message}");
    // The same failures on a port without TLS are failures of the connection.
    for to_http in [b"", HANDSHAKE_FAILURE, page] {
        let port = talker(b"", to_http).await;
        let (found, message) = problem(&format!("http://localhost:{port}/te/api"), None).await;
        assert_eq!(found, None, "{message}");
    }
}

#[tokio::test]
async fn https_to_a_port_of_plain_http_is_counted_as_tls() {
    let trio = HandWritten::start().await;
    let app = exporter(&trio.url().replace("http://", "https://"), None).await;
    let tls = [("resource", "api"), ("code", "tls")];
    assert_eq!(app.metrics().await.get("trio_api_requests_total", &tls), Some(1.0));
}
