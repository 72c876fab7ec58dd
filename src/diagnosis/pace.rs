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
    let is_flow_late =
        longer.iter().any(|(on, now, _)| on.cadence() == Cadence::Flow && *now > MAX_FLOW_INTERVAL);
    let mut sentence = format!(
        "{} is read every {} instead of every {}, to limit the requests to Trio; so are other collectors",
        collector.as_str(),
        span(now.as_secs_f64()),
        span(configured.as_secs_f64())
    );
    if now > longest_interval(configured) {
        sentence.push_str("; their figures are absent between two readings");
    }
    if is_flow_late {
        sentence.push_str(
            "; the service level, waits and handling times of calls and cases, and the times of agents in each \
             state, are no longer measured reliably",
        );
    }
    Some(Finding::new(
        FindingKind::IntervalsStretched,
        Severity::Warning,
        Subject::Load,
        sentence,
        "raise `max_requests_per_minute`, read less, or find out why Trio is slow",
    ))
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
