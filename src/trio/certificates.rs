//! Certificates: those that are trusted besides the machine's own, and when a server's expires.

use reqwest::Certificate;
use x509_parser::{certificate::X509Certificate, pem::Pem, prelude::FromDer};

/// Certificates of authorities that are trusted besides those that the machine trusts.
#[derive(Clone, Debug, Default)]
pub struct ExtraRoots {
    certificates: Vec<Certificate>,
    /// What they were read from, as they do not say whether they are the same.
    bundle: Vec<u8>,
}

impl PartialEq for ExtraRoots {
    fn eq(&self, other: &Self) -> bool {
        self.bundle == other.bundle
    }
}

impl ExtraRoots {
    /// The certificates of a PEM bundle.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn from_pem(bundle: &[u8]) -> Result<Self, String> {
        let mut roots = Vec::new();
        for block in Pem::iter_from_buffer(bundle) {
            let block = block.map_err(|error| format!("is not PEM: {error}"))?;
            if block.label != "CERTIFICATE" {
                continue;
            }
            let broken = || format!("holds a broken certificate, number {}", roots.len() + 1);
            X509Certificate::from_der(&block.contents).map_err(|_| broken())?;
            roots.push(Certificate::from_der(&block.contents).map_err(|_| broken())?);
        }
        if roots.is_empty() {
            return Err("holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----".to_owned());
        }
        Ok(Self { certificates: roots, bundle: bundle.to_vec() })
    }

    /// The certificates.
    pub(super) fn certificates(&self) -> impl Iterator<Item = Certificate> + '_ {
        self.certificates.iter().cloned()
    }
}

/// When a certificate expires, in seconds since 1970; `None` for one that cannot be read.
pub(super) fn expiry(der: &[u8]) -> Option<f64> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(certificate.validity().not_after.timestamp() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem() -> String {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::new(vec!["trio.example".to_owned()]).expect("a name");
        params.not_after = rcgen::date_time_ymd(2031, 2, 3);
        params.self_signed(&key).expect("a certificate").pem()
    }

    #[test]
    fn a_bundle_may_hold_several_certificates_and_text_between_them() {
        let bundle = format!("our own authority\n{}\nand the old one\n{}", pem(), pem());
        assert_eq!(ExtraRoots::from_pem(bundle.as_bytes()).expect("valid").certificates().count(), 2);
    }

    #[test]
    fn a_bundle_without_a_certificate_or_with_a_broken_one_is_refused() {
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
            assert!(error.starts_with(message), "{bundle:?}: {error}");
        }
    }

    #[test]
    fn the_expiry_is_that_of_the_certificate() {
        let pem = pem();
        let block = Pem::iter_from_buffer(pem.as_bytes()).next().expect("one").expect("valid");
        // 2031-02-03T00:00:00Z
        assert_eq!(expiry(&block.contents), Some(1_927_843_200.0));
        assert_eq!(expiry(b"no certificate"), None);
    }
}
