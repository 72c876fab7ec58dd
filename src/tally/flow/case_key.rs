//! Identity of a case from list to list: its job number, and the service where one list shows the
//! number in two services.

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::NameIndex;
use crate::model::{CaseList, Text};

/// Key of a case in the tally.
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
#[derive(Debug, Default)]
pub(super) struct ServicesShown<'a> {
    first: FxHashMap<&'a Text, &'a Text>,
    shared: FxHashSet<&'a Text>,
}

impl<'a> ServicesShown<'a> {
    /// Reads the numbers of a whole list, including rows that are not counted.
    pub(super) fn new(list: &'a CaseList, names: &'a NameIndex) -> Self {
        let mut shown = Self::default();
        for case in &list.cases {
            let Some(service) = case.service_id.as_ref().map(|service| names.id(service)) else {
                continue;
            };
            if *shown.first.entry(&case.id).or_insert(service) != service {
                shown.shared.insert(&case.id);
            }
        }
        shown
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
        self.first.get(id).copied().filter(|_| !self.is_shared(id))
    }
}
