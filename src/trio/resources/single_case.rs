//! A single case, read by its job number.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::rows;
use crate::{
    model::{Case, Resource, Text},
    trio::{
        client::{Client, Route, below},
        error::Error,
        read::decode::{self, Context},
        wire::transport::Answer,
    },
};

/// Sessions in which single cases may not be read, by list and contact centre.
// Each case has an address of its own, but the right to read them is one: without this every case
// of a truncated list would provoke a 403 of its own.
#[derive(Debug, Default)]
pub(in crate::trio) struct RefusedCases(Mutex<HashMap<(Resource, Text), u64>>);

impl RefusedCases {
    fn contains(&self, list: Resource, contact_center: &Text, session: u64) -> bool {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(&(list, contact_center.clone())) == Some(&session)
    }

    fn record(&self, list: Resource, contact_center: &Text, session: u64) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.insert((list, contact_center.clone()), session);
    }
}

impl Client {
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
        let (contact_center, session) = (route.contact_center(), self.session_number());
        if self.refused_cases().contains(list, contact_center, session) {
            return Err(Error::Status { resource: list, status: 403 });
        }
        let mut url = below(&route.url(list), &[job]);
        // `fields` is documented for single cases, not for single calls.
        if list == Resource::Cases
            && let Some(members) =
                self.member_filters.seen_members(self.mapping(list)?, contact_center)
        {
            url.query_pairs_mut().append_pair("fields", &members);
        }
        match self
            .get(list, &url, route.endpoints(), |answer| self.read_case(list, job, &answer))
            .await
        {
            // Documented is that a case can be read until it is finished (assumption A10). The
            // status does not say if it was answered.
            Err(Error::Status { status: 404 | 410, .. }) => Ok(None),
            Err(error @ Error::Status { status: 403, .. }) => {
                self.refused_cases().record(list, contact_center, self.session_number());
                Err(error)
            }
            result => result,
        }
    }

    fn read_case(&self, list: Resource, job: &str, answer: &Answer) -> Result<Option<Case>, Error> {
        let context =
            Context { mapping: self.mapping(list)?, zone: self.zone(), now: self.now().wall };
        let page = decode::items(&answer.body, context, |row| rows::single_case(row, job));
        let page = page.map_err(|problem| self.decode_error(answer, list, &problem))?;
        // A server may answer a finished case with an empty collection instead of 404.
        if page.rows == 0 {
            return Ok(None);
        }
        // The answer to another number, such as a whole list by a server that ignores the number,
        // must not decide over this case.
        let Some(mut case) = page.items.into_iter().find(|case| &*case.id == job) else {
            return Err(self.decode_error(
                answer,
                list,
                "it is not about the case that was asked for",
            ));
        };
        self.classify(list, &mut case);
        Ok(Some(case))
    }
}
