//! Habits of a server with one list: paging and sorting.

use std::time::Duration;

use super::{Forget, suspicion::Suspicion};
use crate::model::{Resource, Text};

/// Number of items up to which a collection is not paged, by the documentation.
const MAX_UNPAGED_ITEMS: usize = 10;

/// Paging of one resource, with or without a row filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::trio) struct PagingBehaviour {
    /// It sent the header once, so it does whenever there are several pages.
    pub(in crate::trio) sends_header: bool,
    /// Most rows that ever came in one page: a page with fewer is a whole collection.
    pub(in crate::trio) most_rows: usize,
}

impl Forget for PagingBehaviour {
    // A server is upgraded or replaced behind the same address; a login follows, so a conclusion
    // lives no longer than a token, an hour by default.
    fn forget(&mut self) {
        *self = Self::default();
    }
}

impl PagingBehaviour {
    /// Returns whether another page may follow a first one of `rows` rows that came without a
    /// header, where `asked` rows were asked for.
    pub(in crate::trio) fn may_have_more(self, rows: usize, asked: usize) -> bool {
        // The default size is ten, and a server may ignore the size asked for or cap it at another
        // round one. Stopping after a full page would lose everything behind it without an error.
        let looks_full = rows > 0 && (rows == asked || rows.is_multiple_of(10));
        looks_full && rows >= self.most_rows && !(self.sends_header && rows <= MAX_UNPAGED_ITEMS)
    }
}

/// `sort=` for a list that changes while it is paged.
// In a list sorted by id, cases that come and go do not shift the others across pages. Documented is
// the parameter, not which resources honour it: that is seen in the answers.
#[derive(Debug, Default)]
pub(in crate::trio) struct Sorting {
    /// Member that holds the id, as the server spells it.
    id: Option<Text>,
    /// The server refuses the parameter or ignores it.
    does_not_sort: Suspicion,
}

impl Sorting {
    /// Returns the member to sort by, once it is known and while the server sorts.
    pub(in crate::trio) fn member(&self, resource: Resource, now: Duration) -> Option<Text> {
        // Configuration changes rarely while it is paged; a parameter that may be refused is not
        // worth it.
        self.id.clone().filter(|_| resource.comes_and_goes() && !self.does_not_sort.holds(now))
    }

    /// Records a list that arrived, `sorted` if that was asked for, with the member and values of
    /// its ids.
    pub(in crate::trio) fn record_list<'i>(
        &mut self,
        sorted: bool,
        id: Option<Text>,
        ids: impl Iterator<Item = &'i Text>,
        now: Duration,
    ) {
        match sorted.then(|| is_sorted(ids)) {
            Some(true) => self.does_not_sort.record_success(),
            // The answer itself is the control: it has the rows, in another order.
            Some(false) => drop(self.does_not_sort.record_failure(now)),
            None => {}
        }
        self.id = id.or(self.id.take());
    }

    /// Records that the server refused to sort a list that it gives unsorted.
    pub(in crate::trio) fn record_refusal(&mut self, now: Duration) {
        self.does_not_sort.record_failure(now);
    }
}

/// Returns whether ids ascend, as numbers or as texts.
// Both orders are stable under paging; the documentation does not say which one a server uses.
fn is_sorted<'i>(ids: impl Iterator<Item = &'i Text>) -> bool {
    let ids: Vec<&str> = ids.map(|id| &**id).collect();
    let numbers: Option<Vec<i128>> = ids.iter().map(|id| id.parse().ok()).collect();
    numbers.is_some_and(|numbers| numbers.is_sorted()) || ids.is_sorted()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let sends_header = PagingBehaviour { sends_header: true, ..fresh };
        assert!(!sends_header.may_have_more(10, 1000) && sends_header.may_have_more(20, 1000));
    }

    fn ids(ids: &[&str]) -> Vec<Text> {
        ids.iter().map(|&id| id.into()).collect()
    }

    #[test]
    fn ids_ascend_as_numbers_or_as_texts() {
        for sorted in [&["9", "10", "100"][..], &["10", "100", "9"], &["a", "b"], &["7"], &[]] {
            assert!(is_sorted(ids(sorted).iter()), "{sorted:?}");
        }
        assert!(!is_sorted(ids(&["10", "9", "100"]).iter()));
    }

    #[test]
    fn three_unsorted_answers_end_sorting_for_ten_minutes() {
        let mut sorting = Sorting::default();
        let mut now = Duration::ZERO;
        let asked = |sorting: &Sorting, now| sorting.member(Resource::Calls, now);
        let record = |sorting: &mut Sorting, sorted, order: &[&str], now| {
            sorting.record_list(sorted, Some("jobNo".into()), ids(order).iter(), now);
        };
        assert_eq!(asked(&sorting, now), None, "nothing is known yet");
        record(&mut sorting, false, &["3", "1"], now);
        record(&mut sorting, true, &["3", "1"], now);
        record(&mut sorting, true, &["3", "1"], now);
        record(&mut sorting, true, &["1", "3"], now);
        record(&mut sorting, true, &["3", "1"], now);
        sorting.record_refusal(now);
        assert_eq!(asked(&sorting, now).as_deref(), Some("jobNo"), "never three in a row");
        record(&mut sorting, true, &["3", "1"], now);
        assert_eq!(asked(&sorting, now), None);
        now += Duration::from_secs(600);
        assert_eq!(asked(&sorting, now).as_deref(), Some("jobNo"), "the server may sort by now");
    }

    #[test]
    fn configuration_lists_are_not_sorted() {
        let mut sorting = Sorting::default();
        let now = Duration::ZERO;
        sorting.record_list(false, Some("id".into()), ids(&["1"]).iter(), now);
        assert_eq!(sorting.member(Resource::Agents, now), None);
    }
}
