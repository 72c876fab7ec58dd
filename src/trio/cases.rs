//! The calls and the cases of a contact centre, and whether the lists of them are whole.

use super::{
    case_limits::CaseLimits,
    client::{Client, Route},
    collection::Listing,
    error::Error,
    rows,
};
use crate::model::{Case, CaseClass, CaseList, CaseState, Resource};

impl Client {
    /// The calls now. Where some have a state, one without is in an unknown state; one that does not
    /// name its class, or names an unknown one, is a telephone call.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn calls(&self, route: &Route) -> Result<Listing<CaseList>, Error> {
        self.case_list(Resource::Calls, route).await
    }

    /// The cases of every kind now, as far as the server shows them. Where some have a state, one
    /// without is in an unknown state; one that does not name its class is of the configured one, one
    /// that names an unknown class is another case.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn cases(&self, route: &Route) -> Result<Listing<CaseList>, Error> {
        self.case_list(Resource::Cases, route).await
    }

    async fn case_list(&self, resource: Resource, route: &Route) -> Result<Listing<CaseList>, Error> {
        let Listing { items: cases, simulated } = self.list(resource, route, rows::case).await?;
        let list = whole_list(resource, cases, self.case_limits(), self.default_case_class());
        Ok(Listing { items: vec![list], simulated })
    }

    /// Gives a case that does not say its class the one that it must have, or else has as configured.
    pub(super) fn classify(&self, source: Resource, case: &mut Case) {
        classify(source, case, self.default_case_class());
    }
}

/// What the rows of a list amount to.
pub(super) fn whole_list(
    resource: Resource,
    mut cases: Vec<Case>,
    limits: &CaseLimits,
    default_class: Option<CaseClass>,
) -> CaseList {
    let have_states = cases.iter().any(|case| case.state.is_some());
    for case in &mut cases {
        if have_states {
            case.state.get_or_insert(CaseState::Unknown);
        }
        classify(resource, case, default_class);
    }
    let truncated = limits.of(resource).cut(&cases);
    CaseList { cases, truncated }
}

fn classify(source: Resource, case: &mut Case, default_class: Option<CaseClass>) {
    case.class.get_or_insert(match source {
        Resource::Calls => CaseClass::Voice,
        _ if case.class_is_unknown => CaseClass::Other,
        _ => default_class.unwrap_or(CaseClass::Other),
    });
}
