//! When a server that is there is of no use all the same: it fails whatever it is asked.
//!
//! Pure: which requests it failed in a row, since when, and whether that is enough to leave it.

use std::time::Duration;

use url::Url;

use crate::model::{Resource, Stamp};

/// So many different resources in a row, and it is not the resources.
const SEVERAL: usize = 3;
/// Where fewer are asked for: so long without a single good answer.
const LONG: Duration = Duration::from_secs(10);

/// The requests that a server failed since it last answered one.
#[derive(Debug, Default)]
pub(super) struct Failures {
    since: Option<Duration>,
    requests: Vec<(Resource, Url)>,
}

impl Failures {
    /// It failed another one. Of each resource one is remembered, and of several those that are enough.
    pub(super) fn another(&mut self, resource: Resource, url: &Url, now: Stamp) {
        self.since.get_or_insert(now.mono);
        let known = self.requests.iter().any(|(known, _)| *known == resource);
        if !known && self.requests.len() < SEVERAL {
            self.requests.push((resource, url.clone()));
        }
    }

    /// Whether nothing good can be expected of the server.
    pub(super) fn are_many(&self, now: Stamp) -> bool {
        let long = |since| now.mono.saturating_sub(since) >= LONG;
        self.requests.len() >= SEVERAL || self.since.is_some_and(long)
    }

    /// What it has to answer before it is trusted again.
    pub(super) fn requests(&self) -> &[(Resource, Url)] {
        &self.requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Clock;

    fn after(seconds: u64) -> Stamp {
        let now = Clock::system().now();
        Stamp { mono: Duration::from_secs(100 + seconds), ..now }
    }

    fn failures(requests: &[(Resource, u64)]) -> Failures {
        let mut failures = Failures::default();
        for (resource, at) in requests {
            let url = format!("http://trio/te/api/{}", resource.as_str()).parse().expect("a URL");
            failures.another(*resource, &url, after(*at));
        }
        failures
    }

    #[test]
    fn several_different_resources_in_a_row_are_many_and_the_same_one_over_and_over_is_not() {
        let mixed = [(Resource::Agents, 0), (Resource::Calls, 0), (Resource::Services, 0)];
        assert!(failures(&mixed).are_many(after(0)));
        assert!(!failures(&mixed[..2]).are_many(after(0)));
        assert!(!failures(&[(Resource::Agents, 0); 50]).are_many(after(9)));
    }

    #[test]
    fn a_single_one_is_many_once_nothing_else_was_answered_for_ten_seconds() {
        let one = failures(&[(Resource::ContactCenters, 0), (Resource::ContactCenters, 5)]);
        assert!(!one.are_many(after(9)));
        assert!(one.are_many(after(10)));
        assert!(!Failures::default().are_many(after(1000)));
    }

    #[test]
    fn what_is_remembered_stays_small() {
        let failures = failures(&Resource::ALL.map(|resource| (resource, 0)));
        assert_eq!(failures.requests().len(), SEVERAL);
        assert_eq!(failures.requests()[0].1.as_str(), "http://trio/te/api/api");
    }
}
