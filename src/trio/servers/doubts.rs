//! Lists that are refused although the account could read them within the last hour: when they are
//! asked for again, and whether the session or the list is to blame.
//!
//! A server that was restarted, or whose session store is full, refuses what it does not know with
//! 403, a redirect to a login page, or 200 with an error. That is no lost right: it passes, and a
//! new token may end it. A list that was never read belongs to `learned`: it is denied until the
//! token is renewed.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use url::Url;

use crate::{
    model::Stamp,
    trio::{error::Error, wire::answer::kind_of_text},
};

/// Time for which a list counts as readable after its last good answer.
// Rights take effect with a new token, which the API gives every hour: a longer refusal is one.
const READABLE_FOR: Duration = Duration::from_secs(3600);
/// Wait after the first refusal; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(60);
/// Longest wait between two requests for a list in doubt.
const MAX_WAIT: Duration = Duration::from_secs(15 * 60);
/// Lists remembered at most.
// A target with 1,000 services has some thousand filtered lists. Beyond it lists are refused as if
// they had never been read.
const MAX_LISTS: usize = 10_000;
/// Query parameters that do not select rows.
const NON_ROW_PARAMETERS: [&str; 4] = ["page", "pageSize", "fields", "sort"];
/// Parameter of a single case, which is no list.
const SINGLE_CASE: &str = "jobno";
/// Size up to which an answer is searched for an error document, in bytes.
const MAX_ERROR_DOCUMENT: usize = 4096;

/// Access of the account to the lists of a target, over all its servers and tokens.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    lists: Mutex<HashMap<String, Access>>,
    /// Answer of the last control request.
    // An async lock: lists that are refused together wait for the same control.
    pub(super) control: tokio::sync::Mutex<Option<Control>>,
}

/// Result of a request for the contact centres, sent to tell a lost session from a refused list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    pub(super) generation: u64,
    pub(super) at: Duration,
    /// It was refused as well.
    pub(super) is_refused: bool,
}

#[derive(Debug)]
struct Access {
    /// Time of the last good answer.
    read: Duration,
    doubt: Option<Doubt>,
}

#[derive(Debug)]
struct Doubt {
    times: u32,
    not_before: Duration,
    error: Error,
}

impl Doubts {
    /// Returns the last error if the list is not asked for yet.
    pub(super) fn check(&self, list: &str, now: Stamp) -> Option<Error> {
        let lists = self.lock();
        let doubt = lists.get(list)?.doubt.as_ref()?;
        (now.mono < doubt.not_before).then(|| doubt.error.clone())
    }

    /// Records a good answer.
    pub(super) fn record_read(&self, list: String, now: Stamp) {
        if list.contains(SINGLE_CASE) {
            return;
        }
        let mut lists = self.lock();
        if lists.len() >= MAX_LISTS && !lists.contains_key(&list) {
            lists.retain(|_, access| is_recent(access, now));
            if lists.len() >= MAX_LISTS {
                return;
            }
        }
        lists.insert(list, Access { read: now.mono, doubt: None });
    }

    /// Returns whether the account could read the list within the last hour.
    pub(super) fn was_readable(&self, list: &str, now: Stamp) -> bool {
        self.lock().get(list).is_some_and(|access| is_recent(access, now))
    }

    /// Records that the list is refused, and when it is asked for again.
    pub(super) fn record_refused(&self, list: &str, error: &Error, now: Stamp) {
        let mut lists = self.lock();
        let Some(access) = lists.get_mut(list) else { return };
        let times = match &access.doubt {
            // Pages that were in flight together are one refusal.
            Some(doubt) if now.mono < doubt.not_before => return,
            Some(doubt) => doubt.times,
            None => 0,
        };
        // The shift is bounded so that it cannot overflow; it is beyond the longest wait anyway.
        let wait = FIRST_WAIT.saturating_mul(1 << times.min(8)).min(MAX_WAIT);
        let not_before = now.mono + wait;
        access.doubt = Some(Doubt { times: times + 1, not_before, error: error.clone() });
    }

    /// Lets every list be asked for again.
    pub(super) fn end_waits(&self) {
        self.lock().values_mut().for_each(|access| access.doubt = None);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Access>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_recent(access: &Access, now: Stamp) -> bool {
    now.mono.saturating_sub(access.read) < READABLE_FOR
}

/// Key of a list: its path and the parameters that select rows, without the server.
// Rights belong to the account, which is the same on every server of a target.
pub(super) fn list_key(url: &Url) -> String {
    let mut key = url.path().to_owned();
    for (name, value) in
        url.query_pairs().filter(|(name, _)| !NON_ROW_PARAMETERS.contains(&&**name))
    {
        key.extend(["&", &*name, "=", &*value]);
    }
    key
}

/// Returns a sentence about a successful answer that is a refusal by its content: a page, or a
/// document with an error and without data.
pub(super) fn refusal_in(body: &[u8]) -> Option<&'static str> {
    if body.trim_ascii_start().starts_with(b"<") {
        return kind_of_text(body);
    }
    // A list is rarely as small, and no list has to be parsed twice.
    if body.len() > MAX_ERROR_DOCUMENT {
        return None;
    }
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let member = |name: &str| {
        let mut members = answer.as_object()?.iter();
        members.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let is_empty = |value: &serde_json::Value| match value {
        serde_json::Value::Null | serde_json::Value::Bool(false) => true,
        serde_json::Value::String(text) => text.is_empty(),
        serde_json::Value::Array(list) => list.is_empty(),
        _ => false,
    };
    let is_error = ["error", "errors"].iter().any(|name| !member(name).is_none_or(is_empty))
        || member("success") == Some(&serde_json::Value::Bool(false));
    (is_error && member("data").is_none_or(is_empty))
        .then_some("there is no data collection, but an error")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Clock, Resource};

    const FORBIDDEN: Error = Error::Status { resource: Resource::Agents, status: 403, hint: None };

    fn times() -> impl Fn(u64) -> Stamp {
        let at = Clock::system().now();
        move |seconds| Stamp { mono: at.mono + Duration::from_secs(seconds), ..at }
    }

    #[test]
    fn refused_list_is_asked_for_after_doubling_waits() {
        let (doubts, at) = (Doubts::default(), times());
        doubts.record_read("a".to_owned(), at(0));
        let mut now = 10;
        for wait in [60, 120, 240, 480, 900, 900] {
            doubts.record_refused("a", &FORBIDDEN, at(now));
            doubts.record_refused("a", &FORBIDDEN, at(now));
            assert!(doubts.check("a", at(now + wait - 1)).is_some(), "{wait}");
            now += wait;
            assert!(doubts.check("a", at(now)).is_none(), "{wait}");
        }
        doubts.record_read("a".to_owned(), at(now));
        doubts.record_refused("a", &FORBIDDEN, at(now));
        assert!(doubts.check("a", at(now + 60)).is_none(), "the first wait again");
    }

    #[test]
    fn list_is_readable_for_an_hour() {
        let (doubts, at) = (Doubts::default(), times());
        assert!(!doubts.was_readable("a", at(0)));
        doubts.record_read("a".to_owned(), at(0));
        assert!(doubts.was_readable("a", at(3599)) && !doubts.was_readable("a", at(3600)));
        assert!(!doubts.was_readable("b", at(0)));
    }

    #[test]
    fn memory_of_lists_is_bounded() {
        let (doubts, at) = (Doubts::default(), times());
        (0..MAX_LISTS + 5).for_each(|n| doubts.record_read(n.to_string(), at(0)));
        assert_eq!(doubts.lock().len(), MAX_LISTS);
        doubts.record_read("new".to_owned(), at(3600));
        assert_eq!(doubts.lock().len(), 1, "old ones make room");
    }

    #[test]
    fn key_ignores_server_page_and_members() {
        let key = |url: &str| list_key(&url.parse().expect("a URL"));
        let one = key("http://a/te/api/x?serviceId=1&page=2&fields=id");
        assert_eq!(one, key("https://b:1/te/api/x?page=1&pageSize=9&serviceId=1&sort=id"));
        assert_ne!(one, key("http://a/te/api/x?serviceId=2"));
    }

    #[test]
    fn error_documents_and_pages_are_refusals() {
        for body in [
            "<!DOCTYPE html>",
            " \n<html>",
            r#"{"error":"expired"}"#,
            r#"{"Errors":[{"code":1}]}"#,
            r#"{"data":null,"error":{"code":5}}"#,
            r#"{"links":[],"data":[],"success":false}"#,
        ] {
            assert!(refusal_in(body.as_bytes()).is_some(), "{body}");
        }
        for body in [
            "",
            "[]",
            "null",
            "{",
            r#"{"data":[]}"#,
            r#"{"data":[],"error":null}"#,
            r#"{"data":[],"errors":[]}"#,
            r#"{"data":[{"id":1}],"error":"partial"}"#,
        ] {
            assert_eq!(refusal_in(body.as_bytes()), None, "{body}");
        }
    }
}
