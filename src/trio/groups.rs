//! Service groups and their members, by the row filter `services?groupId=`.

use super::{
    client::{Client, Route},
    collection::Listing,
    error::Error,
    rows,
};
use crate::model::{Resource, ServiceGroup, ServiceGroups, Text};

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
        let ids: Vec<&str> = groups.iter().map(|group| &*group.id).collect();
        let rows = self.row_filter(route, Resource::Services, "groupId")?;
        match rows.is_filtered(&no_such_id(ids.iter().copied()), rows::service).await {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => return unless_silent(error),
        }
        let answers = match rows.all(&ids, rows::service).await {
            Ok(answers) => answers,
            Err(error) => return unless_silent(error),
        };
        let members = answers.into_iter().zip(groups).map(|(services, group)| {
            Some(services?.items.into_iter().map(|service| (service.id, group.id.clone())))
        });
        let members: Option<Vec<_>> = members.collect();
        Ok(members.map(|members| members.into_iter().flatten().collect()))
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
