//! Warnings about goals that are allowed but unwise.

use std::time::Duration;

use super::WaitTarget;
use crate::{
    model::{CaseClass, Collector, Goals},
    poller::{self, CollectorInterval},
};

/// Readings that should fall within a wait target.
// A wait is known to one interval; with four of them the answers that may be on either side of the
// target are few.
const READINGS_PER_TARGET: u32 = 4;

/// Adds a warning for each poll interval that is longer than a quarter of a wait target, naming the
/// shortest such target, and one for wait targets that get no bucket in the histograms of waits.
pub(in crate::config) fn warn(
    goals: &Goals,
    wait_targets: &[WaitTarget],
    poll: &poller::Settings,
    warnings: &mut Vec<String>,
) {
    // Shortest first, because each key is warned of once, and an interval that fits the shortest
    // target fits all.
    let mut shortest_first: Vec<&WaitTarget> = wait_targets.iter().collect();
    shortest_first.sort_by_key(|target| target.after);
    let mut warned = Vec::new();
    for target in shortest_first {
        let Some((key, interval)) = interval_of(target.class, poll) else { continue };
        if interval * READINGS_PER_TARGET > target.after && !warned.contains(&key) {
            warnings.push(format!(
                "{key}: {interval:?} is longer than a quarter of {} ({:?}): it is then only roughly known whether a \
                 case was answered within the target; shorten the interval",
                target.key, target.after
            ));
            warned.push(key);
        }
    }
    let left_out = Goals::edges_left_out([goals]);
    if !left_out.is_empty() {
        let left_out: Vec<_> = left_out.iter().map(|seconds| format!("{seconds}s")).collect();
        let left_out = match left_out.as_slice() {
            [one] => format!("{one} has"),
            [others @ .., last] => format!("{} and {last} have", others.join(", ")),
            [] => String::new(),
        };
        warnings.push(format!(
            "goals: too many different wait targets for the buckets of trio_service_wait_seconds; {left_out} no bucket edge \
             (service levels are not affected); use fewer different targets"
        ));
    }
}

/// Returns the interval at which cases of a class are read, and the key that sets it: calls, else
/// all cases.
fn interval_of(class: CaseClass, poll: &poller::Settings) -> Option<(String, Duration)> {
    // Calls are in both lists; the list of calls is used where it is read.
    let calls = matches!(class, CaseClass::Voice | CaseClass::Callback);
    let collectors = [Collector::Calls, Collector::Cases].into_iter().skip(usize::from(!calls));
    let (collector, interval) = collectors.filter_map(|c| Some((c, poll.interval(c)?))).next()?;
    let key = match poll.collectors[collector.index()] {
        CollectorInterval::Every(_) => format!("collectors.{}.interval", collector.as_str()),
        CollectorInterval::Default | CollectorInterval::Off => "poll.state".to_owned(),
    };
    Some((key, interval))
}
