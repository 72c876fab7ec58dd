//! Addresses: documented parts of a path stay; ids get the same replacement as everywhere else.

use percent_encoding::percent_decode_str;
use url::{Url, form_urlencoded};

use super::{member_names, pseudonyms::Pseudonyms};

/// Base path of the API in a recording.
// The path of the real one can name the customer.
const BASE: &str = "/te/api";
/// Most digits of a page number or page size.
// More digits could be a telephone number.
const MAX_PAGE_DIGITS: usize = 6;

impl Pseudonyms<'_> {
    /// Returns the path and the query of a requested address, pseudonymised.
    pub(super) fn request_address(&mut self, url: &Url) -> (String, Vec<(String, String)>) {
        let path = self.path(url.path());
        (path, self.query(url.query().unwrap_or_default()))
    }

    /// Pseudonymises a text that is a URL or an absolute path; `None` for any other text.
    pub(super) fn address(&mut self, text: &str) -> Option<String> {
        if let Some(rest) = text.strip_prefix('/').filter(|_| !text.contains(char::is_whitespace)) {
            // `//host/path` takes the scheme of the page; any will do to parse it.
            if let Some(rest) = rest.strip_prefix('/') {
                let address = self.address(&format!("http://{rest}"))?;
                return address.strip_prefix("http:").map(str::to_owned);
            }
            return Some(self.relative(text));
        }
        let url: Url = text.trim().parse().ok().filter(|_| text.contains("://"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let host = self.hosts.alias_of(&url);
        let (path, query) = self.request_address(&url);
        Some(format!("{}://{host}{}", url.scheme(), joined(path, &query)))
    }

    /// Pseudonymises the target of a link, which may also be a relative path.
    pub(super) fn link(&mut self, text: &str) -> String {
        match self.address(text) {
            Some(address) => address,
            None if text.contains(char::is_whitespace) => self.replacements.text(text),
            None => self.relative(text),
        }
    }

    /// Pseudonymises a path with or without a query. A fragment (`#…`) is left out.
    fn relative(&mut self, text: &str) -> String {
        let text = text.split('#').next().unwrap_or_default();
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = self.path(path);
        let query = self.query(query);
        joined(path, &query)
    }

    fn path(&mut self, path: &str) -> String {
        let below = self.bases.iter().filter_map(|base| {
            let rest = path.strip_prefix(base.path().trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        });
        // Of several servers the one with the longest base: the rest must not hold a part of it.
        match below.min_by_key(|rest| rest.len()) {
            Some(rest) => format!("{BASE}{}", self.segments(rest)),
            None => self.segments(path),
        }
    }

    fn segments(&mut self, path: &str) -> String {
        let segments: Vec<String> = path.split('/').map(|segment| self.segment(segment)).collect();
        segments.join("/")
    }

    fn segment(&mut self, segment: &str) -> String {
        // Decoded first, so that an encoded id gets the same replacement as a plain one.
        let segment = percent_decode_str(segment).decode_utf8_lossy();
        if matches!(&*segment, "" | "." | "..") || member_names::is_segment(&segment) {
            return segment.into_owned();
        }
        // `{ccid}` in a link is a template; it must remain one for the replay.
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => format!("{{{}}}", self.replacements.text(name)),
            None => self.replacements.text(segment.trim()),
        }
    }

    fn query(&mut self, query: &str) -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs.map(|(name, value)| self.parameter(&name, &value)).collect()
    }

    fn parameter(&mut self, name: &str, value: &str) -> (String, String) {
        if !member_names::is_parameter(name) {
            return (self.replacements.text(name), self.replacements.text(value));
        }
        let is_number =
            value.len() <= MAX_PAGE_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit());
        let value = match &*name.to_lowercase() {
            "page" | "pagesize" if is_number => value.to_owned(),
            "redirect" if matches!(value, "true" | "false") => value.to_owned(),
            "fields" | "sort" => {
                let members: Vec<String> =
                    value.split(',').map(|member| self.sort_member(member)).collect();
                members.join(",")
            }
            "caseclass" | "casetype" if self.dictionary.knows_word(value) => value.to_owned(),
            _ => self.replacements.text(value),
        };
        (name.to_owned(), value)
    }

    fn sort_member(&mut self, member: &str) -> String {
        // A minus sign sorts downwards.
        match member.strip_prefix('-') {
            Some(member) => format!("-{}", self.requested_member(member)),
            None => self.requested_member(member),
        }
    }
}

fn joined(path: String, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return path;
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{path}?{query}")
}
