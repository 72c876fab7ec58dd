//! `sort=` for lists that change while they are paged: sorted by id, what comes and goes shifts no
//! page under the reader's hands. Whether a server sorts is seen in what it gives, and remembered.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::model::{Resource, Text};

/// What is known of every list, by contact centre.
#[derive(Debug, Default)]
pub(super) struct Sorting(Mutex<HashMap<(Resource, Text), Known>>);

#[derive(Debug, Default)]
struct Known {
    session: u64,
    /// The member that holds the id, as the server spells it.
    id: Option<Text>,
    /// The server refuses to sort, or does not do it.
    useless: bool,
}

impl Sorting {
    /// The member to sort by in `session`, once it is known and as long as that is of use.
    pub(super) fn ask(&self, resource: Resource, contact_center: &Text, session: u64) -> Option<Text> {
        if !resource.comes_and_goes() {
            return None;
        }
        self.with(resource, contact_center, |known| {
            if known.session != session {
                *known = Known { session, id: known.id.take(), useless: false };
            }
            known.id.clone().filter(|_| !known.useless)
        })
    }

    /// A list that was asked for `sorted` or as it is came: under which member its ids stand, and
    /// which they are.
    pub(super) fn saw<'i>(
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
        let useless = sorted && !is_sorted(ids);
        self.with(resource, contact_center, |known| {
            known.id = id.or(known.id.take());
            known.useless |= useless;
        });
    }

    /// The server refuses a request to sort that it answers without.
    pub(super) fn refused(&self, resource: Resource, contact_center: &Text) {
        self.with(resource, contact_center, |known| known.useless = true);
    }

    fn with<T>(&self, resource: Resource, contact_center: &Text, change: impl FnOnce(&mut Known) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry((resource, contact_center.clone())).or_default())
    }
}

/// Whether ids ascend, as numbers or as texts.
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
    fn a_list_that_comes_unsorted_though_asked_for_is_not_asked_for_sorted_in_that_session_again() {
        let (sorting, here) = (Sorting::default(), Text::from("1"));
        let ask = |session| sorting.ask(Resource::Calls, &here, session);
        let saw = |sorted, order: &[&str]| {
            sorting.saw(Resource::Calls, &here, sorted, Some("jobNo".into()), ids(order).iter());
        };
        assert_eq!(ask(1), None, "nothing is known yet");
        saw(false, &["3", "1"]);
        assert_eq!(ask(1).as_deref(), Some("jobNo"));
        saw(true, &["1", "3"]);
        assert_eq!(ask(1).as_deref(), Some("jobNo"));
        saw(true, &["3", "1"]);
        assert_eq!(ask(1), None);
        assert_eq!(ask(2).as_deref(), Some("jobNo"), "a new session may sort");
        sorting.refused(Resource::Calls, &here);
        assert_eq!(ask(2), None);
    }

    #[test]
    fn what_seldom_changes_is_taken_as_it_comes() {
        let (sorting, here) = (Sorting::default(), Text::from("1"));
        sorting.saw(Resource::Agents, &here, false, Some("id".into()), ids(&["1"]).iter());
        assert_eq!(sorting.ask(Resource::Agents, &here, 1), None);
    }
}
