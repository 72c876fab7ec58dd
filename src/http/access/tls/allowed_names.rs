//! Check of client certificates against `client_allowed_sans`: one name must be on the list.

use std::{net::IpAddr, sync::Arc};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    pki_types::{CertificateDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, prelude::FromDer};

/// Verifier that checks the chain with another verifier, then the subject alternative names.
#[derive(Debug)]
pub(super) struct AllowedNames {
    verifier: Arc<dyn ClientCertVerifier>,
    names: Vec<String>,
}

impl AllowedNames {
    pub(super) fn new(verifier: Arc<dyn ClientCertVerifier>, names: Vec<String>) -> Self {
        Self { verifier, names }
    }

    /// Compares exactly, as exporter-toolkit does: no wildcards, no other case.
    // Only alternative names count: TLS libraries no longer take a peer's identity from the common
    // name.
    fn allows(&self, certificate: &CertificateDer<'_>) -> bool {
        let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return false };
        let Ok(Some(alternatives)) = certificate.subject_alternative_name() else { return false };
        let names = alternatives.value.general_names.iter().filter_map(text);
        names.into_iter().any(|name| self.names.contains(&name))
    }
}

/// Returns a name as an operator writes it: DNS name, e-mail address, URI or IP address; `None` for
/// other kinds.
fn text(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
            Some((*text).to_owned())
        }
        GeneralName::IPAddress(bytes) => {
            // 4 or 16 bytes in network order (RFC 5280); any other length is malformed.
            let address: Option<IpAddr> = match bytes.len() {
                4 => <[u8; 4]>::try_from(*bytes).ok().map(IpAddr::from),
                _ => <[u8; 16]>::try_from(*bytes).ok().map(IpAddr::from),
            };
            address.map(|address| address.to_canonical().to_string())
        }
        _ => None,
    }
}

impl ClientCertVerifier for AllowedNames {
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.verifier.verify_client_cert(end_entity, intermediates, now)?;
        if self.allows(end_entity) {
            Ok(verified)
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn offer_client_auth(&self) -> bool {
        self.verifier.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.verifier.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.verifier.root_hint_subjects()
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};
    use rustls::server::WebPkiClientVerifier;

    use super::*;

    #[test]
    fn names_of_each_kind_must_match_exactly() {
        let mut params =
            CertificateParams::new(vec!["scraper.example".to_owned()]).expect("a name");
        params.subject_alt_names.extend([
            SanType::IpAddress([10, 0, 0, 7].into()),
            SanType::IpAddress("2001:db8::7".parse().expect("an address")),
            SanType::Rfc822Name("ops@example".try_into().expect("ASCII")),
            SanType::URI("spiffe://example/scraper".try_into().expect("ASCII")),
        ]);
        let certificate =
            params.self_signed(&KeyPair::generate().expect("a key")).expect("a certificate");
        let allows = |name: &str| {
            let verifier = WebPkiClientVerifier::no_client_auth();
            AllowedNames::new(verifier, vec!["other".to_owned(), name.to_owned()])
                .allows(certificate.der())
        };
        for name in [
            "scraper.example",
            "10.0.0.7",
            "2001:db8::7",
            "ops@example",
            "spiffe://example/scraper",
        ] {
            assert!(allows(name), "{name}");
        }
        for name in ["example", "*.example", "SCRAPER.example", "scraper.example.", "10.0.0.70", ""]
        {
            assert!(!allows(name), "{name}");
        }
    }
}
