//! State of the readings, and rights of the API user.

use super::{
    moment::{Moment, seconds},
    report::{Collector, CollectorState, Resource},
};
use crate::{
    model::{self, CollectionCount, Collector as Kind, Stamp},
    snapshot::{AnyReading, Outcome, Problem, Reading, Snapshot, max_age},
};

/// Name of the list of contact centres among the collectors.
pub(super) const CONTACT_CENTERS: &str = "contact_centers";

/// Returns all collectors of a target: the list of contact centres, the shared inventory, and those
/// of each contact centre.
pub(super) fn all(snapshot: &Snapshot, now: Stamp) -> Vec<Collector> {
    // The list of contact centres is no collector, but it can fail like one, and without it nothing
    // is read.
    let resource = Some(model::Resource::ContactCenters);
    let mut all = vec![collector(None, CONTACT_CENTERS, resource, &snapshot.contact_centers, now)];
    let one = |center: Option<&str>, kind: Kind, reading: &dyn AnyReading| Collector {
        configured_interval_seconds: snapshot.notes.configured[kind.index()].map(seconds),
        ..collector(center, kind.as_str(), kind.resource(), reading, now)
    };
    all.push(one(None, Kind::Inventory, &snapshot.inventory));
    for center in &snapshot.centers {
        let id = Some(&*center.contact_center.id);
        all.extend(Kind::ALL.into_iter().map(|kind| one(id, kind, center.reading(kind))));
    }
    all
}

/// Returns the state of one collector. Only the health of its reading and the problem of the last
/// attempt decide; without health the collector is switched off.
fn collector(
    contact_center: Option<&str>,
    name: &'static str,
    resource: Option<model::Resource>,
    reading: &dyn AnyReading,
    now: Stamp,
) -> Collector {
    let (health, problem) = (reading.health(), reading.problem());
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
        configured_interval_seconds: None,
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
