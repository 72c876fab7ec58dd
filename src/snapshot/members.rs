//! Names of services, by which rules for goals match, and members of service groups and agent
//! groups.

use std::collections::HashMap;

use super::Center;
use crate::model::{AgentGroup, ServiceNames, Stamp, Text};

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

    /// Returns `(service id, group id)` pairs: from the row filter, else from the records of the
    /// services.
    pub fn service_group_members(&self, now: Stamp) -> Vec<(Text, Text)> {
        // The row filter first: it works also where records do not name their groups.
        let groups = self.service_groups.fresh(now);
        if let Some(members) = groups.and_then(|groups| groups.members.as_ref()) {
            return members.clone();
        }
        let services = self.services.fresh(now).into_iter().flat_map(|data| data.iter());
        services
            .flat_map(|s| s.group_ids.iter().map(|group| (s.id.clone(), group.clone())))
            .collect()
    }

    /// Returns the agent groups with the ids of their members, each once, from the records of both
    /// agents and groups. `None` if the groups are unknown, or if neither side names any member.
    pub fn agent_group_members(&self) -> Option<Vec<(AgentGroup, Vec<Text>)>> {
        let groups = self.agent_groups.good.as_ref()?;
        let mut of_group: HashMap<&str, Vec<Text>> = HashMap::new();
        for agent in self.agents.good.iter().flat_map(|good| good.data.iter()) {
            for group in &agent.group_ids {
                of_group.entry(group).or_default().push(agent.id.clone());
            }
        }
        let joined: Vec<_> = groups
            .data
            .iter()
            .map(|group| {
                let mut members = of_group.remove(&*group.id).unwrap_or_default();
                members.extend(group.agent_ids.iter().cloned());
                members.sort_unstable();
                members.dedup();
                (group.clone(), members)
            })
            .collect();
        // Without any member the server does not tell them: groups of size 0 would be wrong.
        joined.iter().any(|(_, members)| !members.is_empty()).then_some(joined)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pretty_assertions::assert_eq;

    use super::*;
    use crate::{
        model::{Clock, ContactCenter, Service, ServiceGroup, ServiceGroups, ServiceStatus},
        snapshot::Good,
    };

    fn complete<T>(data: T) -> Option<Good<T>> {
        Some(Good::new(Clock::system().now(), 1, data))
    }

    fn status(id: &str, name: Option<&str>) -> ServiceStatus {
        ServiceStatus { name: name.map(Text::from), ..ServiceStatus::new(id) }
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
