//! How many pages a collection has, as far as the server says, and what is remembered where it
//! says nothing.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use serde_json::{Map, Value};

use crate::model::Resource;

/// The header that describes the pages.
pub(super) const HEADER: &str = "x-pagination";

/// More pages than this are not read: an answer that claims them is not believed.
pub(super) const MOST_PAGES: usize = 2000;

/// Collections of up to this many items are not paged, says the documentation, and larger ones have
/// the header.
const UNPAGED: usize = 10;

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pagination {
    /// Items in the whole collection.
    pub(super) total: Option<usize>,
    /// Items a page, as the server cut it.
    pub(super) page_size: Option<usize>,
    /// Pages in all.
    pub(super) total_pages: Option<usize>,
    /// There is a link to a next page.
    pub(super) has_next: bool,
}

impl Pagination {
    /// Reads the header: JSON as documented, or `name=value` pairs. A header that says nothing of
    /// how far the collection goes is none.
    pub(super) fn read(header: &str) -> Option<Self> {
        let members = match serde_json::from_str(header) {
            Ok(Value::Object(members)) => members,
            _ => pairs(header),
        };
        let value = |name: &str| {
            members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let number = |name: &str| -> Option<usize> {
            let value = value(name)?;
            let number = value.as_u64().and_then(|number| number.try_into().ok());
            number.or_else(|| value.as_str()?.trim().parse().ok())
        };
        let next = value("nextPageLink");
        let says_next = next.is_some();
        let pagination = Self {
            total: number("totalCount"),
            page_size: number("pageSize").filter(|size| *size > 0),
            total_pages: number("totalPages"),
            has_next: next.and_then(Value::as_str).is_some_and(|link| !matches!(link.trim(), "" | "null")),
        };
        (pagination.total.is_some() || pagination.total_pages.is_some() || says_next).then_some(pagination)
    }

    /// Pages in all, given how many rows the first page held; `None` where only links tell. A size
    /// that the first page contradicts is not believed.
    pub(super) fn pages(&self, first_rows: usize) -> Option<usize> {
        let Some(total) = self.total else {
            return self.total_pages.map(|pages| pages.clamp(1, MOST_PAGES));
        };
        if total <= first_rows {
            return Some(1);
        }
        let size = self.page_size.unwrap_or(first_rows).min(first_rows).max(1);
        Some(total.div_ceil(size).min(MOST_PAGES))
    }
}

/// The members of a header that is a list of pairs.
fn pairs(header: &str) -> Map<String, Value> {
    let pairs = header.split([';', ',']).filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim().to_owned(), Value::from(value.trim().trim_matches('"')))).collect()
}

/// What resources do about pages when they send no header, by resource and whether rows are filtered.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<(Resource, bool), Habit>>);

/// What one resource did so far in a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Habit {
    session: u64,
    /// It described its pages once, so it does where there are several.
    pub(super) describes: bool,
    /// It gives the same rows whatever page is asked for.
    pub(super) ignores: bool,
    /// The most rows that ever came in one page: a page with fewer was not cut.
    pub(super) most_rows: usize,
}

impl Memory {
    /// What is known of a resource in `session`.
    pub(super) fn of(&self, key: (Resource, bool), session: u64) -> Habit {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let habit = all.entry(key).or_default();
        if habit.session != session {
            *habit = Habit { session, ..Habit::default() };
        }
        *habit
    }

    /// Notes something about a resource.
    pub(super) fn note(&self, key: (Resource, bool), note: impl FnOnce(&mut Habit)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        note(all.entry(key).or_default());
    }
}

impl Habit {
    /// Whether another page may follow a first one of `rows` rows that came without a header, where
    /// `asked` rows were asked for.
    pub(super) fn may_go_on(self, rows: usize, asked: usize) -> bool {
        let looks_full = rows > 0 && (rows == asked || rows.is_multiple_of(10));
        looks_full && rows >= self.most_rows && !self.ignores && !(self.describes && rows <= UNPAGED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_as_json_and_as_pairs() {
        for (header, total_pages, has_next) in [
            (r#"{"currentPage":1,"pageSize":10,"totalCount":25,"totalPages":3}"#, Some(3), false),
            (r#"{"CurrentPage":1,"PageSize":"10","TotalCount":"25","NextPageLink":"/x"}"#, None, true),
            (r#"{"pageSize":10,"totalCount":25,"nextPageLink":null}"#, None, false),
            ("currentPage=1;pageSize=10;totalCount=25;totalPages=3", Some(3), false),
            ("TotalCount = 25, PageSize = \"10\"; nextPageLink=http://t/?page=2", None, true),
        ] {
            let expected = Pagination { total: Some(25), page_size: Some(10), total_pages, has_next };
            assert_eq!(Pagination::read(header), Some(expected), "{header}");
        }
        for header in ["", "{}", "pages", r#"{"totalCount":-1}"#, "[1]", "pageSize=10"] {
            assert_eq!(Pagination::read(header), None, "{header}");
        }
    }

    #[test]
    fn pages_follow_from_the_total_and_what_the_first_page_held() {
        let none = Pagination { total: None, page_size: None, total_pages: None, has_next: true };
        let pages = |total, page_size, rows| {
            Pagination { total: Some(total), page_size, ..none }.pages(rows).expect("known")
        };
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
        assert_eq!(none.pages(10), None);
        assert_eq!(Pagination { total_pages: Some(0), ..none }.pages(10), Some(1));
        assert_eq!(Pagination { total_pages: Some(usize::MAX), ..none }.pages(10), Some(MOST_PAGES));
    }

    #[test]
    fn without_a_header_a_page_goes_on_where_it_may_have_been_cut() {
        let fresh = Habit::default();
        for (rows, goes_on) in [(0, false), (9, false), (10, true), (37, false), (50, true), (1000, true)] {
            assert_eq!(fresh.may_go_on(rows, 1000), goes_on, "{rows}");
        }
        assert!(fresh.may_go_on(37, 37), "as many as were asked for");
        let larger = Habit { most_rows: 30, ..fresh };
        assert!(!larger.may_go_on(20, 1000), "larger pages came before: this one was not cut");
        assert!(larger.may_go_on(30, 1000));
        assert!(!Habit { ignores: true, ..fresh }.may_go_on(20, 1000));
        let describes = Habit { describes: true, ..fresh };
        assert!(!describes.may_go_on(10, 1000) && describes.may_go_on(20, 1000));
    }

    #[test]
    fn what_is_remembered_ends_with_the_session() {
        let memory = Memory::default();
        let key = (Resource::Agents, false);
        memory.of(key, 1);
        memory.note(key, |habit| habit.ignores = true);
        assert!(memory.of(key, 1).ignores);
        assert!(!memory.of((Resource::Agents, true), 1).ignores, "rows that are filtered are another matter");
        assert!(!memory.of(key, 2).ignores);
    }
}
