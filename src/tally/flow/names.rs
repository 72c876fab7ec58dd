//! Which service a list means that calls services by their names.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    model::{Stamp, Text},
    snapshot::Center,
};

/// Services by name, for lists that name them so.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// When the configuration of services and groups last changed.
    taken: [Option<Stamp>; 2],
    ids: FxHashMap<Text, Text>,
}

impl Names {
    /// Takes the names from newer readings; returns whether there were any.
    pub(super) fn renew(&mut self, center: &Center) -> bool {
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

    /// The id of a service that a list calls so: its id, or its name if that means one service alone.
    pub(super) fn id<'a>(&'a self, called: &'a Text) -> &'a Text {
        self.ids.get(called).unwrap_or(called)
    }
}

fn ids_by_name(center: &Center) -> FxHashMap<Text, Text> {
    let services = || center.services.good.iter().flat_map(|good| good.data.iter());
    let ids: FxHashSet<&Text> = services().map(|service| &service.id).collect();
    let mut found: FxHashMap<Text, Option<Text>> = FxHashMap::default();
    for service in services() {
        let Some(name) = service.name.as_ref().filter(|name| !ids.contains(name)) else { continue };
        found.entry(name.clone()).and_modify(|id| *id = None).or_insert_with(|| Some(service.id.clone()));
    }
    found.into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}
