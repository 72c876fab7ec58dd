//! TLS as it is configured: rustls with ring, so nothing older than TLS 1.2 and nothing that is known to
//! be weak.

mod algorithms;
mod allowed_names;
mod pem;

use std::{fmt, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

pub use algorithms::{Algorithms, Version};
use allowed_names::AllowedNames;
pub use pem::{Authorities, Chain, Key};

/// What TLS is made of.
#[derive(Debug)]
pub struct TlsSettings {
    /// The certificate of the server, with those that lead to its authority.
    pub chain: Chain,
    /// The key of the first one.
    pub key: Key,
    /// What clients must show.
    pub clients: Clients,
    /// What is spoken.
    pub algorithms: Algorithms,
}

/// What clients must show.
#[derive(Debug)]
pub enum Clients {
    /// Nothing.
    Anybody,
    /// A certificate of one of these authorities.
    Certified {
        /// Whose certificates are good.
        authorities: Authorities,
        /// The names of which a certificate must hold one; without a list any will do.
        names: Option<Vec<String>>,
        /// Whether those without any certificate are let in.
        or_none: bool,
    },
}

/// TLS, ready to use.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

impl Tls {
    /// Puts it together.
    ///
    /// # Errors
    /// What does not fit together, in words.
    pub fn new(settings: TlsSettings) -> Result<Self, String> {
        let TlsSettings { chain: Chain(chain), key: Key(key), clients, algorithms } = settings;
        let provider = Arc::new(algorithms.provider());
        let verifier = match clients {
            Clients::Anybody => WebPkiClientVerifier::no_client_auth(),
            Clients::Certified { authorities, names, or_none } => {
                let builder = WebPkiClientVerifier::builder_with_provider(authorities.0, provider.clone());
                let builder = if or_none { builder.allow_unauthenticated() } else { builder };
                let verifier = builder.build().map_err(|error| error.to_string())?;
                with_names(verifier, names)
            }
        };
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(algorithms.versions())
            .map_err(
                |_| "leaves nothing to speak: none of these cipher suites and curves fit these versions",
            )?;
        let mut config = builder
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(|error| in_words(&error))?;
        config.ignore_client_order = algorithms.prefer_ours;
        Ok(Self(Arc::new(config)))
    }

    /// For a server that speaks HTTP/2 as well, or HTTP/1.1 alone.
    pub(super) fn config(&self, http2: bool) -> Arc<ServerConfig> {
        let mut config = ServerConfig::clone(&self.0);
        let protocols: &[&[u8]] = if http2 { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }
}

fn with_names(
    verifier: Arc<dyn ClientCertVerifier>,
    names: Option<Vec<String>>,
) -> Arc<dyn ClientCertVerifier> {
    match names {
        Some(names) => Arc::new(AllowedNames::new(verifier, names)),
        None => verifier,
    }
}

fn in_words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => "the key is not that of the certificate".to_owned(),
        rustls::Error::InvalidCertificate(_) => "the certificate cannot be used".to_owned(),
        other => format!("certificate and key cannot be used: {other}"),
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tls(***)")
    }
}

/// Certificates in DER, the server's own first.
pub(super) type Certificates = Vec<CertificateDer<'static>>;
/// A private key in DER.
pub(super) type PrivateKey = PrivateKeyDer<'static>;
