//! `/sd`: the targets for Prometheus' HTTP service discovery, one entry each.
//!
//! A Prometheus that uses it scrapes each target by itself: `up` and the duration of a scrape then tell of
//! one target. All of them are here, so the address of each is the exporter's own.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{Shared, external::Place};

/// Where it is.
pub(super) const PATH: &str = "/sd";

/// Where to scrape, and with which labels.
#[derive(Debug, Serialize)]
struct Entry {
    targets: [String; 1],
    labels: BTreeMap<&'static str, String>,
}

pub(super) async fn page(State(shared): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    let place = match &shared.external {
        Some(external) => external.place().clone(),
        None => match asked_at(&uri, &headers) {
            Some(place) => place,
            None => {
                let how = "400: the request does not say at which host and port it found this exporter, so scrapers \
                           cannot be told; send a Host, or start the exporter with --web.external-url\n";
                return (StatusCode::BAD_REQUEST, how).into_response();
            }
        },
    };
    let shard = shared.exposition.shard();
    let entry = |name: &str| {
        let mut labels = BTreeMap::from([
            ("__meta_trio_target", name.to_owned()),
            ("__param_target", name.to_owned()),
            // Prometheus' own series, such as `up`, would otherwise be the same for all targets.
            ("instance", format!("{place}/{name}")),
        ]);
        if let Some(shard) = shard {
            labels.insert("__meta_trio_shard", shard.number().to_string());
            labels.insert("__meta_trio_shards", shard.count().to_string());
        }
        if let Some(external) = &shared.external {
            labels.insert("__scheme__", external.scheme().to_owned());
        }
        Entry { targets: [place.to_string()], labels }
    };
    let entries: Vec<Entry> = shared.exposition.targets().iter().map(|name| entry(name)).collect();
    // The answer depends on how the exporter was addressed, so no cache may keep it for others.
    ([(header::CACHE_CONTROL, "no-store")], Json(entries)).into_response()
}

/// Where the client found this exporter: it can scrape there, too, whatever is translated in between.
fn asked_at(uri: &Uri, headers: &HeaderMap) -> Option<Place> {
    // HTTP/2 has it in the address of the request.
    if let Some(authority) = uri.authority() {
        return Place::parse(authority.as_str());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    // Two are a smuggler's.
    if hosts.next().is_some() { None } else { Place::parse(host) }
}

#[cfg(test)]
mod tests;
