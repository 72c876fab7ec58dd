//! What a case is followed by. Its job number is enough, unless a list shows the number in two services.

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::Names;
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
    /// Key of a case that has its number for itself.
    pub(super) fn alone(id: Text) -> Self {
        Self { id, service: None }
    }

    /// Key of one of the cases that share a number.
    pub(super) fn in_service(id: Text, service: Text) -> Self {
        Self { id, service: Some(service) }
    }

    /// Whether another case has the same number. What is known by the number alone, such as the job of an
    /// agent, does not say which of them is meant.
    pub(super) const fn is_shared(&self) -> bool {
        self.service.is_some()
    }

    /// The service of a case that shares its number.
    pub(super) const fn service(&self) -> Option<&Text> {
        self.service.as_ref()
    }
}

/// Services in which one list shows each number.
#[derive(Debug, Default)]
pub(super) struct ServicesShown<'a> {
    first: FxHashMap<&'a Text, &'a Text>,
    shared: FxHashSet<&'a Text>,
}

impl<'a> ServicesShown<'a> {
    /// Reads the numbers of a whole list, whichever of its rows are counted.
    pub(super) fn new(list: &'a CaseList, names: &'a Names) -> Self {
        let mut shown = Self::default();
        for case in &list.cases {
            let Some(service) = case.service_id.as_ref().map(|service| names.id(service)) else { continue };
            if *shown.first.entry(&case.id).or_insert(service) != service {
                shown.shared.insert(&case.id);
            }
        }
        shown
    }

    /// Returns whether the list shows the number in more than one service.
    pub(super) fn is_shared(&self, id: &Text) -> bool {
        self.shared.contains(id)
    }

    /// Numbers that the list shows in more than one service.
    pub(super) fn shared(&self) -> impl Iterator<Item = &'a Text> + '_ {
        self.shared.iter().copied()
    }

    /// The only service in which the list shows the number.
    pub(super) fn only_service(&self, id: &Text) -> Option<&'a Text> {
        self.first.get(id).copied().filter(|_| !self.is_shared(id))
    }
}
