//! Lists whose total counts rows that no page shows: the API user may not see them.
//!
//! Only two complete readings in a row with the same ids and the same total show that. The
//! conclusion holds for exactly that pair: any change is looked at again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    model::{Resource, Text},
    trio::learned::ListKey,
};

/// Lists remembered at most: a target with thousands of groups has as many filtered ones.
const MAX_LISTS: usize = 10_000;

/// A list, and the value of its row filter.
type Key = (ListKey, Option<Text>);

/// Ids and total of one complete reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) ids: u64,
    pub(super) total: usize,
}

/// Conclusions about the lists of a target.
#[derive(Debug, Default)]
pub(in crate::trio) struct HiddenRows(Mutex<HashMap<Key, Conclusion>>);

#[derive(Debug)]
struct Conclusion {
    reading: Fingerprint,
    shown: usize,
}

/// A list whose total counts more items than its pages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiddenItems {
    /// The list.
    pub resource: Resource,
    /// Items shown.
    pub shown: usize,
    /// Items in all, by the server.
    pub total: usize,
}

impl HiddenRows {
    /// Returns whether a reading confirms the one before it, or a conclusion that was drawn.
    pub(super) fn is_known(
        &self,
        key: &Key,
        reading: Fingerprint,
        before: Option<Fingerprint>,
    ) -> bool {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        before == Some(reading) || lists.get(key).is_some_and(|known| known.reading == reading)
    }

    /// Remembers the conclusion, and logs the first one about a list: it shows `shown` of `total`.
    pub(super) fn record(&self, key: Key, reading: Fingerprint, (shown, total): (usize, usize)) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= MAX_LISTS {
            lists.clear();
        }
        let resource = key.0.resource;
        if lists.insert(key, Conclusion { reading, shown }).is_none() {
            tracing::warn!(
                resource = resource.as_str(),
                shown,
                total,
                "the total of this list counts items that no page shows; the items shown are used"
            );
        }
    }
}

impl HiddenRows {
    /// Returns the whole lists with hidden items, in the order of their resources.
    pub(in crate::trio) fn lists(&self) -> Vec<HiddenItems> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = lists.iter().filter(|((_, value), _)| value.is_none());
        let mut items: Vec<_> = whole
            .map(|((list, _), known)| HiddenItems {
                resource: list.resource,
                shown: known.shown,
                total: known.reading.total,
            })
            .collect();
        items.sort_unstable_by_key(|items| items.resource.index());
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conclusion_holds_for_one_pair_of_ids_and_total() {
        let (hidden, key) =
            (HiddenRows::default(), (ListKey::new(Resource::Agents, "1".into()), None));
        let reading = |ids, total| Fingerprint { ids, total };
        assert!(!hidden.is_known(&key, reading(1, 5), None));
        assert!(!hidden.is_known(&key, reading(1, 5), Some(reading(2, 5))), "other ids");
        assert!(!hidden.is_known(&key, reading(1, 5), Some(reading(1, 6))), "another total");
        assert!(hidden.is_known(&key, reading(1, 5), Some(reading(1, 5))));
        hidden.record(key.clone(), reading(1, 5), (3, 5));
        assert!(hidden.is_known(&key, reading(1, 5), None));
        assert!(!hidden.is_known(&key, reading(1, 6), None));
        assert!(!hidden.is_known(&(key.0, Some("7".into())), reading(1, 5), None), "other rows");
    }
}
