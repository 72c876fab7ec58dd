//! Ids of services for lists that give names instead.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    model::{Stamp, Text},
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
