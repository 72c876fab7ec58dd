//! Tokens, and decoding of the answer to a login or renewal (assumption A2).

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;

use crate::trio::wire::single::member_of_single;

/// Documented default life of an access token.
const ACCESS_LIFE: Duration = Duration::from_secs(3600);
/// Documented default life of a refresh token; the answer does not state it.
const REFRESH_LIFE: Duration = Duration::from_secs(2_592_000);

/// Tokens of a session, with their lives.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) access: SecretString,
    pub(super) access_life: Duration,
    pub(super) refresh: Option<SecretString>,
    pub(super) refresh_life: Duration,
}

impl Tokens {
    /// Reads the tokens, with names in any case.
    ///
    /// # Errors
    /// A phrase about the answer, without anything of its content.
    pub(super) fn read(body: &[u8]) -> Result<Self, &'static str> {
        let answer: Value = serde_json::from_slice(body).map_err(|_| "it is not JSON")?;
        if !answer.is_object() {
            return Err("it is not a JSON object");
        }
        let find = |name| member_of_single(&answer, name);
        let text = |name| find(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let access = text("accesstoken").ok_or("it holds no access_token")?;
        // Found here and not when the first request is built, so that the login counts as failed.
        // Documented tokens are 32 hexadecimal digits.
        if access.bytes().any(|byte| byte.is_ascii_control()) {
            return Err("its access_token holds a character that no HTTP header can carry");
        }
        let life = find("expiresin")
            .and_then(|life| life.as_f64().or_else(|| life.as_str()?.trim().parse().ok()));
        let life = life.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Ok(Self {
            access: access.into(),
            // A life of zero would send a login before every request.
            access_life: life.filter(|life| !life.is_zero()).unwrap_or(ACCESS_LIFE),
            refresh: text("refreshtoken").map(Into::into),
            refresh_life: REFRESH_LIFE,
        })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn tokens_are_found_at_the_top_or_under_data() {
        for body in [
            r#"{"access_token":"a","refresh_token":"r","expires_in":60}"#,
            r#"{"AccessToken":"a","RefreshToken":"r","ExpiresIn":"60"}"#,
            r#"{"links":[],"data":{"access_token":"a","refresh_token":"r","expires_in":60.0}}"#,
            r#"{"Data":[{"accessToken":"a","refreshToken":"r","expiresIn":60}]}"#,
            r#"{"links":[],"data":[{"links":[],"data":{"access_token":"a","refresh_token":"r","expires_in":60}}]}"#,
        ] {
            let tokens = Tokens::read(body.as_bytes()).expect(body);
            assert_eq!(tokens.access.expose_secret(), "a", "{body}");
            assert_eq!(
                tokens.refresh.map(|r| r.expose_secret().to_owned()).as_deref(),
                Some("r"),
                "{body}"
            );
            assert_eq!(tokens.access_life, Duration::from_secs(60), "{body}");
        }
    }

    #[test]
    fn life_without_a_sensible_value_is_one_hour() {
        for life in [
            "",
            ",\"expires_in\":-5",
            ",\"expires_in\":\"soon\"",
            ",\"expires_in\":0",
            ",\"expires_in\":1e300",
        ] {
            let tokens =
                Tokens::read(format!("{{\"access_token\":\"a\"{life}}}").as_bytes()).expect(life);
            assert_eq!(tokens.access_life, ACCESS_LIFE, "{life}");
            assert!(tokens.refresh.is_none());
        }
    }

    #[test]
    fn answer_without_token_names_the_missing_part() {
        for (body, problem) in [
            ("<html>", "it is not JSON"),
            ("[1]", "it is not a JSON object"),
            ("{\"access_token\":\"\"}", "it holds no access_token"),
            (
                "{\"access_token\":\"a\\nb\"}",
                "its access_token holds a character that no HTTP header can carry",
            ),
        ] {
            assert_eq!(Tokens::read(body.as_bytes()).expect_err(body), problem);
        }
    }
}
