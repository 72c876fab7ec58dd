//! Whether saved counters can be counted on: a number that no counter can have would break the next sum.

use super::{Saved, SavedAgents, SavedClass, SavedDay, SavedService};

/// Larger whole numbers are not exact in a sample.
const MOST: f64 = 9_007_199_254_740_992.0;

impl Saved {
    /// Whether every number is one that a counter can have.
    pub fn is_sound(&self) -> bool {
        let agents = self.centers.iter().filter_map(|center| center.agents.as_ref());
        let services = || self.centers.iter().flat_map(|center| &center.flow.services);
        let classes = services().flat_map(|service| &service.classes);
        let rejected = self.centers.iter().flat_map(|center| center.flow.rejected.values());
        let mut rejected = rejected.flat_map(|times| [times.created, times.answered, times.waited]);
        is_time(self.at)
            && agents.into_iter().all(agents_are_sound)
            && services().all(service_is_sound)
            && classes.into_iter().all(class_is_sound)
            && rejected.all(is_count)
    }
}

fn is_time(seconds: f64) -> bool {
    (0.0..=MOST).contains(&seconds)
}

fn is_count(count: u64) -> bool {
    count as f64 <= MOST
}

fn agents_are_sound(agents: &SavedAgents) -> bool {
    let groups = agents.groups.iter().flat_map(|(_, seconds)| seconds.values());
    let seconds =
        agents.seconds.values().chain(groups).chain(agents.pauses.iter().map(|(_, seconds)| seconds));
    seconds.chain([&agents.seen_ago, &agents.unmeasured_seconds]).all(|seconds| is_time(*seconds))
        && agents.changes.values().flat_map(|to| to.values()).chain([&agents.agents]).all(|n| is_count(*n))
}

fn service_is_sound(service: &SavedService) -> bool {
    let given = [service.credited_ago, service.queue_wait, service.measured].into_iter().flatten();
    let seconds = service.unmeasured.values().copied().chain(given).chain([service.known_ago]);
    seconds.into_iter().all(is_time)
}

fn class_is_sound(class: &SavedClass) -> bool {
    let whole =
        [class.offered, class.carried_in, class.answered, class.moved, class.within_low, class.within_high];
    let counts = class.left.values().chain(class.unclassified.values()).chain(&class.waits.buckets);
    let parts = [class.within, class.handling_seconds, class.waits.sum];
    let left = || class.left.values().sum::<u64>();
    whole.into_iter().chain(counts.copied()).all(is_count)
        && parts.into_iter().all(is_time)
        && class.waits.buckets.len() == class.waits.edges.len() + 1
        && class.day.is_none_or(|day| day_is_sound(&day, class, left()))
}

/// Nothing can have been counted at midnight that is not counted now.
fn day_is_sound(day: &SavedDay, class: &SavedClass, left: u64) -> bool {
    day.offered <= class.offered
        && day.answered <= class.answered
        && day.left <= left
        && (0.0..=class.within).contains(&day.within)
}
