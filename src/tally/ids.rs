//! Ids from reading to reading: of services that lists give by name, of cases that share a job
//! number, and of agents and groups that Trio no longer lists.

use std::{cell::OnceCell, collections::BTreeSet, hash::BuildHasher, time::Duration};

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::{
    model::{CaseList, Stamp, Text},
    snapshot::Center,
};

/// Ids of services by name.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    /// Last changes of the configuration of services and of service groups.
    taken: [Option<Stamp>; 2],
    ids: FxHashMap<Text, Text>,
}

impl NameIndex {
    /// Reads the names again if the configuration changed. Returns true if it did.
    pub(super) fn refresh(&mut self, center: &Center) -> bool {
        let taken = [
            center.services.good.as_ref().map(|good| good.changed),
            center.service_groups.good.as_ref().map(|good| good.changed),
        ];
        let newer = self.taken != taken;
        if newer {
            *self = Self { taken, ids: ids_by_name(center) };
        }
        newer
    }

    /// Returns the id of a service that a list gives by id or by name. A name that several services
    /// have is returned as it is.
    pub(super) fn id<'a>(&'a self, id_or_name: &'a Text) -> &'a Text {
        self.ids.get(id_or_name).unwrap_or(id_or_name)
    }
}

fn ids_by_name(center: &Center) -> FxHashMap<Text, Text> {
    let services = || center.services.good.iter().flat_map(|good| good.data.iter());
    let ids: FxHashSet<&Text> = services().map(|service| &service.id).collect();
    let mut found: FxHashMap<Text, Option<Text>> = FxHashMap::default();
    for service in services() {
        // A text that is the id of one service is never taken as the name of another.
        let Some(name) = service.name.as_ref().filter(|name| !ids.contains(name)) else { continue };
        // A name of two services would add the cases of one to the other.
        found
            .entry(name.clone())
            .and_modify(|id| *id = None)
            .or_insert_with(|| Some(service.id.clone()));
    }
    found.into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}

/// Identity of a case from list to list: its job number, and the service where one list shows the
/// number in two services.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct CaseKey {
    /// Trio's job number.
    pub(super) id: Text,
    /// Its service, while a list shows the number in more than one.
    service: Option<Text>,
}

impl CaseKey {
    /// Creates the key of a case whose number no other case has.
    pub(super) fn alone(id: Text) -> Self {
        Self { id, service: None }
    }

    /// Creates the key of a case that shares its number.
    pub(super) fn in_service(id: Text, service: Text) -> Self {
        Self { id, service: Some(service) }
    }

    /// Returns true if another case has the same number. Facts known by the number alone, such as
    /// the job of an agent, may then belong to either.
    pub(super) const fn is_shared(&self) -> bool {
        self.service.is_some()
    }

    /// Returns the service of a case that shares its number.
    pub(super) const fn service(&self) -> Option<&Text> {
        self.service.as_ref()
    }
}

/// Services in which a list shows each number.
#[derive(Debug)]
pub(super) struct ServicesShown<'a> {
    list: &'a CaseList,
    names: &'a NameIndex,
    /// Numbers in more than one service.
    shared: FxHashSet<&'a Text>,
    /// First service of each number, once someone asks for it.
    // In most lists no number is shared, and then no one asks.
    first: OnceCell<FxHashMap<&'a Text, &'a Text>>,
}

impl<'a> ServicesShown<'a> {
    /// Reads the numbers of a whole list, including rows that are not counted.
    pub(super) fn new(list: &'a CaseList, names: &'a NameIndex) -> Self {
        let shown = Self { list, names, shared: FxHashSet::default(), first: OnceCell::default() };
        if !repeats_a_number(list) {
            return shown;
        }
        let first = shown.first();
        let is_elsewhere = |(id, service): &(&Text, &Text)| first[*id] != *service;
        let shared = shown.rows().filter(is_elsewhere).map(|(id, _)| id).collect();
        Self { shared, ..shown }
    }

    /// Returns the rows that have a service: their number and the id of the service.
    fn rows(&self) -> impl Iterator<Item = (&'a Text, &'a Text)> + use<'a> {
        let (list, names) = (self.list, self.names);
        list.cases.iter().filter_map(|case| {
            case.service_id.as_ref().map(|service| (&case.id, names.id(service)))
        })
    }

    fn first(&self) -> &FxHashMap<&'a Text, &'a Text> {
        self.first.get_or_init(|| {
            let mut first = FxHashMap::default();
            for (id, service) in self.rows() {
                first.entry(id).or_insert(service);
            }
            first
        })
    }

    /// Returns true if the list shows the number in more than one service.
    pub(super) fn is_shared(&self, id: &Text) -> bool {
        self.shared.contains(id)
    }

    /// Returns the numbers that the list shows in more than one service.
    pub(super) fn shared(&self) -> impl Iterator<Item = &'a Text> + '_ {
        self.shared.iter().copied()
    }

    /// Returns the only service in which the list shows the number.
    pub(super) fn only_service(&self, id: &Text) -> Option<&'a Text> {
        self.first().get(id).copied().filter(|_| !self.is_shared(id))
    }
}

/// Returns true if a number may be in several rows of the list, and false if it certainly is not.
// A set of hashes takes a fraction of the time of a map of the numbers.
fn repeats_a_number(list: &CaseList) -> bool {
    let mut hashes = FxHashSet::with_capacity_and_hasher(list.cases.len(), FxBuildHasher);
    !list.cases.iter().all(|case| hashes.insert(FxBuildHasher.hash_one(&*case.id)))
}

/// Values of ids that Trio no longer lists, limited in time
/// and number. They continue if the id comes back.
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
