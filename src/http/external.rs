//! How the exporter is reached from outside.

use std::{fmt, net::Ipv6Addr, str::FromStr};

use axum::http::Uri;

/// A name in the domain name system is not longer.
const LONGEST_HOST: usize = 253;

/// A host, and a port if one is given: letters, digits, dots, hyphens and underscores, or an IPv6 address in
/// brackets, and nothing that could mean more in an address, a label or a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place(String);

impl Place {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, rest) = rest.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (address, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
            }
            None => {
                let (host, port) =
                    text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
                let plain =
                    |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
                host.chars().all(plain).then_some((host, port))?
            }
        };
        let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let is_port = |port: &str| digits(port) && port.parse::<u16>().is_ok_and(|port| port > 0);
        let fits = !host.is_empty() && host.len() <= LONGEST_HOST && port.is_none_or(is_port);
        fits.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The address at which the exporter is reached, as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalUrl {
    scheme: &'static str,
    place: Place,
}

/// Why a text is no address at which an exporter could be reached, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "give scheme, host and port alone, such as https://exporter.example:10427; the exporter has no other path than /"
)]
pub struct NotExternal;

impl ExternalUrl {
    pub(super) fn scheme(&self) -> &'static str {
        self.scheme
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }
}

impl FromStr for ExternalUrl {
    type Err = NotExternal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| NotExternal)?;
        let scheme = match uri.scheme_str() {
            Some("http") => "http",
            Some("https") => "https",
            _ => return Err(NotExternal),
        };
        if uri.path() != "/" || uri.query().is_some() {
            return Err(NotExternal);
        }
        let place = uri.authority().and_then(|authority| Place::parse(authority.as_str()));
        place.map(|place| Self { scheme, place }).ok_or(NotExternal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_host_and_a_port_and_nothing_else() {
        let long = "x".repeat(254);
        for good in
            ["exporter", "trio-exporter:10427", "10.0.0.1:1", "[::1]:10427", "[2001:db8::1]", "a_b.example."]
        {
            assert_eq!(Place::parse(good).map(|place| place.to_string()).as_deref(), Some(good));
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
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_external_url_has_a_scheme_a_host_and_no_path() {
        let url: ExternalUrl = "https://trio.example:8443/".parse().expect("an address");
        assert_eq!((url.scheme(), url.place().to_string().as_str()), ("https", "trio.example:8443"));
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
            assert_eq!(bad.parse::<ExternalUrl>(), Err(NotExternal), "{bad}");
        }
    }
}
