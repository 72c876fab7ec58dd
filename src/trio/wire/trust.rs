//! Trust in servers: the authorities of the machine and of `ca_file`, and the verification of a
//! server's certificate.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use x509_parser::{certificate::X509Certificate, prelude::FromDer, x509::X509Version};

use super::{
    certificates::ExtraRoots,
    tls_problem::{LeafDefect, TlsProblem},
};

/// The TLS provider of this program: the only one that is compiled in.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Verifies certificates of servers.
#[derive(Debug)]
pub(super) struct Verifier {
    chains: Arc<WebPkiServerVerifier>,
    /// Certificates of `ca_file`.
    pinned: ExtraRoots,
}

impl Verifier {
    /// Loads the authorities of the machine and adds those of `extra`. Blocks while it reads files.
    ///
    /// # Errors
    /// There is no authority at all, or none that can be used.
    pub(super) fn load(extra: &ExtraRoots) -> Result<Self, TlsProblem> {
        let mut roots = RootCertStore::empty();
        let machine = rustls_native_certs::load_native_certs();
        for problem in &machine.errors {
            tracing::debug!(%problem, "certificate authorities of this machine cannot be read");
        }
        // Some stores hold certificates that no TLS library can read; the others still count.
        roots.add_parsable_certificates(machine.certs);
        roots.add_parsable_certificates(extra.certificates().iter().cloned());
        if roots.is_empty() {
            return Err(TlsProblem::NoAuthorities);
        }
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|error| TlsProblem::Other(error.to_string()))?;
        Ok(Self { chains, pinned: extra.clone() })
    }

    /// Verifies name and dates of a certificate that is byte for byte in `ca_file`.
    fn verify_pinned(
        &self,
        leaf: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        // Refuses certificates of version 1, which cannot hold the names of a server.
        verify_server_name(&ParsedCertificate::try_from(leaf)?, name)?;
        let (_, parsed) =
            X509Certificate::from_der(leaf).map_err(|_| CertificateError::BadEncoding)?;
        let moment = |seconds: i64| {
            UnixTime::since_unix_epoch(std::time::Duration::from_secs(
                seconds.max(0).unsigned_abs(),
            ))
        };
        let not_before = moment(parsed.validity().not_before.timestamp());
        let not_after = moment(parsed.validity().not_after.timestamp());
        if now < not_before {
            return Err(CertificateError::NotValidYetContext { time: now, not_before }.into());
        }
        if now > not_after {
            return Err(CertificateError::ExpiredContext { time: now, not_after }.into());
        }
        Ok(())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.chains.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let refused = match verified {
            Ok(verified) => return Ok(verified),
            Err(error) => error,
        };
        // `openssl req -x509` and IIS make certificates that signed themselves and call themselves
        // authorities, which webpki does not take as a server's own. An operator who names this very
        // certificate has said which key to trust, so only the chain is left out: name and dates are
        // verified here, and the signature of the handshake below, as for any other.
        let refused = if self.pinned.certificates().iter().any(|pinned| pinned == end_entity) {
            match self.verify_pinned(end_entity, server_name, now) {
                Ok(()) => return Ok(ServerCertVerified::assertion()),
                Err(error) => error,
            }
        } else {
            refused
        };
        Err(match leaf_defect(end_entity, &refused) {
            Some(defect) => CertificateError::Other(OtherError(Arc::new(defect))).into(),
            None => refused,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Returns the defect of a refused certificate that explains the refusal.
fn leaf_defect(leaf: &CertificateDer<'_>, refused: &Error) -> Option<LeafDefect> {
    let Error::InvalidCertificate(refused) = refused else { return None };
    let (_, parsed) = X509Certificate::from_der(leaf).ok()?;
    match refused {
        // webpki's own errors arrive as `Other`; its type is not a part of rustls' interface.
        CertificateError::Other(_) if parsed.version() != X509Version::V3 => {
            Some(LeafDefect::Version1)
        }
        CertificateError::Other(_) if parsed.is_ca() => Some(LeafDefect::Authority),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
            if !matches!(parsed.subject_alternative_name(), Ok(Some(_))) =>
        {
            Some(LeafDefect::NoAlternativeName)
        }
        _ => None,
    }
}
