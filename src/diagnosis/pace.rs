//! The pace of the poller: intervals that grew, and restarts.

use super::{
    finding::{Finding, FindingKind, Severity, Subject},
    words::{counted, span},
};
use crate::{model::Collector, snapshot::Snapshot, stats::Stats};

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
    // The longest alone: all intervals grow together, and one line says it.
    let (collector, now, configured) = longer.max_by_key(|(_, now, _)| *now)?;
    Some(Finding::new(
        FindingKind::IntervalsStretched,
        Severity::Warning,
        Subject::Load,
        format!(
            "{} is read every {} instead of every {}, to limit the requests to Trio; so are other collectors",
            collector.as_str(),
            span(now.as_secs_f64()),
            span(configured.as_secs_f64())
        ),
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
