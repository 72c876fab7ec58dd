//! Counters of ids that Trio no longer lists. They continue if the id comes back.

use std::{collections::BTreeSet, time::Duration};

use rustc_hash::FxHashMap;

use crate::model::Text;

/// Values of ids that are gone, limited in time and number.
#[derive(Debug)]
pub(super) struct Retained<T> {
    by_id: FxHashMap<Text, (Duration, T)>,
    // Sorted by age, so that the oldest is found without a scan: a server that invents new ids in
    // each reading must not cost a scan per id.
    by_age: BTreeSet<(Duration, Text)>,
}

impl<T> Default for Retained<T> {
    fn default() -> Self {
        Self { by_id: FxHashMap::default(), by_age: BTreeSet::new() }
    }
}

impl<T> Retained<T> {
    /// Keeps the value of an id that is gone since `at`. Above `most` values, those that are gone
    /// longest are dropped.
    pub(super) fn put(&mut self, id: Text, at: Duration, value: T, most: usize) {
        if let Some((before, _)) = self.by_id.insert(id.clone(), (at, value)) {
            self.by_age.remove(&(before, id.clone()));
        }
        self.by_age.insert((at, id));
        while self.by_id.len() > most {
            self.forget_oldest();
        }
    }

    /// Removes and returns the value of an id that is back.
    pub(super) fn take(&mut self, id: &str) -> Option<T> {
        let (id, (at, value)) = self.by_id.remove_entry(id)?;
        self.by_age.remove(&(at, id));
        Some(value)
    }

    /// Returns all kept values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Text, &T)> {
        self.by_id.iter().map(|(id, (_, value))| (id, value))
    }

    /// Drops values of ids that are gone since before `oldest`.
    pub(super) fn forget_before(&mut self, oldest: Duration) {
        while self.by_age.first().is_some_and(|(at, _)| *at < oldest) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, id)) = self.by_age.pop_first() {
            self.by_id.remove(&id);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert_eq!(self.by_id.len(), self.by_age.len());
        self.by_id.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returned_values_are_restored_oldest_dropped_first() {
        let secs = Duration::from_secs;
        let mut kept = Retained::default();
        for (id, at) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            kept.put(id.into(), secs(at), at, 3);
        }
        assert_eq!((kept.len(), kept.take("a"), kept.take("a")), (3, Some(3), None));
        kept.put("d".into(), secs(5), 5, 2);
        assert_eq!((kept.len(), kept.take("b"), kept.take("c")), (2, None, Some(4)));
        kept.forget_before(secs(5));
        assert_eq!(kept.len(), 1, "just as old as allowed");
        kept.forget_before(secs(6));
        assert_eq!((kept.len(), kept.take("d")), (0, None));
        kept.put("e".into(), secs(7), 7, 0);
        assert_eq!(kept.len(), 0);
    }
}
