//! Results of readings, and their entry into the snapshot.

use crate::{
    model::{CaseList, Clock, Collector, RequestFailure, Resource, ServiceGroups, Stamp},
    snapshot::{Attempt, Outcome, Problem, Reading},
    trio::Error,
};

/// Result of reading one collector.
pub(super) struct CollectorResult {
    pub(super) collector: Collector,
    pub(super) simulated: bool,
    pub(super) error: Option<Error>,
}

pub(super) fn with_count<T>(items: Vec<T>) -> (usize, Vec<T>) {
    (items.len(), items)
}

pub(super) fn groups(mut items: Vec<ServiceGroups>) -> (usize, ServiceGroups) {
    let groups = items.pop().unwrap_or_default();
    (groups.groups.len(), groups)
}

pub(super) fn single_list(mut items: Vec<CaseList>) -> (usize, CaseList) {
    let list = items.pop().unwrap_or_default();
    (list.cases.len(), list)
}

/// Enters the result of an attempt into `reading`. Returns its error.
pub(super) fn apply_outcome<T: PartialEq>(
    reading: &mut Reading<T>,
    begun: Stamp,
    clock: &Clock,
    result: Result<(usize, T), Error>,
) -> Option<Error> {
    let took = clock.now().since(begun);
    match result {
        Ok((items, data)) => {
            reading.store(begun, took, items, data);
            None
        }
        Err(error) => {
            let incomplete = matches!(error, Error::Incomplete { .. });
            let outcome = if incomplete { Outcome::Incomplete } else { Outcome::Failed };
            reading.attempt = Some(Attempt { at: begun, duration: took, outcome });
            reading.problem = Some(to_problem(&error));
            reading.incomplete_total += u64::from(incomplete);
            Some(error)
        }
    }
}

/// Returns an error in the form that users see.
pub(super) fn to_problem(error: &Error) -> Problem {
    let short = match error {
        Error::Incomplete { got, expected, .. } => Some((*got, *expected)),
        _ => None,
    };
    let forbidden = matches!(error, Error::Status { status: 403, .. });
    Problem { said: error.redacted().into(), forbidden, short }
}

pub(super) fn timeout_error(resource: Resource) -> Error {
    let detail = "the collector took longer than its limit".to_owned();
    Error::Request { resource, failure: RequestFailure::Timeout, detail }
}
