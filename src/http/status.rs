//! `/status` and `/status.json`: what is known of each target, how it came about, and why something is not here.
//!
//! The data is gathered from what the pollers published last, once, and rendered twice. Nothing here asks
//! Trio, waits for a poller or names a person.

mod collectors;
mod fields;
mod findings;
mod moment;
mod page;
mod report;
mod service;
mod target;

#[cfg(test)]
mod tests;

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tokio::task::spawn_blocking;

use super::Shared;
use crate::metrics::{Present, Surface, View};
use moment::{Moment, utc};
use report::{Configuration, Exporter, Report, StateFile, VERSION, Withheld};

/// Like that of the landing page, but that the form may be sent back here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// What may be asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// One target alone.
    target: Option<String>,
    /// A service, by id or name, that is missed.
    service: Option<String>,
}

pub(super) async fn page(state: State<Shared>, asked: Query<Asked>, headers: HeaderMap) -> Response {
    let mut response =
        if prefers_json(&headers) { json(state, asked).await } else { html(state, asked).await };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}

async fn html(State(shared): State<Shared>, Query(asked): Query<Asked>) -> Response {
    rendered(shared, asked, |report, asked| {
        let headers: [(HeaderName, HeaderValue); 1] = [(header::CONTENT_SECURITY_POLICY, POLICY)];
        (headers, Html(page::page(report, asked.target.as_deref()))).into_response()
    })
    .await
}

pub(super) async fn json(State(shared): State<Shared>, Query(asked): Query<Asked>) -> Response {
    rendered(shared, asked, |report, _| Json(report).into_response()).await
}

/// A report as `render` shows it, made off the async threads: there may be a lot of it.
async fn rendered(shared: Shared, asked: Asked, render: fn(&Report, &Asked) -> Response) -> Response {
    let made = spawn_blocking(move || match report(&shared.exposition.present(), &asked) {
        Ok(report) => render(&report, &asked),
        Err(unknown) => (StatusCode::NOT_FOUND, unknown).into_response(),
    });
    let mut response = made.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the status could not be gathered");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    });
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Everything, or that there is no such target.
fn report(present: &Present, asked: &Asked) -> Result<Report, String> {
    let wanted = |view: &&View| asked.target.as_deref().is_none_or(|target| target == &*view.name);
    let views: Vec<&View> = present.views.iter().filter(wanted).collect();
    if let (true, Some(target)) = (views.is_empty(), &asked.target) {
        let known = present.views.iter().map(|view| &*view.name).collect::<Vec<_>>().join(", ");
        return Err(format!("404: there is no target {target:?}; known: {known}\n"));
    }
    let exporter = exporter(present);
    let targets: Vec<report::Target> = views.iter().map(|view| target::target(present, view)).collect();
    let (findings, more_findings) = findings::all(&exporter, &targets);
    let generated = utc(crate::model::unix_seconds(present.now.wall));
    let mut report =
        Report { version: VERSION, generated, findings, more_findings, service: None, exporter, targets };
    let service = asked.service.as_deref().map(str::trim).filter(|service| !service.is_empty());
    report.service = service.map(|service| service::find(service, &views, present, &report));
    Ok(report)
}

fn exporter(present: &Present) -> Exporter {
    let settings = &present.settings;
    let moment = |seconds: f64| Moment::of_unix(seconds, present.now);
    let withheld = [Surface::Main, Surface::Agents].map(|surface| present.withheld(surface));
    let state_file = settings.state_file.as_ref().map(|stats| StateFile {
        last_saved: stats.last_success.get().map(moment),
        errors: stats.errors.get(),
    });
    let reload = settings.reload.as_ref();
    Exporter {
        version: settings.build.version.clone(),
        revision: settings.build.revision.clone(),
        started: moment(crate::model::unix_seconds(present.started)),
        configuration: Configuration {
            in_use: reload.and_then(|stats| stats.successful.get()).map(|well| well > 0.5),
            last_read_well: reload.and_then(|stats| stats.last_success.get()).map(moment),
        },
        state_file,
        max_series: settings.max_series,
        withheld: withheld
            .into_iter()
            .flatten()
            .map(|(family, series)| Withheld { family, series })
            .collect(),
    }
}

/// Whether a client would rather have JSON than a page; who takes anything gets the page.
fn prefers_json(headers: &HeaderMap) -> bool {
    let accept: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()).collect();
    let weight = |wanted: &str| {
        let entries = accept.iter().flat_map(|line| line.split(','));
        let of = |entry: &str| {
            let mut parts = entry.split(';').map(str::trim);
            let kind = parts.next()?;
            let q = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok());
            kind.eq_ignore_ascii_case(wanted).then(|| q.unwrap_or(1.0))
        };
        entries.filter_map(of).fold(0.0, f32::max)
    };
    weight("application/json") > weight("text/html").max(weight("application/xhtml+xml"))
}
