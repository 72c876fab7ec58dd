//! Findings: problems of a target and of the exporter, judged once for `check` and `/status`.
//!
//! Pure functions over a snapshot, the counters up to it and the stats. Requests, pages and metrics
//! do not belong here. A new finding is a member of [`FindingKind`], a function in the file of its
//! subject, a line in [`target`], and a row in `tests/it/diagnosis.rs`.

mod cases;
mod exporter;
mod fields;
mod finding;
mod pace;
mod reach;
mod readings;
mod servers;
mod words;

pub use cases::{CaseLimit, case_limit};
pub use exporter::{Process, exporter};
pub use fields::{examples, is_core};
pub use finding::{Finding, FindingKind, Severity, Subject};
pub use pace::flow_not_measured;
pub use readings::{ReadingState, SnapshotReading, readings, state};
pub use servers::{MAX_SKEW, certificate, clock};
pub use words::{counted, list_names, name_and_id, span};

use crate::{
    model::{Resource, Stamp},
    snapshot::Snapshot,
    stats::Stats,
    tally::Totals,
};

/// The facts about one target.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The last readings; `None` before the first step has ended.
    pub snapshot: Option<&'a Snapshot>,
    /// The counters up to the snapshot; `None` where nothing was counted.
    pub totals: Option<&'a Totals>,
    /// Servers, certificates, clock and restarts.
    pub stats: &'a Stats,
    /// Fields without a member that other data replaces: nothing is missing.
    pub derived: &'a [(Resource, &'static str)],
    /// Moment against which ages are judged.
    pub now: Stamp,
}

/// Returns the findings about a target, in the order from the network upwards.
pub fn target(situation: &Situation<'_>) -> Vec<Finding> {
    let Some(snapshot) = situation.snapshot else { return vec![reach::not_read_yet()] };
    let mut found = servers::all(snapshot, situation.stats, situation.now);
    found.extend(reach::trouble(snapshot));
    found.extend(reach::contact_centers(snapshot));
    // With the whole target down each reading fails for the same reason; one finding says it.
    if snapshot.notes.trouble.is_none() {
        found.extend(readings::all(snapshot, situation.now));
    }
    found.extend(readings::rights(snapshot));
    found.extend(fields::all(snapshot, situation.derived));
    found.extend(situation.totals.into_iter().flat_map(fields::wait_units));
    found.extend(situation.totals.and_then(|totals| cases::truncated(snapshot, totals)));
    found.extend(cases::handled_count(snapshot, situation.now));
    found.extend(situation.totals.and_then(|totals| cases::level_not_measurable(snapshot, totals)));
    found.extend(pace::stretched(snapshot));
    found.extend(pace::not_measured(snapshot));
    found.extend(pace::restarted(situation.stats));
    // Last: it only says that the target is down where no other finding says why.
    if !found.iter().any(|finding| finding.severity == Severity::Broken) {
        found.extend(reach::no_state(snapshot));
    }
    found
}
