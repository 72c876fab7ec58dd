//! Construction of the HTTP answer from what the lookup found.

use std::time::SystemTime;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use serde_json::Value;

use super::lookup::{Found, Lookup};
use super::recording::{Exchange, Recording, members_mut, pick, rows_mut, with_rows};
use super::times;
use crate::sim::api::{Refusal, http_date, refusal};

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
) -> Result<Response, Refusal> {
    let (exchange, body, pagination) = match found {
        Found::Exchange(exchange) => {
            (exchange, exchange.json.clone(), exchange.headers.get("x-pagination").cloned())
        }
        Found::List { list, pick: select } => {
            let page = list.page(&lookup.query);
            let mut rows: Vec<Value> = list.rows[page.range()].iter().copied().cloned().collect();
            if let Some(wanted) = lookup.fields.as_ref().filter(|_| select) {
                rows.iter_mut().for_each(|row| pick(row, wanted));
            }
            let size = lookup.query.number("pageSize").unwrap_or(rows.len());
            // Pages are cut to the size that this client asks for, so their links cannot be the
            // recorded ones.
            let url = |number: usize| {
                let path = &lookup.key.path;
                format!("http://{}{path}?page={number}&pageSize={size}", context.host)
            };
            let header = page
                .header(url, &Value::Null)
                .filter(|_| list.first.headers.contains_key("x-pagination"));
            (list.first, list.first.json.as_ref().map(|body| with_rows(body, rows)), header)
        }
    };
    // The real Trio gave no answer; 503 is the nearest that a server can do.
    let status = exchange.status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or(refusal(
        StatusCode::SERVICE_UNAVAILABLE,
        "there was no answer when this was recorded",
    ))?;
    let body = match body {
        Some(mut body) => {
            shift(recording, exchange, &mut body, context.shift);
            relocated(recording, &body.to_string(), context.host)
        }
        None => opaque(exchange),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    // A value that no header can hold is left out: recordings come from others.
    let header = |text: String| HeaderValue::try_from(text).ok();
    let mut put = |name: &'static str, value: Option<HeaderValue>| {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    };
    let recorded = |name: &str| exchange.headers.get(name);
    let moved = |text: &String| header(relocated(recording, text, context.host));
    put("content-type", recorded("content-type").and_then(|kind| header(in_utf8(kind))));
    put("x-pagination", pagination.as_ref().and_then(moved));
    put("location", recorded("location").and_then(moved));
    put("retry-after", recorded("retry-after").cloned().and_then(header));
    let date = recorded("date");
    put("date", date.and_then(|date| date_now(recording, exchange, date, context.now)));
    Ok(response)
}

fn shift(recording: &Recording, exchange: &Exchange, body: &mut Value, seconds: i64) {
    // Only members that the manifest names are times: a number elsewhere may look like one.
    let Some(forms) = recording.times.get(&exchange.resource).filter(|_| seconds != 0) else {
        return;
    };
    for (name, value) in rows_mut(body).into_iter().filter_map(members_mut).flatten() {
        let form = forms.get(name);
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
) -> Option<HeaderValue> {
    let date = rfc2822::parse(date).ok()?.timestamp().as_second();
    let read = Timestamp::try_from(recording.real_time(exchange.offset())).ok()?.as_second();
    let skew = SignedDuration::from_secs(date.checked_sub(read)?);
    http_date(Timestamp::try_from(now).ok()?.checked_add(skew).ok()?.try_into().ok()?)
}
