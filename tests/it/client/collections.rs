//! A collection that is served page by page, as one server or another might.

use serde_json::json;
use wiremock::{Request, Respond, ResponseTemplate};

use super::trio::ok;

/// Rows with the ids 1 to `rows`, cut into pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Collection {
    pub(super) rows: usize,
    /// The largest page.
    pub(super) cap: usize,
    pub(super) header: Header,
    /// A wrong total for the header.
    pub(super) claims: Option<usize>,
    /// The last row of each page is on the next page as well.
    pub(super) overlaps: bool,
    /// Every page is the first.
    pub(super) ignores_page: bool,
}

/// Description of pages in the header.
#[derive(Clone, Copy, Debug)]
pub(super) enum Header {
    None,
    Json,
    Pairs,
    /// As JSON, with the size that was asked for instead of the size that was given.
    SizeAsked,
}

impl Collection {
    pub(super) fn new(rows: usize, cap: usize, header: Header) -> Self {
        Self { rows, cap, header, claims: None, overlaps: false, ignores_page: false }
    }
}

impl Respond for Collection {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let number = |name: &str, default: usize| {
            let mut pairs = request.url.query_pairs();
            pairs
                .find(|(key, _)| key == name)
                .map_or(default, |(_, value)| value.parse().expect("a number"))
        };
        let page = if self.ignores_page { 1 } else { number("page", 1) };
        let asked = number("pageSize", 10);
        let size = asked.min(self.cap);
        let begin = (page - 1).saturating_mul(size);
        let begin = if self.overlaps && begin > 0 { begin - (page - 1) } else { begin };
        let end = (begin + size).min(self.rows);
        let rows: Vec<_> =
            (begin..end.max(begin)).map(|row| json!({"id": row + 1, "state": "free"})).collect();
        let answer = ok(json!({"links": [], "data": rows}).to_string());
        let total = self.claims.unwrap_or(self.rows);
        let pages = total.div_ceil(size);
        let json = |size: usize| {
            json!({"currentPage": page, "pageSize": size, "totalCount": total, "totalPages": pages})
                .to_string()
        };
        match self.header {
            Header::None => answer,
            Header::Json => answer.insert_header("X-Pagination", json(size)),
            Header::SizeAsked => answer.insert_header("X-Pagination", json(asked)),
            Header::Pairs => {
                let pairs = format!(
                    "currentPage={page};pageSize={size};totalCount={total};totalPages={pages}"
                );
                answer.insert_header("X-Pagination", pairs)
            }
        }
    }
}
