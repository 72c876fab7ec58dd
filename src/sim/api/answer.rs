//! An HTTP answer with a JSON body.

use axum::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::sim::charset::Charset;

/// An answer of the API or of `/sim`.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    charset: Charset,
}

/// Answer to an order that is not carried out.
pub(crate) fn refuse(status: StatusCode, message: &str) -> Answer {
    Answer::new(status, json!({ "message": message }))
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

    /// Adds the `Allow` header.
    pub(crate) fn with_allow(self, methods: &[Method]) -> Self {
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        self.with_header(ALLOW.as_str(), &names.join(", "))
    }

    /// Adds the challenge for a bearer token.
    pub(crate) fn with_challenge(self) -> Self {
        self.with_header(WWW_AUTHENTICATE.as_str(), "Bearer")
    }

    /// Adds a header. A value that no header can hold is left out.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let kind = (CONTENT_TYPE, self.charset.content_type());
        (self.status, self.headers, [kind], self.charset.encode(self.body.to_string()))
            .into_response()
    }
}
