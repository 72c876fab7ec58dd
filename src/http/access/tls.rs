//! TLS of the web server: rustls with ring.
//!
//! rustls has neither TLS 1.1 nor CBC or RSA key exchange, so no configuration can allow them. No
//! error repeats the text of a PEM file: it may be a private key in the wrong file.

mod algorithms;
mod allowed_names;

use std::{fmt, sync::Arc};

use allowed_names::AllowedNames;
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

pub use algorithms::{Algorithms, Version};

/// Settings of TLS.
#[derive(Debug)]
pub struct TlsSettings {
    /// Certificate of the server, followed by its intermediate certificates.
    pub chain: Chain,
    /// Private key of the first certificate.
    pub key: Key,
    /// Authentication of clients by certificate.
    pub clients: Clients,
    /// Protocol versions, cipher suites and curves.
    pub algorithms: Algorithms,
}

/// Authentication of clients by certificate.
#[derive(Debug)]
pub enum Clients {
    /// No certificate is asked for.
    Anybody,
    /// A certificate signed by one of these authorities.
    Certified {
        /// Trusted authorities.
        authorities: Authorities,
        /// Subject alternative names, of which the certificate must contain one; `None`: any.
        names: Option<Vec<String>>,
        /// Clients without a certificate are accepted as well (`VerifyClientCertIfGiven`).
        or_none: bool,
    },
}

/// Reasons why a TLS configuration cannot be used. The texts of rustls name its internal states.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Certificates of clients cannot be verified.
    #[error(transparent)]
    Clients(#[from] rustls::server::VerifierBuilderError),
    /// No cipher suite fits the versions.
    #[error("leaves nothing to speak: none of these cipher suites and curves fit these versions")]
    NoCipherSuite(rustls::Error),
    /// Key and certificate do not match.
    #[error("the key is not that of the certificate")]
    WrongKey,
    /// The certificate is broken.
    #[error("the certificate cannot be used")]
    Certificate,
    /// Any other error.
    #[error("certificate and key cannot be used: {0}")]
    Other(rustls::Error),
}

impl TlsError {
    fn new(error: rustls::Error) -> Self {
        match error {
            rustls::Error::InconsistentKeys(_) => Self::WrongKey,
            rustls::Error::InvalidCertificate(_) => Self::Certificate,
            other => Self::Other(other),
        }
    }
}

/// TLS configuration of a server, checked.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

impl Tls {
    /// Builds the configuration.
    ///
    /// # Errors
    /// Certificate and key do not match, or no cipher suite fits the versions.
    pub fn new(settings: TlsSettings) -> Result<Self, TlsError> {
        let TlsSettings { chain: Chain(chain), key: Key(key), clients, algorithms } = settings;
        let provider = Arc::new(algorithms.provider());
        let verifier = match clients {
            Clients::Anybody => WebPkiClientVerifier::no_client_auth(),
            Clients::Certified { authorities, names, or_none } => {
                let builder =
                    WebPkiClientVerifier::builder_with_provider(authorities.0, provider.clone());
                let builder = if or_none { builder.allow_unauthenticated() } else { builder };
                let verifier = builder.build()?;
                with_names(verifier, names)
            }
        };
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(algorithms.versions())
            .map_err(TlsError::NoCipherSuite)?;
        let mut config = builder
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(TlsError::new)?;
        config.ignore_client_order = algorithms.prefer_ours;
        Ok(Self(Arc::new(config)))
    }

    /// Returns the rustls configuration that offers HTTP/1.1, and HTTP/2 if `http2`.
    pub(in crate::http) fn config(&self, http2: bool) -> Arc<ServerConfig> {
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

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tls(***)")
    }
}

/// Certificates in DER; of a chain, the server's own first.
pub(super) type Certificates = Vec<CertificateDer<'static>>;
/// A private key in DER.
pub(super) type PrivateKey = PrivateKeyDer<'static>;

/// Certificate of a server and its intermediate certificates.
#[derive(Debug)]
pub struct Chain(Certificates);

/// Private key of a certificate. `Debug` never prints it.
pub struct Key(PrivateKey);

/// Certificate authorities trusted for client certificates.
#[derive(Debug)]
pub struct Authorities(Arc<RootCertStore>);

impl Chain {
    /// Reads the certificates of a PEM text, in its order.
    ///
    /// # Errors
    /// It contains none, or a malformed one.
    pub fn from_pem(text: &[u8]) -> Result<Self, &'static str> {
        certificates(text).map(Self)
    }
}

impl Key {
    /// Reads the first private key of a PEM text: PKCS #8, PKCS #1 or SEC1, not encrypted.
    ///
    /// # Errors
    /// It contains none, or an encrypted one.
    pub fn from_pem(text: &[u8]) -> Result<Self, &'static str> {
        const ENCRYPTED: &[u8] = b"ENCRYPTED";
        PrivateKeyDer::from_pem_slice(text).map(Self).map_err(|_| {
            // The exporter starts without a terminal: there is no one to ask for the passphrase.
            if text.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
                "holds an encrypted key; decrypt it with `openssl pkey`"
            } else {
                "holds no private key; it must be PEM, with -----BEGIN PRIVATE KEY-----"
            }
        })
    }
}

impl Authorities {
    /// Reads the certificates of a PEM bundle.
    ///
    /// # Errors
    /// It contains none, or a malformed one.
    pub fn from_pem(text: &[u8]) -> Result<Self, &'static str> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(text)? {
            roots.add(certificate).map_err(|_| BROKEN)?;
        }
        Ok(Self(Arc::new(roots)))
    }
}

const BROKEN: &str = "holds a broken certificate";

fn certificates(text: &[u8]) -> Result<Certificates, &'static str> {
    let all: Result<Certificates, _> = CertificateDer::pem_slice_iter(text).collect();
    match all {
        Err(_) => Err(BROKEN),
        Ok(none) if none.is_empty() => {
            Err("holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----")
        }
        Ok(certificates) => Ok(certificates),
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(***)")
    }
}
