//! State of the readings, and rights of the API user.

use super::{
    moment::{Moment, seconds},
    report::{Collector, Resource},
};
use crate::{
    diagnosis::{ReadingState, SnapshotReading, counted, readings, state},
    model::{self, CollectionCount, Collector as Kind, Stamp},
    snapshot::{Problem, Reading, Snapshot},
};

/// Name of the list of contact centres among the collectors.
const CONTACT_CENTERS: &str = "contact_centers";

/// Returns all collectors of a target: the list of contact centres, the shared inventory, and those
/// of each contact centre.
pub(super) fn all(snapshot: &Snapshot, now: Stamp) -> Vec<Collector> {
    let configured = |kind: Kind| snapshot.notes.configured[kind.index()].map(seconds);
    readings(snapshot)
        .map(|reading| Collector {
            configured_interval_seconds: reading.collector.and_then(configured),
            ..collector(&reading, now)
        })
        .collect()
}

fn collector(of: &SnapshotReading<'_>, now: Stamp) -> Collector {
    let (health, problem) = (of.reading.health(), of.reading.problem());
    let name = of.collector.map_or(CONTACT_CENTERS, Kind::as_str);
    let resource = of.resource();
    // Trio may truncate the other lists without a sign, so "read completely" is true of these
    // alone.
    let is_exact = resource.is_some_and(model::Resource::has_exact_total);
    let attempt = health.and_then(|health| health.attempt);
    let last = health.and_then(|health| health.last_success);
    let limit = health.map(|health| health.max_age);
    let state = state(of, now);
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
        contact_center: of.contact_center.map(|id| id.to_string()),
        collector: name,
        kind: of.collector,
        state,
        words: description(state, problem, items, is_exact),
        shown: of.is_shown(now),
        last_success: last.map(|last| Moment::from_stamp(last, now)),
        last_attempt: attempt.map(|attempt| Moment::from_stamp(attempt.at, now)),
        duration_seconds: attempt.map(|attempt| seconds(attempt.duration)),
        max_age_seconds: limit.map(seconds),
        items,
        total,
        interval_seconds: health.map(|health| seconds(health.interval)),
        configured_interval_seconds: None,
        incomplete: health.map_or(0, |health| health.incomplete_total),
        missing_right: (state == ReadingState::Forbidden)
            .then(|| format!("read {}", resource.map_or(name, model::Resource::as_str))),
    }
}

/// Returns the state in words.
fn description(
    state: ReadingState,
    problem: Option<&Problem>,
    items: Option<usize>,
    is_exact: bool,
) -> String {
    let read = if is_exact { "read completely" } else { "read" };
    match (state, problem) {
        (ReadingState::Off, _) => "switched off in `collectors`".to_owned(),
        (ReadingState::NotReadYet, _) => "not read yet".to_owned(),
        (ReadingState::UpToDate, _) => {
            format!("{read}, {}", counted(items.unwrap_or_default(), "item"))
        }
        (ReadingState::Expired, _) => "read before, but no newer reading has ended".to_owned(),
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
