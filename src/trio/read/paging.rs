//! The header `X-Pagination`.

use serde_json::{Map, Value};

use crate::trio::wire::answer::{Answer, PAGINATION};

/// Pages read of a collection at most.
// A header may claim any number. At the usual 1000 items per page this is two million items, more
// than any contact centre has, and at the documented ten it is still 20,000.
pub(super) const MAX_PAGES: usize = 2000;

/// Content of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) struct Pagination {
    /// Items in the whole collection.
    pub(in crate::trio) total: Option<usize>,
    /// Items a page, by the server.
    pub(in crate::trio) page_size: Option<usize>,
    /// Pages in all.
    pub(super) total_pages: Option<usize>,
    /// There is a link to a next page.
    pub(super) has_next: bool,
}

impl Pagination {
    /// Returns what the header of an answer says; see [`Self::read`].
    pub(in crate::trio) fn of_answer(answer: &Answer) -> Option<Self> {
        answer.header(PAGINATION).and_then(Self::read)
    }

    /// Reads the header: JSON as documented, or `name=value` pairs (assumption A3). Returns `None`
    /// if it does not say how far the collection goes.
    fn read(header: &str) -> Option<Self> {
        let members = match serde_json::from_str(header) {
            Ok(Value::Object(members)) => members,
            _ => pairs(header),
        };
        let value = |name: &str| {
            members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        // Numbers may come as texts; a negative or too large one is no number of items.
        let number = |name: &str| -> Option<usize> {
            let value = value(name)?;
            let number = value.as_u64().and_then(|number| number.try_into().ok());
            number.or_else(|| value.as_str()?.trim().parse().ok())
        };
        let next = value("nextPageLink");
        let says_next = next.is_some();
        let pagination = Self {
            total: number("totalCount"),
            // Zero items per page would divide by zero and never end.
            page_size: number("pageSize").filter(|size| *size > 0),
            total_pages: number("totalPages"),
            // At the ends of a collection the link is empty or null, also as the text "null".
            has_next: next
                .and_then(Value::as_str)
                .is_some_and(|link| !matches!(link.trim(), "" | "null")),
        };
        (pagination.total.is_some() || pagination.total_pages.is_some() || says_next)
            .then_some(pagination)
    }

    /// Returns the number of pages, given the rows of the first one; `None` if only links tell.
    pub(in crate::trio) fn pages(&self, first_rows: usize) -> Option<usize> {
        let Some(total) = self.total else {
            return self.total_pages.map(|pages| pages.clamp(1, MAX_PAGES));
        };
        // More items than announced: the list grew between counting and writing, and nothing is
        // missing.
        if total <= first_rows {
            return Some(1);
        }
        // A server may cap pages below the size asked for and still report that size: the rows that
        // came are the evidence. Believing the header would skip the items between.
        let size = self.page_size.unwrap_or(first_rows).min(first_rows).max(1);
        Some(total.div_ceil(size).min(MAX_PAGES))
    }
}

/// Members of a header that is a list of pairs.
fn pairs(header: &str) -> Map<String, Value> {
    let pairs = header.split([';', ',']).filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| (key.trim().to_owned(), Value::from(value.trim().trim_matches('"'))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_read_as_json_and_as_pairs() {
        for (header, total_pages, has_next) in [
            (r#"{"currentPage":1,"pageSize":10,"totalCount":25,"totalPages":3}"#, Some(3), false),
            (
                r#"{"CurrentPage":1,"PageSize":"10","TotalCount":"25","NextPageLink":"/x"}"#,
                None,
                true,
            ),
            (r#"{"pageSize":10,"totalCount":25,"nextPageLink":null}"#, None, false),
            ("currentPage=1;pageSize=10;totalCount=25;totalPages=3", Some(3), false),
            ("TotalCount = 25, PageSize = \"10\"; nextPageLink=http://t/?page=2", None, true),
        ] {
            let expected =
                Pagination { total: Some(25), page_size: Some(10), total_pages, has_next };
            assert_eq!(Pagination::read(header), Some(expected), "{header}");
        }
        for header in ["", "{}", "pages", r#"{"totalCount":-1}"#, "[1]", "pageSize=10"] {
            assert_eq!(Pagination::read(header), None, "{header}");
        }
    }

    #[test]
    fn pages_follow_from_total_and_first_page() {
        let none = Pagination { total: None, page_size: None, total_pages: None, has_next: true };
        let pages = |total, page_size, rows| {
            Pagination { total: Some(total), page_size, ..none }.pages(rows).expect("known")
        };
        assert_eq!(pages(25, Some(10), 10), 3);
        assert_eq!(pages(30, Some(10), 10), 3);
        assert_eq!(pages(5, Some(10), 5), 1);
        assert_eq!(pages(0, None, 0), 1);
        assert_eq!(pages(250, Some(1000), 100), 3, "a capped page that claims the size asked for");
        assert_eq!(pages(usize::MAX, Some(1), 1), MAX_PAGES);
        assert_eq!(
            pages(10, Some(10), 0),
            10,
            "an empty first page of a collection that is said to hold ten"
        );
        assert_eq!(none.pages(10), None);
        assert_eq!(Pagination { total_pages: Some(0), ..none }.pages(10), Some(1));
        assert_eq!(Pagination { total_pages: Some(usize::MAX), ..none }.pages(10), Some(MAX_PAGES));
    }
}
