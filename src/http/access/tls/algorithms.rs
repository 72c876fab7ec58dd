//! TLS versions, cipher suites and curves, by their names in Go.
//!
//! The web configuration has the format of Prometheus' exporter-toolkit, which is written in Go and
//! uses the names of its crypto/tls.

use rustls::{
    CipherSuite, SupportedCipherSuite, SupportedProtocolVersion,
    crypto::{CryptoProvider, SupportedKxGroup, ring},
    version::{TLS12, TLS13},
};

/// Version of TLS; older is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// Versions, cipher suites and curves of a server. The default is everything that rustls supports.
#[derive(Clone, Debug)]
pub struct Algorithms {
    /// Oldest version offered.
    pub oldest: Version,
    /// Newest version offered.
    pub newest: Version,
    /// The server's order of cipher suites goes before the client's.
    pub prefer_ours: bool,
    suites: Vec<SupportedCipherSuite>,
    curves: Vec<&'static dyn SupportedKxGroup>,
}

impl Default for Algorithms {
    fn default() -> Self {
        let CryptoProvider { cipher_suites, kx_groups, .. } = ring::default_provider();
        Self {
            oldest: Version::Tls12,
            newest: Version::Tls13,
            prefer_ours: true,
            suites: cipher_suites,
            curves: kx_groups,
        }
    }
}

impl Version {
    /// Supported versions by name.
    pub const NAMES: [(&'static str, Self); 2] = [("TLS12", Self::Tls12), ("TLS13", Self::Tls13)];
}

impl Algorithms {
    /// Returns the names of the supported cipher suites.
    pub fn suite_names() -> Vec<&'static str> {
        ring::ALL_CIPHER_SUITES.iter().filter_map(|suite| suite_name(*suite)).collect()
    }

    /// Returns the names of the supported curves, the preferred one first.
    pub fn curve_names() -> Vec<&'static str> {
        CURVES.iter().map(|(name, _)| *name).collect()
    }

    /// Limits TLS 1.2 to these cipher suites, in this order. The suites of TLS 1.3 are always
    /// offered.
    // Go ignores the list for TLS 1.3 as well, so one file has the same effect in Prometheus and
    // here.
    pub fn limit_suites(&mut self, names: &[&str]) {
        let of_tls13 = |suite: &SupportedCipherSuite| suite.tls13().is_some();
        let all = ring::ALL_CIPHER_SUITES;
        let named =
            |name: &&str| all.iter().find(|suite| suite_name(**suite) == Some(*name)).copied();
        let chosen = names.iter().filter_map(named).filter(|suite| !of_tls13(suite));
        self.suites = all.iter().copied().filter(of_tls13).chain(chosen).collect();
    }

    /// Limits key exchange to these curves, in this order.
    pub fn limit_curves(&mut self, names: &[&str]) {
        let named =
            |name: &&str| CURVES.iter().find(|(known, _)| known == name).map(|(_, curve)| *curve);
        self.curves = names.iter().filter_map(named).collect();
    }

    pub(super) fn provider(&self) -> CryptoProvider {
        let (cipher_suites, kx_groups) = (self.suites.clone(), self.curves.clone());
        CryptoProvider { cipher_suites, kx_groups, ..ring::default_provider() }
    }

    pub(super) fn versions(&self) -> &'static [&'static SupportedProtocolVersion] {
        const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];
        const ONLY_TLS12: &[&SupportedProtocolVersion] = &[&TLS12];
        const ONLY_TLS13: &[&SupportedProtocolVersion] = &[&TLS13];
        match (self.oldest, self.newest) {
            (Version::Tls12, Version::Tls13) => BOTH,
            (Version::Tls12, Version::Tls12) => ONLY_TLS12,
            (Version::Tls13, _) => ONLY_TLS13,
        }
    }
}

static CURVES: [(&str, &dyn SupportedKxGroup); 3] = [
    ("X25519", ring::kx_group::X25519),
    ("CurveP256", ring::kx_group::SECP256R1),
    ("CurveP384", ring::kx_group::SECP384R1),
];

/// Returns the name in Go. rustls has its own names for TLS 1.3 (`TLS13_…`); Go uses those of RFC
/// 8446.
fn suite_name(suite: SupportedCipherSuite) -> Option<&'static str> {
    match suite.suite() {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => Some("TLS_AES_128_GCM_SHA256"),
        CipherSuite::TLS13_AES_256_GCM_SHA384 => Some("TLS_AES_256_GCM_SHA384"),
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => Some("TLS_CHACHA20_POLY1305_SHA256"),
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suite_names_are_those_of_go() {
        let mut names = Algorithms::suite_names();
        names.sort_unstable();
        let expected = [
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn limits_keep_order_and_suites_of_tls_1_3() {
        let mut algorithms = Algorithms::default();
        let one = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
        algorithms.limit_suites(&[one, "TLS_AES_128_GCM_SHA256"]);
        algorithms.limit_curves(&["CurveP384", "X25519"]);
        let provider = algorithms.provider();
        let names: Vec<_> =
            provider.cipher_suites.iter().filter_map(|suite| suite_name(*suite)).collect();
        assert_eq!(names.len(), 4);
        assert_eq!(names[3], one);
        let curves: Vec<_> = provider.kx_groups.iter().map(|curve| curve.name()).collect();
        assert_eq!(curves, [rustls::NamedGroup::secp384r1, rustls::NamedGroup::X25519]);
    }
}
