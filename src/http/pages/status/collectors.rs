//! State of the readings, and rights of the API user.

use super::{
    moment::{Moment, seconds},
    report::{Collector, CollectorState, Resource},
};
use crate::{
    model::{self, CollectionCount, Collector as Kind, Stamp},
    snapshot::{Center, Health, Outcome, Problem, Reading, Snapshot, max_age},
};

/// Name of the list of contact centres among the collectors.
pub(super) const CONTACT_CENTERS: &str = "contact_centers";

/// Returns all collectors of a target: the list of contact centres, the shared inventory, and those
/// of each contact centre.
pub(super) fn all(snapshot: &Snapshot, now: Stamp) -> Vec<Collector> {
    let list = &snapshot.contact_centers;
    // The list of contact centres is no collector, but it can fail like one, and without it nothing
    // is read.
    let health = list.health(Kind::Services);
    let interval = snapshot.notes.configured[Kind::Services.index()];
    let mut all = vec![Collector {
        configured_interval_seconds: None,
        ..collector(None, CONTACT_CENTERS, health, list.problem.as_ref(), interval, now)
    }];
    let shared = &snapshot.inventory;
    let name = Kind::Inventory.as_str();
    let interval = snapshot.notes.configured[Kind::Inventory.index()];
    let health = shared.health(Kind::Inventory);
    all.push(collector(None, name, health, shared.problem.as_ref(), interval, now));
    all.extend(snapshot.centers.iter().flat_map(|center| center_collectors(center, snapshot, now)));
    all
}

/// Returns the collectors of one contact centre, also those that are switched off.
fn center_collectors(center: &Center, snapshot: &Snapshot, now: Stamp) -> Vec<Collector> {
    let known: Vec<Health> = center.health().collect();
    let id = &center.contact_center.id;
    let one = |kind: Kind| {
        let health = known.iter().find(|health| health.collector == kind).copied();
        let configured = snapshot.notes.configured[kind.index()];
        collector(Some(id), kind.as_str(), health, center.problem(kind), configured, now)
    };
    Kind::ALL.into_iter().map(one).collect()
}

/// Returns the state of one collector. Only `health` and `problem` of the last attempt decide;
/// without `health` the collector is switched off.
fn collector(
    contact_center: Option<&str>,
    name: &'static str,
    health: Option<Health>,
    problem: Option<&Problem>,
    configured: Option<std::time::Duration>,
    now: Stamp,
) -> Collector {
    let resource = match name {
        CONTACT_CENTERS => Some(model::Resource::ContactCenters),
        name => Kind::from_word(name).and_then(Kind::resource),
    };
    // Trio may truncate the other lists without a sign, so "read completely" is true of these
    // alone.
    let is_exact = resource.is_some_and(model::Resource::has_exact_total);
    let attempt = health.and_then(|health| health.attempt);
    let last = health.and_then(|health| health.last_success);
    let limit = health.map(|health| max_age(health.interval));
    // The same rule as at the encoding of the metrics: by age, even if the poller hangs.
    let shown = last.zip(limit).is_some_and(|(last, limit)| now.since(last) <= limit);
    let state = match (health, attempt.map(|attempt| attempt.outcome)) {
        (None, _) => CollectorState::Off,
        (_, None) => CollectorState::NotReadYet,
        (_, Some(Outcome::Complete)) if shown => CollectorState::Well,
        (_, Some(Outcome::Complete)) => CollectorState::Expired,
        (_, Some(Outcome::Incomplete)) => CollectorState::Incomplete,
        (_, Some(Outcome::Failed)) if problem.is_some_and(|problem| problem.forbidden) => {
            CollectorState::Forbidden
        }
        (_, Some(Outcome::Failed)) => CollectorState::Failed,
    };
    // After a failure the items of the last success would look like those of the failed attempt.
    let (items, total) = match problem.and_then(|problem| problem.short) {
        Some((got, total)) => (Some(got), total),
        None if problem.is_some() => (None, None),
        None => {
            let items = health.and_then(|health| health.items);
            (items, items.filter(|_| is_exact))
        }
    };
    Collector {
        contact_center: contact_center.map(str::to_owned),
        collector: name,
        state,
        words: description(state, problem, items, is_exact),
        shown,
        last_success: last.map(|last| Moment::from_stamp(last, now)),
        last_attempt: attempt.map(|attempt| Moment::from_stamp(attempt.at, now)),
        duration_seconds: attempt.map(|attempt| seconds(attempt.duration)),
        max_age_seconds: limit.map(seconds),
        items,
        total,
        interval_seconds: health.map(|health| seconds(health.interval)),
        configured_interval_seconds: configured.map(seconds),
        incomplete: health.map_or(0, |health| health.incomplete_total),
        missing_right: (state == CollectorState::Forbidden)
            .then(|| format!("read {}", resource.map_or(name, model::Resource::as_str))),
    }
}

/// Returns the state in words.
fn description(
    state: CollectorState,
    problem: Option<&Problem>,
    items: Option<usize>,
    is_exact: bool,
) -> String {
    let read = if is_exact { "read completely" } else { "read" };
    match (state, problem) {
        (CollectorState::Off, _) => "switched off in `collectors`".to_owned(),
        (CollectorState::NotReadYet, _) => "not read yet".to_owned(),
        (CollectorState::Well, _) => match items {
            Some(1) => format!("{read}, 1 item"),
            items => format!("{read}, {} items", items.unwrap_or_default()),
        },
        (CollectorState::Expired, _) => "read before, but no newer reading succeeded".to_owned(),
        (_, Some(problem)) => problem.said.to_string(),
        (_, None) => "no usable answer".to_owned(),
    }
}

/// Returns the collections that the inventory counted, with the right to read each.
pub(super) fn resources(snapshot: &Snapshot) -> Vec<Resource> {
    let resources =
        |center: Option<&str>, reading: &Reading<Vec<CollectionCount>>| -> Vec<Resource> {
            let counts = reading.good.iter().flat_map(|good| good.data.iter());
            let resource = |count: &CollectionCount| Resource {
                contact_center: center.map(str::to_owned),
                resource: count.resource.as_str(),
                accessible: count.accessible,
                items: count.items,
            };
            counts.map(resource).collect()
        };
    let shared = resources(None, &snapshot.inventory);
    let centers =
        snapshot.centers.iter().flat_map(|c| resources(Some(&c.contact_center.id), &c.inventory));
    shared.into_iter().chain(centers).collect()
}
