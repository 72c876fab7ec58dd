//! Services (queues): their present state as Trio gives it, the agents that have the skill for
//! them, and calls by state.
//!
//! A service exists if `services/state` has it. While that list is unknown or too old, no service
//! has any gauge here.

use std::{collections::HashSet, fmt};

use super::{
    encode_input::{CenterInput, EncodeInput, ServiceRow, label_text},
    family::{FamilyWriter, Spec},
    flow, goals,
};
use crate::model::{AgentState, CaseState, ServiceStatus};

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
    "1 while the service is open, 0 while it is closed: use it to silence alerts outside opening hours. Source: services/state.",
);

const SERVICE_STATE_FIELD: Spec = Spec::gauge(
    "service_state_field",
    "Number or flag of a service as Trio gives it, by the name of its member: the members that export_service_state names. Source: services/state.",
);

/// Numbers of a service that are shown as Trio gives them. A number that Trio does not give has no
/// series.
type Numbers = [(&'static Spec, fn(&ServiceStatus) -> Option<f64>); 6];
/// Position of the longest wait: if Trio does not give it, it is derived from the lists of cases.
const LONGEST_WAIT: usize = 1;
const NUMBERS: Numbers = [
    (
        &Spec::gauge(
            "service_queue_length",
            "Cases waiting in the queue now: if the number grows, too few agents are working. Source: services/state.",
        ),
        |status| status.queue_length,
    ),
    (
        &Spec::gauge(
            "service_longest_wait",
            "Age of the oldest waiting case; 0 if the queue is empty, absent if unknown: compare it with trio_service_wait_alert_seconds. If Trio does not give it, this is the maximum of trio_service_class_longest_wait_seconds, and it is absent while that is absent for a class of the service. It is also absent if two readings in a row show fewer waiting cases than the queue length, or if calls alone can be read and Trio gives no queue length; it stays absent for ten minutes after the last such reading. Source: services/state, else services/calls, services/cases.",
        )
        .seconds(),
        longest_wait,
    ),
    (
        &Spec::gauge(
            "service_estimated_wait",
            "Trio's own estimate of the wait of a caller who calls now, as callers hear it. Source: services/state.",
        )
        .seconds(),
        |status| status.estimated_wait,
    ),
    (
        &Spec::gauge(
            "service_agents_logged_on",
            "Agents logged on to the service, in any state: compare it with trio_service_minimum_agents. Source: services/state.",
        ),
        |status| status.agents_logged_on,
    ),
    (
        &Spec::gauge(
            "service_agents_available",
            "Agents free to take a case of the service. An agent serves several services, so do not sum over services. Source: services/state.",
        ),
        |status| status.agents_available,
    ),
    (
        &Spec::gauge(
            "service_agents_busy",
            "Agents of the service that are busy: if nearly all that are logged on are busy, no one is left to answer. Source: services/state.",
        ),
        |status| status.agents_busy,
    ),
];

/// Writes the families of services.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let mut family = writer.family(&CONTACT_CENTER_INFO);
    for (target, snapshot) in input.snapshots() {
        if snapshot.contact_centers.fresh(input.now).is_none() {
            continue;
        }
        for center in &target.centers {
            // The family exists to join names; without a name there is nothing to join.
            if let Some(known) = &center.center.contact_center.name {
                family.add_gauge(
                    &(center.labels, [("contact_center_name", label_text(Some(known)))]),
                    1,
                )?;
            }
        }
    }
    let rows: Vec<_> = input.centers().map(|center| (center, center.services(input.now))).collect();
    let services = || rows.iter().flat_map(|(_, services)| services);

    let mut family = writer.family(&SERVICE_INFO);
    for service in services() {
        family.add_gauge(&service.info, 1)?;
    }
    write_groups(writer, input)?;
    let mut family = writer.family(&SERVICE_OPEN);
    for service in services() {
        if let Some(open) = service.status.open {
            family.add_gauge(&service.labels, u64::from(open))?;
        }
    }
    for (spec, number) in NUMBERS {
        let mut family = writer.family(spec);
        for (center, service) in
            rows.iter().flat_map(|(center, rows)| rows.iter().map(move |row| (center, row)))
        {
            let derived = || {
                let is_longest_wait = spec.key() == NUMBERS[LONGEST_WAIT].0.key();
                is_longest_wait
                    .then(|| flow::derived_longest_wait(center, input, &service.status.id))
                    .flatten()
            };
            if let Some(value) = number(service.status).or_else(derived) {
                family.add_gauge_f64(&service.labels, value)?;
            }
        }
    }
    write_skilled(writer, input, &rows)?;
    let mut family = writer.family(&SERVICE_STATE_FIELD);
    for service in services() {
        for (member, value) in &service.status.exported {
            family.add_gauge_f64(&(&service.labels, [("field", &**member)]), *value)?;
        }
    }
    goals::write(writer, &rows)
}

/// Writes service groups and their members.
fn write_groups(writer: &mut FamilyWriter<'_>, input: &EncodeInput<'_>) -> fmt::Result {
    let mut family = writer.family(&SERVICE_GROUP_INFO);
    for center in input.centers().filter(|center| center.service_state.is_some()) {
        let groups = center.center.service_groups.fresh(input.now);
        for group in groups.into_iter().flat_map(|groups| &groups.groups) {
            let info = [
                ("service_group_id", &*group.id),
                ("service_group", label_text(group.name.as_ref())),
            ];
            family.add_gauge(&(center.labels, info), 1)?;
        }
    }
    let mut family = writer.family(&SERVICE_GROUP_MEMBER);
    for center in input.centers() {
        let Some(services) = center.service_state else { continue };
        // Memberships are read every few minutes: a service that was removed since must not appear
        // in them.
        let exists: HashSet<&str> = services.iter().map(|status| &*status.id).collect();
        let mut members = center.center.service_group_members(input.now);
        // Prometheus refuses a scrape with a doubled series, and an answer may have a membership
        // twice.
        members.sort_unstable();
        members.dedup();
        for (service, group) in members.iter().filter(|(service, _)| exists.contains(&**service)) {
            let member = [("service_id", &**service), ("service_group_id", &**group)];
            family.add_gauge(&(center.labels, member), 1)?;
        }
    }
    Ok(())
}

/// Returns the longest wait that Trio gives, in seconds.
pub(in crate::metrics) fn longest_wait(status: &ServiceStatus) -> Option<f64> {
    // An empty queue has no wait, also if Trio gives none or another one.
    if status.queue_length == Some(0.0) { Some(0.0) } else { status.longest_wait }
}

const CALLS: Spec = Spec::gauge(
    "calls",
    "Calls by state; the states add up to the calls that Trio shows. Queued and offered callers wait. Source: services/calls.",
);

/// Writes the family, for contact centres whose list of calls is complete and not too old.
pub(in crate::metrics) fn write_calls(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let mut family = writer.family(&CALLS);
    for center in input.centers() {
        // `None` if the list is truncated or a call has no state: the states would not add up to
        // all calls.
        let Some(counts) = center.center.calls.fresh(input.now).and_then(|calls| calls.by_state())
        else {
            continue;
        };
        for state in CaseState::ALL {
            family
                .add_gauge(&(center.labels, [("state", state.as_str())]), counts[state.index()])?;
        }
    }
    Ok(())
}

pub(in crate::metrics) const SKILLED_AGENTS: Spec = Spec::gauge(
    "service_skilled_agents",
    "Agents that have the skill for the service, by present state; the states add up to the skilled agents whose state Trio gives. Shows how many could be called to help. An agent serves several services, so do not sum over services. Source: skills, agents/state.",
);

/// Writes the family, for contact centres whose skills and agent states are both known.
// The counts come from the tally, once per reading: with a look-up of each skilled agent of each
// service at each scrape, encoding took 1.57 times the minimum that `benches/encode` measures.
pub(in crate::metrics) fn write_skilled(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
    rows: &[(&CenterInput<'_>, Vec<ServiceRow<'_>>)],
) -> fmt::Result {
    let mut family = writer.family(&SKILLED_AGENTS);
    for (center, services) in rows {
        if center.center.skills.fresh(input.now).is_none() || center.agent_state.is_none() {
            continue;
        }
        let Some(skilled) = center.skilled else { continue };
        for service in services {
            // Skills of this service are not known: no sample. Known, but no agent has the skill:
            // zeros.
            let Some(counts) = skilled.get(service.id()) else { continue };
            for state in AgentState::ALL {
                family.add_gauge(
                    &(&service.labels, [("state", state.as_str())]),
                    counts[state.index()],
                )?;
            }
        }
    }
    Ok(())
}
