//! What about goals is allowed but unwise.

use std::time::Duration;

use super::WaitTarget;
use crate::{
    model::{CaseClass, Collector, Goals},
    poller::{self, Wanted},
};

/// So many readings within a wait target tell well who was answered within it.
const READINGS_A_TARGET: u32 = 4;

/// Adds a line for each poll interval that is too long for a wait target, with the shortest one, and a
/// line for wait targets that are no edge of the histograms.
pub(in crate::config) fn warn(
    goals: &Goals,
    wait_targets: &[WaitTarget],
    poll: &poller::Settings,
    warnings: &mut Vec<String>,
) {
    let mut shortest_first: Vec<&WaitTarget> = wait_targets.iter().collect();
    shortest_first.sort_by_key(|target| target.after);
    let mut told = Vec::new();
    for target in shortest_first {
        let Some((key, interval)) = interval_of(target.class, poll) else { continue };
        if interval * READINGS_A_TARGET > target.after && !told.contains(&key) {
            warnings.push(format!(
                "{key}: {interval:?} is longer than a quarter of {} ({:?}): whether a case was answered within it \
                 is then known roughly; read more often",
                target.key, target.after
            ));
            told.push(key);
        }
    }
    let left_out = Goals::edges_left_out([goals]);
    if !left_out.is_empty() {
        let left_out: Vec<_> = left_out.iter().map(|seconds| format!("{seconds}s")).collect();
        warnings.push(format!(
            "goals: more different wait targets than trio_service_wait_seconds can take as edges; without one: {}; \
             service levels do not need it",
            left_out.join(", ")
        ));
    }
}

/// How often the cases of a class are read, and the key that says so: calls, else the list of all cases.
fn interval_of(class: CaseClass, poll: &poller::Settings) -> Option<(String, Duration)> {
    let calls = matches!(class, CaseClass::Voice | CaseClass::Callback);
    let collectors = [Collector::Calls, Collector::Cases].into_iter().skip(usize::from(!calls));
    let (collector, interval) = collectors.filter_map(|c| Some((c, poll.interval(c)?))).next()?;
    let key = match poll.collectors[collector.index()] {
        Wanted::Every(_) => format!("collectors.{}.interval", collector.as_str()),
        Wanted::AsItsKind | Wanted::Off => "poll.state".to_owned(),
    };
    Some((key, interval))
}
