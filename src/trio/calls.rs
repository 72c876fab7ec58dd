//! The calls of a contact centre, and whether the list of them is whole.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    client::{Client, Route},
    collection::Listing,
    error::Error,
    rows,
};
use crate::model::{Case, CaseList, CaseState, Resource, Text};

/// The number of cases a service at which `services/cases` is cut. Nothing says that calls are, too.
const LIMIT: usize = 20;

/// Whether the server was ever seen to show more calls of a service than the limit of cases allows.
#[derive(Debug, Default)]
pub(super) struct CallLimit {
    exceeded: AtomicBool,
}

impl CallLimit {
    /// The services whose part of the list looks as if it were cut: they stand just at the limit, and
    /// none was ever seen above it.
    fn cut(&self, calls: &[Case]) -> Vec<Text> {
        let mut of_service: HashMap<&Text, usize> = HashMap::new();
        for service in calls.iter().filter_map(|call| call.service_id.as_ref()) {
            *of_service.entry(service).or_default() += 1;
        }
        if of_service.values().any(|&calls| calls > LIMIT) {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        if self.exceeded.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let at_limit = of_service.into_iter().filter(|(_, calls)| *calls == LIMIT);
        let mut cut: Vec<Text> = at_limit.map(|(service, _)| service.clone()).collect();
        cut.sort_unstable();
        cut
    }
}

impl Client {
    /// The calls now. Where some have a state, one without is in an unknown state.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn calls(&self, route: &Route) -> Result<Listing<CaseList>, Error> {
        let Listing { items: mut calls, simulated } = self.list(Resource::Calls, route, rows::call).await?;
        if calls.iter().any(|call| call.state.is_some()) {
            for call in &mut calls {
                call.state.get_or_insert(CaseState::Unknown);
            }
        }
        let truncated = self.call_limit().cut(&calls);
        Ok(Listing { items: vec![CaseList { cases: calls, truncated }], simulated })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(of_services: &[(&str, usize)]) -> Vec<Case> {
        let call = |service: &str| Case {
            id: "1".into(),
            service_id: Some(service.into()),
            state: None,
            class: None,
            created: None,
            answered: None,
            waited: None,
            agent_id: None,
        };
        of_services.iter().flat_map(|(service, count)| vec![call(service); *count]).collect()
    }

    #[test]
    fn a_list_at_the_limit_of_cases_is_taken_as_cut_until_a_service_was_seen_above_it() {
        let limit = CallLimit::default();
        assert!(limit.cut(&[]).is_empty());
        assert!(limit.cut(&calls(&[("a", 19), ("b", 19)])).is_empty());
        assert_eq!(limit.cut(&calls(&[("c", 20), ("a", 20), ("b", 3)])), ["a".into(), "c".into()]);
        assert!(limit.cut(&calls(&[("a", 20), ("b", 21)])).is_empty());
        assert!(limit.cut(&calls(&[("a", 20)])).is_empty(), "this server shows more than that");
    }
}
