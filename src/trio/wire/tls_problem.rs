//! Reasons why no secure connection to a server can be made, each with its remedy. They are kept
//! apart by the type of the error, because the texts of rustls change between its versions.

use std::{error::Error as StdError, fmt, io};

use rustls::{AlertDescription, CertificateError, Error, OtherError, PeerIncompatible};
use url::{Host, Url};

/// Reason why no secure connection to a server can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsProblem {
    /// No cipher suite, key exchange group or signature scheme is common to both sides.
    #[error(
        "the server and the exporter have no common cipher suite: TLS 1.2 needs ECDHE with AES-GCM \
         or ChaCha20-Poly1305, and RSA key exchange is not offered"
    )]
    NoCommonCipher,
    /// The server speaks only versions that are outdated.
    #[error("the server and the exporter have no common TLS version: 1.2 or 1.3 is needed")]
    NoCommonVersion,
    /// The server ended the connection in the middle of the handshake, without an alert.
    // Schannel of older Windows does this where others send an alert.
    #[error(
        "the server broke the connection off during the TLS handshake: it has no common cipher \
         suite or TLS version with the exporter, or speaks no TLS on this port"
    )]
    BrokenOff,
    /// Something else than TLS came, such as plain http.
    #[error("the server does not answer with TLS: this may be a port of plain http")]
    NotTls,
    /// The address begins with http, and the port speaks TLS.
    #[error("the address begins with http, but this port speaks TLS")]
    TlsOnHttpPort,
    /// The server asks for a client certificate.
    #[error("the server wants a client certificate, and the exporter has none")]
    ClientCertificate,
    /// The certificate of the server is of version 1.
    #[error("the server's certificate is of version 1, which cannot name a server")]
    Version1,
    /// The certificate names the server in its subject only.
    #[error(
        "the server's certificate names it in the subject (CN) only, and not as a subject \
         alternative name"
    )]
    NoAlternativeName,
    /// The server uses the certificate of an authority as its own.
    #[error(
        "the server's certificate is that of an authority, as self-signed ones often are, and not \
         one of those in ca_file"
    )]
    Authority,
    /// The authority of the certificate is not known.
    #[error("the authority of the server's certificate is not known here")]
    UnknownIssuer,
    /// The certificate has expired.
    #[error("the server's certificate has expired")]
    Expired,
    /// The certificate is not valid yet.
    #[error("the server's certificate is not valid yet")]
    NotYetValid,
    /// The certificate is for other names.
    #[error("{0}")]
    OtherName(String),
    /// No authority is known.
    #[error("this machine has no certificate authorities, and ca_file names none")]
    NoAuthorities,
    /// Another failure, as a sentence.
    #[error("{0}")]
    Other(String),
}

/// A defect of a server's own certificate that rustls reports under a more general name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeafDefect {
    /// It is a certificate of version 1.
    Version1,
    /// It holds no subject alternative name.
    NoAlternativeName,
    /// It is the certificate of an authority.
    Authority,
}

// Never shown: [`TlsProblem`] has the sentences.
impl fmt::Display for LeafDefect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

impl StdError for LeafDefect {}

impl TlsProblem {
    /// Classifies an error of rustls. `asked_for_certificate`: the server has asked for a client
    /// certificate.
    pub(super) fn new(error: &Error, asked_for_certificate: bool) -> Self {
        match error {
            Error::AlertReceived(AlertDescription::CertificateRequired) => Self::ClientCertificate,
            // With TLS 1.2 a missing client certificate has no alert of its own: OpenSSL sends
            // handshake_failure, Go bad_certificate.
            Error::AlertReceived(alert) if asked_for_certificate && is_refusal(*alert) => {
                Self::ClientCertificate
            }
            Error::AlertReceived(
                AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
            ) => Self::NoCommonCipher,
            Error::AlertReceived(AlertDescription::ProtocolVersion) => Self::NoCommonVersion,
            Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => Self::NoCommonVersion,
            Error::PeerIncompatible(
                PeerIncompatible::NoCipherSuitesInCommon
                | PeerIncompatible::NoKxGroupsInCommon
                | PeerIncompatible::NoSignatureSchemesInCommon,
            ) => Self::NoCommonCipher,
            Error::InvalidMessage(_) => Self::NotTls,
            Error::InvalidCertificate(error) => Self::from_certificate_error(error),
            error => Self::Other(error.to_string()),
        }
    }

    fn from_certificate_error(error: &CertificateError) -> Self {
        match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Self::NotYetValid
            }
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::OtherName(format!("the server's certificate: {error}"))
            }
            CertificateError::Other(OtherError(defect)) => match defect.downcast_ref() {
                Some(LeafDefect::Version1) => Self::Version1,
                Some(LeafDefect::NoAlternativeName) => Self::NoAlternativeName,
                Some(LeafDefect::Authority) => Self::Authority,
                None => Self::Other(format!("the server's certificate: {error}")),
            },
            error => Self::Other(format!("the server's certificate: {error}")),
        }
    }

    /// Returns the remedy for the server at `base`.
    pub fn remedy(&self, base: &Url) -> String {
        let text = match self {
            Self::NoCommonCipher | Self::NoCommonVersion => {
                "enable TLS 1.2 or 1.3 with ECDHE and AES-GCM on that server"
            }
            Self::BrokenOff => {
                "enable TLS 1.2 or 1.3 with ECDHE and AES-GCM on that server, or correct the port in `servers`"
            }
            Self::NotTls => {
                "write the port of https into `servers`, or http:// if that server offers no https"
            }
            Self::TlsOnHttpPort => "write https:// into `servers`",
            Self::ClientCertificate => {
                "let that server take the exporter's requests without a client certificate"
            }
            Self::Version1 | Self::NoAlternativeName => return better_certificate(base),
            Self::Authority => "put this very certificate into a file and name that in `ca_file`",
            Self::UnknownIssuer => {
                "set `ca_file` to a file that contains the CA certificate of this server"
            }
            Self::Expired => "renew the server's certificate, or set this machine's clock",
            Self::NotYetValid => "set the clocks of this machine and of the server",
            Self::OtherName(_) => "use the name in the certificate in `servers`",
            Self::NoAuthorities => {
                "install the package ca-certificates, or set `ca_file` to a file that contains the CA certificate of this server"
            }
            Self::Other(_) => "check certificate and TLS settings of that server",
        };
        text.to_owned()
    }
}

/// Returns the command that makes a certificate with the server as a subject alternative name, the
/// only place where a client may look for it (RFC 9525).
fn better_certificate(base: &Url) -> String {
    let (kind, host) = match base.host() {
        Some(Host::Ipv4(address)) => ("IP", address.to_string()),
        Some(Host::Ipv6(address)) => ("IP", address.to_string()),
        Some(Host::Domain(name)) => ("DNS", name.to_owned()),
        None => ("DNS", String::new()),
    };
    format!(
        "give that server a certificate that names it, such as by: openssl req -x509 -newkey rsa:2048 \
         -nodes -days 397 -keyout key.pem -out cert.pem -subj \"/CN={host}\" -addext \
         \"subjectAltName={kind}:{host}\" -addext \"basicConstraints=critical,CA:FALSE\""
    )
}

/// Returns whether an alert may mean that a client certificate is missing.
fn is_refusal(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::HandshakeFailure
            | AlertDescription::BadCertificate
            | AlertDescription::NoCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}

/// Returns the first error of type `T` in the chain of causes.
pub(super) fn find_cause<'e, T: StdError + 'static>(
    error: &'e (dyn StdError + 'static),
) -> Option<&'e T> {
    find_cause_that(error, &|_| true)
}

/// Returns the first error of type `T` in the chain of causes for which `fits` is true.
pub(super) fn find_cause_that<'e, T: StdError + 'static>(
    error: &'e (dyn StdError + 'static),
    fits: &dyn Fn(&T) -> bool,
) -> Option<&'e T> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<T>().filter(|found| fits(found)) {
            return Some(found);
        }
        // An `io::Error` leaves the error that it wraps out of its own chain.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| find_cause_that(wrapped, fits)) {
            return Some(found);
        }
        cause = error.source();
    }
    None
}
