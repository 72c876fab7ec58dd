//! Consecutive failures of a server that can be reached: which requests, since when, and when they
//! are enough to leave it. Pure: the time is an argument.

use std::time::Duration;

use url::Url;

use crate::model::{Resource, Stamp};

/// Number of different resources failed in a row at which a server is left.
// One resource may be broken by itself; three different ones without a success between are the
// server.
const MAX_RESOURCES: usize = 3;
/// Time without a success after which a server is left, even if only one resource failed.
// While the contact centres cannot be read nothing else is asked for, so three never come together.
const MAX_DURATION: Duration = Duration::from_secs(10);

/// Requests that a server failed since its last success.
#[derive(Debug, Default)]
pub(super) struct FailureStreak {
    since: Option<Duration>,
    /// Those that the server has to answer before it is used again.
    pub(super) requests: Vec<(Resource, Url)>,
}

impl FailureStreak {
    /// Records a failed request: one for each resource, and no more than are needed to leave the
    /// server.
    pub(in crate::trio) fn record(&mut self, resource: Resource, url: &Url, now: Stamp) {
        // The clock runs from the first failure of the row, not from the latest.
        self.since.get_or_insert(now.mono);
        let known = self.requests.iter().any(|(known, _)| *known == resource);
        if !known && self.requests.len() < MAX_RESOURCES {
            self.requests.push((resource, url.clone()));
        }
    }

    /// Returns whether the streak is long enough to leave the server.
    pub(super) fn is_over_limit(&self, now: Stamp) -> bool {
        let long = |since| now.mono.saturating_sub(since) >= MAX_DURATION;
        self.requests.len() >= MAX_RESOURCES || self.since.is_some_and(long)
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

    fn failures(requests: &[(Resource, u64)]) -> FailureStreak {
        let mut failures = FailureStreak::default();
        for (resource, at) in requests {
            let url = format!("http://trio/te/api/{}", resource.as_str()).parse().expect("a URL");
            failures.record(*resource, &url, after(*at));
        }
        failures
    }

    #[test]
    fn three_different_resources_reach_the_limit() {
        let mixed = [(Resource::Agents, 0), (Resource::Calls, 0), (Resource::Services, 0)];
        assert!(failures(&mixed).is_over_limit(after(0)));
        assert!(!failures(&mixed[..2]).is_over_limit(after(0)));
        assert!(!failures(&[(Resource::Agents, 0); 50]).is_over_limit(after(9)));
    }

    #[test]
    fn ten_seconds_without_success_reach_the_limit() {
        let one = failures(&[(Resource::ContactCenters, 0), (Resource::ContactCenters, 5)]);
        assert!(!one.is_over_limit(after(9)));
        assert!(one.is_over_limit(after(10)));
        assert!(!FailureStreak::default().is_over_limit(after(1000)));
    }

    #[test]
    fn only_three_requests_are_remembered() {
        let failures = failures(&Resource::ALL.map(|resource| (resource, 0)));
        assert_eq!(failures.requests.len(), MAX_RESOURCES);
        assert_eq!(failures.requests[0].1.as_str(), "http://trio/te/api/api");
    }
}
