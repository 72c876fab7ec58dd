//! Back-off: waits after refused logins, and waits that a server asks for with `Retry-After`.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use url::Url;

use crate::model::{Resource, RetryReason, Stamp};

/// Wait after the first refused login; it doubles with each further refusal.
// An account may be locked after a few wrong passwords. At one try a minute at first and one in 15
// minutes at last, a wrong configuration does not lock the API user.
const FIRST_REFUSAL_WAIT: Duration = Duration::from_secs(60);
/// Longest wait between two login attempts.
const MAX_REFUSAL_WAIT: Duration = Duration::from_secs(15 * 60);
/// Longest wait that a server can impose.
// A wrong clock or unit on the server must not stop a target for days.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// Refused logins of a target, over all its servers: they know the same account.
#[derive(Debug, Default)]
pub(in crate::trio) struct LoginBackoff(Mutex<LoginRefusals>);

#[derive(Debug, Default)]
struct LoginRefusals {
    times: u32,
    not_before: Option<Duration>,
    /// Message of the last refusal.
    reason: String,
}

impl LoginBackoff {
    /// Records a refused login and its message.
    pub(in crate::trio) fn record_refusal(&self, now: Stamp, reason: &str) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The shift is bounded so that it cannot overflow; 2^8 minutes are beyond the longest wait
        // anyway.
        let wait =
            FIRST_REFUSAL_WAIT.saturating_mul(1 << refused.times.min(8)).min(MAX_REFUSAL_WAIT);
        refused.times += 1;
        refused.not_before = Some(now.mono + wait);
        reason.clone_into(&mut refused.reason);
    }

    /// Returns the time until the next login is allowed, and the message of the last refusal;
    /// `None` if a login is allowed now.
    // The message is kept for the whole wait: an operator who opens /status minutes later must
    // still see what to correct.
    pub(in crate::trio) fn remaining(&self, now: Stamp) -> Option<(Duration, String)> {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = refused.not_before?.checked_sub(now.mono)?;
        (!wait.is_zero()).then(|| (wait, refused.reason.clone()))
    }

    /// Ends the wait because the credentials have changed; the count of refusals stays.
    pub(in crate::trio) fn end_wait(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).not_before = None;
    }

    /// Forgets all refusals: a token was accepted.
    pub(in crate::trio) fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = LoginRefusals::default();
    }
}

/// Waits that servers asked for.
#[derive(Debug, Default)]
pub(super) struct RequestedWaits(Mutex<HashMap<Scope, Wait>>);

/// A server, or one resource of it.
type Scope = (String, Option<Resource>);

#[derive(Clone, Copy, Debug)]
struct Wait {
    until: Duration,
    status: u16,
}

impl RequestedWaits {
    /// Checks whether a request may be sent. `Ok` holds the reason if it is a retry after a wait.
    ///
    /// # Errors
    /// Time that is left, and the status that asked for it.
    pub(in crate::trio) fn check(
        &self,
        url: &Url,
        resource: Resource,
        now: Stamp,
    ) -> Result<Option<RetryReason>, (Duration, u16)> {
        let mut waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut retry = None;
        for scope in scopes(url, resource) {
            let Some(wait) = waits.get(&scope).copied() else { continue };
            if wait.until > now.mono {
                return Err((wait.until - now.mono, wait.status));
            }
            // The first request after a wait is a retry and counted as one; the wait is then
            // forgotten.
            waits.remove(&scope);
            retry = Some(reason(wait.status));
        }
        Ok(retry)
    }

    /// Records the wait that an answer asks for, and returns it.
    pub(in crate::trio) fn record(
        &self,
        url: &Url,
        resource: Resource,
        status: u16,
        headers: &HeaderMap,
        now: Stamp,
    ) -> Option<Duration> {
        // Other statuses may carry the header, too (a 3xx does by the standard), but do not mean
        // overload.
        if !matches!(status, 429 | 503) {
            return None;
        }
        let wait = retry_after(headers, now.wall)?.min(MAX_RETRY_AFTER);
        let [server, one] = scopes(url, resource);
        // 429 is about the client as a whole, 503 about the resource: one that is being rebuilt
        // must not silence all others.
        let scope = if status == 429 { server } else { one };
        let mut waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waits.insert(scope, Wait { until: now.mono + wait, status });
        Some(wait)
    }
}

fn scopes(url: &Url, resource: Resource) -> [Scope; 2] {
    let server = url.origin().ascii_serialization();
    [(server.clone(), None), (server, Some(resource))]
}

fn reason(status: u16) -> RetryReason {
    if status == 429 { RetryReason::RateLimited } else { RetryReason::Unavailable }
}

/// Reads `Retry-After`: seconds, or a date by the server's own clock if the answer has a `Date`.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(RETRY_AFTER)?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp());
    // Measured against our clock, a server whose clock is a minute ahead would impose a minute
    // more.
    let from = match text(DATE).and_then(date) {
        Some(from) => from,
        None => now.try_into().ok()?,
    };
    Some(Duration::try_from(date(value)?.duration_since(from)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn wait(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after.parse().expect("a header"));
        if let Some(date) = date {
            headers.insert(DATE, date.parse().expect("a header"));
        }
        // 2026-01-15T08:00:00Z
        let now = UNIX_EPOCH + Duration::from_secs(1_768_464_000);
        super::retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
        assert_eq!(wait("120", None), Some(120));
        assert_eq!(wait(" 0 ", None), Some(0));
        assert_eq!(wait("Thu, 15 Jan 2026 08:01:30 GMT", None), Some(90));
        assert_eq!(wait("Thu, 15 Jan 2026 07:00:00 GMT", None), Some(0), "in the past");
        let date = Some("Thu, 15 Jan 2026 08:01:00 GMT");
        assert_eq!(
            wait("Thu, 15 Jan 2026 08:01:30 GMT", date),
            Some(30),
            "their clock is a minute ahead"
        );
        for nonsense in ["", "-5", "soon", "1.5", "Thu, 99 Jan 2026 08:01:30 GMT"] {
            assert_eq!(wait(nonsense, None), None, "{nonsense}");
        }
    }
}
