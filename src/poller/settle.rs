//! What comes of an attempt to read, and how it is noted.

use std::sync::Arc;

use crate::{
    model::{CaseList, Clock, Collector, RequestFailure, Resource, ServiceGroups, Stamp},
    snapshot::{Attempt, Good, Outcome, Problem, Reading},
    trio::Error,
};

/// One collector was read, well or badly.
pub(super) struct Done {
    pub(super) collector: Collector,
    pub(super) simulated: bool,
    pub(super) error: Option<Error>,
}

pub(super) fn whole<T>(items: Vec<T>) -> (usize, Vec<T>) {
    (items.len(), items)
}

pub(super) fn groups(mut items: Vec<ServiceGroups>) -> (usize, ServiceGroups) {
    let groups = items.pop().unwrap_or_default();
    (groups.groups.len(), groups)
}

pub(super) fn one_list(mut items: Vec<CaseList>) -> (usize, CaseList) {
    let list = items.pop().unwrap_or_default();
    (list.cases.len(), list)
}

/// Notes in `reading` what came of an attempt; data that is as before keeps its place.
pub(super) fn settle<T: PartialEq>(
    reading: &mut Reading<T>,
    begun: Stamp,
    clock: &Clock,
    result: Result<(usize, T), Error>,
) -> Option<Error> {
    let outcome = match &result {
        Ok(_) => Outcome::Complete,
        Err(Error::Incomplete { .. }) => Outcome::Incomplete,
        Err(_) => Outcome::Failed,
    };
    let took = clock.now().since(begun);
    reading.attempt = Some(Attempt { at: begun, duration: took, outcome });
    reading.problem = result.as_ref().err().map(problem);
    reading.incomplete_total += u64::from(outcome == Outcome::Incomplete);
    match result {
        Ok((items, data)) => {
            let same = reading.good.take().filter(|good| *good.data == data);
            reading.good = Some(match same {
                Some(good) => Good { taken: begun, took, ..good },
                None => Good { taken: begun, took, changed: begun, items, data: Arc::new(data) },
            });
            None
        }
        Err(error) => Some(error),
    }
}

/// What people are told of an error.
pub(super) fn problem(error: &Error) -> Problem {
    let short = match error {
        Error::Incomplete { got, expected, .. } => Some((*got, *expected)),
        _ => None,
    };
    let forbidden = matches!(error, Error::Status { status: 403, .. });
    Problem { said: error.redacted().into(), forbidden, short }
}

pub(super) fn too_slow(resource: Resource) -> Error {
    let detail = "the collector took longer than its limit".to_owned();
    Error::Request { resource, failure: RequestFailure::Timeout, detail }
}
