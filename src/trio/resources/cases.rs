//! Calls and cases of a contact centre; and a single case, read by its job number.

use std::mem;

use crate::{
    model::{Case, CaseClass, CaseList, CaseState, Resource, Text},
    trio::{
        client::Client,
        dictionary::{Mapping, shape::CASE},
        error::Error,
        read::{
            collection::{CollectionReader, Listing},
            decode::reader::Reader,
            route::{List, Route},
        },
        wire::{address::below, answer::Answer},
    },
};

impl Client {
    /// Reads `services/calls`. If any call has a state, a call without one is in state `unknown`. A
    /// call that names no class, or a class that the dictionary does not map, is of class `voice`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn calls(&self, route: &Route) -> Result<Listing<CaseList>, Error> {
        self.case_list(Resource::Calls, route).await
    }

    /// Reads `services/cases`: cases of every class, as many as the server shows. If any case has a
    /// state, a case without one is in state `unknown`. A case that names no class gets the
    /// configured one; one whose class the dictionary does not map is of class `other`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn cases(&self, route: &Route) -> Result<Listing<CaseList>, Error> {
        self.case_list(Resource::Cases, route).await
    }

    async fn case_list(
        &self,
        resource: Resource,
        route: &Route,
    ) -> Result<Listing<CaseList>, Error> {
        let mut collected = self.reader.read_collection(&route.list(resource), case).await?;
        let (unkeyed, simulated) = (mem::take(&mut collected.unkeyed), collected.simulated);
        let cases = collected.items_with_ids(resource)?;
        let list = to_case_list(resource, cases, unkeyed, self.default_case_class);
        Ok(Listing { data: list, simulated })
    }

    /// Reads the case that `list` (calls or cases) showed under the job number `job`; `None` once
    /// it is finished. Only for cases that were seen: a new task may answer 404 for a couple of
    /// seconds.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn case(
        &self,
        route: &Route,
        list: Resource,
        job: &str,
    ) -> Result<Option<Case>, Error> {
        let CollectionReader { connection, .. } = &self.reader;
        let List { key, url, endpoints } = route.list(list);
        let session = connection.session_number();
        if connection.learned.list(&key, |known| *known.single_cases_denied.at(session)) {
            return Err(Error::Status { resource: list, status: 403, hint: None });
        }
        let mapping = self.reader.mapping(list)?;
        let mut url = below(&url, &[job]);
        let now = connection.now().mono;
        let read = |answer: Answer| self.read_case(list, mapping, job, &answer);
        let plain = url.clone();
        // `fields` is documented for single cases, not for single calls.
        if list == Resource::Cases
            && let Some(members) =
                connection.learned.list(&key, |known| known.members.seen_members(now))
        {
            url.query_pairs_mut().append_pair("fields", &members);
        }
        let mut answer = connection.get(list, &url, endpoints, read).await;
        if url != plain && answer.as_ref().err().is_some_and(Error::is_failed_answer) {
            answer = connection.get(list, &plain, endpoints, read).await;
        }
        match answer {
            // Documented is that a case can be read until it is finished (assumption A10). The
            // status does not say if it was answered.
            Err(Error::Status { status: 404 | 410, .. }) => Ok(None),
            Err(error @ Error::Status { status: 403, .. }) => {
                let session = connection.session_number();
                connection
                    .learned
                    .list(&key, |known| *known.single_cases_denied.at(session) = true);
                Err(error)
            }
            result => result,
        }
    }

    fn read_case(
        &self,
        list: Resource,
        mapping: &Mapping,
        job: &str,
        answer: &Answer,
    ) -> Result<Option<Case>, Error> {
        let page = self.reader.decode(answer, mapping, |row| single_case(row, job))?;
        // A server may answer a finished case with an empty collection instead of 404.
        if page.rows == 0 {
            return Ok(None);
        }
        // The answer to another number, such as a whole list by a server that ignores the number,
        // must not decide over this case.
        let Some(mut case) = page.items.into_iter().find(|case| &*case.id == job) else {
            return Err(self.reader.connection.decode_error(
                answer,
                list,
                "it is not about the case that was asked for",
            ));
        };
        classify(list, &mut case, self.default_case_class);
        Ok(Some(case))
    }
}

/// Completes the rows of a list: states and classes. `unkeyed` are the services of waiting cases
/// whose rows lack an id.
pub(super) fn to_case_list(
    resource: Resource,
    mut cases: Vec<Case>,
    unkeyed: Vec<Text>,
    default_class: Option<CaseClass>,
) -> CaseList {
    // A server that never gives states is another matter than one that omits the state of one case:
    // only the second is an unknown state. The first has no state at all, so no sample.
    let have_states = cases.iter().any(|case| case.state.is_some());
    for case in &mut cases {
        if have_states {
            case.state.get_or_insert(CaseState::Unknown);
        }
        classify(resource, case, default_class);
    }
    CaseList { cases, truncated: Vec::new(), unkeyed }
}

fn classify(source: Resource, case: &mut Case, default_class: Option<CaseClass>) {
    case.class.get_or_insert(match source {
        // The API documents `services/calls` as the state of all call cases (assumption B6).
        Resource::Calls => CaseClass::Voice,
        _ if case.class_is_unknown => CaseClass::Other,
        // Which classes `services/cases` holds differs between installations, so it is
        // configuration.
        _ => default_class.unwrap_or(CaseClass::Other),
    });
}

/// A call or another case.
pub(in crate::trio) fn case(row: &mut Reader<'_>) -> Option<Case> {
    if let Some(id) = row.key(CASE.id) {
        return Some(case_with_id(id, row));
    }
    // It cannot be followed from list to list. While it may wait, the number of waiting cases is
    // unknown.
    let has_agent = row.text(CASE.agent_id).is_some_and(|id| !is_empty_id(&id));
    if row.case_state(CASE.state) != Some(CaseState::Handled)
        && !has_agent
        && let Some(service) = row.text(CASE.service_id)
    {
        row.record_unkeyed(service);
    }
    None
}

/// Makes the case that was asked for by number. The answer need not repeat the number if it holds a
/// service or a state.
pub(in crate::trio) fn single_case(row: &mut Reader<'_>, job: &str) -> Option<Case> {
    let id = row.key(CASE.id);
    let has_id = id.is_some();
    let case = case_with_id(id.unwrap_or_else(|| job.into()), row);
    (has_id || case.service_id.is_some() || case.state.is_some()).then_some(case)
}

fn case_with_id(id: Text, row: &mut Reader<'_>) -> Case {
    let class = row.case_class(CASE.class);
    let (created, answered) = (row.time(CASE.created), row.time(CASE.answered));
    Case {
        id,
        service_id: row.key(CASE.service_id),
        state: row.case_state(CASE.state),
        class_is_unknown: class.is_err(),
        class: class.ok().flatten(),
        created: created.unwrap_or_default(),
        answered: answered.unwrap_or_default(),
        created_is_unreadable: created.is_err(),
        answered_is_unreadable: answered.is_err(),
        agent_id: row.text(CASE.agent_id).filter(|id| !is_empty_id(id)),
        waited: row.seconds(CASE.waited),
    }
}

/// Returns whether an id says that there is none: a number, or a GUID, of nothing but zeros.
/// Systems that cannot leave a member out write these, and a waiting case must not count as one
/// that an agent has.
fn is_empty_id(id: &str) -> bool {
    id.bytes().all(|byte| matches!(byte, b'0' | b'-' | b'{' | b'}')) || id == "-1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_no_agent() {
        for none in ["0", "-1", "00000000-0000-0000-0000-000000000000"] {
            assert!(is_empty_id(none), "{none}");
        }
        for agent in ["10", "a0", "00000000-0000-0000-0000-00000000000a"] {
            assert!(!is_empty_id(agent), "{agent}");
        }
    }
}
