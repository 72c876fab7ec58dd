//! `/status` and `/status.json`: state of each target, findings with remedies, and reasons why a
//! service is missing.
//!
//! One report is gathered from the last publications of the pollers and rendered as HTML or JSON.
//! Nothing here asks Trio, waits for a poller or names a person.

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
use jiff::tz::TimeZone;
use serde::Deserialize;
use tokio::task::spawn_blocking;

use crate::{
    http::{Shared, pages::joined},
    metrics::{MetricsPage, StatusView, View, prefers_json},
};
use moment::{Moment, utc};
use report::{Configuration, Exporter, Report, StateFile, VERSION, Withheld};

/// Content security policy: that of the landing page, and the form may be sent to this site.
// The page shows names from Trio and the text of the search form. maud escapes them; if that ever
// failed, the policy still lets no script run.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// Query parameters.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct StatusQuery {
    /// Name of the only target to show.
    target: Option<String>,
    /// Id or name of a service to look for.
    service: Option<String>,
}

/// Serves `/status`, as JSON to clients that prefer it.
pub(in crate::http) async fn page(
    state: State<Shared>,
    query: Query<StatusQuery>,
    headers: HeaderMap,
) -> Response {
    let mut response = if prefers_json(&joined(&headers, header::ACCEPT)) {
        json(state, query).await
    } else {
        html(state, query).await
    };
    // A proxy must not answer a browser with the JSON of a script.
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}

/// Renders the HTML page.
async fn html(State(shared): State<Shared>, Query(query): Query<StatusQuery>) -> Response {
    respond(shared, query, |report, query| {
        let headers: [(HeaderName, HeaderValue); 1] = [(header::CONTENT_SECURITY_POLICY, POLICY)];
        (headers, Html(page::page(report, query.target.as_deref()))).into_response()
    })
    .await
}

/// Serves `/status.json`.
pub(in crate::http) async fn json(
    State(shared): State<Shared>,
    Query(query): Query<StatusQuery>,
) -> Response {
    respond(shared, query, |report, _| Json(report).into_response()).await
}

/// Gathers the report and renders it with `render`.
async fn respond(
    shared: Shared,
    query: StatusQuery,
    render: fn(&Report, &StatusQuery) -> Response,
) -> Response {
    // Off the async threads: a report on many targets would delay the requests of others.
    let made = spawn_blocking(move || match report(&shared.exposition.status_view(), &query) {
        Ok(report) => render(&report, &query),
        Err(unknown) => (StatusCode::NOT_FOUND, unknown).into_response(),
    });
    let mut response = made.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the status could not be gathered");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    });
    // Ages are counted from the moment of the answer; a cached page would show them as current.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Gathers the report.
///
/// # Errors
/// The text of the 404: there is no target of this name.
fn report(present: &StatusView, query: &StatusQuery) -> Result<Report, String> {
    // Also for the findings: the page about one target does not show problems of others.
    let wanted = |view: &&View| query.target.as_deref().is_none_or(|target| target == &*view.name);
    let views: Vec<&View> = present.views.iter().filter(wanted).collect();
    if let (true, Some(target)) = (views.is_empty(), &query.target) {
        let known = present.views.iter().map(|view| &*view.name).collect::<Vec<_>>().join(", ");
        return Err(format!("404: there is no target {target:?}; known: {known}\n"));
    }
    let withheld: Vec<(String, usize)> = [MetricsPage::Main, MetricsPage::Agents]
        .into_iter()
        .flat_map(|page| present.withheld(page))
        .collect();
    let exporter = exporter(present, &withheld);
    let targets: Vec<report::Target> =
        views.iter().map(|view| target::target(present, view)).collect();
    let zone = common_zone(&targets);
    let (findings, more_findings) = findings::all(present, &views, &withheld);
    let generated = utc(crate::model::unix_seconds(present.now.wall));
    let mut report = Report {
        version: VERSION,
        generated,
        findings,
        more_findings,
        service: None,
        exporter,
        zone,
        targets,
    };
    // The form sends an empty field if no one has typed a service.
    let service = query.service.as_deref().map(str::trim).filter(|service| !service.is_empty());
    report.service = service.map(|service| service::find(service, &views, present, &report));
    Ok(report)
}

/// Returns the time zone of all targets, if they have the same.
fn common_zone(targets: &[report::Target]) -> Option<TimeZone> {
    let (first, others) = targets.split_first()?;
    let zone = first.zone.clone()?;
    others.iter().all(|target| target.zone.as_ref() == Some(&zone)).then_some(zone)
}

/// Gathers the state of the process itself.
fn exporter(present: &StatusView, withheld: &[(String, usize)]) -> Exporter {
    let settings = &present.settings;
    let moment = |seconds: f64| Moment::from_unix(seconds, present.now);
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
            .iter()
            .map(|(family, series)| Withheld { family: family.clone(), series: *series })
            .collect(),
    }
}
