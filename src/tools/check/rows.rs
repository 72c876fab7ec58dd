//! Rows that lack a required id or service: they are left out of the metrics of services, agents
//! and calls.

use super::Report;
use crate::{diagnosis::Subject, snapshot::Snapshot};

/// Reports the rows of all resources that were read.
pub(super) fn report(snapshot: &Snapshot, report: &mut Report) {
    if report.add_found(|subject| matches!(subject, Subject::Rows(..))) {
        return;
    }
    // `rows_without` is known only for the required fields.
    let mut found = snapshot.fields.iter().filter(|field| field.present == Some(true));
    if found.any(|field| field.rows_without.is_some()) {
        report.ok("rows", "every row has its required id and service");
    }
}
