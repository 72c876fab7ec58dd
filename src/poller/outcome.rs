//! Results of readings, and their entry into the snapshot.

use std::{future::Future, time::Duration};

use tokio::time::timeout;

use crate::{
    model::{Clock, Collector, RequestFailure, Resource, Stamp},
    snapshot::{AnyReading, Attempt, Outcome, Problem, ProblemKind},
    trio::Error,
};

/// Result of reading one collector.
pub(super) struct CollectorResult {
    pub(super) collector: Collector,
    pub(super) simulated: bool,
    pub(super) error: Option<Error>,
}

/// An attempt to read, before its entry into the snapshot.
pub struct Attempted<A> {
    begun: Stamp,
    took: Duration,
    pub(super) result: Result<A, Error>,
}

impl<A> Attempted<A> {
    /// Waits for `read` up to `limit`; the error of a longer reading names `resource`.
    pub async fn run(
        clock: &Clock,
        limit: Duration,
        resource: Resource,
        read: impl Future<Output = Result<A, Error>>,
    ) -> Self {
        let begun = clock.now();
        let result = timeout(limit, read).await.unwrap_or_else(|_| Err(timeout_error(resource)));
        Self { begun, took: clock.now().since(begun), result }
    }

    /// Returns the attempt with its data converted.
    pub(super) fn map<B>(self, convert: impl FnOnce(A) -> B) -> Attempted<B> {
        let Self { begun, took, result } = self;
        Attempted { begun, took, result: result.map(convert) }
    }

    /// Enters the data with `store`, which returns the error of a part that is missing, and any
    /// error into the reading. Returns the error.
    pub fn enter<P>(
        self,
        place: &mut P,
        store: impl FnOnce(&mut P, A, Stamp, Duration) -> Option<Error>,
        reading: impl FnOnce(&mut P) -> &mut dyn AnyReading,
    ) -> Option<Error> {
        let Self { begun, took, result } = self;
        let (outcome, error) = match result {
            Ok(data) => (Outcome::Failed, store(place, data, begun, took)?),
            Err(error @ Error::Incomplete { .. }) => (Outcome::Incomplete, error),
            Err(error) => (Outcome::Failed, error),
        };
        let attempt = Attempt { at: begun, duration: took, outcome };
        reading(place).fail(attempt, to_problem(&error));
        Some(error)
    }
}

/// Returns an error in the form that users see.
pub fn to_problem(error: &Error) -> Problem {
    let short = match error {
        Error::Incomplete { got, expected, .. } => Some((*got, *expected)),
        _ => None,
    };
    Problem { said: error.redacted().into(), kind: problem_kind(error), short }
}

fn problem_kind(error: &Error) -> ProblemKind {
    let is_login =
        |resource: &Resource| matches!(resource, Resource::Login | Resource::RefreshLogin);
    match error {
        Error::Auth { reason, .. } => ProblemKind::LoginFailed(*reason),
        Error::LoginWaits { .. } => ProblemKind::LoginWaits,
        Error::Redirected { resource, .. } | Error::Busy { resource, .. } if is_login(resource) => {
            ProblemKind::LoginWaits
        }
        Error::Status { status: 403, .. } => ProblemKind::Forbidden,
        Error::Status { status: status @ (404 | 405 | 410 | 501), .. } => {
            ProblemKind::Absent(*status)
        }
        Error::Unmapped { .. } => ProblemKind::NoIdFound,
        Error::Incomplete { .. } => ProblemKind::Incomplete,
        Error::Request { failure: RequestFailure::Timeout, .. } => ProblemKind::TimedOut,
        Error::Request { .. }
        | Error::Status { .. }
        | Error::Redirected { .. }
        | Error::Busy { .. }
        | Error::LimitReached { .. } => ProblemKind::Other,
    }
}

pub(super) fn timeout_error(resource: Resource) -> Error {
    let detail = "the collector took longer than its limit".to_owned();
    Error::Request { resource, failure: RequestFailure::Timeout, detail, sent: true }
}
