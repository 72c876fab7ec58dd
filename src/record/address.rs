//! Addresses: the documented parts of a path stay, ids become the tokens that they are elsewhere.

use percent_encoding::percent_decode_str;
use url::{Url, form_urlencoded};

use super::{disguise::Disguise, words};

/// Where the API begins in a recording.
const BASE: &str = "/te/api";
/// The most digits that a page number or a size has.
const DIGITS_OF_A_PAGE: usize = 6;

impl Disguise<'_> {
    /// The path and the query of an address that was asked.
    pub(super) fn asked(&mut self, url: &Url) -> (String, Vec<(String, String)>) {
        let path = self.path(url.path());
        (path, self.query(url.query().unwrap_or_default()))
    }

    /// A text that is an address: of a web server, or of a place on this one. `None` if it is none.
    pub(super) fn address(&mut self, text: &str) -> Option<String> {
        if let Some(rest) = text.strip_prefix('/').filter(|_| !text.contains(char::is_whitespace)) {
            if let Some(rest) = rest.strip_prefix('/') {
                let address = self.address(&format!("http://{rest}"))?;
                return address.strip_prefix("http:").map(str::to_owned);
            }
            return Some(self.place(text));
        }
        let url: Url = text.trim().parse().ok().filter(|_| text.contains("://"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let host = self.hosts.of(&url);
        let (path, query) = self.asked(&url);
        Some(format!("{}://{host}{}", url.scheme(), joined(path, &query)))
    }

    /// The target of a link, which may also be a path from here.
    pub(super) fn link(&mut self, text: &str) -> String {
        match self.address(text) {
            Some(address) => address,
            None if text.contains(char::is_whitespace) => self.tokens.text(text),
            None => self.place(text),
        }
    }

    /// A path with or without a query. What follows a `#` is left out.
    fn place(&mut self, text: &str) -> String {
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
        let segment = percent_decode_str(segment).decode_utf8_lossy();
        if matches!(&*segment, "" | "." | "..") || words::is_segment(&segment) {
            return segment.into_owned();
        }
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => format!("{{{}}}", self.tokens.text(name)),
            None => self.tokens.text(segment.trim()),
        }
    }

    fn query(&mut self, query: &str) -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs.map(|(name, value)| self.parameter(&name, &value)).collect()
    }

    fn parameter(&mut self, name: &str, value: &str) -> (String, String) {
        if !words::is_parameter(name) {
            return (self.tokens.text(name), self.tokens.text(value));
        }
        let is_number = value.len() <= DIGITS_OF_A_PAGE && value.bytes().all(|byte| byte.is_ascii_digit());
        let value = match &*name.to_lowercase() {
            "page" | "pagesize" if is_number => value.to_owned(),
            "redirect" if matches!(value, "true" | "false") => value.to_owned(),
            "fields" | "sort" => {
                let members: Vec<String> = value.split(',').map(|member| self.sorted(member)).collect();
                members.join(",")
            }
            "caseclass" | "casetype" if self.dictionary.knows_word(value) => value.to_owned(),
            _ => self.tokens.text(value),
        };
        (name.to_owned(), value)
    }

    fn sorted(&mut self, member: &str) -> String {
        match member.strip_prefix('-') {
            Some(member) => format!("-{}", self.asked_member(member)),
            None => self.asked_member(member),
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
