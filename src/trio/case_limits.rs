//! How many cases of a service a server shows at most, as far as its answers tell.
//!
//! Documented are twenty in `services/cases`. Whether those that are handled count is not, and of
//! `services/calls` no limit is known: what a server was seen to exceed is no limit of its.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::model::{Case, CaseState, Resource, Text};

/// The number of cases a service at which `services/cases` is cut.
const LIMIT: usize = 20;

/// What is known of the limits of both lists of cases.
#[derive(Debug, Default)]
pub(super) struct CaseLimits {
    calls: CaseLimit,
    cases: CaseLimit,
}

/// What one list was ever seen to show of a single service.
#[derive(Debug, Default)]
pub(super) struct CaseLimit {
    /// More cases than the limit.
    more: AtomicBool,
    /// More cases than the limit that nobody handles.
    more_waiting: AtomicBool,
}

/// How many cases of a service are shown.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    all: usize,
    waiting: usize,
}

impl CaseLimits {
    /// What is known of one of the lists.
    pub(super) fn of(&self, list: Resource) -> &CaseLimit {
        if list == Resource::Calls { &self.calls } else { &self.cases }
    }
}

impl CaseLimit {
    /// The services whose part of the list looks as if it were cut: they stand just at the limit,
    /// and none was ever seen above it.
    pub(super) fn cut(&self, cases: &[Case]) -> Vec<Text> {
        let mut of_service: HashMap<&Text, Shown> = HashMap::new();
        for case in cases {
            let Some(service) = &case.service_id else { continue };
            let shown = of_service.entry(service).or_default();
            shown.all += 1;
            shown.waiting += usize::from(case.state != Some(CaseState::Handled));
        }
        let exceeds = |count: fn(&Shown) -> usize, seen: &AtomicBool| {
            let now = of_service.values().any(|shown| count(shown) > LIMIT);
            seen.fetch_or(now, Ordering::Relaxed) || now
        };
        let more = exceeds(|shown| shown.all, &self.more);
        let more_waiting = exceeds(|shown| shown.waiting, &self.more_waiting);
        let at_limit = |shown: &Shown| shown.all == LIMIT && !more || shown.waiting == LIMIT && !more_waiting;
        let cut = of_service.iter().filter(|(_, shown)| at_limit(shown));
        let mut cut: Vec<Text> = cut.map(|(service, _)| (*service).clone()).collect();
        cut.sort_unstable();
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(of_services: &[(&str, usize, usize)]) -> Vec<Case> {
        let case = |service: &str, state| Case { service_id: Some(service.into()), state, ..Case::new("1") };
        let of = |(service, waiting, handled): &(&str, usize, usize)| {
            let mut cases = vec![case(service, None); *waiting];
            cases.extend(vec![case(service, Some(CaseState::Handled)); *handled]);
            cases
        };
        of_services.iter().flat_map(of).collect()
    }

    #[test]
    fn a_list_at_the_limit_is_taken_as_cut_until_a_service_was_seen_above_it() {
        let limit = CaseLimit::default();
        assert!(limit.cut(&[]).is_empty());
        assert!(limit.cut(&cases(&[("a", 19, 0), ("b", 10, 9)])).is_empty());
        assert_eq!(
            limit.cut(&cases(&[("c", 3, 17), ("a", 20, 0), ("b", 3, 0)])),
            ["a".into(), "c".into()],
            "handled cases may count"
        );
        assert!(limit.cut(&cases(&[("a", 20, 0), ("b", 21, 0)])).is_empty());
        assert!(limit.cut(&cases(&[("a", 20, 0)])).is_empty(), "this server shows more than that");
    }

    #[test]
    fn where_handled_cases_do_not_count_those_that_wait_are_still_cut_at_the_limit() {
        let limit = CaseLimit::default();
        assert_eq!(limit.cut(&cases(&[("a", 20, 5), ("b", 2, 18)])), ["a".into()]);
        assert_eq!(limit.cut(&cases(&[("a", 20, 0)])), ["a".into()], "twenty that wait");
        assert!(limit.cut(&cases(&[("a", 21, 0)])).is_empty());
        assert!(limit.cut(&cases(&[("a", 20, 5)])).is_empty(), "this server shows more than that");
    }

    #[test]
    fn what_one_list_exceeds_says_nothing_of_the_other() {
        let limits = CaseLimits::default();
        assert!(limits.of(Resource::Calls).cut(&cases(&[("a", 30, 0)])).is_empty());
        assert_eq!(limits.of(Resource::Cases).cut(&cases(&[("a", 20, 0)])), ["a".into()]);
    }
}
