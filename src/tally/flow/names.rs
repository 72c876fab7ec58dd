//! What services are called, by everything that was read of their configuration.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    model::{ServiceNames, Stamp, Text},
    snapshot::Center,
};

/// Services by name, for lists that name them so.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// When the readings that they come from last changed.
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

/// What every service is called.
pub(super) fn describe(center: &Center) -> FxHashMap<Text, ServiceNames<'_>> {
    let mut described: FxHashMap<Text, ServiceNames<'_>> = FxHashMap::default();
    for status in center.service_state.good.iter().flat_map(|good| good.data.iter()) {
        described.entry(status.id.clone()).or_default().name = status.name.as_deref();
    }
    let read = center.service_groups.good.as_ref();
    let members = read.and_then(|good| good.data.members.as_ref());
    for service in center.services.good.iter().flat_map(|good| good.data.iter()) {
        let entry = described.entry(service.id.clone()).or_default();
        entry.name = service.name.as_deref().or(entry.name);
        if members.is_none() {
            entry.groups.extend(service.group_ids.iter().map(|id| &**id));
        }
    }
    for (service, group) in members.into_iter().flatten() {
        described.entry(service.clone()).or_default().groups.push(group);
    }
    let groups = read.iter().flat_map(|good| &good.data.groups);
    let names: FxHashMap<&str, &str> =
        groups.filter_map(|group| Some((&*group.id, group.name.as_deref()?))).collect();
    for entry in described.values_mut() {
        let named: Vec<&str> = entry.groups.iter().filter_map(|id| names.get(id).copied()).collect();
        entry.groups.extend(named);
    }
    described
}
