//! `sort=` for lists that change while they are paged.
//!
//! In a list sorted by id, cases that come and go do not shift the others across pages. Documented
//! is the parameter, not which resources honour it: that is seen in the answers and remembered.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::model::{Resource, Text};

/// Sorting of every list, by contact centre.
#[derive(Debug, Default)]
pub(in crate::trio) struct Sorting(Mutex<HashMap<(Resource, Text), ListSorting>>);

/// Sorting of one list.
#[derive(Debug, Default)]
struct ListSorting {
    session: u64,
    /// Member that holds the id, as the server spells it.
    id: Option<Text>,
    /// The server refuses the parameter or ignores it.
    does_not_sort: bool,
}

impl Sorting {
    /// Returns the member to sort by in `session`, once it is known and while the server sorts.
    pub(super) fn sort_member(
        &self,
        resource: Resource,
        contact_center: &Text,
        session: u64,
    ) -> Option<Text> {
        // Configuration changes rarely while it is paged; a parameter that may be refused is not
        // worth it.
        if !resource.comes_and_goes() {
            return None;
        }
        self.with(resource, contact_center, |known| {
            if known.session != session {
                // The name of the member stays, since the API keeps it; whether it sorts is tried
                // again.
                *known = ListSorting { session, id: known.id.take(), does_not_sort: false };
            }
            known.id.clone().filter(|_| !known.does_not_sort)
        })
    }

    /// Records a list that arrived, `sorted` if that was asked for, with the member and values of
    /// its ids.
    pub(super) fn record_list<'i>(
        &self,
        resource: Resource,
        contact_center: &Text,
        sorted: bool,
        id: Option<Text>,
        ids: impl Iterator<Item = &'i Text>,
    ) {
        if !resource.comes_and_goes() {
            return;
        }
        let does_not_sort = sorted && !is_sorted(ids);
        self.with(resource, contact_center, |known| {
            known.id = id.or(known.id.take());
            known.does_not_sort |= does_not_sort;
        });
    }

    /// Records that the server refused to sort a list that it gives unsorted.
    pub(in crate::trio) fn record_refusal(&self, resource: Resource, contact_center: &Text) {
        self.with(resource, contact_center, |known| known.does_not_sort = true);
    }

    fn with<T>(
        &self,
        resource: Resource,
        contact_center: &Text,
        change: impl FnOnce(&mut ListSorting) -> T,
    ) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry((resource, contact_center.clone())).or_default())
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
    fn unsorted_answer_ends_sorting_until_the_next_session() {
        let (sorting, here) = (Sorting::default(), Text::from("1"));
        let ask = |session| sorting.sort_member(Resource::Calls, &here, session);
        let record = |sorted, order: &[&str]| {
            sorting.record_list(
                Resource::Calls,
                &here,
                sorted,
                Some("jobNo".into()),
                ids(order).iter(),
            );
        };
        assert_eq!(ask(1), None, "nothing is known yet");
        record(false, &["3", "1"]);
        assert_eq!(ask(1).as_deref(), Some("jobNo"));
        record(true, &["1", "3"]);
        assert_eq!(ask(1).as_deref(), Some("jobNo"));
        record(true, &["3", "1"]);
        assert_eq!(ask(1), None);
        assert_eq!(ask(2).as_deref(), Some("jobNo"), "a new session may sort");
        sorting.record_refusal(Resource::Calls, &here);
        assert_eq!(ask(2), None);
    }

    #[test]
    fn configuration_lists_are_not_sorted() {
        let (sorting, here) = (Sorting::default(), Text::from("1"));
        sorting.record_list(Resource::Agents, &here, false, Some("id".into()), ids(&["1"]).iter());
        assert_eq!(sorting.sort_member(Resource::Agents, &here, 1), None);
    }
}
