//! Reloads of the configuration.

use std::fmt;

use super::family::{FamilyWriter, Spec};
use crate::stats::ReloadStats;

const SUCCESSFUL: Spec = Spec::gauge(
    "config_last_reload_successful",
    "1 if the configuration was read without errors the last time, 0 if not and the previous one is still in use: correct what the log says and reload. Source: the exporter.",
);
const LAST_SUCCESS: Spec = Spec::gauge(
    "config_last_reload_success_timestamp",
    "Time when the configuration in use was read, in seconds since 1970: compare it with the time of your last change. Source: the exporter.",
)
.seconds();

/// Writes the result of the last reload, once for the process.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    stats: Option<&ReloadStats>,
) -> fmt::Result {
    let Some(stats) = stats else { return Ok(()) };
    if let Some(successful) = stats.successful.get() {
        writer.family(&SUCCESSFUL).add_unlabelled_gauge(successful)?;
    }
    match stats.last_success.get() {
        Some(at) => writer.family(&LAST_SUCCESS).add_unlabelled_gauge(at),
        None => Ok(()),
    }
}
