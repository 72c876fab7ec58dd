//! Back-off: waits after refused logins, and waits that a server asks for with `Retry-After`.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use url::Url;

use crate::model::{AuthFailure, Resource, RetryReason, Stamp, Text};

/// Wait after the first login that the account was refused; it doubles with each further one.
// An account may be locked after a few wrong passwords. At one try a minute at first and one in 15
// minutes at last, a wrong configuration does not lock the API user.
const FIRST_ACCOUNT_WAIT: Duration = Duration::from_secs(60);
/// Longest wait between two logins of an account that is refused.
const MAX_ACCOUNT_WAIT: Duration = Duration::from_secs(15 * 60);
/// Wait after the first login that one server could not serve; it doubles with each further one.
// The credentials have worked, so nothing can be locked; only the load on a server in trouble counts.
const FIRST_SERVER_WAIT: Duration = Duration::from_secs(10);
/// Longest wait between two logins at a server that cannot serve them.
const MAX_SERVER_WAIT: Duration = Duration::from_secs(60);
/// Longest wait that a server can impose.
// A wrong clock or unit on the server must not stop a target for longer than a refused login does.
pub(in crate::trio) const MAX_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);
/// Servers whose failed logins are remembered.
// As many as a target has at most; names of servers come from configuration and its answers.
const MAX_SERVERS: usize = 64;

/// Subject of a login that was sent and brought no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) enum Blame {
    /// The credentials: over all servers together, since they know the same account.
    Account,
    /// One server, which may serve the same login later.
    Server,
}

/// Logins of a target that brought no token, and the waits that follow.
#[derive(Debug, Default)]
pub(in crate::trio) struct LoginBackoff(Mutex<FailedLogins>);

#[derive(Debug, Default)]
struct FailedLogins {
    account: FailedLogin,
    /// By host and port.
    servers: HashMap<Text, FailedLogin>,
}

#[derive(Debug, Default)]
struct FailedLogin {
    times: u32,
    not_before: Option<Duration>,
    /// Reason and message of the last one.
    cause: Option<(AuthFailure, String)>,
    /// Server that could not serve the last one.
    failed_at: Option<Text>,
}

/// A login that is not sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trio) struct LoginWait {
    /// Time until the next login is allowed.
    pub(in crate::trio) left: Duration,
    pub(in crate::trio) blame: Blame,
    /// Reason and message of the last login.
    pub(in crate::trio) reason: AuthFailure,
    pub(in crate::trio) message: String,
}

impl LoginBackoff {
    /// Records a login at `server` that brought no token, with its reason and message, and the wait
    /// that the answer asked for. The account is to blame in any case unless its credentials have
    /// worked before. Returns the time until the next login is allowed.
    pub(in crate::trio) fn record(
        &self,
        (blame, has_worked): (Blame, bool),
        server: &Text,
        (reason, message): (AuthFailure, &str),
        asked: Option<Duration>,
        now: Stamp,
    ) -> Duration {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.servers.len() >= MAX_SERVERS {
            failed.servers.clear();
        }
        let failed_at = (blame == Blame::Server).then(|| server.clone());
        // A wrong password can answer 500, too. Only credentials that have worked are beyond doubt.
        let blame = if has_worked { blame } else { Blame::Account };
        let (entry, first, max) = match blame {
            Blame::Account => (&mut failed.account, FIRST_ACCOUNT_WAIT, MAX_ACCOUNT_WAIT),
            Blame::Server => (
                failed.servers.entry(server.clone()).or_default(),
                FIRST_SERVER_WAIT,
                MAX_SERVER_WAIT,
            ),
        };
        // Requests that were in flight together report the same failure: it counts once.
        if let Some(left) = entry.left(now) {
            return left;
        }
        // The shift is bounded so that it cannot overflow; it is beyond the longest wait anyway.
        let own = first.saturating_mul(1 << entry.times.min(8)).min(max);
        let wait = own.max(asked.unwrap_or_default().min(MAX_RETRY_AFTER));
        entry.times += 1;
        entry.not_before = Some(now.mono + wait);
        entry.cause = Some((reason, message.to_owned()));
        entry.failed_at = failed_at;
        wait
    }

    /// Returns the server that could not serve the last login of an account that has not worked
    /// yet, once the wait after it is over.
    // One login is sent then, over all servers. If it always went to the same one, a server that is
    // broken from the start would keep the exporter from the others.
    pub(in crate::trio) fn server_to_avoid(&self, now: Stamp) -> Option<Text> {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let account = &failed.account;
        account.failed_at.clone().filter(|_| account.left(now).is_none())
    }

    /// Returns the wait before the next login at `server`; `None` if a login is allowed now.
    // The message is kept for the whole wait: an operator who opens /status minutes later must
    // still see what to correct.
    pub(in crate::trio) fn remaining(&self, server: &Text, now: Stamp) -> Option<LoginWait> {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |entry: &FailedLogin, blame| {
            let (reason, message) = entry.cause.clone()?;
            Some(LoginWait { left: entry.left(now)?, blame, reason, message })
        };
        of(&failed.account, Blame::Account)
            .or_else(|| of(failed.servers.get(server)?, Blame::Server))
    }

    /// Ends the waits because the credentials have changed; the counts stay.
    pub(in crate::trio) fn end_waits(&self) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.account.not_before = None;
        failed.servers.values_mut().for_each(|entry| entry.not_before = None);
    }

    /// Forgets the failed logins of the account and of `server`: a token of it was accepted.
    pub(in crate::trio) fn reset(&self, server: &Text) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.account = FailedLogin::default();
        failed.servers.remove(server);
    }
}

impl FailedLogin {
    fn left(&self, now: Stamp) -> Option<Duration> {
        self.not_before?.checked_sub(now.mono).filter(|left| !left.is_zero())
    }
}

/// Wait after a 429 that names none; it doubles with each further one in a row.
const FIRST_OVERLOAD_WAIT: Duration = Duration::from_secs(10);
/// Longest wait after a 429 that names none.
const MAX_OVERLOAD_WAIT: Duration = Duration::from_secs(60);

/// Waits that servers asked for, and those after a 429 that asks for none.
#[derive(Debug, Default)]
pub(in crate::trio) struct RequestedWaits(Mutex<Waits>);

#[derive(Debug, Default)]
struct Waits {
    by_scope: HashMap<Scope, Wait>,
    /// Answers 429 in a row that name no wait, by server.
    overloads: HashMap<String, u32>,
}

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
        let waits = &mut self.0.lock().unwrap_or_else(PoisonError::into_inner).by_scope;
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

    /// Ends all waits: an operator has reloaded the configuration.
    pub(in crate::trio) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Waits::default();
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
        let [server, one] = scopes(url, resource);
        let mut waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = retry_after(headers, now.wall);
        // Other statuses may carry the header, too (a 3xx does by the standard), but do not mean
        // overload.
        match (status, asked) {
            (429 | 503, Some(_)) => {}
            // Logins have a back-off of their own.
            (429, None) if !matches!(resource, Resource::Login | Resource::RefreshLogin) => {
                waits.record_overload(server, now);
                return None;
            }
            (200..=299, _) => {
                waits.overloads.remove(&server.0);
                return None;
            }
            _ => return None,
        }
        let asked = asked?;
        let wait = asked.min(MAX_RETRY_AFTER);
        if wait < asked {
            tracing::warn!(
                resource = resource.as_str(),
                status,
                asked_seconds = asked.as_secs(),
                wait_seconds = wait.as_secs(),
                "Trio asks for a longer pause than the exporter makes; it asks again earlier"
            );
        }
        // 429 is about the client as a whole, 503 about the resource: one that is being rebuilt
        // must not silence all others.
        let scope = if status == 429 { server } else { one };
        waits.by_scope.insert(scope, Wait { until: now.mono + wait, status });
        Some(wait)
    }
}

impl Waits {
    /// Records a 429 that names no wait.
    fn record_overload(&mut self, server: Scope, now: Stamp) {
        // Requests that were in flight together are one overload.
        if self.by_scope.get(&server).is_some_and(|wait| wait.until > now.mono) {
            return;
        }
        let times = self.overloads.entry(server.0.clone()).or_default();
        let wait = FIRST_OVERLOAD_WAIT.saturating_mul(1 << (*times).min(8)).min(MAX_OVERLOAD_WAIT);
        *times += 1;
        self.by_scope.insert(server, Wait { until: now.mono + wait, status: 429 });
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
pub(in crate::trio) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
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

    fn at(seconds: u64) -> Stamp {
        Stamp { mono: Duration::from_secs(seconds), wall: UNIX_EPOCH }
    }

    #[test]
    fn too_many_requests_without_a_wait_lengthen_the_pause() {
        let (waits, none) = (RequestedWaits::default(), HeaderMap::new());
        let url: Url = "http://trio/te/api/cc".parse().expect("a URL");
        let left = |now| {
            waits.check(&url, Resource::Agents, at(now)).err().map(|(left, _)| left.as_secs())
        };
        let record = |status, now| waits.record(&url, Resource::Calls, status, &none, at(now));
        let mut now = 0;
        for wait in [10, 20, 40, 60, 60] {
            record(429, now);
            record(429, now);
            assert_eq!(left(now), Some(wait), "all in flight count once");
            now += wait;
            assert_eq!(left(now), None);
        }
        record(200, now);
        record(429, now);
        assert_eq!(left(now), Some(10), "a success ends the row");
        waits.end();
        assert_eq!(left(now), None, "so does a reload");
        waits.record(&url, Resource::Login, 429, &none, at(now));
        assert_eq!(left(now), None, "logins have their own");
    }

    #[test]
    fn requested_wait_is_at_most_a_quarter_of_an_hour() {
        let waits = RequestedWaits::default();
        let url: Url = "http://trio/te/api/cc".parse().expect("a URL");
        let headers = HeaderMap::from_iter([(RETRY_AFTER, "86400".parse().expect("a header"))]);
        let wait = waits.record(&url, Resource::Calls, 503, &headers, at(0));
        assert_eq!(wait, Some(MAX_RETRY_AFTER));
    }

    #[test]
    fn failed_logins_wait_by_account_or_server() {
        let backoff = LoginBackoff::default();
        let (one, other) = (Text::from("one"), Text::from("other"));
        let cause = (AuthFailure::Server, "no login");
        let record = |blame, worked, asked: Option<u64>, now| {
            let asked = asked.map(Duration::from_secs);
            backoff.record((blame, worked), &one, cause, asked, at(now)).as_secs()
        };
        assert_eq!(record(Blame::Server, true, None, 0), 10);
        assert_eq!(record(Blame::Server, true, None, 5), 5, "the same failure");
        assert!(backoff.remaining(&one, at(9)).is_some_and(|wait| wait.blame == Blame::Server));
        assert!(backoff.remaining(&other, at(9)).is_none());
        assert_eq!(record(Blame::Server, true, Some(45), 10), 45, "the server's wish is longer");
        assert_eq!(record(Blame::Server, true, Some(7200), 55), 900, "but not for hours");
        backoff.reset(&one);
        assert_eq!(record(Blame::Server, false, None, 55), 60, "the password may be wrong");
        assert!(backoff.remaining(&other, at(56)).is_some_and(|wait| wait.blame == Blame::Account));
        assert_eq!(backoff.server_to_avoid(at(56)), None);
        assert_eq!(backoff.server_to_avoid(at(115)).as_deref(), Some("one"));
        backoff.end_waits();
        assert!(backoff.remaining(&one, at(56)).is_none());
        assert_eq!(record(Blame::Account, true, None, 115), 120, "the count stays");
        assert_eq!(backoff.server_to_avoid(at(1000)), None, "the account was refused");
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
