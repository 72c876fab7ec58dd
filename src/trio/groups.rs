//! Service groups and their members, by the row filter `services?groupId=`.

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
        let mut members = Some(Vec::new());
        let nobody = no_such_id(groups.iter().map(|group| &*group.id));
        let ids = groups.iter().map(|group| &*group.id);
        for group in std::iter::once(&*nobody).filter(|_| !groups.is_empty()).chain(ids) {
            let Some(all) = &mut members else { break };
            match self.services_of(route, group).await {
                Ok(services) if group == nobody && services.is_empty() => {}
                // A filter that objects to an id it does not know is at least a filter.
                Err(Error::Status { status: 400 | 404, .. }) if group == nobody => {}
                Ok(services) if group != nobody => {
                    let group: Text = group.into();
                    all.extend(services.into_iter().map(|service| (service.id, group.clone())));
                }
                // No answer, or half of one, says nothing about the filter: what was known stays.
                Err(error @ (Error::Request { .. } | Error::Incomplete { .. })) => return Err(error),
                Err(error @ Error::Status { status: 500.., .. }) => return Err(error),
                Err(error) if error.is_total() => return Err(error),
                _ => members = None,
            }
        }
        Ok(Listing { items: vec![ServiceGroups { groups, members }], simulated })
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

/// An id that is none of `ids`.
pub(super) fn no_such_id<'i>(ids: impl Iterator<Item = &'i str>) -> String {
    let numbers = ids.filter_map(|id| id.parse::<u64>().ok());
    numbers.max().unwrap_or(0).saturating_add(1_000_003).to_string()
}
