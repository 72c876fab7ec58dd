//! How long to leave a server alone: after a refused login, and where it says so itself.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use url::Url;

use crate::model::{Resource, RetryReason, Stamp};

/// The first wait after a refusal; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(60);
/// The longest wait after a refusal.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// The longest wait that a server can ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// The refused logins of a target, over all its servers together: they know the same account.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<Refused>);

#[derive(Debug, Default)]
struct Refused {
    times: u32,
    not_before: Option<Duration>,
}

impl Refusals {
    /// Another refusal.
    pub(super) fn another(&self, now: Stamp) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = FIRST_WAIT.saturating_mul(1 << refused.times.min(8)).min(LONGEST_WAIT);
        refused.times += 1;
        refused.not_before = Some(now.mono + wait);
    }

    /// Time until the next login, if one has to wait.
    pub(super) fn wait(&self, now: Stamp) -> Option<Duration> {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = refused.not_before?.checked_sub(now.mono)?;
        (!wait.is_zero()).then_some(wait)
    }

    /// The credentials are others now: they may be tried at once.
    pub(super) fn shorten(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).not_before = None;
    }

    /// A token was accepted.
    pub(super) fn over(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Refused::default();
    }
}

/// What servers have asked to be spared.
#[derive(Debug, Default)]
pub(super) struct Waits(Mutex<HashMap<Place, Wait>>);

/// A server, or one resource of it.
type Place = (String, Option<Resource>);

#[derive(Clone, Copy, Debug)]
struct Wait {
    until: Duration,
    status: u16,
}

impl Waits {
    /// Whether a request has to wait: for how long, and the status that said so. A wait that is over
    /// is forgotten, and the request is then a retry.
    pub(super) fn before(
        &self,
        url: &Url,
        resource: Resource,
        now: Stamp,
    ) -> Result<Option<RetryReason>, (Duration, u16)> {
        let mut waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut retry = None;
        for place in places(url, resource) {
            let Some(wait) = waits.get(&place).copied() else { continue };
            if wait.until > now.mono {
                return Err((wait.until - now.mono, wait.status));
            }
            waits.remove(&place);
            retry = Some(reason(wait.status));
        }
        Ok(retry)
    }

    /// Takes note of what an answer asks for. Too many requests concern the whole server; that it is
    /// not available is said by each resource for itself.
    pub(super) fn note(
        &self,
        url: &Url,
        resource: Resource,
        status: u16,
        headers: &HeaderMap,
        now: Stamp,
    ) -> Option<Duration> {
        if !matches!(status, 429 | 503) {
            return None;
        }
        let wait = retry_after(headers, now.wall)?.min(LONGEST_RETRY_AFTER);
        let [server, one] = places(url, resource);
        let place = if status == 429 { server } else { one };
        let mut waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waits.insert(place, Wait { until: now.mono + wait, status });
        Some(wait)
    }
}

fn places(url: &Url, resource: Resource) -> [Place; 2] {
    let server = url.origin().ascii_serialization();
    [(server.clone(), None), (server, Some(resource))]
}

fn reason(status: u16) -> RetryReason {
    if status == 429 { RetryReason::RateLimited } else { RetryReason::Unavailable }
}

/// `Retry-After`: seconds, or a date by the server's own clock where the answer tells that.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(RETRY_AFTER)?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp());
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
    fn a_wait_is_asked_for_in_seconds_or_as_a_date_by_the_server_s_clock() {
        assert_eq!(wait("120", None), Some(120));
        assert_eq!(wait(" 0 ", None), Some(0));
        assert_eq!(wait("Thu, 15 Jan 2026 08:01:30 GMT", None), Some(90));
        assert_eq!(wait("Thu, 15 Jan 2026 07:00:00 GMT", None), Some(0), "in the past");
        let date = Some("Thu, 15 Jan 2026 08:01:00 GMT");
        assert_eq!(wait("Thu, 15 Jan 2026 08:01:30 GMT", date), Some(30), "their clock is a minute ahead");
        for nonsense in ["", "-5", "soon", "1.5", "Thu, 99 Jan 2026 08:01:30 GMT"] {
            assert_eq!(wait(nonsense, None), None, "{nonsense}");
        }
    }
}
