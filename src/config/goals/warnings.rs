//! What about goals is allowed but unwise.

use super::WaitTarget;
use crate::{
    model::{Collector, Goals},
    poller::{self, Wanted},
};

/// The collectors whose interval says how exactly waits are known.
const WAITS: [Collector; 1] = [Collector::Calls];
/// So many readings within a wait target tell well who was answered within it.
const READINGS_A_TARGET: u32 = 4;

/// Adds a line for a poll interval that is too long for the shortest wait target, and one for wait
/// targets that are no edge of the histograms.
pub(in crate::config) fn warn(
    goals: &Goals,
    wait_targets: &[WaitTarget],
    poll: &poller::Settings,
    warnings: &mut Vec<String>,
) {
    let Some(shortest) = wait_targets.iter().min_by_key(|target| target.after) else { return };
    for collector in WAITS {
        let Some(interval) = poll.interval(collector) else { continue };
        if interval * READINGS_A_TARGET > shortest.after {
            let key = match poll.collectors[collector.index()] {
                Wanted::Every(_) => format!("collectors.{}.interval", collector.as_str()),
                Wanted::AsItsKind | Wanted::Off => "poll.state".to_owned(),
            };
            warnings.push(format!(
                "{key}: {interval:?} is longer than a quarter of {} ({:?}): whether a case was answered within it \
                 is then known roughly; read more often",
                shortest.key, shortest.after
            ));
        }
    }
    let left_out = goals.edges_left_out();
    if !left_out.is_empty() {
        let left_out: Vec<_> = left_out.iter().map(|seconds| format!("{seconds}s")).collect();
        warnings.push(format!(
            "goals: more different wait targets than trio_service_wait_seconds can take as edges; without one: {}; \
             service levels do not need it",
            left_out.join(", ")
        ));
    }
}
