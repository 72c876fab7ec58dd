//! A server that speaks TLS, with a certificate of its own authority.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::reqwest_client;

/// A server that answers everything with an empty list, until 2031-02-03; its authority as PEM, and
/// its address.
pub(crate) async fn secure(date: Option<&'static str>) -> (String, String) {
    secure_until((2031, 2, 3), date).await
}

/// The same with a certificate that ends on another day.
pub(crate) async fn secure_until(
    (year, month, day): (i32, u8, u8),
    date: Option<&'static str>,
) -> (String, String) {
    // Installs the TLS provider.
    drop(reqwest_client());
    let ca_key = KeyPair::generate().expect("a key");
    let mut ca = CertificateParams::new(Vec::new()).expect("no names");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = ca.self_signed(&ca_key).expect("a certificate");
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    params.not_after = date_time_ymd(year, month, day);
    let certificate = params.signed_by(&key, &Issuer::new(ca, ca_key)).expect("a certificate");
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let settings =
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).expect("valid");
    let port = secure_with(settings, date).await;
    (authority.pem(), format!("https://localhost:{port}/te/api"))
}

/// The same with other TLS settings; its port.
pub(crate) async fn secure_with(settings: ServerConfig, date: Option<&'static str>) -> u16 {
    let acceptor = TlsAcceptor::from(Arc::new(settings));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = [0; 8192];
                let _ = stream.read(&mut request).await;
                let date = date.map(|date| format!("Date: {date}\r\n")).unwrap_or_default();
                let body = "{\"data\":[]}";
                let head = format!("HTTP/1.1 200 OK\r\n{date}Content-Length: {}\r\n", body.len());
                let _ = stream
                    .write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes())
                    .await;
                let _ = stream.shutdown().await;
            });
        }
    });
    port
}
