//! Services, their state, and service groups with their services by the row filter
//! `services?groupId=`.

use jiff::tz::TimeZone;

use crate::{
    model::{Resource, Service, ServiceGroup, ServiceGroups, ServiceStatus, Text},
    trio::{
        client::Client,
        dictionary::shape::{SERVICE, SERVICE_GROUP, SERVICE_STATE},
        error::Error,
        read::{
            collection::{CollectionReader, Listing},
            decode::reader::Reader,
            route::Route,
        },
    },
};

impl Client {
    /// Reads the services as configured.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn services(&self, route: &Route) -> Result<Listing<Vec<Service>>, Error> {
        self.list(Resource::Services, route, service).await
    }

    /// Reads the state of the services now.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn service_state(&self, route: &Route) -> Result<Listing<Vec<ServiceStatus>>, Error> {
        let mut listing = self.list(Resource::ServiceState, route, service_status).await?;
        let day_counts = &self.reader.mapping(Resource::ServiceState)?.day_counts;
        if !day_counts.is_empty() && self.withholds_day_counts() {
            for service in &mut listing.data {
                service.exported.retain(|(member, _)| !day_counts.contains(member));
            }
        }
        Ok(listing)
    }

    /// Returns true while figures that Trio counts from midnight are wrong. Each change is logged.
    fn withholds_day_counts(&self) -> bool {
        let CollectionReader { connection, zone, .. } = &self.reader;
        // The configuration requires a zone for such members.
        let zone = zone.clone().unwrap_or(TimeZone::UTC);
        let withheld = connection.servers.are_day_counts_withheld(connection.now(), &zone);
        if connection.learned.record_day_counts_withheld(withheld) {
            if withheld {
                tracing::warn!(
                    "Trio is or was in failover mode: members of export_service_state with \
                     `counts: day` are withheld until the next midnight after its end"
                );
            } else {
                tracing::info!(
                    "members of export_service_state with `counts: day` are exported again"
                );
            }
        }
        withheld
    }

    /// Reads the service groups, with their services if the server honours `services?groupId=`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn service_groups(&self, route: &Route) -> Result<Listing<ServiceGroups>, Error> {
        let Listing { data: groups, simulated } =
            self.list(Resource::ServiceGroups, route, service_group).await?;
        let members = self.group_members(route, &groups).await?;
        Ok(Listing { data: ServiceGroups { groups, members }, simulated })
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
        let readings = self.reader.row_filter(route, Resource::Services, "groupId")?;
        // A server that ignores the parameter would return all services for each group, and every
        // service would be in every group: a group that does not exist shows the difference
        // (assumption A11).
        match readings.probe_filter(&ids, service).await {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => return none_if_refused(error),
        }
        // Side by side: one after the other, a cycle with 1,000 services took 1.88 times its
        // requests.
        let answers = match readings.read_all(&ids, service).await {
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

pub(in crate::trio) fn service(row: &mut Reader<'_>) -> Option<Service> {
    Some(Service {
        id: row.key(SERVICE.id)?,
        name: row.name(SERVICE.name),
        group_ids: row.texts(SERVICE.group_id),
    })
}

pub(in crate::trio) fn service_status(row: &mut Reader<'_>) -> Option<ServiceStatus> {
    Some(ServiceStatus {
        id: row.key(SERVICE_STATE.id)?,
        name: row.name(SERVICE_STATE.name),
        open: row.flag(SERVICE_STATE.open),
        queue_length: row.count(SERVICE_STATE.queue_length),
        longest_wait: row.seconds(SERVICE_STATE.longest_wait),
        estimated_wait: row.seconds(SERVICE_STATE.estimated_wait),
        agents_logged_on: row.count(SERVICE_STATE.agents_logged_on),
        agents_available: row.count(SERVICE_STATE.agents_available),
        agents_busy: row.count(SERVICE_STATE.agents_busy),
        exported: row.exported(),
    })
}

pub(in crate::trio) fn service_group(row: &mut Reader<'_>) -> Option<ServiceGroup> {
    Some(ServiceGroup { id: row.key(SERVICE_GROUP.id)?, name: row.name(SERVICE_GROUP.name) })
}
