//! Service groups, and their services by the row filter `services?groupId=`.

use super::rows;
use crate::{
    model::{Resource, ServiceGroup, ServiceGroups, Text},
    trio::{
        client::{Client, Route},
        error::Error,
        read::collection::Listing,
    },
};

impl Client {
    /// Reads the service groups, with their services if the server honours `services?groupId=`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn service_groups(&self, route: &Route) -> Result<Listing<ServiceGroups>, Error> {
        let Listing { items: groups, simulated } =
            self.list::<ServiceGroup>(Resource::ServiceGroups, route, rows::service_group).await?;
        let members = self.group_members(route, &groups).await?;
        Ok(Listing { items: vec![ServiceGroups { groups, members }], simulated })
    }

    /// Returns `(service id, group id)` pairs; `None` if the server does not honour the filter.
    async fn group_members(
        &self,
        route: &Route,
        groups: &[ServiceGroup],
    ) -> Result<Option<Vec<(Text, Text)>>, Error> {
        if groups.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let ids: Vec<&str> = groups.iter().map(|group| &*group.id).collect();
        let rows = self.row_filter(route, Resource::Services, "groupId")?;
        // A server that ignores the parameter would return all services for each group, and every
        // service would be in every group: a group that does not exist shows the difference
        // (assumption A11).
        match rows.probe_filter(&unused_id(ids.iter().copied()), rows::service).await {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => return none_if_refused(error),
        }
        // Side by side: one after the other, a cycle with 1,000 services took 1.88 times its
        // requests.
        let answers = match rows.read_all(&ids, rows::service).await {
            Ok(answers) => answers,
            Err(error) => return none_if_refused(error),
        };
        let members = answers.into_iter().zip(groups).map(|(services, group)| {
            // One group that is refused makes the whole relation unknown: the others alone would
            // look complete.
            Some(services?.items.into_iter().map(|service| (service.id, group.id.clone())))
        });
        let members: Option<Vec<_>> = members.collect();
        Ok(members.map(|members| members.into_iter().flatten().collect()))
    }
}

/// Turns a refusal of the filter into `None`; keeps errors that say nothing about it.
fn none_if_refused<T>(error: Error) -> Result<Option<T>, Error> {
    match error {
        // No answer or half of one is a failed reading: the relation that was read before stays
        // valid.
        Error::Request { .. } | Error::Incomplete { .. } | Error::Status { status: 500.., .. } => {
            Err(error)
        }
        error if error.is_total() => Err(error),
        _ => Ok(None),
    }
}

/// Returns an id that is none of `ids`, a number.
pub(in crate::trio) fn unused_id<'i>(ids: impl Iterator<Item = &'i str>) -> String {
    let numbers = ids.filter_map(|id| id.parse::<u64>().ok());
    // Far above the highest: a group that is created between two requests takes one of the next
    // ids.
    numbers.max().unwrap_or(0).saturating_add(1_000_003).to_string()
}
