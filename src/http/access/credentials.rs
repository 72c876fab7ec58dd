//! User name and password of a request (basic authentication, RFC 7617).

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::SecretSlice;

/// Name and password as the client sent them, not verified yet. `Debug` never prints the password.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(in crate::http) name: String,
    pub(super) password: SecretSlice<u8>,
}

impl Credentials {
    /// Reads the `Authorization` header; `None` without a well-formed one of the scheme `Basic`.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = text.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return None;
        }
        let mut name = BASE64_STANDARD.decode(encoded.trim()).ok()?;
        // The first colon ends the name, so passwords may hold colons and names may not (RFC 7617).
        let colon = name.iter().position(|byte| *byte == b':')?;
        // Split off in place: a copy of the password would stay in memory unwiped.
        let password: SecretSlice<u8> = name.split_off(colon + 1).into();
        // The colon.
        name.pop();
        Some(Self { name: String::from_utf8(name).ok()?, password })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn parsed(value: &str) -> Option<Credentials> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
        Credentials::from_headers(&headers)
    }

    #[test]
    fn password_begins_after_first_colon() {
        for (text, name, password) in [
            ("alice:secret", "alice", "secret"),
            ("a:b:c", "a", "b:c"),
            (":zebra", "", "zebra"),
            ("åsa:", "åsa", ""),
        ] {
            let value = format!("bAsIc {}", BASE64_STANDARD.encode(text));
            let credentials = parsed(&value).expect(text);
            assert_eq!(credentials.name, name);
            assert_eq!(credentials.password.expose_secret(), password.as_bytes());
            assert!(
                password.is_empty() || !format!("{credentials:?}").contains(password),
                "{credentials:?}"
            );
        }
    }

    #[test]
    fn malformed_or_other_scheme_gives_no_credentials() {
        for value in
            ["", "Basic", "Basic ", "Basic ????", "Basic YWxpY2U=", "Bearer YTpi", "Basic gDpi"]
        {
            assert!(parsed(value).is_none(), "{value}");
        }
        assert!(Credentials::from_headers(&HeaderMap::new()).is_none());
    }
}
