//! Whether the configuration in use is the one that stands in the file.

use std::fmt;

use super::family::{Pen, Spec};
use crate::stats::ReloadStats;

const SUCCESSFUL: Spec = Spec::gauge(
    "config_last_reload_successful",
    "1 when the configuration was read well the last time, 0 when it was not and the one before is still in use: correct what the log says and reload. Source: the exporter.",
);
const LAST_SUCCESS: Spec = Spec::gauge(
    "config_last_reload_success_timestamp",
    "When the configuration in use was read, in seconds since 1970: compare it with the time of your last change. Source: the exporter.",
)
.seconds();

/// Writes how reading the configuration went: there is one for the whole process.
pub(super) fn write(pen: &mut Pen<'_>, stats: Option<&ReloadStats>) -> fmt::Result {
    let Some(stats) = stats else { return Ok(()) };
    if let Some(successful) = stats.successful.get() {
        pen.family(&SUCCESSFUL).only_gauge(successful)?;
    }
    match stats.last_success.get() {
        Some(at) => pen.family(&LAST_SUCCESS).only_gauge(at),
        None => Ok(()),
    }
}
