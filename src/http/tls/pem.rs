//! Certificates and keys as they stand in files. No error repeats what it read.

use std::{fmt, sync::Arc};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::{Certificates, PrivateKey};

/// The certificate of a server and those that lead to its authority.
#[derive(Debug)]
pub struct Chain(pub(super) Certificates);

/// The key of a certificate.
pub struct Key(pub(super) PrivateKey);

/// Those whose certificates clients may show.
#[derive(Debug)]
pub struct Authorities(pub(super) Arc<RootCertStore>);

impl Chain {
    /// The certificates in a PEM text, in its order.
    ///
    /// # Errors
    /// There is none, or one is broken.
    pub fn from_pem(text: &[u8]) -> Result<Self, &'static str> {
        certificates(text).map(Self)
    }
}

impl Key {
    /// The first private key in a PEM text: PKCS #8, PKCS #1 or SEC1, not encrypted.
    ///
    /// # Errors
    /// There is none.
    pub fn from_pem(text: &[u8]) -> Result<Self, &'static str> {
        const ENCRYPTED: &[u8] = b"ENCRYPTED";
        PrivateKeyDer::from_pem_slice(text).map(Self).map_err(|_| {
            if text.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
                "holds an encrypted key; decrypt it with `openssl pkey`"
            } else {
                "holds no private key; it must be PEM, with -----BEGIN PRIVATE KEY-----"
            }
        })
    }
}

impl Authorities {
    /// The certificates in a PEM bundle.
    ///
    /// # Errors
    /// There is none, or one is broken.
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
