//! Calls and cases of a contact centre, with the services whose list is truncated.

use std::mem;

use super::{case_limits::CaseLimits, rows};
use crate::{
    model::{Case, CaseClass, CaseList, CaseState, Resource, Text},
    trio::{
        client::{Client, Route, items_with_ids},
        error::Error,
        read::collection::Listing,
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
        let mut collected = self.collect(resource, route, rows::case).await?;
        let (unkeyed, simulated) = (mem::take(&mut collected.unkeyed), collected.simulated);
        let cases = items_with_ids(resource, collected)?;
        let list =
            to_case_list(resource, cases, unkeyed, self.case_limits(), self.default_case_class());
        Ok(Listing { items: vec![list], simulated })
    }

    /// Gives a case without a class the class that its list implies, or the configured one.
    pub(super) fn classify(&self, source: Resource, case: &mut Case) {
        classify(source, case, self.default_case_class());
    }
}

/// Completes the rows of a list: states, classes, truncated services. `unkeyed` are the services of
/// waiting cases whose rows lack an id.
pub(super) fn to_case_list(
    resource: Resource,
    mut cases: Vec<Case>,
    unkeyed: Vec<Text>,
    limits: &CaseLimits,
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
    let truncated = limits.for_list(resource).truncated_services(&cases);
    CaseList { cases, truncated, unkeyed }
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
