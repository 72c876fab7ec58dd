//! A client that shows what happens on the wire.

use std::{io, net::SocketAddr, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::served::{Authority, Certified};

/// A TLS client: its trust, its certificate, its versions and protocols.
pub(super) struct Caller<'a> {
    pub(super) trusts: &'a Authority,
    pub(super) shows: Option<&'a Certified>,
    pub(super) only: Option<&'static SupportedProtocolVersion>,
    pub(super) protocols: &'a [&'a str],
}

/// A client that trusts `trusts` and speaks every version.
pub(super) fn caller(trusts: &Authority) -> Caller<'_> {
    Caller { trusts, shows: None, only: None, protocols: &[] }
}

impl Caller<'_> {
    pub(super) async fn connect(&self, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.trusts.der.clone()).expect("an authority");
        let versions = self.only.map_or(rustls::DEFAULT_VERSIONS.to_vec(), |version| vec![version]);
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&versions)
            .expect("versions")
            .with_root_certificates(roots);
        let mut config = match self.shows {
            None => builder.with_no_client_auth(),
            Some(certified) => builder
                .with_client_auth_cert(vec![certified.der.clone()], certified.key.clone_key())
                .expect("a certificate"),
        };
        config.alpn_protocols =
            self.protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(address).await?).await
    }

    /// The status of a page; with TLS 1.3 a client learns only by reading that it is not welcome.
    pub(super) async fn status(&self, address: SocketAddr, path: &str) -> io::Result<u16> {
        let mut stream = self.connect(address).await?;
        Ok(get(&mut stream, path, "").await?.status)
    }
}

/// The certificate that a server has shown.
pub(super) fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    let certificates = stream.get_ref().1.peer_certificates().expect("a certificate");
    certificates[0].clone().into_owned()
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
}

/// Asks for a page on a connection that stays open; `more` are lines of the head.
pub(super) async fn get(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    path: &str,
    more: &str,
) -> io::Result<Answer> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).expect("ASCII").to_lowercase();
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    let length: usize = field("content-length: ").expect("a length").parse().expect("a number");
    stream.read_exact(&mut vec![0; length]).await?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
    Ok(Answer { status, head })
}
