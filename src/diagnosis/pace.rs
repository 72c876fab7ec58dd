//! The pace of the poller: intervals that grew, and restarts.

use std::time::Duration;

use super::{
    finding::{Finding, FindingKind, Severity, Subject},
    words::{counted, span},
};
use crate::{
    model::{Cadence, Collector},
    snapshot::{Snapshot, longest_interval},
    stats::Stats,
};

/// Longest interval of calls, cases and agents up to which the accuracy of what is counted from
/// them is known.
// The simulated weeks of benches/accuracy are measured up to it.
const MAX_FLOW_INTERVAL: Duration = Duration::from_secs(15);

/// Returns a finding if collectors are read less often than configured.
pub(super) fn stretched(snapshot: &Snapshot) -> Option<Finding> {
    let configured = &snapshot.notes.configured;
    let in_force = |collector: Collector| {
        let of_centers =
            snapshot.centers.iter().map(move |center| center.reading(collector).interval());
        let shared = (collector == Collector::Inventory).then_some(snapshot.inventory.interval);
        of_centers.chain(shared).flatten().max()
    };
    let longer = Collector::ALL.into_iter().filter_map(|collector| {
        let (now, configured) = (in_force(collector)?, configured[collector.index()]?);
        (now > configured).then_some((collector, now, configured))
    });
    let longer: Vec<_> = longer.collect();
    // The longest alone: one line says it.
    let (collector, now, configured) = longer.iter().copied().max_by_key(|(_, now, _)| *now)?;
    let mut sentence = format!(
        "{} is read every {} instead of every {}, to limit the requests to Trio; so are other collectors",
        collector.as_str(),
        span(now.as_secs_f64()),
        span(configured.as_secs_f64())
    );
    if now > longest_interval(configured) {
        sentence.push_str("; their figures are absent between two readings");
    }
    Some(Finding::new(
        FindingKind::IntervalsStretched,
        Severity::Warning,
        Subject::Load,
        sentence,
        "raise `max_requests_per_minute`, read less, or find out why Trio is slow",
    ))
}

/// Returns a finding if the lists of cases and agents are read too seldom.
pub(super) fn not_measured(snapshot: &Snapshot) -> Option<Finding> {
    let flow = Collector::ALL.into_iter().filter(|collector| collector.cadence() == Cadence::Flow);
    let intervals = flow.flat_map(|collector| {
        snapshot.centers.iter().filter_map(move |center| center.reading(collector).interval())
    });
    flow_not_measured(intervals.max()?)
}

/// Returns a finding if cases and agents cannot be measured at this interval of their lists.
pub fn flow_not_measured(interval: Duration) -> Option<Finding> {
    let sentence = format!(
        "services/calls, services/cases and agents/state are read every {}: above {} the service level, waits and \
         handling times of calls and cases, and the times of agents in each state, are no longer measured reliably",
        span(interval.as_secs_f64()),
        span(MAX_FLOW_INTERVAL.as_secs_f64())
    );
    let finding = Finding::new(
        FindingKind::FlowNotMeasured,
        Severity::Warning,
        Subject::Load,
        sentence,
        "raise `max_requests_per_minute`, shorten `poll: {flow: …}` if it is longer, or find out why Trio is slow",
    );
    (interval > MAX_FLOW_INTERVAL).then_some(finding)
}

/// Returns a finding if the poller of a target was restarted.
pub(super) fn restarted(stats: &Stats) -> Option<Finding> {
    let restarts = stats.restarts.get();
    let finding = Finding::new(
        FindingKind::PollerRestarted,
        Severity::Warning,
        Subject::Poller,
        format!("restarted {} after a panic", counted(restarts, "time")),
        "report the panic that the log shows",
    );
    (restarts > 0).then_some(finding)
}
