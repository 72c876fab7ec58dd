//! Services (queues): what Trio says of them now.
//!
//! What exists comes from `services/state`; while that is unknown, no service has any series.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use super::{
    family::{Label, Pen, Spec},
    flow, goals,
    scene::{CenterScene, Scene, name},
    skilled,
};
use crate::model::{ServiceStatus, Text};

const CONTACT_CENTER_INFO: Spec = Spec::gauge(
    "contact_center_info",
    "Name of a contact centre, always 1: join it to show names instead of ids. Source: cc.",
);
const SERVICE_INFO: Spec = Spec::gauge(
    "service_info",
    "A service (queue) that exists now, always 1: count it, or alert when one is missing. Source: services/state, names from services.",
);
const SERVICE_GROUP_INFO: Spec = Spec::gauge(
    "service_group_info",
    "Name of a service group, always 1: join it on service_group_id. Source: servicegroups.",
);
const SERVICE_GROUP_MEMBER: Spec = Spec::gauge(
    "service_group_member",
    "A service that belongs to a service group, always 1: join it to add up the services of a group; a service may be in several groups. Source: services?groupId=, else the groups that services name.",
);
const SERVICE_OPEN: Spec = Spec::gauge(
    "service_open",
    "1 while the service is open, 0 while it is closed: silence alerts outside opening hours with it. Source: services/state.",
);

const SERVICE_STATE_FIELD: Spec = Spec::gauge(
    "service_state_field",
    "A number or flag of a service as Trio gives it, by the name of its member: whatever export_service_state asks for. Source: services/state.",
);

/// The numbers that are printed as Trio gives them; a value that Trio does not give has no series.
type Numbers = [(&'static Spec, fn(&ServiceStatus) -> Option<f64>); 6];
/// The position of the longest wait, which the lists of cases can tell as well.
const LONGEST_WAIT: usize = 1;
const NUMBERS: Numbers = [
    (
        &Spec::gauge(
            "service_queue_length",
            "Cases waiting in the queue now: when it grows, people are missing. Source: services/state.",
        ),
        |status| status.queue_length,
    ),
    (
        &Spec::gauge(
            "service_longest_wait",
            "Age of the oldest waiting case; 0 when the queue is empty, absent when unknown: compare it with trio_service_wait_alert_seconds. Where Trio does not give it, the longest of trio_service_class_longest_wait_seconds; absent where that is, and from when the lists show fewer waiting than the queue length twice in a row until ten minutes after the last time. Source: services/state, else services/calls, services/cases.",
        )
        .seconds(),
        longest_wait,
    ),
    (
        &Spec::gauge(
            "service_estimated_wait",
            "Trio's own estimate of the wait of somebody who calls now: what the callers are told. Source: services/state.",
        )
        .seconds(),
        |status| status.estimated_wait,
    ),
    (
        &Spec::gauge(
            "service_agents_logged_on",
            "Agents logged on to the service, whatever they do: compare it with trio_service_minimum_agents. Source: services/state.",
        ),
        |status| status.agents_logged_on,
    ),
    (
        &Spec::gauge(
            "service_agents_available",
            "Agents free to take a case of the service; an agent serves several services, so never add services up. Source: services/state.",
        ),
        |status| status.agents_available,
    ),
    (
        &Spec::gauge(
            "service_agents_busy",
            "Agents of the service that are busy: near the number logged on, nobody is left to answer. Source: services/state.",
        ),
        |status| status.agents_busy,
    ),
];

/// A service as its series name it.
pub(super) struct ServiceRow<'a> {
    pub(super) labels: [Label<'a>; 4],
    status: &'a ServiceStatus,
}

impl ServiceRow<'_> {
    /// Id of the service.
    pub(super) fn id(&self) -> &str {
        &self.status.id
    }
}

/// Writes all families of services.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let mut family = pen.family(&CONTACT_CENTER_INFO);
    for (target, snapshot) in scene.snapshots() {
        if snapshot.contact_centers.fresh(scene.now).is_none() {
            continue;
        }
        for center in &target.centers {
            // Without a name there is nothing to join.
            if let Some(known) = &center.center.contact_center.name {
                family.gauge(&(center.labels, [("contact_center_name", name(Some(known)))]), 1)?;
            }
        }
    }
    let rows: Vec<_> = scene.centers().map(|center| (center, rows(center, scene))).collect();
    let services = || rows.iter().flat_map(|(_, services)| services);

    let mut family = pen.family(&SERVICE_INFO);
    for service in services() {
        family.gauge(&service.labels, 1)?;
    }
    write_groups(pen, scene)?;
    let mut family = pen.family(&SERVICE_OPEN);
    for service in services() {
        if let Some(open) = service.status.open {
            family.gauge(&service.labels, u64::from(open))?;
        }
    }
    for (spec, number) in NUMBERS {
        let mut family = pen.family(spec);
        for (center, service) in
            rows.iter().flat_map(|(center, rows)| rows.iter().map(move |row| (center, row)))
        {
            let derived = || {
                let is_longest_wait = spec.key() == NUMBERS[LONGEST_WAIT].0.key();
                is_longest_wait
                    .then(|| flow::derived_longest_wait(center, scene, &service.status.id))
                    .flatten()
            };
            if let Some(value) = number(service.status).or_else(derived) {
                family.measure(&service.labels, value)?;
            }
        }
    }
    skilled::write(pen, scene, &rows)?;
    let mut family = pen.family(&SERVICE_STATE_FIELD);
    for service in services() {
        for (member, value) in &service.status.exported {
            family.measure(&(service.labels, [("field", &**member)]), *value)?;
        }
    }
    goals::write(pen, &rows)
}

fn rows<'a>(center: &CenterScene<'a>, scene: &Scene<'_>) -> Vec<ServiceRow<'a>> {
    let services = center.center.services.fresh(scene.now).into_iter().flat_map(|data| data.iter());
    let names: HashMap<&str, &Text> = services.filter_map(|s| Some((&*s.id, s.name.as_ref()?))).collect();
    let [target, contact_center] = center.labels;
    let row = |status: &'a ServiceStatus| {
        let named = names.get(&*status.id).copied().or(status.name.as_ref());
        let labels = [target, contact_center, ("service_id", &*status.id), ("service_name", name(named))];
        ServiceRow { labels, status }
    };
    center.service_state.unwrap_or_default().iter().map(row).collect()
}

fn write_groups(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let mut family = pen.family(&SERVICE_GROUP_INFO);
    for center in scene.centers().filter(|center| center.service_state.is_some()) {
        let groups = center.center.service_groups.fresh(scene.now);
        for group in groups.into_iter().flat_map(|groups| &groups.groups) {
            let info = [("service_group_id", &*group.id), ("service_group", name(group.name.as_ref()))];
            family.gauge(&(center.labels, info), 1)?;
        }
    }
    let mut family = pen.family(&SERVICE_GROUP_MEMBER);
    for center in scene.centers() {
        let Some(services) = center.service_state else { continue };
        let exists: HashSet<&str> = services.iter().map(|status| &*status.id).collect();
        let mut members = center.center.service_group_members(scene.now);
        members.sort_unstable();
        members.dedup();
        for (service, group) in members.iter().filter(|(service, _)| exists.contains(&**service)) {
            let member = [("service_id", &**service), ("service_group_id", &**group)];
            family.gauge(&(center.labels, member), 1)?;
        }
    }
    Ok(())
}

/// An empty queue has no wait, whether Trio says so or says nothing.
fn longest_wait(status: &ServiceStatus) -> Option<f64> {
    if status.queue_length == Some(0.0) { Some(0.0) } else { status.longest_wait }
}
