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
use crate::model::{Call, Calls, CaseState, Resource};

/// The number of cases a service at which `services/cases` is cut. Nothing says that calls are, too.
const LIMIT: usize = 20;

/// Whether the server was ever seen to show more calls of a service than the limit of cases allows.
#[derive(Debug, Default)]
pub(super) struct CallLimit {
    exceeded: AtomicBool,
}

impl CallLimit {
    /// Whether the list looks as if it were cut: some service stands just at the limit, and none was
    /// ever seen above it.
    fn cuts(&self, calls: &[Call]) -> bool {
        let mut of_service: HashMap<&str, usize> = HashMap::new();
        for service in calls.iter().filter_map(|call| call.service_id.as_deref()) {
            *of_service.entry(service).or_default() += 1;
        }
        let most = of_service.into_values().max().unwrap_or(0);
        if most > LIMIT {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        most == LIMIT && !self.exceeded.load(Ordering::Relaxed)
    }
}

impl Client {
    /// The calls now. Where some have a state, one without is in an unknown state.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn calls(&self, route: &Route) -> Result<Listing<Calls>, Error> {
        let Listing { items: mut calls, simulated } = self.list(Resource::Calls, route, rows::call).await?;
        if calls.iter().any(|call| call.state.is_some()) {
            for call in &mut calls {
                call.state.get_or_insert(CaseState::Unknown);
            }
        }
        let truncated = self.call_limit().cuts(&calls);
        Ok(Listing { items: vec![Calls { calls, truncated }], simulated })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(of_services: &[(&str, usize)]) -> Vec<Call> {
        let call = |service: &str| Call {
            id: "1".into(),
            service_id: Some(service.into()),
            state: None,
            class: None,
            created: None,
            answered: None,
            agent_id: None,
        };
        of_services.iter().flat_map(|(service, count)| vec![call(service); *count]).collect()
    }

    #[test]
    fn a_list_at_the_limit_of_cases_is_taken_as_cut_until_a_service_was_seen_above_it() {
        let limit = CallLimit::default();
        assert!(!limit.cuts(&[]));
        assert!(!limit.cuts(&calls(&[("a", 19), ("b", 19)])));
        assert!(limit.cuts(&calls(&[("a", 20), ("b", 3)])));
        assert!(!limit.cuts(&calls(&[("a", 20), ("b", 21)])));
        assert!(!limit.cuts(&calls(&[("a", 20)])), "this server shows more than that");
    }
}
