//! Tokens, and decoding of the answer to a login or renewal (assumption A2).

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

use crate::trio::wire::{answer::kind_of_text, single::member_of_single};

/// Documented default life of an access token.
const ACCESS_LIFE: Duration = Duration::from_secs(3600);
/// Longest life of an access token that is believed: the documented one of a refresh token.
// A longer one is a wrong unit or a date far in the future, and would keep a dead token in use.
const MAX_ACCESS_LIFE: Duration = Duration::from_secs(2_592_000);
/// Documented default life of a refresh token; the answer does not state it.
const REFRESH_LIFE: Duration = Duration::from_secs(2_592_000);
/// Largest number in `expires` that is a life in seconds: ten years. A larger one is a moment.
const MAX_LIFE_NUMBER: f64 = 10.0 * 365.0 * 86_400.0;
/// Smallest number in `expires` that is a moment in milliseconds: as seconds it is the year 5138.
const MIN_MILLISECONDS: f64 = 1e11;
/// Members with the life of the access token in seconds, normalised (RFC 6749).
const LIFE_MEMBERS: [&str; 1] = ["expiresin"];
/// Members with its life or its end. `.expires` is the one of Microsoft's OAuth server.
const EXPIRY_MEMBERS: [&str; 3] = ["expires", ".expires", "expiresat"];
/// Error codes of RFC 6749: texts that hold no credential and may be shown.
const ERROR_CODES: [&str; 9] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "access_denied",
    "server_error",
    "temporarily_unavailable",
];

/// Tokens of a session, with their lives.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) access: SecretString,
    pub(super) access_life: Duration,
    pub(super) refresh: Option<SecretString>,
    pub(super) refresh_life: Duration,
    /// The answer states a life that cannot be used, so the default one is assumed.
    pub(super) life_is_assumed: bool,
}

/// Reason why an answer brings no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoToken {
    /// It is not JSON: a page or a broken answer, which says nothing about the account.
    Unreadable(&'static str),
    /// It is JSON without a usable token.
    Missing(&'static str),
    /// It is JSON with an error, and its code if that is one of RFC 6749.
    Refused(Option<&'static str>),
}

impl NoToken {
    /// Phrase about the answer.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::Unreadable(problem) | Self::Missing(problem) => problem,
            Self::Refused(_) => "it holds an error and no access_token",
        }
    }
}

impl Tokens {
    /// Reads the tokens, with names in any case; `date` is the server's time of the answer.
    ///
    /// # Errors
    /// The reason, without anything of the answer but an error code of RFC 6749.
    pub(super) fn read(body: &[u8], date: SystemTime) -> Result<Self, NoToken> {
        let answer: Value = serde_json::from_slice(body)
            .map_err(|_| NoToken::Unreadable(kind_of_text(body).unwrap_or("it is not JSON")))?;
        if !answer.is_object() && !answer.is_array() {
            return Err(NoToken::Missing("it is not a JSON object"));
        }
        let find = |name: &str| member_of_single(&answer, name);
        let text = |name| find(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let Some(access) = text("accesstoken") else {
            let is_error = ["error", "errors"].iter().any(|name| find(name).is_some_and(is_set))
                || find("success") == Some(&Value::Bool(false));
            return Err(match is_error {
                true => NoToken::Refused(text("error").and_then(error_code)),
                false => NoToken::Missing("it holds no access_token"),
            });
        };
        // Found here and not when the first request is built, so that the login counts as failed.
        // Documented tokens are 32 hexadecimal digits.
        if access.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(NoToken::Missing(
                "its access_token holds a character that no HTTP header can carry",
            ));
        }
        let stated = LIFE_MEMBERS
            .iter()
            .filter_map(|name| Some(seconds(find(name).filter(|value| is_set(value))?)))
            .chain(EXPIRY_MEMBERS.iter().filter_map(|name| {
                Some(life_until(find(name).filter(|value| is_set(value))?, date))
            }));
        let stated: Vec<Option<Duration>> = stated.collect();
        let life = stated.iter().flatten().copied().find(is_credible);
        Ok(Self {
            access: access.into(),
            access_life: life.unwrap_or(ACCESS_LIFE),
            refresh: text("refreshtoken").map(Into::into),
            refresh_life: REFRESH_LIFE,
            life_is_assumed: life.is_none() && !stated.is_empty(),
        })
    }
}

/// Returns the code if it is one of RFC 6749.
pub(super) fn error_code(text: &str) -> Option<&'static str> {
    ERROR_CODES.into_iter().find(|code| code.eq_ignore_ascii_case(text.trim()))
}

/// Returns the code of RFC 6749 in an answer with an error status, if it holds one.
pub(super) fn error_code_of(body: &[u8]) -> Option<&'static str> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    error_code(member_of_single(&answer, "error")?.as_str()?)
}

fn is_set(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
        && value.as_str() != Some("")
        && value.as_array().is_none_or(|list| !list.is_empty())
}

// A life of zero would send a login before every request.
fn is_credible(life: &Duration) -> bool {
    !life.is_zero() && *life <= MAX_ACCESS_LIFE
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn seconds(value: &Value) -> Option<Duration> {
    Duration::try_from_secs_f64(number(value)?).ok()
}

/// Life of a token from a life in seconds, or from the moment of its end; `date` is the server's
/// present time.
fn life_until(value: &Value, date: SystemTime) -> Option<Duration> {
    let end = match number(value) {
        Some(life) if life <= MAX_LIFE_NUMBER => return Duration::try_from_secs_f64(life).ok(),
        Some(moment) => {
            let since_1970 = if moment < MIN_MILLISECONDS { moment } else { moment / 1e3 };
            SystemTime::UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(since_1970).ok()?)?
        }
        // A date without a zone could be hours off: then the default is better.
        None => {
            let text = value.as_str()?.trim();
            let date = jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp());
            date.or_else(|| text.parse::<Timestamp>().ok())?.try_into().ok()?
        }
    };
    end.duration_since(date).ok()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use secrecy::ExposeSecret;

    use super::*;

    /// 2026-01-15T08:00:00Z
    fn date() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_768_464_000)
    }

    fn read(body: &str) -> Result<Tokens, NoToken> {
        Tokens::read(body.as_bytes(), date())
    }

    #[test]
    fn tokens_are_found_at_the_top_or_under_data() {
        for body in [
            r#"{"access_token":"a","refresh_token":"r","expires_in":60}"#,
            r#"{"AccessToken":"a","RefreshToken":"r","ExpiresIn":"60"}"#,
            r#"{"links":[],"data":{"access_token":"a","refresh_token":"r","expires_in":60.0}}"#,
            r#"{"Data":[{"accessToken":"a","refreshToken":"r","expiresIn":60}]}"#,
            r#"{"links":[],"data":[{"links":[],"data":{"access_token":"a","refresh_token":"r","expires_in":60}}]}"#,
            r#"[{"access_token":"a","refresh_token":"r","expires_in":60}]"#,
        ] {
            let tokens = read(body).expect(body);
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
    fn life_is_read_as_seconds_moment_or_date() {
        for (member, life) in [
            (r#""expires_in":90"#, 90),
            (r#""expires":90"#, 90),
            (r#""expires":"90""#, 90),
            (r#""expires_at":2592000"#, 2_592_000),
            (r#""expires":1768464090"#, 90),
            (r#""expires":1768464090000"#, 90),
            (r#""expiresAt":"1768464090""#, 90),
            (r#"".expires":"Thu, 15 Jan 2026 08:01:30 GMT""#, 90),
            (r#""expires":"2026-01-15T09:01:30+01:00""#, 90),
            (r#""expires_in":0,"expires":90"#, 90),
            (r#""expires_in":90,"expires":7"#, 90),
        ] {
            let tokens = read(&format!("{{\"access_token\":\"a\",{member}}}")).expect(member);
            assert_eq!(tokens.access_life, Duration::from_secs(life), "{member}");
            assert!(!tokens.life_is_assumed, "{member}");
        }
    }

    #[test]
    fn life_without_a_sensible_value_is_one_hour() {
        for (member, is_assumed) in [
            ("", false),
            (",\"expires_in\":null", false),
            (",\"expires_in\":-5", true),
            (",\"expires_in\":\"soon\"", true),
            (",\"expires_in\":0", true),
            (",\"expires_in\":1e300", true),
            (",\"expires_in\":2592001", true),
            (",\"expires\":1768463999", true),
            (",\"expires\":315360000", true),
            (",\"expires\":\"2026-01-15T09:00:00\"", true),
            (",\".expires\":\"Thu, 15 Jan 2026 07:00:00 GMT\"", true),
            (",\"expires_at\":\"2027-01-15T08:00:00Z\"", true),
            (",\"expires\":[1]", true),
        ] {
            let tokens = read(&format!("{{\"access_token\":\"a\"{member}}}")).expect(member);
            assert_eq!(tokens.access_life, ACCESS_LIFE, "{member}");
            assert_eq!(tokens.life_is_assumed, is_assumed, "{member}");
            assert!(tokens.refresh.is_none());
        }
    }

    #[test]
    fn answer_without_token_names_the_reason() {
        for (body, problem) in [
            ("<!DOCTYPE html><p>", NoToken::Unreadable("it is a web page (HTML), not JSON")),
            ("<?xml version='1.0'?><a/>", NoToken::Unreadable("it is XML, not JSON")),
            ("", NoToken::Unreadable("it is empty")),
            ("{\"access_token\":", NoToken::Unreadable("it is not JSON")),
            ("1", NoToken::Missing("it is not a JSON object")),
            ("{\"access_token\":\"\"}", NoToken::Missing("it holds no access_token")),
            (
                "{\"access_token\":\"a\\nb\"}",
                NoToken::Missing(
                    "its access_token holds a character that no HTTP header can carry",
                ),
            ),
            ("{\"error\":\"Invalid_Grant\"}", NoToken::Refused(Some("invalid_grant"))),
            ("{\"error\":\"Anna may not\"}", NoToken::Refused(None)),
            ("{\"data\":[{\"success\":false}]}", NoToken::Refused(None)),
            ("{\"error\":null}", NoToken::Missing("it holds no access_token")),
        ] {
            assert_eq!(read(body).map(|_| ()), Err(problem), "{body}");
        }
    }
}
