//! `/sd`: the targets for Prometheus' HTTP service discovery, one entry each.
//!
//! With it Prometheus scrapes each target separately, so `up` and `scrape_duration_seconds` are per
//! target. The address of each entry is the exporter's own; the label `__param_target` selects the
//! target.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::external_url::HostPort;
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

#[cfg(test)]
mod tests;
