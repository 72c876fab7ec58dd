//! Construction of the HTTP answer from what the lookup found.

use std::time::{Duration, SystemTime};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    item,
    lookup::{Found, Lookup},
    recording::{Exchange, Recording},
    times,
};

/// Limit of filler bytes in an answer: the size comes from the recording, which others wrote.
const MAX_FILLER: usize = 64 << 20;

/// Host, time and time shift of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReplyContext<'h> {
    /// Host that the client asked.
    pub(super) host: &'h str,
    pub(super) now: SystemTime,
    /// Shift of recorded times, in seconds.
    pub(super) shift: i64,
}

/// Builds the answer to a request.
pub(super) fn build_response(
    recording: &Recording,
    lookup: &Lookup,
    found: Found<'_>,
    context: ReplyContext<'_>,
) -> Response {
    let (exchange, body, pagination) = match found {
        Found::Exchange(exchange) => {
            (exchange, exchange.json.clone(), exchange.headers.get("x-pagination").cloned())
        }
        Found::List { list, pick } => {
            let page = list.page(lookup.page, lookup.size);
            let mut rows: Vec<Value> = page.rows.iter().map(|row| (*row).clone()).collect();
            if let Some(wanted) = lookup.fields.as_ref().filter(|_| pick) {
                rows.iter_mut().for_each(|row| item::pick(row, wanted));
            }
            let size = lookup.size.unwrap_or(rows.len());
            // Pages are cut to the size that this client asks for, so their links cannot be the
            // recorded ones.
            let link = |number: usize| {
                format!(
                    "http://{}{}?page={number}&pageSize={size}",
                    context.host,
                    lookup.key.path()
                )
            };
            let header = list.header(&page, link);
            (list.first, list.first.json.as_ref().map(|body| item::with_rows(body, rows)), header)
        }
    };
    // The real Trio gave no answer; 503 is the nearest that a server can do.
    let Some(status) = exchange.status.and_then(|status| StatusCode::from_u16(status).ok()) else {
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "there was no answer when this was recorded",
        );
    };
    let body = match body {
        Some(mut body) => {
            shift(recording, exchange, &mut body, context.shift);
            relocated(recording, &body.to_string(), context.host)
        }
        None => opaque(exchange),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let mut put = |name: &'static str, value: Option<String>| {
        // A value that no header can hold is left out: recordings come from others.
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    };
    let recorded = |name: &str| exchange.headers.get(name).cloned();
    let moved = |text: String| relocated(recording, &text, context.host);
    put("content-type", recorded("content-type").map(|kind| in_utf8(&kind)));
    put("x-pagination", pagination.map(moved));
    put("location", recorded("location").map(moved));
    put("retry-after", recorded("retry-after"));
    put(
        "date",
        recorded("date").and_then(|date| date_now(recording, exchange, &date, context.now)),
    );
    mark_simulated(response)
}

/// Builds a JSON answer of the replay itself.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    mark_simulated(response)
}

/// Builds an error answer with a message.
pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    json(status, &json!({ "links": [], "data": { "status": status.as_u16(), "message": message } }))
}

/// Marks an answer as not live.
fn mark_simulated(mut response: Response) -> Response {
    response.headers_mut().insert("x-trio-simulated", HeaderValue::from_static("1"));
    response
}

fn shift(recording: &Recording, exchange: &Exchange, body: &mut Value, seconds: i64) {
    // Only members that the manifest names are times: a number elsewhere may look like one.
    let Some(times) = recording.times.get(&exchange.resource).filter(|_| seconds != 0) else {
        return;
    };
    let rows = match body {
        Value::Array(rows) => rows.iter_mut().collect::<Vec<_>>(),
        Value::Object(envelope) => {
            match envelope.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case("data")) {
                Some((_, Value::Array(rows))) => rows.iter_mut().collect(),
                Some((_, row)) => vec![row],
                None => vec![body],
            }
        }
        _ => return,
    };
    for (name, value) in rows.into_iter().filter_map(item::members_mut).flatten() {
        let form = times.get(name);
        if let Some(moved) = form.and_then(|form| times::shifted(value, form, seconds)) {
            *value = moved;
        }
    }
}

/// Replaces the recorded servers by this host: a client follows links, and may only follow them
/// here.
fn relocated(recording: &Recording, text: &str, host: &str) -> String {
    let mut text = text.to_owned();
    for server in &recording.servers {
        text = text
            // The scheme first: the replay speaks plain HTTP.
            .replace(&format!("https://{server}"), &format!("http://{host}"))
            .replace(server.as_str(), host);
    }
    text
}

/// Filler for a body that was no JSON: same length and first character.
fn opaque(exchange: &Exchange) -> String {
    let Some(unreadable) = &exchange.unreadable else { return String::new() };
    let begins = unreadable.begins.map(String::from).unwrap_or_default();
    let rest = unreadable.bytes.min(MAX_FILLER).saturating_sub(begins.len());
    begins + &"x".repeat(rest)
}

/// Content type with the charset that is sent: answers of a replay are UTF-8 even if the server's
/// were not.
fn in_utf8(kind: &str) -> String {
    match kind.split_once(';') {
        Some((essence, _)) => format!("{essence}; charset=utf-8"),
        None => kind.to_owned(),
    }
}

/// `Date` header with the recorded clock skew, so that the client measures the same skew.
fn date_now(
    recording: &Recording,
    exchange: &Exchange,
    date: &str,
    now: SystemTime,
) -> Option<String> {
    let ahead = times::ahead(date, recording.real_time(exchange.offset()))?;
    let distance = Duration::from_secs(ahead.unsigned_abs());
    let there = if ahead < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
    times::http_date(there?)
}
