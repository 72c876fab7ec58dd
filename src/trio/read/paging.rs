//! Paging: the header `X-Pagination`, and how a server pages that sends none.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use serde_json::{Map, Value};

use crate::model::Resource;

/// Header that describes the pages, in lower case.
pub(in crate::trio) const HEADER: &str = "x-pagination";

/// Pages read of a collection at most.
// A header may claim any number. At the usual 1000 items per page this is two million items, more
// than any contact centre has, and at the documented ten it is still 20,000.
pub(super) const MAX_PAGES: usize = 2000;

/// Number of items up to which a collection is not paged, by the documentation.
const MAX_UNPAGED_ITEMS: usize = 10;

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
    /// Reads the header: JSON as documented, or `name=value` pairs (assumption A3). Returns `None`
    /// if it does not say how far the collection goes.
    pub(in crate::trio) fn read(header: &str) -> Option<Self> {
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

/// Paging behaviour of each resource, with and without a row filter.
#[derive(Debug, Default)]
pub(in crate::trio) struct PagingMemory(Mutex<HashMap<(Resource, bool), PagingBehaviour>>);

/// Behaviour of one resource in a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::trio) struct PagingBehaviour {
    session: u64,
    /// It sent the header once, so it does whenever there are several pages.
    pub(super) sends_header: bool,
    /// It returns the same rows for every page.
    pub(super) ignores_pages: bool,
    /// Most rows that ever came in one page: a page with fewer is a whole collection.
    pub(super) most_rows: usize,
}

impl PagingMemory {
    /// Returns the behaviour of a resource in `session`.
    pub(in crate::trio) fn get(&self, key: (Resource, bool), session: u64) -> PagingBehaviour {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let behaviour = all.entry(key).or_default();
        // A server is upgraded or replaced behind the same address; a login follows, so a
        // conclusion lives no longer than a token, an hour by default.
        if behaviour.session != session {
            *behaviour = PagingBehaviour { session, ..PagingBehaviour::default() };
        }
        *behaviour
    }

    /// Changes what is remembered of a resource.
    pub(super) fn update(&self, key: (Resource, bool), change: impl FnOnce(&mut PagingBehaviour)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(key).or_default());
    }
}

impl PagingBehaviour {
    /// Returns whether another page may follow a first one of `rows` rows that came without a
    /// header, where `asked` rows were asked for.
    pub(super) fn may_have_more(self, rows: usize, asked: usize) -> bool {
        // The default size is ten, and a server may ignore the size asked for or cap it at another
        // round one. Stopping after a full page would lose everything behind it without an error.
        let looks_full = rows > 0 && (rows == asked || rows.is_multiple_of(10));
        looks_full
            && rows >= self.most_rows
            && !self.ignores_pages
            && !(self.sends_header && rows <= MAX_UNPAGED_ITEMS)
    }
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

    #[test]
    fn full_page_without_header_may_have_more() {
        let fresh = PagingBehaviour::default();
        for (rows, goes_on) in
            [(0, false), (9, false), (10, true), (37, false), (50, true), (1000, true)]
        {
            assert_eq!(fresh.may_have_more(rows, 1000), goes_on, "{rows}");
        }
        assert!(fresh.may_have_more(37, 37), "as many as were asked for");
        let larger = PagingBehaviour { most_rows: 30, ..fresh };
        assert!(!larger.may_have_more(20, 1000), "larger pages came before: this one was not cut");
        assert!(larger.may_have_more(30, 1000));
        assert!(!PagingBehaviour { ignores_pages: true, ..fresh }.may_have_more(20, 1000));
        let sends_header = PagingBehaviour { sends_header: true, ..fresh };
        assert!(!sends_header.may_have_more(10, 1000) && sends_header.may_have_more(20, 1000));
    }

    #[test]
    fn paging_memory_ends_with_the_session() {
        let memory = PagingMemory::default();
        let key = (Resource::Agents, false);
        memory.get(key, 1);
        memory.update(key, |behaviour| behaviour.ignores_pages = true);
        assert!(memory.get(key, 1).ignores_pages);
        assert!(
            !memory.get((Resource::Agents, true), 1).ignores_pages,
            "rows that are filtered are another matter"
        );
        assert!(!memory.get(key, 2).ignores_pages);
    }
}
