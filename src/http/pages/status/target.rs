//! Part of the report about one target.

use std::collections::BTreeMap;

use super::{
    collectors,
    moment::{Moment, to_millis},
    report::{
        ContactCenter, Field, Load, Named, Server, ServicePath, Session, Target, TargetState,
        Truncated, Unmeasured as Time,
    },
};
use crate::{
    metrics::{StatusView, View},
    model::{AuthFailure, Resource, Stamp, Token},
    snapshot::{Center, Snapshot},
    stats::Stats,
    tally::{Published, Unmeasured},
};

/// Most services with a truncated list that are listed by name; on a large site all may be.
const MAX_EXAMPLES: usize = 20;

/// Gathers the state of the target of `view`.
pub(super) fn target(present: &StatusView, view: &View) -> Target {
    let now = present.now;
    let published = view.published.as_deref();
    let snapshot = published.map(|published| &*published.snapshot);
    let notes = snapshot.map(|snapshot| &snapshot.notes);
    Target {
        name: view.name.to_string(),
        state: match snapshot {
            None => TargetState::NotReadYet,
            Some(snapshot) if snapshot.up => TargetState::Up,
            Some(_) => TargetState::Down,
        },
        zone: published
            .and_then(|published| published.totals.centers.first())
            .map(|center| center.time_zone.clone()),
        since: notes.and_then(|notes| notes.turned).map(|turned| Moment::from_stamp(turned, now)),
        trouble: notes
            .and_then(|notes| notes.trouble.as_ref())
            .map(|trouble| trouble.said.to_string()),
        simulated: snapshot.is_some_and(|snapshot| snapshot.simulated),
        last_step: snapshot.map(|snapshot| Moment::from_stamp(snapshot.stepped, now)),
        servers: servers(&view.stats, now),
        session: session(&view.stats, now),
        load: load(&view.stats),
        clock_skew_seconds: view.stats.clock_skew.get().map(to_millis),
        failovers: view.stats.failovers.get(),
        polls_missed: view.stats.polls_missed.get(),
        restarts: view.stats.restarts.get(),
        contact_centers: snapshot.map(|snapshot| centers(snapshot, now)).unwrap_or_default(),
        passed_over: notes.iter().flat_map(|notes| notes.passed_over.iter()).map(named).collect(),
        collectors: snapshot.map(|snapshot| collectors::all(snapshot, now)).unwrap_or_default(),
        resources: snapshot.map(collectors::resources).unwrap_or_default(),
        fields: published.map(|published| fields(present, view, published)).unwrap_or_default(),
        truncated: published.map(truncated).unwrap_or_default(),
        unmeasured: published.map(unmeasured).unwrap_or_default(),
    }
}

fn fields(present: &StatusView, view: &View, published: &Published) -> Vec<Field> {
    super::fields::all(
        &published.snapshot,
        &present.field_usage(view),
        &published.totals.wait_mismatches,
    )
}

pub(super) fn named(center: &crate::model::ContactCenter) -> Named {
    Named { id: center.id.to_string(), name: center.name.as_deref().map(str::to_owned) }
}

/// Returns the servers with their roles and the ends of their certificates.
fn servers(stats: &Stats, now: Stamp) -> Vec<Server> {
    let expiries = stats.certificate_expiries();
    let server = |server: &crate::model::ServerUse| Server {
        server: server.server.to_string(),
        role: server.role.as_str(),
        active: server.active,
        answers: server.up,
        certificate_ends: expiries
            .get(&*server.server)
            .map(|expiry| Moment::from_unix(*expiry, now)),
    };
    stats.servers().iter().map(server).collect()
}

fn session(stats: &Stats, now: Stamp) -> Session {
    let ends = |token| stats.token_expiry(token).map(|expiry| Moment::from_unix(expiry, now));
    let (access_ends, refresh_ends) = (ends(Token::Access), ends(Token::Refresh));
    let failures =
        AuthFailure::ALL.into_iter().map(|reason| (reason.as_str(), stats.auth_failures(reason)));
    Session {
        // A token that has run out is no session: the next request needs a renewal or a login.
        logged_in: access_ends.as_ref().is_some_and(|ends| ends.seconds_ago < 0.0),
        access_ends,
        refresh_ends,
        logins: stats.logins.get(),
        renewals: stats.refreshes.get(),
        // Zeros of every other reason would hide the one that counts.
        failures: failures.filter(|(_, count)| *count > 0).collect(),
    }
}

fn load(stats: &Stats) -> Load {
    let requests =
        Resource::ALL.into_iter().map(|resource| stats.resource(resource).sent_requests());
    Load { requests: requests.sum(), budget_per_minute: stats.request_budget.get() }
}

/// Returns the contact centres with the numbers of services and agents in fresh readings.
fn centers(snapshot: &Snapshot, now: Stamp) -> Vec<ContactCenter> {
    let center = |center: &Center| ContactCenter {
        id: center.contact_center.id.to_string(),
        name: center.contact_center.name.as_deref().map(str::to_owned),
        services: center.service_state.fresh(now).map(|services| services.len()),
        agents: center.agent_state.fresh(now).map(|agents| agents.len()),
    };
    snapshot.centers.iter().map(center).collect()
}

/// Returns the services whose lists are truncated.
fn truncated(published: &Published) -> Truncated {
    let mut truncated = Truncated::default();
    for totals in &published.totals.centers {
        let center = published
            .snapshot
            .centers
            .iter()
            .find(|c| c.contact_center.id == totals.contact_center);
        let truncated_services =
            totals.flow.services.iter().filter(|service| service.truncated == Some(true));
        let names = center.map(Center::service_names).unwrap_or_default();
        for service in truncated_services {
            truncated.services += 1;
            if truncated.examples.len() < MAX_EXAMPLES {
                let name = names.get(&*service.service_id).and_then(|names| names.name);
                truncated.examples.push(ServicePath {
                    contact_center: totals.contact_center.to_string(),
                    service_id: service.service_id.to_string(),
                    service_name: name.map(str::to_owned),
                });
            }
        }
    }
    truncated
}

/// Returns the time that could not be measured, of all contact centres together.
fn unmeasured(published: &Published) -> Time {
    let centers = || published.totals.centers.iter();
    let services =
        || centers().flat_map(|center| &center.flow.services).map(|service| &service.time);
    let lost = |reason: Unmeasured| services().map(|time| time.unmeasured[reason as usize]).sum();
    let by_reason: BTreeMap<_, _> = Unmeasured::ALL
        .into_iter()
        .map(|reason| (reason.as_str(), to_millis(lost(reason))))
        .collect();
    let agents = centers().filter_map(|center| center.agents.as_ref());
    Time {
        services_measured_seconds: to_millis(services().filter_map(|time| time.measured).sum()),
        services_seconds: by_reason,
        agents_seconds: to_millis(agents.map(|agents| agents.unmeasured_seconds).sum()),
    }
}
