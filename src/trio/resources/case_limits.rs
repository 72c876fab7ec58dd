//! Limits on the number of cases of a service in one answer, learnt from the answers of a server.
//!
//! Twenty in `services/cases` are documented. The documentation leaves open if handled cases count,
//! and it states no limit for `services/calls`. A number that a server has exceeded is not its
//! limit.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::model::{Case, CaseState, Resource, Text};

/// Documented number of cases of a service at which `services/cases` is truncated.
// The same number is watched for in `services/calls`: a limit there would be undocumented, and a
// truncated list that is taken as whole turns hidden cases into cases that left.
const LIMIT: usize = 20;

/// Limits of both case lists of one server.
#[derive(Debug, Default)]
pub(in crate::trio) struct CaseLimits {
    calls: CaseLimit,
    cases: CaseLimit,
}

/// The largest numbers that one list ever showed of a single service.
#[derive(Debug, Default)]
pub(super) struct CaseLimit {
    /// More cases than the limit were seen.
    exceeded: AtomicBool,
    /// More cases than the limit were seen that no agent handles.
    exceeded_waiting: AtomicBool,
}

/// Cases of one service in one list.
#[derive(Clone, Copy, Debug, Default)]
struct CaseCounts {
    all: usize,
    waiting: usize,
}

impl CaseLimits {
    /// Returns the limit of `services/calls`, or of `services/cases` for any other resource.
    pub(super) fn for_list(&self, list: Resource) -> &CaseLimit {
        if list == Resource::Calls { &self.calls } else { &self.cases }
    }
}

impl CaseLimit {
    /// Returns the services whose part of the list may be truncated, sorted by id: those that have
    /// exactly the limit, on a server that never showed more of that kind. Records larger numbers.
    pub(super) fn truncated_services(&self, cases: &[Case]) -> Vec<Text> {
        let mut by_service: HashMap<&Text, CaseCounts> = HashMap::new();
        for case in cases {
            let Some(service) = &case.service_id else { continue };
            let counts = by_service.entry(service).or_default();
            counts.all += 1;
            // A case without a state counts as waiting. Twenty waiting cases are judged by
            // themselves because the server may leave handled cases out of its count: twenty wait
            // while five more are handled.
            counts.waiting += usize::from(case.state != Some(CaseState::Handled));
        }
        // Larger numbers of any service count for all of them: the limit belongs to the server.
        let exceeds = |count: fn(&CaseCounts) -> usize, seen: &AtomicBool| {
            let now = by_service.values().any(|counts| count(counts) > LIMIT);
            seen.fetch_or(now, Ordering::Relaxed) || now
        };
        let exceeded = exceeds(|counts| counts.all, &self.exceeded);
        let exceeded_waiting = exceeds(|counts| counts.waiting, &self.exceeded_waiting);
        let at_limit = |counts: &CaseCounts| {
            counts.all == LIMIT && !exceeded || counts.waiting == LIMIT && !exceeded_waiting
        };
        let truncated = by_service.iter().filter(|(_, counts)| at_limit(counts));
        let mut truncated: Vec<Text> = truncated.map(|(service, _)| (*service).clone()).collect();
        // A hash map has no order; a list that differs at each reading would look like a change.
        truncated.sort_unstable();
        truncated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(services: &[(&str, usize, usize)]) -> Vec<Case> {
        let case = |service: &str, state| Case {
            service_id: Some(service.into()),
            state,
            ..Case::new("1")
        };
        let cases_of = |(service, waiting, handled): &(&str, usize, usize)| {
            let mut cases = vec![case(service, None); *waiting];
            cases.extend(vec![case(service, Some(CaseState::Handled)); *handled]);
            cases
        };
        services.iter().flat_map(cases_of).collect()
    }

    #[test]
    fn list_at_limit_is_truncated_until_exceeded() {
        let limit = CaseLimit::default();
        assert!(limit.truncated_services(&[]).is_empty());
        assert!(limit.truncated_services(&cases(&[("a", 19, 0), ("b", 10, 9)])).is_empty());
        assert_eq!(
            limit.truncated_services(&cases(&[("c", 3, 17), ("a", 20, 0), ("b", 3, 0)])),
            ["a".into(), "c".into()],
            "handled cases may count"
        );
        assert!(limit.truncated_services(&cases(&[("a", 20, 0), ("b", 21, 0)])).is_empty());
        assert!(
            limit.truncated_services(&cases(&[("a", 20, 0)])).is_empty(),
            "this server shows more than that"
        );
    }

    #[test]
    fn waiting_cases_alone_can_reach_the_limit() {
        let limit = CaseLimit::default();
        assert_eq!(limit.truncated_services(&cases(&[("a", 20, 5), ("b", 2, 18)])), ["a".into()]);
        assert_eq!(
            limit.truncated_services(&cases(&[("a", 20, 0)])),
            ["a".into()],
            "twenty that wait"
        );
        assert!(limit.truncated_services(&cases(&[("a", 21, 0)])).is_empty());
        assert!(
            limit.truncated_services(&cases(&[("a", 20, 5)])).is_empty(),
            "this server shows more than that"
        );
    }

    #[test]
    fn each_list_has_its_own_limit() {
        let limits = CaseLimits::default();
        assert!(
            limits.for_list(Resource::Calls).truncated_services(&cases(&[("a", 30, 0)])).is_empty()
        );
        assert_eq!(
            limits.for_list(Resource::Cases).truncated_services(&cases(&[("a", 20, 0)])),
            ["a".into()]
        );
    }
}
