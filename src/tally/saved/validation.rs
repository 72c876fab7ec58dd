//! Validation of restored counters: a number that no counter can have would break later sums.

use super::{Saved, SavedAgents, SavedClass, SavedDay, SavedService};

/// Largest whole number that a sample holds exactly: 2^53.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

impl Saved {
    /// Returns true if every number is one that a counter can have.
    pub fn is_valid(&self) -> bool {
        let agents = self.centers.iter().filter_map(|center| center.agents.as_ref());
        let services = || self.centers.iter().flat_map(|center| &center.flow.services);
        let classes = services().flat_map(|service| &service.classes);
        let rejected = self.centers.iter().flat_map(|center| center.flow.rejected.values());
        let mut rejected = rejected.flat_map(|times| [times.created, times.answered, times.waited]);
        is_time(self.at)
            && agents.into_iter().all(are_agents_valid)
            && services().all(is_service_valid)
            && classes.into_iter().all(is_class_valid)
            && rejected.all(is_count)
    }
}

fn is_time(seconds: f64) -> bool {
    (0.0..=MAX_EXACT_INTEGER).contains(&seconds)
}

fn is_count(count: u64) -> bool {
    count as f64 <= MAX_EXACT_INTEGER
}

fn are_agents_valid(agents: &SavedAgents) -> bool {
    let groups = agents.groups.iter().flat_map(|(_, seconds)| seconds.values());
    let seconds = agents
        .seconds
        .values()
        .chain(groups)
        .chain(agents.pauses.iter().map(|(_, seconds)| seconds));
    seconds.chain([&agents.seen_ago, &agents.unmeasured_seconds]).all(|seconds| is_time(*seconds))
        && agents
            .changes
            .values()
            .flat_map(|to| to.values())
            .chain([&agents.agents])
            .all(|n| is_count(*n))
}

fn is_service_valid(service: &SavedService) -> bool {
    let given = [service.credited_ago, service.queue_wait, service.measured].into_iter().flatten();
    let seconds = service.unmeasured.values().copied().chain(given).chain([service.known_ago]);
    seconds.into_iter().all(is_time)
}

fn is_class_valid(class: &SavedClass) -> bool {
    let whole = [
        class.offered,
        class.carried_in,
        class.answered,
        class.moved,
        class.within_low,
        class.within_high,
    ];
    let counts = class.left.values().chain(class.unclassified.values()).chain(&class.waits.buckets);
    let parts = [class.within, class.handling_seconds, class.waits.sum];
    let left = || class.left.values().sum::<u64>();
    whole.into_iter().chain(counts.copied()).all(is_count)
        && parts.into_iter().all(is_time)
        // The last bucket has no upper edge.
        && class.waits.buckets.len() == class.waits.edges.len() + 1
        && class.day.is_none_or(|day| is_day_valid(&day, class, left()))
}

/// Returns true if no count of the day is larger than the counter itself.
fn is_day_valid(day: &SavedDay, class: &SavedClass, left: u64) -> bool {
    day.offered <= class.offered
        && day.answered <= class.answered
        && day.left <= left
        && (0.0..=class.within).contains(&day.within)
}
