//! Paging: collections of more than ten items are served in pages, described by the header
//! `X-Pagination`.

use std::ops::Range;

use serde_json::json;

use super::Request;
use super::links::Links;
use super::resource::Collection;

/// Default page size, and the size up to which a collection is not paged, both as documented.
const DEFAULT_PAGE_SIZE: usize = 10;

/// One page of a collection.
#[derive(Debug)]
pub(super) struct Page {
    number: usize,
    size: usize,
    total: usize,
}

impl Page {
    /// Returns the page that a request asks for, of `total` items and at most `cap` per page. A
    /// parameter that is no number, or zero, counts as absent.
    pub(super) fn new(request: &Request, total: usize, cap: usize) -> Self {
        let asked = |name| {
            let number =
                request.query.get(name).and_then(|value| value.trim().parse::<usize>().ok());
            number.filter(|number| *number > 0)
        };
        // No cap: the in-process reader gets each collection as one page.
        let usual = if cap == usize::MAX { cap } else { DEFAULT_PAGE_SIZE };
        let size = asked("pageSize").unwrap_or(usual).min(cap.max(1));
        // Documented: collections of more than ten items are paged, so a smaller `pageSize` does
        // not split ten.
        let size = if total <= DEFAULT_PAGE_SIZE { DEFAULT_PAGE_SIZE } else { size };
        Self { number: asked("page").unwrap_or(1), size, total }
    }

    /// Index range of the items on this page; empty after the last page.
    pub(super) fn range(&self) -> Range<usize> {
        // Saturating: `page=18446744073709551615` is a valid number.
        let start = (self.number - 1).saturating_mul(self.size).min(self.total);
        start..start.saturating_add(self.size).min(self.total)
    }

    /// Value of `X-Pagination`; `None` for a collection that is not paged.
    pub(super) fn header(
        &self,
        request: &Request,
        links: &Links,
        collection: Collection,
    ) -> Option<String> {
        if self.total <= DEFAULT_PAGE_SIZE {
            return None;
        }
        let pages = self.total.div_ceil(self.size);
        let link = |number: usize| {
            let query = request.query.with_field("page", &number.to_string());
            (1..=pages)
                .contains(&number)
                .then(|| format!("{}?{query}", links.url(&collection.path())))
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::Value;

    use super::super::tests::Client;
    use crate::sim::Options;

    fn read(client: &mut Client, target: &str) -> (usize, Option<Value>) {
        let answer = client.get(target);
        let header = answer.headers.get("x-pagination").and_then(|header| header.to_str().ok());
        let header = header.map(|header| serde_json::from_str(header).expect("JSON"));
        (answer.body["data"].as_array().expect("a collection").len(), header)
    }

    #[test]
    fn ten_items_are_not_paged() {
        let mut client = Client::new(Options { agents: 10, ..Options::default() });
        for target in
            ["/cc/1/agents", "/cc/1/agents?pageSize=3", "/cc/1/agents?page=1&pageSize=500"]
        {
            assert_eq!(read(&mut client, target), (10, None), "{target}");
        }
        assert_eq!(read(&mut client, "/cc/1/agents?page=2"), (0, None));
    }

    #[test]
    fn pages_link_to_each_other() {
        let mut client = Client::new(Options { agents: 25, ..Options::default() });
        let (rows, header) = read(&mut client, "/cc/1/agents?fields=agentId&page=2");
        let expected = serde_json::json!({
            "currentPage": 2, "pageSize": 10, "totalCount": 25, "totalPages": 3,
            "previousPageLink": "http://trio.test:8080/te/api/cc/1/agents?fields=agentId&page=1",
            "nextPageLink": "http://trio.test:8080/te/api/cc/1/agents?fields=agentId&page=3",
        });
        assert_eq!((rows, header), (10, Some(expected)));
        let mut seen = Vec::new();
        for page in 1..=3 {
            seen.extend(client.column(&format!("/cc/1/agents?page={page}"), "agentId"));
        }
        assert_eq!(seen, (1001..=1025).map(Value::from).collect::<Vec<_>>());
        let (rows, header) = read(&mut client, "/cc/1/agents?page=3");
        assert_eq!((rows, &header.expect("a header")["nextPageLink"]), (5, &Value::Null));
    }

    #[test]
    fn page_size_is_capped_and_bad_numbers_ignored() {
        let mut client = Client::new(Options { agents: 40, page_cap: 15, ..Options::default() });
        let (rows, header) = read(&mut client, "/cc/1/agents?pageSize=1000");
        assert_eq!((rows, &header.expect("a header")["pageSize"]), (15, &Value::from(15)));
        for (target, rows) in [
            ("/cc/1/agents?pageSize=0&page=0", 10),
            ("/cc/1/agents?pageSize=-1&page=x", 10),
            ("/cc/1/agents?page=18446744073709551615", 0),
            ("/cc/1/agents?page=99999999999999999999999", 10),
        ] {
            assert_eq!(read(&mut client, target).0, rows, "{target}");
        }
    }
}
