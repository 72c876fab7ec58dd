//! Charset of answers, negotiated by `Accept` and `Content-Type` as the API allows.

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
    pub(super) fn negotiate(
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
            Some(name) => Self::from_name(name),
            None => Some(fallback),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "iso-8859-1" | "latin1" => Some(Self::Latin1),
            _ => None,
        }
    }

    /// Content type of JSON in this charset.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Utf8 => "application/json; charset=utf-8",
            Self::Latin1 => "application/json; charset=iso-8859-1",
        }
    }

    /// Encodes JSON text in this charset.
    pub(super) fn encode(self, json: String) -> Vec<u8> {
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
