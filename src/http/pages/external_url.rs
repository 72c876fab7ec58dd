//! Address of the exporter as clients see it: `--web.external-url` and the `Host` of requests.

use std::{fmt, net::Ipv6Addr, str::FromStr};

use axum::http::Uri;

/// Longest host name in characters: the limit of DNS (RFC 1035).
const LONGEST_HOST: usize = 253;

/// Host and optional port. The host is an IPv6 address in brackets, or made of ASCII letters,
/// digits, dots, hyphens and underscores.
// A strict list, because the text comes from a request and goes into labels, addresses and JSON: it
// can hold no path, user, quote or line end that would mean more there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct HostPort(String);

impl HostPort {
    /// Parses `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`; `None` for anything else.
    pub(in crate::http) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, rest) = rest.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (address, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
            }
            None => {
                let (host, port) =
                    text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
                let plain = |letter: char| {
                    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_')
                };
                host.chars().all(plain).then_some((host, port))?
            }
        };
        // `u16::parse` alone would accept `+1`.
        let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let is_port = |port: &str| digits(port) && port.parse::<u16>().is_ok_and(|port| port > 0);
        let fits = !host.is_empty() && host.len() <= LONGEST_HOST && port.is_none_or(is_port);
        fits.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Configured address of the exporter: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalUrl {
    scheme: &'static str,
    address: HostPort,
}

/// Rejection of a text that is not an external URL; the message says what to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "give scheme, host and port alone, such as https://exporter.example:10427; the exporter has no other path than /"
)]
pub struct BadExternalUrl;

impl ExternalUrl {
    /// Returns `http` or `https`.
    pub(in crate::http) fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// Returns host and port.
    pub(in crate::http) fn address(&self) -> &HostPort {
        &self.address
    }
}

impl FromStr for ExternalUrl {
    type Err = BadExternalUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| BadExternalUrl)?;
        let scheme = match uri.scheme_str() {
            Some("http") => "http",
            Some("https") => "https",
            _ => return Err(BadExternalUrl),
        };
        if uri.path() != "/" || uri.query().is_some() {
            return Err(BadExternalUrl);
        }
        let address = uri.authority().and_then(|authority| HostPort::parse(authority.as_str()));
        address.map(|address| Self { scheme, address }).ok_or(BadExternalUrl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_port_accepts_host_and_port_only() {
        let long = "x".repeat(254);
        for good in [
            "exporter",
            "trio-exporter:10427",
            "10.0.0.1:1",
            "[::1]:10427",
            "[2001:db8::1]",
            "a_b.example.",
        ] {
            assert_eq!(
                HostPort::parse(good).map(|address| address.to_string()).as_deref(),
                Some(good)
            );
        }
        for bad in [
            "",
            ":80",
            "a:",
            "a:0",
            "a:65536",
            "a:+1",
            "a:b",
            "user@host",
            "a/b",
            "a b",
            "a\"b",
            "a\r\nb",
            "[::1",
            "[x]:1",
            "[::1]x",
            "::1",
            "å.example",
            "a,b",
            "a?b",
            "a#b",
            "<a>",
            &long,
        ] {
            assert_eq!(HostPort::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn external_url_is_scheme_and_host_without_path() {
        let url: ExternalUrl = "https://trio.example:8443/".parse().expect("an address");
        assert_eq!(
            (url.scheme(), url.address().to_string().as_str()),
            ("https", "trio.example:8443")
        );
        assert!("http://trio.example".parse::<ExternalUrl>().is_ok());
        for bad in [
            "trio.example",
            "trio.example:1",
            "ftp://a",
            "http://a/b",
            "http://a?b",
            "http://u:p@a",
            "http://",
            "",
        ] {
            assert_eq!(bad.parse::<ExternalUrl>(), Err(BadExternalUrl), "{bad}");
        }
    }
}
