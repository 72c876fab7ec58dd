//! How many pages a collection has, as far as the server says.

use serde_json::Value;

/// The header that describes the pages.
pub(super) const HEADER: &str = "x-pagination";

/// More pages than this are not read: an answer that claims them is not believed.
pub(super) const MOST_PAGES: usize = 2000;

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pagination {
    /// Items in the whole collection.
    pub(super) total: usize,
    /// Items a page, as the server cut it.
    pub(super) page_size: Option<usize>,
}

impl Pagination {
    /// Reads the header: JSON as documented, or `name=value` pairs.
    pub(super) fn read(header: &str) -> Option<Self> {
        let number = |name: &str| -> Option<usize> {
            if let Ok(Value::Object(members)) = serde_json::from_str(header) {
                let (_, value) = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
                return value
                    .as_u64()
                    .and_then(|n| n.try_into().ok())
                    .or_else(|| value.as_str()?.trim().parse().ok());
            }
            let pairs = header.split([';', ',']).filter_map(|pair| pair.split_once('='));
            let mut found = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
            found.next()?.1.trim().trim_matches('"').parse().ok()
        };
        Some(Self { total: number("totalCount")?, page_size: number("pageSize").filter(|size| *size > 0) })
    }

    /// Pages in all, given how many rows the first page held. A size that the first page contradicts
    /// is not believed.
    pub(super) fn pages(&self, first_rows: usize) -> usize {
        if self.total <= first_rows {
            return 1;
        }
        let size = self.page_size.unwrap_or(first_rows).min(first_rows).max(1);
        self.total.div_ceil(size).min(MOST_PAGES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_as_json_and_as_pairs() {
        let expected = Some(Pagination { total: 25, page_size: Some(10) });
        for header in [
            r#"{"currentPage":1,"pageSize":10,"totalCount":25,"totalPages":3}"#,
            r#"{"CurrentPage":1,"PageSize":"10","TotalCount":"25"}"#,
            "currentPage=1;pageSize=10;totalCount=25",
            "TotalCount = 25, PageSize = \"10\"",
        ] {
            assert_eq!(Pagination::read(header), expected, "{header}");
        }
        for header in ["", "{}", "pages", r#"{"totalCount":-1}"#] {
            assert_eq!(Pagination::read(header), None, "{header}");
        }
    }

    #[test]
    fn pages_follow_from_the_total_and_what_the_first_page_held() {
        let pages = |total, page_size, rows| Pagination { total, page_size }.pages(rows);
        assert_eq!(pages(25, Some(10), 10), 3);
        assert_eq!(pages(30, Some(10), 10), 3);
        assert_eq!(pages(5, Some(10), 5), 1);
        assert_eq!(pages(0, None, 0), 1);
        assert_eq!(pages(250, Some(1000), 100), 3, "a capped page that claims the size asked for");
        assert_eq!(pages(usize::MAX, Some(1), 1), MOST_PAGES);
        assert_eq!(
            pages(10, Some(10), 0),
            10,
            "an empty first page of a collection that is said to hold ten"
        );
    }
}
