//! The names of the services of a contact centre, by which rules for goals match.

use std::collections::HashMap;

use super::Center;
use crate::model::ServiceNames;

impl Center {
    /// Returns the names of every service that is configured or has a state, by id.
    pub fn service_names(&self) -> HashMap<&str, ServiceNames<'_>> {
        let contact_center = self.contact_center.names();
        // From the last complete readings of any age: goals must not change because a reading
        // failed.
        let mut names = HashMap::new();
        for status in self.service_state.good.iter().flat_map(|good| good.data.iter()) {
            let name = status.name.as_deref();
            names.insert(
                &*status.id,
                ServiceNames { id: &status.id, name, ..ServiceNames::default() },
            );
        }
        for service in self.services.good.iter().flat_map(|good| good.data.iter()) {
            let known = names.entry(&*service.id).or_default();
            known.id = &service.id;
            known.name = service.name.as_deref().or(known.name);
        }
        for known in names.values_mut() {
            known.contact_center.clone_from(&contact_center);
        }
        let groups = self.service_groups.good.as_ref();
        let group_names: HashMap<&str, Option<&str>> = groups
            .iter()
            .flat_map(|good| &good.data.groups)
            .map(|group| (&*group.id, group.name.as_deref()))
            .collect();
        for (service, group) in self.service_group_pairs() {
            if let Some(known) = names.get_mut(service) {
                known.groups.push(group);
                known.groups.extend(group_names.get(group).copied().flatten());
            }
        }
        names
    }

    /// Returns `(service id, group id)` pairs of the last complete readings.
    fn service_group_pairs(&self) -> Vec<(&str, &str)> {
        let filtered =
            self.service_groups.good.as_ref().and_then(|good| good.data.members.as_ref());
        if let Some(members) = filtered {
            return members.iter().map(|(service, group)| (&**service, &**group)).collect();
        }
        let services = self.services.good.iter().flat_map(|good| good.data.iter());
        services.flat_map(|s| s.group_ids.iter().map(|group| (&*s.id, &**group))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use pretty_assertions::assert_eq;

    use super::*;
    use crate::{
        model::{Clock, ContactCenter, Service, ServiceGroup, ServiceGroups, ServiceStatus, Text},
        snapshot::Good,
    };

    fn complete<T>(data: T) -> Option<Good<T>> {
        let taken = Clock::system().now();
        Some(Good { taken, took: Duration::ZERO, changed: taken, items: 1, data: Arc::new(data) })
    }

    fn status(id: &str, name: Option<&str>) -> ServiceStatus {
        ServiceStatus {
            id: id.into(),
            name: name.map(Text::from),
            open: None,
            queue_length: None,
            longest_wait: None,
            estimated_wait: None,
            agents_logged_on: None,
            agents_available: None,
            agents_busy: None,
            exported: vec![],
        }
    }

    fn center(members: Option<Vec<(Text, Text)>>) -> Center {
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let mut center = Center::new(contact_center, |_| Some(Duration::from_secs(5)));
        let service = |id: &str, name: Option<&str>| Service {
            id: id.into(),
            name: name.map(Text::from),
            group_ids: vec!["6".into()],
        };
        center.service_state.good =
            complete(vec![status("1", Some("old")), status("2", Some("B"))]);
        center.services.good =
            complete(vec![service("1", Some("A")), service("2", None), service("3", Some("C"))]);
        let group = |id: &str, name: Option<&str>| ServiceGroup {
            id: id.into(),
            name: name.map(Text::from),
        };
        let groups = vec![group("5", Some("Vård")), group("6", None)];
        center.service_groups.good = complete(ServiceGroups { groups, members });
        center
    }

    fn shown(center: &Center) -> Vec<(&str, Option<&str>, Vec<&str>)> {
        let mut names: Vec<_> = center
            .service_names()
            .into_values()
            .map(|names| (names.id, names.name, names.groups))
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn names_come_from_the_configuration_first() {
        let members =
            vec![("1".into(), "5".into()), ("1".into(), "6".into()), ("gone".into(), "5".into())];
        let center = center(Some(members));
        assert_eq!(
            shown(&center),
            [
                ("1", Some("A"), vec!["5", "Vård", "6"]),
                ("2", Some("B"), vec![]),
                ("3", Some("C"), vec![])
            ]
        );
    }

    #[test]
    fn groups_come_from_services_without_a_row_filter() {
        assert_eq!(shown(&center(None))[2], ("3", Some("C"), vec!["6"]));
        let mut unread = center(None);
        unread.services.good = None;
        unread.service_groups.good = None;
        assert_eq!(shown(&unread), [("1", Some("old"), vec![]), ("2", Some("B"), vec![])]);
    }
}
