//! Protocols: plain HTTP, TLS 1.2 and 1.3, HTTP/2, cipher suites and curves; and certificates of
//! clients: required, optional, and by the names in them.

use pretty_assertions::assert_eq;
use rustls::{
    ProtocolVersion,
    version::{TLS12, TLS13},
};
use tokio::net::TcpStream;

use super::{
    connection::{Caller, caller, get},
    served::{Authority, Files, Served, settings},
};

#[tokio::test]
async fn without_tls_there_is_plain_http_and_with_it_nothing_else() {
    let plain = Served::start(settings(&Files::with_settings(""))).await;
    let mut stream = TcpStream::connect(plain.address()).await.expect("a connection");
    assert_eq!(get(&mut stream, "/-/healthy", "").await.expect("an answer").status, 200);

    let authority = Authority::new();
    let files = Files::secure(&authority, &authority.certify("localhost"), "");
    let secure = Served::start(settings(&files)).await;
    assert_eq!(
        caller(&authority).status(secure.address(), "/-/healthy").await.expect("an answer"),
        200
    );
    let mut stream = TcpStream::connect(secure.address()).await.expect("a connection");
    assert!(get(&mut stream, "/-/healthy", "").await.is_err(), "no plain HTTP where there is TLS");
}

#[tokio::test]
async fn both_versions_are_spoken_unless_the_oldest_or_newest_is_configured() {
    let authority = Authority::new();
    let certified = authority.certify("localhost");
    let (old, new) = (ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3);
    for (more, spoken) in [
        ("", [Some(old), Some(new)]),
        ("  min_version: TLS13\n", [None, Some(new)]),
        ("  max_version: TLS12\n", [Some(old), None]),
    ] {
        let served = Served::start(settings(&Files::secure(&authority, &certified, more))).await;
        let mut found = [None, None];
        for (found, only) in found.iter_mut().zip([&TLS12, &TLS13].map(Some)) {
            let caller = Caller { only, ..caller(&authority) };
            let stream = caller.connect(served.address()).await.ok();
            *found = stream.and_then(|stream| stream.get_ref().1.protocol_version());
        }
        assert_eq!(found, spoken, "{more}");
    }
}

#[tokio::test]
async fn http_2_is_offered_by_tls_unless_it_is_switched_off() {
    let authority = Authority::new();
    let certified = authority.certify("localhost");
    for (more, protocol) in [("", "h2"), ("http_server_config: {http2: false}\n", "http/1.1")] {
        let served = Served::start(settings(&Files::secure(&authority, &certified, more))).await;
        let caller = Caller { protocols: &["h2", "http/1.1"], ..caller(&authority) };
        let stream = caller.connect(served.address()).await.expect("a connection");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()), "{more}");
    }
}

#[tokio::test]
async fn the_configured_cipher_suites_and_curves_are_used_in_their_order() {
    let authority = Authority::new();
    let suite = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";
    let more = format!(
        "  cipher_suites: [{suite}, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n  curve_preferences: [CurveP384]\n"
    );
    let files = Files::secure(&authority, &authority.certify("localhost"), &more);
    let served = Served::start(settings(&files)).await;
    let stream = Caller { only: Some(&TLS12), ..caller(&authority) };
    let stream = stream.connect(served.address()).await.expect("a connection");
    let (_, session) = stream.get_ref();
    let chosen = session.negotiated_cipher_suite().expect("one").suite();
    assert_eq!(chosen.as_str(), Some(suite), "the client would rather have AES");
    let curve = session.negotiated_key_exchange_group().expect("one").name();
    assert_eq!(curve, rustls::NamedGroup::secp384r1);
}

/// True for callers that get in: without a certificate, with those of the authority for `scraper`
/// and `other`, and one of a stranger; by either version.
async fn welcome(more: &str) -> [bool; 4] {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let more = format!("  client_ca_file: ca\n{more}");
    let files = Files::secure(&authority, &authority.certify("localhost"), &more);
    let served = Served::start(settings(&files)).await;
    let shown = [
        authority.certify("scraper.example"),
        authority.certify("other.example"),
        stranger.certify("scraper.example"),
    ];
    let mut by_version = Vec::new();
    for only in [&TLS12, &TLS13].map(Some) {
        let mut welcome = Vec::new();
        for shows in std::iter::once(None).chain(shown.iter().map(Some)) {
            let caller = Caller { shows, only, ..caller(&authority) };
            welcome.push(
                caller
                    .status(served.address(), "/-/healthy")
                    .await
                    .is_ok_and(|status| status == 200),
            );
        }
        by_version.push(welcome);
    }
    assert_eq!(by_version[0], by_version[1], "{more}");
    by_version.swap_remove(0).try_into().expect("four")
}

#[tokio::test]
async fn a_required_certificate_must_be_shown_and_be_of_the_authority() {
    let more = "  client_auth_type: RequireAndVerifyClientCert\n";
    assert_eq!(welcome(more).await, [false, true, true, false]);
}

#[tokio::test]
async fn an_optional_one_is_verified_if_it_is_shown() {
    let more = "  client_auth_type: VerifyClientCertIfGiven\n";
    assert_eq!(welcome(more).await, [true, true, true, false]);
}

#[tokio::test]
async fn with_allowed_names_one_of_them_must_stand_in_the_certificate() {
    let names = "  client_allowed_sans: [scraper.example]\n";
    let more = format!("  client_auth_type: RequireAndVerifyClientCert\n{names}");
    assert_eq!(welcome(&more).await, [false, true, false, false]);
    let more = format!("  client_auth_type: VerifyClientCertIfGiven\n{names}");
    assert_eq!(welcome(&more).await, [true, true, false, false]);
}
