//! Headers that keep browsers from doing harm with an answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What may be configured, as it must be written.
pub const CONFIGURABLE: [&str; 5] = [
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
    "Content-Security-Policy",
];

/// Unless configured: names from Trio stand in every answer, so no browser may take one for a script,
/// load anything on its behalf or show it inside another page.
const USUAL: [(HeaderName, HeaderValue); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("deny")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
];

/// Headers for every answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(HeaderName, Option<HeaderValue>)>);

/// Why a header cannot be configured so, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    /// Nothing but some values makes sense.
    #[error("must be {0}")]
    NotOneOf(&'static str),
    /// Line ends and the like.
    #[error("holds characters that no header may hold")]
    NotAValue,
    /// It is not on the list.
    #[error("cannot be configured")]
    NotConfigurable,
}

impl Headers {
    /// Sets a header of [`CONFIGURABLE`] to a value; an empty one takes it away from every answer.
    ///
    /// # Errors
    /// The value is none for this header.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), BadHeader> {
        if !CONFIGURABLE.contains(&name) {
            return Err(BadHeader::NotConfigurable);
        }
        let allowed: &[&str] = match name {
            "X-Content-Type-Options" => &["nosniff"],
            "X-Frame-Options" => &["deny", "sameorigin"],
            _ => &[],
        };
        if !allowed.is_empty() && !allowed.contains(&value) {
            return Err(BadHeader::NotOneOf(if allowed.len() == 1 {
                "nosniff"
            } else {
                "deny or sameorigin"
            }));
        }
        let value = if value.is_empty() {
            None
        } else {
            Some(HeaderValue::from_str(value).map_err(|_| BadHeader::NotAValue)?)
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| BadHeader::NotConfigurable)?;
        self.0.push((name, value));
        Ok(())
    }

    /// Puts what is configured, and what is usual where the page itself says nothing, into an answer.
    pub(super) fn apply(&self, answer: &mut HeaderMap) {
        for (name, value) in USUAL {
            answer.entry(name).or_insert(value);
        }
        for (name, value) in &self.0 {
            match value {
                Some(value) => {
                    answer.insert(name, value.clone());
                }
                None => {
                    answer.remove(name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(configured: &[(&str, &str)], page: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = Headers::default();
        for (name, value) in configured {
            headers.set(name, value).expect(name);
        }
        let mut answer = HeaderMap::new();
        for (name, value) in page {
            answer.insert(*name, HeaderValue::from_static(value));
        }
        headers.apply(&mut answer);
        answer
    }

    #[test]
    fn the_page_goes_before_what_is_usual_and_the_configuration_before_both() {
        let policy = "content-security-policy";
        assert_eq!(applied(&[], &[])["x-frame-options"], "deny");
        assert_eq!(applied(&[], &[(policy, "own")])[policy], "own");
        let answer = applied(
            &[("Content-Security-Policy", "configured"), ("Strict-Transport-Security", "max-age=1")],
            &[(policy, "own")],
        );
        assert_eq!(answer[policy], "configured");
        assert_eq!(answer["strict-transport-security"], "max-age=1");
        assert_eq!(answer["x-content-type-options"], "nosniff");
        assert!(!applied(&[("Content-Security-Policy", "")], &[(policy, "own")]).contains_key(policy));
    }

    #[test]
    fn values_that_browsers_would_not_understand_are_refused() {
        for (name, value, message) in [
            ("X-Frame-Options", "DENY", "must be deny or sameorigin"),
            ("X-Content-Type-Options", "", "must be nosniff"),
            ("Content-Security-Policy", "a\r\nb", "holds characters that no header may hold"),
            ("x-frame-options", "deny", "cannot be configured"),
            ("Server", "x", "cannot be configured"),
        ] {
            let error = Headers::default().set(name, value).expect_err(name);
            assert_eq!(error.to_string(), message, "{name}: {value}");
        }
    }
}
