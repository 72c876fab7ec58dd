//! The name and the password in a request.

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::SecretSlice;

/// What a client says that it is. The password prints as nothing.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) name: String,
    pub(super) password: SecretSlice<u8>,
}

impl Credentials {
    /// What the header `Authorization` says by the scheme `Basic`; none if it says nothing of the kind.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = text.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return None;
        }
        let mut name = BASE64_STANDARD.decode(encoded.trim()).ok()?;
        let colon = name.iter().position(|byte| *byte == b':')?;
        let password: SecretSlice<u8> = name.split_off(colon + 1).into();
        name.pop();
        Some(Self { name: String::from_utf8(name).ok()?, password })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn given(value: &str) -> Option<Credentials> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
        Credentials::of(&headers)
    }

    #[test]
    fn the_password_begins_after_the_first_colon() {
        for (text, name, password) in [
            ("alice:secret", "alice", "secret"),
            ("a:b:c", "a", "b:c"),
            (":zebra", "", "zebra"),
            ("åsa:", "åsa", ""),
        ] {
            let value = format!("bAsIc {}", BASE64_STANDARD.encode(text));
            let credentials = given(&value).expect(text);
            assert_eq!(credentials.name, name);
            assert_eq!(credentials.password.expose_secret(), password.as_bytes());
            assert!(password.is_empty() || !format!("{credentials:?}").contains(password), "{credentials:?}");
        }
    }

    #[test]
    fn anything_else_is_no_login() {
        for value in ["", "Basic", "Basic ", "Basic ????", "Basic YWxpY2U=", "Bearer YTpi", "Basic gDpi"] {
            assert!(given(value).is_none(), "{value}");
        }
        assert!(Credentials::of(&HeaderMap::new()).is_none());
    }
}
