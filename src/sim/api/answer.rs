//! An answer: status, headers, JSON.

use axum::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::sim::charset::Charset;

/// An answer of the API or of the control.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    charset: Charset,
}

impl Answer {
    /// An answer with a status.
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, headers: HeaderMap::new(), body, charset: Charset::Utf8 }
    }

    /// What was asked for.
    pub(crate) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    /// The same in other letters.
    pub(crate) fn written_in(self, charset: Charset) -> Self {
        Self { charset, ..self }
    }

    /// Says which methods there are.
    pub(crate) fn allow(self, methods: &[Method]) -> Self {
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        self.header(ALLOW.as_str(), &names.join(", "))
    }

    /// Says that a bearer token is needed.
    pub(crate) fn challenge(self) -> Self {
        self.header(WWW_AUTHENTICATE.as_str(), "Bearer")
    }

    /// Adds a header; a value that no header can hold is left out.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let kind = (CONTENT_TYPE, self.charset.content_type());
        (self.status, self.headers, [kind], self.charset.encode(self.body.to_string())).into_response()
    }
}
