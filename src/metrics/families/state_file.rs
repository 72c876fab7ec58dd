//! The state file, which keeps counters over a restart, if one is configured.

use std::fmt;

use super::family::{FamilyWriter, Spec};
use crate::stats::StateFileStats;

const LAST_SUCCESS: Spec = Spec::gauge(
    "exporter_state_file_last_success_timestamp",
    "Time when the counters were last saved, in seconds since 1970: if it is minutes ago, or absent, a restart loses them; the log says why. Absent without state_file. Source: the exporter.",
)
.seconds();
const ERRORS: Spec = Spec::counter(
    "exporter_state_file_errors",
    "Failures to use or write the state file: after any increase look at the log, the folder and the free space on the disk. Absent without state_file. Source: the exporter.",
);

/// Writes the results of saving, once for the process.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    stats: Option<&StateFileStats>,
) -> fmt::Result {
    let Some(stats) = stats else { return Ok(()) };
    // Not saved yet: no sample, because 0 would be the year 1970.
    if let Some(at) = stats.last_success.get() {
        writer.family(&LAST_SUCCESS).add_unlabelled_gauge(at)?;
    }
    writer.family(&ERRORS).add_unlabelled_counter(stats.errors.get())
}
