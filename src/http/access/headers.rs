//! Security headers of every answer: defaults, and `http_server_config.headers` of the web
//! configuration.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Headers that can be configured, spelled as the key must be; the list of Prometheus'
/// exporter-toolkit.
pub const CONFIGURABLE: [&str; 5] = [
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
    "Content-Security-Policy",
];

/// Headers of answers whose page or configuration sets no others.
// Answers contain names from Trio. A browser must not run an answer as a script (nosniff), load
// anything for it, or show it in a frame of another site (clickjacking).
const DEFAULTS: [(HeaderName, HeaderValue); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("deny")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
];

/// Configured headers; `None` as a value removes the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(HeaderName, Option<HeaderValue>)>);

/// Error in a configured header. The text continues a sentence that begins with its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    /// The header allows only the values named here.
    #[error("must be {0}")]
    NotOneOf(&'static str),
    /// Line ends or other characters that are not allowed in header values.
    #[error("holds characters that no header may hold")]
    NotAValue,
    /// The name is not in [`CONFIGURABLE`].
    #[error("cannot be configured")]
    NotConfigurable,
}

impl Headers {
    /// Sets a header of [`CONFIGURABLE`]; an empty value removes it from every answer, but for
    /// headers with a fixed list of values.
    ///
    /// # Errors
    /// The name is not configurable, or the value is not allowed for it.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), BadHeader> {
        if !CONFIGURABLE.contains(&name) {
            return Err(BadHeader::NotConfigurable);
        }
        // A browser ignores a wrong value silently, so a typing mistake would protect nothing. The
        // spelling is that of exporter-toolkit.
        match (name, value) {
            ("X-Content-Type-Options", "nosniff") | ("X-Frame-Options", "deny" | "sameorigin") => {}
            ("X-Content-Type-Options", _) => return Err(BadHeader::NotOneOf("nosniff")),
            ("X-Frame-Options", _) => return Err(BadHeader::NotOneOf("deny or sameorigin")),
            _ => {}
        }
        let value = if value.is_empty() {
            None
        } else {
            Some(HeaderValue::from_str(value).map_err(|_| BadHeader::NotAValue)?)
        };
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| BadHeader::NotConfigurable)?;
        self.0.push((name, value));
        Ok(())
    }

    /// Sets the defaults that the page has not set; then the configured headers replace or remove.
    pub(super) fn apply(&self, answer: &mut HeaderMap) {
        // Pages for people set a policy of their own: they load a style, and /wall a script.
        let names_frames = names_frames(answer);
        for (name, value) in DEFAULTS {
            // This header cannot name sites, so it would block those that the policy allows.
            if names_frames && name == header::X_FRAME_OPTIONS {
                continue;
            }
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

/// Returns true if the policy of a page names sites that may show it in a frame.
fn names_frames(answer: &HeaderMap) -> bool {
    let policy = answer.get(header::CONTENT_SECURITY_POLICY).and_then(|it| it.to_str().ok());
    policy.is_some_and(|policy| policy.contains("frame-ancestors http"))
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
    fn policy_with_frame_sites_drops_frame_options() {
        let policy = "default-src 'none'; frame-ancestors https://www.example.se";
        let page = [("content-security-policy", policy)];
        assert!(!applied(&[], &page).contains_key("x-frame-options"));
        let configured = applied(&[("X-Frame-Options", "deny")], &page);
        assert_eq!(configured["x-frame-options"], "deny", "the configuration wins");
    }

    #[test]
    fn configured_headers_win_over_page_and_defaults() {
        let policy = "content-security-policy";
        assert_eq!(applied(&[], &[])["x-frame-options"], "deny");
        assert_eq!(applied(&[], &[(policy, "own")])[policy], "own");
        let answer = applied(
            &[
                ("Content-Security-Policy", "configured"),
                ("Strict-Transport-Security", "max-age=1"),
            ],
            &[(policy, "own")],
        );
        assert_eq!(answer[policy], "configured");
        assert_eq!(answer["strict-transport-security"], "max-age=1");
        assert_eq!(answer["x-content-type-options"], "nosniff");
        assert!(
            !applied(&[("Content-Security-Policy", "")], &[(policy, "own")]).contains_key(policy)
        );
    }

    #[test]
    fn unsupported_headers_and_values_are_refused() {
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
