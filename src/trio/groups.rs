//! Service groups and their members, by the row filter `services?groupId=`.

use futures_util::future::try_join_all;

use super::{
    client::{Client, Route},
    collection::{Listing, Request},
    error::Error,
    rows,
};
use crate::model::{Resource, Service, ServiceGroup, ServiceGroups, Text};

impl Client {
    /// Service groups, with their members where the server honours `services?groupId=`: a group that
    /// does not exist must then have none.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn service_groups(&self, route: &Route) -> Result<Listing<ServiceGroups>, Error> {
        let Listing { items: groups, simulated } =
            self.list::<ServiceGroup>(Resource::ServiceGroups, route, rows::service_group).await?;
        let members = self.group_members(route, &groups).await?;
        Ok(Listing { items: vec![ServiceGroups { groups, members }], simulated })
    }

    /// `(service id, group id)` pairs, asked for side by side; `None` when the filter is not honoured.
    async fn group_members(
        &self,
        route: &Route,
        groups: &[ServiceGroup],
    ) -> Result<Option<Vec<(Text, Text)>>, Error> {
        if groups.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let nobody = no_such_id(groups.iter().map(|group| &*group.id));
        match self.services_of(route, &nobody).await {
            Ok(services) if services.is_empty() => {}
            // A filter that objects to an id it does not know is at least a filter.
            Err(Error::Status { status: 400 | 404, .. }) => {}
            Ok(_) => return Ok(None),
            Err(error) => return unless_silent(error),
        }
        let answers = groups.iter().map(async |group| match self.services_of(route, &group.id).await {
            Ok(services) => Ok(Some(services.into_iter().map(|service| (service.id, group.id.clone())))),
            Err(error) => unless_silent(error),
        });
        let members: Option<Vec<_>> = try_join_all(answers).await?.into_iter().collect();
        Ok(members.map(|members| members.into_iter().flatten().collect()))
    }

    async fn services_of(&self, route: &Route, group: &str) -> Result<Vec<Service>, Error> {
        let resource = Resource::Services;
        let request = Request {
            url: &route.url(resource),
            doors: route.doors(),
            mapping: self.mapping(resource)?,
            filter: Some(("groupId", group)),
            fields: None,
        };
        Ok(self.whole(request, rows::service).await?.items)
    }
}

/// No answer, or half of one, says nothing about the filter: what was known stays. A refusal does.
fn unless_silent<T>(error: Error) -> Result<Option<T>, Error> {
    match error {
        Error::Request { .. } | Error::Incomplete { .. } | Error::Status { status: 500.., .. } => Err(error),
        error if error.is_total() => Err(error),
        _ => Ok(None),
    }
}

/// An id that is none of `ids`.
pub(super) fn no_such_id<'i>(ids: impl Iterator<Item = &'i str>) -> String {
    let numbers = ids.filter_map(|id| id.parse::<u64>().ok());
    numbers.max().unwrap_or(0).saturating_add(1_000_003).to_string()
}
