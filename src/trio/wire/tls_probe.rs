//! Test of a port for TLS, after a request in plain http failed there.

use std::{sync::Arc, time::Duration};

use rustls::{ClientConfig, ClientConnection, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use url::Url;

use super::trust::provider;

/// First bytes of a record of TLS: its type (alert or handshake), and the major version.
const RECORD_TYPES: [u8; 2] = [0x15, 0x16];
const MAJOR_VERSION: u8 = 3;

/// Returns whether the port of `url` answers the beginning of a TLS handshake with TLS. Nothing but
/// that beginning is sent.
pub(super) async fn speaks_tls(url: &Url, limit: Duration) -> bool {
    matches!(timeout(limit, first_bytes(url)).await, Ok(Some([kind, MAJOR_VERSION])) if RECORD_TYPES.contains(&kind))
}

async fn first_bytes(url: &Url) -> Option<[u8; 2]> {
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let mut stream =
        TcpStream::connect((host.as_str(), url.port_or_known_default()?)).await.ok()?;
    // No certificate is looked at, so no authority is needed.
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let name = ServerName::try_from(host).ok()?;
    let mut handshake = ClientConnection::new(Arc::new(config), name).ok()?;
    let mut hello = Vec::new();
    handshake.write_tls(&mut hello).ok()?;
    stream.write_all(&hello).await.ok()?;
    let mut bytes = [0; 2];
    stream.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}
