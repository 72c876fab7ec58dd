//! Habits of the servers of one target, learnt from their answers: the one memory of the client.
//!
//! Trio documents what a request may ask for, not which server honours it. So the client draws a
//! conclusion from an answer, keeps it here, and saves the requests that would only bring the same
//! answer again.
//!
//! | learnt | from | forgotten |
//! | --- | --- | --- |
//! | a request is denied | one 403 to it | with the token: rights take effect with a new one |
//! | single cases are denied | one 403 to a case | with the session |
//! | the server sends the header, the most rows of a page | a header, the rows | with the session |
//! | the server ignores pages | the same rows for page 2 and for one item, three times | after 10 minutes, then twice as long |
//! | a list cannot be sorted | an unsorted answer, or a refusal that ends without `sort`, three times | after 10 minutes, then twice as long |
//! | the members to ask for | every answer with rows | never: a control reading without `fields=` adds to them |
//! | names that brought nothing when asked for alone | an answer with rows; three refusals | after a day, or with the version |
//! | `fields=` hides a field or is refused | a second reading without `fields=`, three times | after 10 minutes, then twice as long |
//! | skills join to no service | a list of skills that name none | never: it is logged once |
//! | the fields that answers feed | every answer with rows | never: the next answer replaces it |
//!
//! A session ends with each login and renewal, by default once an hour. What is known of members
//! outlives it: to ask for them again would make hidden members vanish for a reading. All of it is forgotten
//! when the target is built again. Failures of a server are not learnt: they belong to its state in
//! `servers`, and its next success ends them. Waits that a server asks for end by time; they are in
//! `wire::backoff`.

pub(super) mod field_coverage;
pub(super) mod lists;
pub(super) mod member_filter;
pub(super) mod name_probes;
pub(super) mod suspicion;

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use url::Url;

use self::{
    field_coverage::FieldCoverage,
    lists::{PagingBehaviour, Sorting},
    member_filter::MemberFilter,
    name_probes::NameProbes,
    suspicion::Suspicion,
};
use crate::model::{Resource, Text};

/// Query parameters that do not select rows; rights do not depend on them.
const NON_ROW_PARAMETERS: [&str; 4] = ["page", "pageSize", "fields", "sort"];

/// Everything that was learnt of one target's servers.
#[derive(Debug, Default)]
pub(super) struct Learned(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// Requests that were answered with 403; the session is the number of the token.
    denied: InSession<HashSet<String>>,
    lists: HashMap<ListKey, ListHabits>,
    field_coverage: FieldCoverage,
    unjoined_skills_logged: bool,
    day_counts_withheld: bool,
}

/// A list of a server: the key of everything that is learnt of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ListKey {
    pub(super) resource: Resource,
    /// Empty for what is the same in all contact centres.
    pub(super) contact_center: Text,
    /// Parameter of the row filter: shaped answers of filtered rows may hold other members than
    /// those of the whole list.
    pub(super) filter: Option<&'static str>,
}

impl ListKey {
    pub(super) fn new(resource: Resource, contact_center: Text) -> Self {
        Self { resource, contact_center, filter: None }
    }

    /// Returns the key for what is the same in all contact centres.
    pub(super) fn in_all_contact_centers(&self) -> Self {
        Self { contact_center: Text::default(), ..self.clone() }
    }
}

/// Habits of a server with one list.
#[derive(Debug, Default)]
pub(super) struct ListHabits {
    pub(super) members: MemberFilter,
    pub(super) sorting: Sorting,
    /// Kept under [`ListKey::in_all_contact_centers`].
    pub(super) paging: InSession<PagingBehaviour>,
    /// The server returns the same rows for every page. Kept as `paging` is.
    pub(super) ignores_pages: Suspicion,
    /// Kept as `paging` is: one contact centre is enough to learn a name.
    pub(super) name_probes: NameProbes,
    /// Each case has an address of its own, but the right to read them is one: without this every
    /// case of a truncated list would provoke a 403 of its own.
    pub(super) single_cases_denied: InSession<bool>,
}

/// Something learnt, with the session in which it was: the one rule of forgetting.
#[derive(Debug, Default)]
pub(super) struct InSession<T> {
    session: u64,
    value: T,
}

/// A conclusion that does not outlive its session.
pub(super) trait Forget {
    /// Forgets what a new session may change.
    fn forget(&mut self);
}

impl<T: Forget> InSession<T> {
    /// Returns what is known in `session`, after forgetting what another session taught.
    pub(super) fn at(&mut self, session: u64) -> &mut T {
        if self.session != session {
            self.session = session;
            self.value.forget();
        }
        &mut self.value
    }
}

impl Forget for bool {
    fn forget(&mut self) {
        *self = false;
    }
}

impl Forget for HashSet<String> {
    fn forget(&mut self) {
        self.clear();
    }
}

impl Learned {
    /// Gives `change` the habits with one list.
    pub(super) fn list<T>(&self, key: &ListKey, change: impl FnOnce(&mut ListHabits) -> T) -> T {
        let mut memory = self.lock();
        // Looked up before the key is cloned: nearly every call is about a list that is known.
        if let Some(habits) = memory.lists.get_mut(key) {
            return change(habits);
        }
        change(memory.lists.entry(key.clone()).or_default())
    }

    /// Adds a member that was found in one contact centre to the lists of all.
    pub(super) fn share_member(&self, resource: Resource, member: &Text) {
        for (key, habits) in &mut self.lock().lists {
            if key.resource == resource && key.filter.is_none() {
                habits.members.add(std::slice::from_ref(member));
            }
        }
    }

    /// Gives `change` the coverage of the field dictionary.
    pub(super) fn field_coverage<T>(&self, change: impl FnOnce(&mut FieldCoverage) -> T) -> T {
        change(&mut self.lock().field_coverage)
    }

    /// Returns whether the token of number `token` was refused this request.
    // Changed rights take effect when the token is renewed, says the API; until then the same
    // request would only get the same answer, so it is not sent again.
    pub(super) fn is_denied(&self, url: &Url, token: u64) -> bool {
        let denied = &self.lock().denied;
        denied.session == token && denied.value.contains(&request_key(url))
    }

    /// Records that the token of number `token` was refused this request.
    pub(super) fn record_denied(&self, url: &Url, token: u64) {
        self.lock().denied.at(token).insert(request_key(url));
    }

    /// Returns true the first time: neither filter nor members join skills to services.
    pub(super) fn record_unjoined_skills(&self) -> bool {
        !std::mem::replace(&mut self.lock().unjoined_skills_logged, true)
    }

    /// Records whether figures of the day are withheld. Returns true if that has changed.
    pub(super) fn record_day_counts_withheld(&self, withheld: bool) -> bool {
        std::mem::replace(&mut self.lock().day_counts_withheld, withheld) != withheld
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request without the parameters that do not select rows.
fn request_key(url: &Url) -> String {
    let mut key = url.clone();
    let rows = url.query_pairs().filter(|(name, _)| !NON_ROW_PARAMETERS.contains(&&**name));
    key.query_pairs_mut().clear().extend_pairs(rows);
    key.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents(filter: Option<&'static str>) -> ListKey {
        ListKey { filter, ..ListKey::new(Resource::Agents, "1".into()) }
    }

    #[test]
    fn habits_end_with_the_session_and_belong_to_one_list() {
        let learned = Learned::default();
        learned.list(&agents(None), |list| list.paging.at(1).sends_header = true);
        let sends =
            |key: &ListKey, session| learned.list(key, |list| list.paging.at(session).sends_header);
        assert!(sends(&agents(None), 1));
        assert!(!sends(&agents(Some("groupId")), 1), "filtered rows are another list");
        assert!(!sends(&agents(None).in_all_contact_centers(), 1));
        assert!(!sends(&agents(None), 2));
        assert!(!sends(&agents(None), 1), "an ended session does not come back");
    }

    #[test]
    fn request_is_denied_to_the_token_that_was_refused() {
        let learned = Learned::default();
        let url = |query: &str| format!("http://trio/te/api/x?{query}").parse().expect("a URL");
        learned.record_denied(&url("serviceId=1&page=1"), 5);
        assert!(learned.is_denied(&url("page=2&serviceId=1"), 5), "pages are one request");
        assert!(!learned.is_denied(&url("serviceId=2"), 5), "other rows may be permitted");
        assert!(!learned.is_denied(&url("serviceId=1"), 6), "a new token may have new rights");
        assert!(learned.is_denied(&url("serviceId=1"), 5), "a look does not forget");
        learned.record_denied(&url("serviceId=2"), 6);
        assert!(!learned.is_denied(&url("serviceId=1"), 5));
    }
}
