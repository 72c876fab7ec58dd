//! Query strings and form bodies: percent-encoded as UTF-8 or ISO-8859-1; the API allows both.

/// Fields of a query string or a form, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
pub(crate) fn decode(encoded: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((first, tail)) = rest.split_first() {
        // Digits are checked one by one because `from_str_radix` accepts a sign: `%+1` is no
        // escape.
        let escaped = (*first == b'%').then(|| tail.get(..2)).flatten();
        let digits = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect())
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
}
