//! `/sd`: the targets for Prometheus' HTTP service discovery, one entry each.
//!
//! With it Prometheus scrapes each target separately, so `up` and `scrape_duration_seconds` are per
//! target. The address of each entry is the exporter's own, as clients see it: `--web.external-
//! url`, or the `Host` of the request. The label `__param_target` selects the target.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, net::Ipv6Addr, str::FromStr};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::http::Shared;

/// Path of the page.
pub(in crate::http) const PATH: &str = "/sd";

/// Entry in the JSON format of `http_sd_configs`: addresses and labels.
#[derive(Debug, Serialize)]
struct Entry {
    targets: [String; 1],
    labels: BTreeMap<&'static str, String>,
}

pub(in crate::http) async fn page(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let address = match &shared.external {
        Some(external) => external.address().clone(),
        None => match request_address(&uri, &headers) {
            Some(address) => address,
            None => {
                let text = "400: the request names no valid host and port at which scrapers could reach this \
                            exporter; send a Host header, or start the exporter with --web.external-url\n";
                return (StatusCode::BAD_REQUEST, text).into_response();
            }
        },
    };
    let shard = shared.exposition.shard();
    let entry = |name: &str| {
        let mut labels = BTreeMap::from([
            ("__meta_trio_target", name.to_owned()),
            ("__param_target", name.to_owned()),
            // All entries have one address, and the default `instance` is the address: without this
            // label `up` of all targets would be one series.
            ("instance", format!("{address}/{name}")),
        ]);
        if let Some(shard) = shard {
            labels.insert("__meta_trio_shard", shard.number().to_string());
            labels.insert("__meta_trio_shards", shard.count().to_string());
        }
        if let Some(external) = &shared.external {
            // Only here: behind a proxy that ends TLS the request does not show the scheme used
            // outside.
            labels.insert("__scheme__", external.scheme().to_owned());
        }
        Entry { targets: [address.to_string()], labels }
    };
    let entries: Vec<Entry> = shared.exposition.targets().iter().map(|name| entry(name)).collect();
    // The answer repeats the Host of the request. A shared cache would serve one client's Host to
    // the others: an attacker could so send Prometheus, with its credentials, to a server of his
    // own.
    ([(header::CACHE_CONTROL, "no-store")], Json(entries)).into_response()
}

/// Returns the host and port that the client used: it can scrape there as well, even behind NAT or
/// a proxy. `None` if the request names none, several, or one that is not valid.
fn request_address(uri: &Uri, headers: &HeaderMap) -> Option<HostPort> {
    // HTTP/2 carries it as `:authority`; proxies of HTTP/1.1 send an absolute URI, which goes
    // before Host (RFC 9112, section 3.2.2).
    if let Some(authority) = uri.authority() {
        return HostPort::parse(authority.as_str());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    // Two Host headers are a sign of request smuggling: the proxy in front may have judged the
    // other one.
    if hosts.next().is_some() { None } else { HostPort::parse(host) }
}

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
