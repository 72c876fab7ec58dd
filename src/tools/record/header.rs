//! Pseudonymises the headers of an answer.

use jiff::fmt::rfc2822;
use serde_json::{Map, Value};

use super::{member_names::plain, pseudonyms::Pseudonyms};

/// Well-known media types; a vendor type could name a product or customer.
const TYPES: [&str; 7] = [
    "application/json",
    "application/problem+json",
    "application/xml",
    "text/xml",
    "text/html",
    "text/plain",
    "text/json",
];
/// Most digits of a count in a header.
// More digits could be a telephone number.
const MAX_COUNT_DIGITS: usize = 7;
/// Most digits of a `Retry-After` in seconds: about a day.
const MAX_WAIT_DIGITS: usize = 5;

impl Pseudonyms<'_> {
    /// Pseudonymises the value of a header; `None` for a header that is not recorded.
    pub(super) fn header(&mut self, name: &str, value: &str) -> Option<String> {
        match name {
            "content-type" => Some(content_type(value)),
            "date" => date(value),
            "location" => Some(self.link(value)),
            "retry-after" => {
                let seconds = value.trim();
                let is_wait = seconds.len() <= MAX_WAIT_DIGITS
                    && seconds.bytes().all(|byte| byte.is_ascii_digit());
                if is_wait { Some(seconds.to_owned()) } else { date(value) }
            }
            "x-pagination" => Some(self.pagination(value)),
            // Only its presence matters, so that a recording of a simulator is known as one.
            "x-trio-simulated" => Some("1".to_owned()),
            _ => None,
        }
    }

    /// Pseudonymises `X-Pagination`: JSON or `name=value` pairs, in the server's way of writing.
    fn pagination(&mut self, value: &str) -> String {
        if let Ok(Value::Object(members)) = serde_json::from_str(value) {
            let members: Map<String, Value> = members
                .into_iter()
                .map(|(name, value)| {
                    let value = match value {
                        Value::String(text) => self.page_text(&name, &text).into(),
                        value if is_count(&name, &value.to_string()) => value,
                        value => self.value(value),
                    };
                    (self.inner_member(&name), value)
                })
                .collect();
            return Value::Object(members).to_string();
        }
        let mut text = String::with_capacity(value.len());
        for pair in value.split_inclusive([';', ',']) {
            let (pair, end) = match pair.strip_suffix([';', ',']) {
                Some(inner) => (inner, &pair[inner.len()..]),
                None => (pair, ""),
            };
            match pair.split_once('=') {
                Some((name, value)) => {
                    let bare = value.trim().trim_matches('"');
                    let replaced = self.page_text(name.trim(), bare);
                    let quoted =
                        if value.contains('"') { format!("\"{replaced}\"") } else { replaced };
                    text.push_str(&format!("{}={quoted}{end}", self.inner_member(name.trim())));
                }
                None => text.push_str(&format!("{}{end}", self.replacements.text(pair))),
            }
        }
        text
    }

    fn page_text(&mut self, name: &str, text: &str) -> String {
        if is_count(name, text) || matches!(text.trim(), "" | "null") {
            return text.to_owned();
        }
        if plain(name).ends_with("link") { self.link(text) } else { self.replacements.text(text) }
    }
}

/// Returns true for one of the documented numbers of paging.
fn is_count(name: &str, value: &str) -> bool {
    let known = ["currentpage", "pagesize", "totalcount", "totalpages"].contains(&&*plain(name));
    let value = value.trim();
    known && value.len() <= MAX_COUNT_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the media type and the charset, as far as they are well-known.
fn content_type(value: &str) -> String {
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_lowercase();
    let essence = if TYPES.contains(&&*essence) { &essence } else { "application/octet-stream" };
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let label = value.trim().trim_matches(['"', '\'']).as_bytes();
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| encoding_rs::Encoding::for_label(label))?
    });
    match charset {
        Some(charset) => format!("{essence}; charset={}", charset.name().to_lowercase()),
        None => essence.to_owned(),
    }
}

/// Parses a date and formats it again, so that nothing else can be in it.
fn date(value: &str) -> Option<String> {
    let timestamp = rfc2822::parse(value).ok()?.timestamp();
    rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp).ok()
}
