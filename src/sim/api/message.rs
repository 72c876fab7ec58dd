//! Requests and answers: query strings and forms, percent-encoded as UTF-8 or ISO-8859-1 as the API
//! allows, and JSON in the charset that `Accept` and `Content-Type` name.

use std::borrow::Cow;
use std::time::SystemTime;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};
use percent_encoding::percent_decode;
use serde::Deserialize;
use serde_json::{Value, json};

/// Header of every answer: none of it is real data. The exporter shows it as `trio_simulated`.
pub(crate) const SIMULATED_HEADER: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-trio-simulated"), HeaderValue::from_static("1"));

/// The parts of a request that the API uses.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path segments below the base.
    pub(crate) path: Vec<String>,
    pub(crate) query: Query,
    /// `Host` header: the links of the answer start with it.
    pub(crate) host: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Fields of a query string or a form, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Parses `a=b&c=d`. Never fails: a sequence that cannot be decoded is kept as it is.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs = encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
                    Some(at) => (decode(&pair[..at]), decode(&pair[at + 1..])),
                    None => (decode(pair), String::new()),
                })
                .collect(),
        )
    }

    /// Value of the first field with this name in any case; an empty value counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found =
            self.0.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// Value of a field that is a number above zero; any other value counts as absent.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.trim().parse().ok().filter(|number| *number > 0)
    }

    /// Lower-case names in the comma-separated list of a field.
    pub(crate) fn names(&self, name: &str) -> Option<Vec<String>> {
        let names = self.get(name)?.split(',');
        let names = names.map(|name| name.trim().to_lowercase());
        Some(names.filter(|name| !name.is_empty()).collect())
    }

    /// Returns true unless the field asks for another number.
    pub(super) fn admits_number(&self, name: &str, number: u64) -> bool {
        self.get(name).is_none_or(|wanted| wanted.trim().parse() == Ok(number))
    }

    /// Returns true unless the field asks for a text that is no part of `text`, in any case.
    pub(super) fn admits_text(&self, name: &str, text: &str) -> bool {
        self.get(name).is_none_or(|wanted| text.to_lowercase().contains(&wanted.to_lowercase()))
    }

    /// All fields in order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Query string with one field replaced.
    pub(crate) fn with_field(&self, name: &str, value: &str) -> String {
        let others = self.0.iter().filter(|(key, _)| !key.eq_ignore_ascii_case(name));
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(others).append_pair(name, value);
        encoded.finish()
    }
}

/// Decodes one part: as UTF-8 if it is valid, else as ISO-8859-1.
fn decode(encoded: &[u8]) -> String {
    // Before the escapes: `%2B` is a plus, `+` a space.
    let spaced: Vec<u8> =
        encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes = percent_decode(&spaced).collect();
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect())
}

/// An answer of the API or of `/sim`.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    charset: Charset,
}

impl Answer {
    /// Returns a UTF-8 answer with this status.
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, headers: HeaderMap::new(), body, charset: Charset::Utf8 }
    }

    /// Returns a 200 answer.
    pub(crate) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    /// Returns the answer in another charset.
    pub(crate) fn with_charset(self, charset: Charset) -> Self {
        Self { charset, ..self }
    }

    /// Adds a header. A value that no header can hold is left out.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// Reason why a request is not served.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: Cow<'static, str>,
    header: Option<(&'static str, String)>,
}

/// Refuses a request with a message.
pub(crate) fn refusal(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal { status, message: message.into(), header: None }
}

impl Refusal {
    /// Adds a header to the answer.
    pub(super) fn with_header(self, name: &'static str, value: &str) -> Self {
        Self { header: Some((name, value.to_owned())), ..self }
    }

    /// Answer with this body.
    pub(crate) fn with_body(self, body: Value) -> Answer {
        let answer = Answer::new(self.status, body);
        match self.header {
            Some((name, value)) => answer.with_header(name, &value),
            None => answer,
        }
    }
}

/// Answer outside of the API, without its envelope.
impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let body = json!({ "message": refusal.message });
        refusal.with_body(body)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let kind = (CONTENT_TYPE, self.charset.content_type());
        (self.status, self.headers, [kind], self.charset.encode(self.body.to_string()))
            .into_response()
    }
}

/// A charset of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, the default.
    #[default]
    Utf8,
    /// ISO-8859-1. Characters outside of it are written as JSON escapes.
    Latin1,
}

impl Charset {
    /// Returns the charset for a request with these headers, `fallback` if they name none; `None`
    /// when they accept no JSON or only an unknown charset (406).
    pub(crate) fn negotiate(
        accept: Option<&str>,
        content_type: Option<&str>,
        fallback: Self,
    ) -> Option<Self> {
        let named = match accept.map(str::trim).filter(|accept| !accept.is_empty()) {
            Some(accept) => accept.split(',').find_map(json)?,
            None => None,
        };
        // The vendor's help names `Content-Type` as well, so it counts where `Accept` has no
        // charset.
        match named.or_else(|| content_type.and_then(charset)) {
            Some(name) => match name.to_ascii_lowercase().as_str() {
                "utf-8" | "utf8" => Some(Self::Utf8),
                "iso-8859-1" | "latin1" => Some(Self::Latin1),
                _ => None,
            },
            None => Some(fallback),
        }
    }

    /// Content type of JSON in this charset.
    fn content_type(self) -> &'static str {
        match self {
            Self::Utf8 => "application/json; charset=utf-8",
            Self::Latin1 => "application/json; charset=iso-8859-1",
        }
    }

    /// Encodes JSON text in this charset.
    fn encode(self, json: String) -> Vec<u8> {
        if self == Self::Utf8 {
            return json.into_bytes();
        }
        let mut bytes = Vec::with_capacity(json.len());
        for letter in json.chars() {
            match u8::try_from(u32::from(letter)) {
                Ok(byte) => bytes.push(byte),
                Err(_) => {
                    // JSON escapes are UTF-16 units: a character beyond the basic plane takes two.
                    let mut units = [0; 2];
                    for unit in letter.encode_utf16(&mut units) {
                        bytes.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                    }
                }
            }
        }
        bytes
    }
}

/// Formats a time as the header `Date`.
pub(crate) fn http_date(time: SystemTime) -> Option<HeaderValue> {
    let stamp = Timestamp::try_from(time).ok()?;
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&stamp).ok()?;
    HeaderValue::try_from(date).ok()
}

/// Charset parameter of one `Accept` entry; the outer `None` when the entry does not accept JSON.
fn json(entry: &str) -> Option<Option<&str>> {
    let kind = entry.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // `q=0` means "not acceptable" (RFC 9110).
    let refused = parameter(entry, "q").is_some_and(|q| q.parse() == Ok(0.0));
    let admitted =
        matches!(kind.as_str(), "application/json" | "application/*" | "*/*") && !refused;
    admitted.then(|| charset(entry))
}

fn charset(entry: &str) -> Option<&str> {
    parameter(entry, "charset")
}

fn parameter<'a>(entry: &'a str, name: &str) -> Option<&'a str> {
    entry.split(';').skip(1).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_and_bad_escapes_are_read() {
        let query =
            Query::parse("name=Sm%C3%B6rg%C3%A5s&id=Sm%F6rg%E5s&x=%zz%4&&y&z=a+b%2B".as_bytes());
        assert_eq!(query.get("NAME"), Some("Smörgås"));
        assert_eq!(query.get("id"), Some("Smörgås"));
        assert_eq!(query.get("x"), Some("%zz%4"));
        assert_eq!(query.get("y"), None);
        assert_eq!(query.get("z"), Some("a b+"));
    }

    #[test]
    fn page_link_keeps_other_fields() {
        let query = Query::parse(b"pageSize=10&Page=1&name=%E5");
        assert_eq!(query.with_field("page", "2"), "pageSize=10&name=%C3%A5&page=2");
    }

    #[test]
    fn charset_follows_the_request_headers() {
        let (utf8, latin1) = (Some(Charset::Utf8), Some(Charset::Latin1));
        for (accept, content_type, wanted) in [
            (None, None, utf8),
            (Some("application/json"), Some("application/json"), utf8),
            (Some("application/json; charset=iso-8859-1"), None, latin1),
            (Some("text/html, application/json;q=0.9;Charset=\"ISO-8859-1\""), None, latin1),
            (Some("*/*"), Some("application/json;charset=iso-8859-1"), latin1),
            (None, Some("application/json;charset=iso-8859-1"), latin1),
            (
                Some("application/json;charset=utf-8"),
                Some("application/json;charset=iso-8859-1"),
                utf8,
            ),
            (Some("application/xml"), None, None),
            (Some("application/json;q=0"), None, None),
            (Some("application/json;charset=klingon"), None, None),
        ] {
            let given = Charset::negotiate(accept, content_type, Charset::Utf8);
            assert_eq!(given, wanted, "{accept:?} {content_type:?}");
        }
        assert_eq!(
            Charset::negotiate(Some("*/*"), None, Charset::Latin1),
            latin1,
            "a server that prefers it"
        );
    }

    #[test]
    fn characters_outside_the_charset_are_escaped() {
        assert_eq!(Charset::Latin1.encode("\"å€😀\"".to_owned()), b"\"\xe5\\u20ac\\ud83d\\ude00\"");
        assert_eq!(Charset::Utf8.encode("å".to_owned()), "å".as_bytes());
    }
}
