//! The file that carries counters over a restart, where one is configured.

use std::fmt;

use super::family::{Pen, Spec};
use crate::stats::StateFileStats;

const LAST_SUCCESS: Spec = Spec::gauge(
    "exporter_state_file_last_success_timestamp",
    "When the counters were last saved, in seconds since 1970: if that is minutes ago, or absent, a restart loses them; the log says why. Absent without state_file. Source: the exporter.",
)
.seconds();
const ERRORS: Spec = Spec::counter(
    "exporter_state_file_errors",
    "Times the state file could not be used or written: on any increase look at the log, the folder and the room on the disk. Absent without state_file. Source: the exporter.",
);

/// Writes what became of the file: there is one for the whole process.
pub(super) fn write(pen: &mut Pen<'_>, stats: Option<&StateFileStats>) -> fmt::Result {
    let Some(stats) = stats else { return Ok(()) };
    if let Some(at) = stats.last_success.get() {
        pen.family(&LAST_SUCCESS).only_gauge(at)?;
    }
    pen.family(&ERRORS).only_count(stats.errors.get())
}
