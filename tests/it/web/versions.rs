//! Protocols: plain HTTP, TLS 1.2 and 1.3, HTTP/2, cipher suites and curves.

use pretty_assertions::assert_eq;
use rustls::{
    ProtocolVersion,
    version::{TLS12, TLS13},
};
use tokio::net::TcpStream;

use super::{
    authority::Authority,
    connection::{Caller, caller, get},
    served::{Files, Served, settings},
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
