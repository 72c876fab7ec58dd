//! Certificates and keys in PEM. No error repeats the text: it may be a private key in the wrong
//! file.

use std::{fmt, sync::Arc};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::{Certificates, PrivateKey};

/// Certificate of a server and its intermediate certificates.
#[derive(Debug)]
pub struct Chain(pub(super) Certificates);

/// Private key of a certificate. `Debug` never prints it.
pub struct Key(pub(super) PrivateKey);

/// Certificate authorities trusted for client certificates.
#[derive(Debug)]
pub struct Authorities(pub(super) Arc<RootCertStore>);

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
