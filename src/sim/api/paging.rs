//! Pages: collections of more than ten come in parts, with a header that describes them.

use std::ops::Range;

use serde_json::json;

use super::Request;
use super::links::Links;
use super::resource::Place;

/// Items a page unless something else is asked for, and the size up to which nothing is paged.
const DEFAULT_SIZE: usize = 10;

/// One page of a collection.
#[derive(Debug)]
pub(super) struct Page {
    number: usize,
    size: usize,
    total: usize,
}

impl Page {
    /// The page that a request asks for, of `total` items and at most `cap` a page. What is no
    /// number, or zero, counts as not asked.
    pub(super) fn of(request: &Request, total: usize, cap: usize) -> Self {
        let asked = |name| {
            let number = request.query.get(name).and_then(|value| value.trim().parse::<usize>().ok());
            number.filter(|number| *number > 0)
        };
        let size = asked("pageSize").unwrap_or(DEFAULT_SIZE).min(cap.max(1));
        let size = if total <= DEFAULT_SIZE { DEFAULT_SIZE } else { size };
        Self { number: asked("page").unwrap_or(1), size, total }
    }

    /// The items on this page; none behind the last.
    pub(super) fn range(&self) -> Range<usize> {
        let start = (self.number - 1).saturating_mul(self.size).min(self.total);
        start..start.saturating_add(self.size).min(self.total)
    }

    /// The value of the header, when there is one.
    pub(super) fn header(&self, request: &Request, links: &Links, place: Place) -> Option<String> {
        if self.total <= DEFAULT_SIZE {
            return None;
        }
        let pages = self.total.div_ceil(self.size);
        let link = |number: usize| {
            let query = request.query.with("page", &number.to_string());
            (1..=pages).contains(&number).then(|| format!("{}?{query}", links.address(&place.path())))
        };
        let description = json!({
            "currentPage": self.number,
            "pageSize": self.size,
            "totalCount": self.total,
            "totalPages": pages,
            "previousPageLink": link(self.number - 1),
            "nextPageLink": link(self.number.saturating_add(1)),
        });
        Some(description.to_string())
    }
}
