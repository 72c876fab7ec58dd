//! One case, asked for by its number.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{
    client::{Client, Route, below},
    decode::{self, Context},
    error::Error,
    rows,
    transport::Answer,
};
use crate::model::{Case, Resource, Text};

/// In which session single cases may not be read, by list and contact centre: each has an address of
/// its own, but the right to read them is one.
#[derive(Debug, Default)]
pub(super) struct RefusedCases(Mutex<HashMap<(Resource, Text), u64>>);

impl RefusedCases {
    fn hold(&self, list: Resource, contact_center: &Text, session: u64) -> bool {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(&(list, contact_center.clone())) == Some(&session)
    }

    fn note(&self, list: Resource, contact_center: &Text, session: u64) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.insert((list, contact_center.clone()), session);
    }
}

impl Client {
    /// The case that `list` (calls or cases) showed under the number `job`, as it is now; `None` once it
    /// is finished. Ask for cases that were seen only: one that was just made may not be there yet.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn case(&self, route: &Route, list: Resource, job: &str) -> Result<Option<Case>, Error> {
        let (contact_center, session) = (route.contact_center(), self.session_number());
        if self.refused_cases().hold(list, contact_center, session) {
            return Err(Error::Status { resource: list, status: 403 });
        }
        let mut url = below(&route.url(list), &[job]);
        // Documented for cases; calls are not said to be filtered one by one.
        if list == Resource::Cases
            && let Some(members) = self.members.seen(self.mapping(list)?, contact_center)
        {
            url.query_pairs_mut().append_pair("fields", &members);
        }
        match self.get(list, &url, route.doors(), |answer| self.read_case(list, job, &answer)).await {
            Err(Error::Status { status: 404 | 410, .. }) => Ok(None),
            Err(error @ Error::Status { status: 403, .. }) => {
                self.refused_cases().note(list, contact_center, self.session_number());
                Err(error)
            }
            result => result,
        }
    }

    fn read_case(&self, list: Resource, job: &str, answer: &Answer) -> Result<Option<Case>, Error> {
        let context = Context { mapping: self.mapping(list)?, zone: self.zone(), now: self.now().wall };
        let page = decode::items(&answer.body, context, |row| rows::single_case(row, job));
        let page = page.map_err(|problem| self.decode_error(answer, list, &problem))?;
        if page.rows == 0 {
            return Ok(None);
        }
        let Some(mut case) = page.items.into_iter().find(|case| &*case.id == job) else {
            return Err(self.decode_error(answer, list, "it is not about the case that was asked for"));
        };
        self.classify(list, &mut case);
        Ok(Some(case))
    }
}
