//! The HTTP answer that is made of what was found.

use std::time::{Duration, SystemTime};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    find::{Found, Question},
    item,
    recording::{Exchange, Recording},
    times,
};

/// No answer is replayed with more bytes that say nothing than this.
const MOST_OPAQUE: usize = 64 << 20;

/// Where and when the answer is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here<'h> {
    /// The host that the client asked.
    pub(super) host: &'h str,
    pub(super) now: SystemTime,
    /// Seconds by which times are moved.
    pub(super) shift: i64,
}

/// The answer to a question.
pub(super) fn give(recording: &Recording, question: &Question, found: Found<'_>, here: Here<'_>) -> Response {
    let (exchange, body, pagination) = match found {
        Found::Exchange(exchange) => {
            (exchange, exchange.json.clone(), exchange.headers.get("x-pagination").cloned())
        }
        Found::Whole { whole, pick } => {
            let page = whole.page(question.page, question.size);
            let mut rows: Vec<Value> = page.rows.iter().map(|row| (*row).clone()).collect();
            if let Some(wanted) = question.fields.as_ref().filter(|_| pick) {
                rows.iter_mut().for_each(|row| item::pick(row, wanted));
            }
            let size = question.size.unwrap_or(rows.len());
            let link = |number: usize| {
                format!("http://{}{}?page={number}&pageSize={size}", here.host, question.key.path())
            };
            let header = whole.header(&page, link);
            (whole.first, whole.first.json.as_ref().map(|body| item::with_rows(body, rows)), header)
        }
    };
    let Some(status) = exchange.status.and_then(|status| StatusCode::from_u16(status).ok()) else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "there was no answer when this was recorded");
    };
    let body = match body {
        Some(mut body) => {
            shift(recording, exchange, &mut body, here.shift);
            relocated(recording, &body.to_string(), here.host)
        }
        None => opaque(exchange),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let mut put = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    };
    let recorded = |name: &str| exchange.headers.get(name).cloned();
    let moved = |text: String| relocated(recording, &text, here.host);
    put("content-type", recorded("content-type").map(|kind| in_utf8(&kind)));
    put("x-pagination", pagination.map(moved));
    put("location", recorded("location").map(moved));
    put("retry-after", recorded("retry-after"));
    put("date", recorded("date").and_then(|date| date_now(recording, exchange, &date, here.now)));
    mark(response)
}

/// A JSON answer of the replay itself.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    mark(response)
}

/// An answer that says what is wrong.
pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    json(status, &json!({ "links": [], "data": { "status": status.as_u16(), "message": message } }))
}

/// None of it is real now.
fn mark(mut response: Response) -> Response {
    response.headers_mut().insert("x-trio-simulated", HeaderValue::from_static("1"));
    response
}

fn shift(recording: &Recording, exchange: &Exchange, body: &mut Value, seconds: i64) {
    let Some(times) = recording.times.get(&exchange.resource).filter(|_| seconds != 0) else { return };
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

/// The servers that answered are all this one.
fn relocated(recording: &Recording, text: &str, host: &str) -> String {
    let mut text = text.to_owned();
    for server in &recording.servers {
        text = text
            .replace(&format!("https://{server}"), &format!("http://{host}"))
            .replace(server.as_str(), host);
    }
    text
}

/// As many bytes as there were, beginning in the same way.
fn opaque(exchange: &Exchange) -> String {
    let Some(unreadable) = &exchange.unreadable else { return String::new() };
    let begins = unreadable.begins.map(String::from).unwrap_or_default();
    let rest = unreadable.bytes.min(MOST_OPAQUE).saturating_sub(begins.len());
    begins + &"x".repeat(rest)
}

/// Whatever the charset was, it is UTF-8 now.
fn in_utf8(kind: &str) -> String {
    match kind.split_once(';') {
        Some((essence, _)) => format!("{essence}; charset=utf-8"),
        None => kind.to_owned(),
    }
}

/// The recorded server's clock is ahead as it was.
fn date_now(recording: &Recording, exchange: &Exchange, date: &str, now: SystemTime) -> Option<String> {
    let ahead = times::ahead(date, recording.moment(exchange.at()))?;
    let distance = Duration::from_secs(ahead.unsigned_abs());
    let there = if ahead < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
    times::http_date(there?)
}
