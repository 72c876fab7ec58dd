//! TLS certificates: authorities trusted in addition to the machine's, and expiry of a server's
//! own.

use rustls::{RootCertStore, pki_types::CertificateDer};
use x509_parser::{certificate::X509Certificate, error::PEMError, pem::Pem, prelude::FromDer};

/// Certificate authorities trusted in addition to those of the machine (`ca_file`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExtraRoots {
    certificates: Vec<CertificateDer<'static>>,
}

/// Reasons why a PEM bundle cannot be used, as phrases that follow the name of its file.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// The text is broken.
    #[error("is not PEM: {0}")]
    NotPem(PEMError),
    /// The certificate of this number, counted from 1, is broken.
    #[error("holds a broken certificate, number {0}")]
    Broken(usize),
    /// There is no certificate.
    #[error("holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----")]
    Empty,
}

impl ExtraRoots {
    /// Reads a PEM bundle. Text between the blocks and blocks of other kinds are skipped.
    ///
    /// # Errors
    /// See [`RootsError`].
    pub fn from_pem(bundle: &[u8]) -> Result<Self, RootsError> {
        let mut roots = Vec::new();
        for block in Pem::iter_from_buffer(bundle) {
            let block = block.map_err(RootsError::NotPem)?;
            if block.label != "CERTIFICATE" {
                continue;
            }
            let broken = || RootsError::Broken(roots.len() + 1);
            X509Certificate::from_der(&block.contents).map_err(|_| broken())?;
            let certificate = CertificateDer::from(block.contents);
            // Refused here, where the file is known, and not at the first request.
            RootCertStore::empty().add(certificate.clone()).map_err(|_| broken())?;
            roots.push(certificate);
        }
        // A private key or a DER file given by mistake would otherwise trust no one and say
        // nothing.
        if roots.is_empty() {
            return Err(RootsError::Empty);
        }
        Ok(Self { certificates: roots })
    }

    /// The certificates, in the order of the file.
    pub(in crate::trio) fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.certificates
    }
}

/// Returns the expiry of a DER certificate, in seconds since 1970; `None` if it cannot be read.
pub(in crate::trio) fn expiry(der: &[u8]) -> Option<f64> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(certificate.validity().not_after.timestamp() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem() -> String {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params =
            rcgen::CertificateParams::new(vec!["trio.example".to_owned()]).expect("a name");
        params.not_after = rcgen::date_time_ymd(2031, 2, 3);
        params.self_signed(&key).expect("a certificate").pem()
    }

    #[test]
    fn bundle_may_hold_several_certificates_and_text() {
        let bundle = format!("our own authority\n{}\nand the old one\n{}", pem(), pem());
        assert_eq!(ExtraRoots::from_pem(bundle.as_bytes()).expect("valid").certificates().len(), 2);
    }

    #[test]
    fn bundle_without_valid_certificate_is_refused() {
        let broken = "-----BEGIN CERTIFICATE-----\naGVq\n-----END CERTIFICATE-----\n";
        let key = "-----BEGIN PRIVATE KEY-----\naGVq\n-----END PRIVATE KEY-----\n";
        for (bundle, message) in [
            ("", "holds no certificate"),
            ("åäö", "holds no certificate"),
            (key, "holds no certificate"),
            (broken, "holds a broken certificate, number 1"),
            (&*format!("{}{broken}", pem()), "holds a broken certificate, number 2"),
        ] {
            let error = ExtraRoots::from_pem(bundle.as_bytes()).expect_err(bundle);
            assert!(error.to_string().starts_with(message), "{bundle:?}: {error}");
        }
    }

    #[test]
    fn expiry_is_read_from_the_certificate() {
        let pem = pem();
        let block = Pem::iter_from_buffer(pem.as_bytes()).next().expect("one").expect("valid");
        // 2031-02-03T00:00:00Z
        assert_eq!(expiry(&block.contents), Some(1_927_843_200.0));
        assert_eq!(expiry(b"no certificate"), None);
    }
}
