//! Habits of a server with one list: paging, sorting, and the limit on the cases of a service.

use std::collections::HashMap;

use super::Forget;
use crate::model::{Case, CaseState, Resource, Text};

/// Number of items up to which a collection is not paged, by the documentation.
const MAX_UNPAGED_ITEMS: usize = 10;
/// Documented number of cases of a service at which `services/cases` is truncated.
// The same number is watched for in `services/calls`: a limit there would be undocumented, and a
// truncated list that is taken as whole turns hidden cases into cases that left.
const LIMIT: usize = 20;

/// Paging of one resource, with or without a row filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::trio) struct PagingBehaviour {
    /// It sent the header once, so it does whenever there are several pages.
    pub(in crate::trio) sends_header: bool,
    /// It returns the same rows for every page.
    pub(in crate::trio) ignores_pages: bool,
    /// Most rows that ever came in one page: a page with fewer is a whole collection.
    pub(in crate::trio) most_rows: usize,
}

impl Forget for PagingBehaviour {
    // A server is upgraded or replaced behind the same address; a login follows, so a conclusion
    // lives no longer than a token, an hour by default.
    fn forget(&mut self) {
        *self = Self::default();
    }
}

impl PagingBehaviour {
    /// Returns whether another page may follow a first one of `rows` rows that came without a
    /// header, where `asked` rows were asked for.
    pub(in crate::trio) fn may_have_more(self, rows: usize, asked: usize) -> bool {
        // The default size is ten, and a server may ignore the size asked for or cap it at another
        // round one. Stopping after a full page would lose everything behind it without an error.
        let looks_full = rows > 0 && (rows == asked || rows.is_multiple_of(10));
        looks_full
            && rows >= self.most_rows
            && !self.ignores_pages
            && !(self.sends_header && rows <= MAX_UNPAGED_ITEMS)
    }
}

/// `sort=` for a list that changes while it is paged.
// In a list sorted by id, cases that come and go do not shift the others across pages. Documented is
// the parameter, not which resources honour it: that is seen in the answers.
#[derive(Debug, Default)]
pub(in crate::trio) struct Sorting {
    /// Member that holds the id, as the server spells it.
    id: Option<Text>,
    /// The server refuses the parameter or ignores it.
    does_not_sort: bool,
}

impl Forget for Sorting {
    // The name of the member stays, since the API keeps it; whether it sorts is tried again.
    fn forget(&mut self) {
        self.does_not_sort = false;
    }
}

impl Sorting {
    /// Returns the member to sort by, once it is known and while the server sorts.
    pub(in crate::trio) fn member(&self, resource: Resource) -> Option<Text> {
        // Configuration changes rarely while it is paged; a parameter that may be refused is not
        // worth it.
        self.id.clone().filter(|_| resource.comes_and_goes() && !self.does_not_sort)
    }

    /// Records a list that arrived, `sorted` if that was asked for, with the member and values of
    /// its ids.
    pub(in crate::trio) fn record_list<'i>(
        &mut self,
        sorted: bool,
        id: Option<Text>,
        ids: impl Iterator<Item = &'i Text>,
    ) {
        self.does_not_sort |= sorted && !is_sorted(ids);
        self.id = id.or(self.id.take());
    }

    /// Records that the server refused to sort a list that it gives unsorted.
    pub(in crate::trio) fn record_refusal(&mut self) {
        self.does_not_sort = true;
    }
}

/// Returns whether ids ascend, as numbers or as texts.
// Both orders are stable under paging; the documentation does not say which one a server uses.
fn is_sorted<'i>(ids: impl Iterator<Item = &'i Text>) -> bool {
    let ids: Vec<&str> = ids.map(|id| &**id).collect();
    let numbers: Option<Vec<i128>> = ids.iter().map(|id| id.parse().ok()).collect();
    numbers.is_some_and(|numbers| numbers.is_sorted()) || ids.is_sorted()
}

/// The largest numbers that one list ever showed of a single service.
// Twenty in `services/cases` are documented. The documentation leaves open if handled cases count,
// and it states no limit for `services/calls`. A number that a server has exceeded is not its limit.
#[derive(Debug, Default)]
pub(in crate::trio) struct CaseLimit {
    /// More cases than the limit were seen.
    exceeded: bool,
    /// More cases than the limit were seen that no agent handles.
    exceeded_waiting: bool,
}

/// Cases of one service in one list.
#[derive(Clone, Copy, Debug, Default)]
struct CaseCounts {
    all: usize,
    waiting: usize,
}

impl CaseLimit {
    /// Returns the services whose part of the list may be truncated, sorted by id: those that have
    /// exactly the limit, on a server that never showed more of that kind. Records larger numbers.
    pub(in crate::trio) fn truncated_services(&mut self, cases: &[Case]) -> Vec<Text> {
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
        self.exceeded |= by_service.values().any(|counts| counts.all > LIMIT);
        self.exceeded_waiting |= by_service.values().any(|counts| counts.waiting > LIMIT);
        let at_limit = |counts: &CaseCounts| {
            counts.all == LIMIT && !self.exceeded
                || counts.waiting == LIMIT && !self.exceeded_waiting
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

    #[test]
    fn full_page_without_header_may_have_more() {
        let fresh = PagingBehaviour::default();
        for (rows, goes_on) in
            [(0, false), (9, false), (10, true), (37, false), (50, true), (1000, true)]
        {
            assert_eq!(fresh.may_have_more(rows, 1000), goes_on, "{rows}");
        }
        assert!(fresh.may_have_more(37, 37), "as many as were asked for");
        let larger = PagingBehaviour { most_rows: 30, ..fresh };
        assert!(!larger.may_have_more(20, 1000), "larger pages came before: this one was not cut");
        assert!(larger.may_have_more(30, 1000));
        assert!(!PagingBehaviour { ignores_pages: true, ..fresh }.may_have_more(20, 1000));
        let sends_header = PagingBehaviour { sends_header: true, ..fresh };
        assert!(!sends_header.may_have_more(10, 1000) && sends_header.may_have_more(20, 1000));
    }

    fn ids(ids: &[&str]) -> Vec<Text> {
        ids.iter().map(|&id| id.into()).collect()
    }

    #[test]
    fn ids_ascend_as_numbers_or_as_texts() {
        for sorted in [&["9", "10", "100"][..], &["10", "100", "9"], &["a", "b"], &["7"], &[]] {
            assert!(is_sorted(ids(sorted).iter()), "{sorted:?}");
        }
        assert!(!is_sorted(ids(&["10", "9", "100"]).iter()));
    }

    #[test]
    fn unsorted_answer_ends_sorting_until_the_next_session() {
        let mut sorting = Sorting::default();
        let asked = |sorting: &Sorting| sorting.member(Resource::Calls);
        let record = |sorting: &mut Sorting, sorted, order: &[&str]| {
            sorting.record_list(sorted, Some("jobNo".into()), ids(order).iter());
        };
        assert_eq!(asked(&sorting), None, "nothing is known yet");
        record(&mut sorting, false, &["3", "1"]);
        assert_eq!(asked(&sorting).as_deref(), Some("jobNo"));
        record(&mut sorting, true, &["1", "3"]);
        assert_eq!(asked(&sorting).as_deref(), Some("jobNo"));
        record(&mut sorting, true, &["3", "1"]);
        assert_eq!(asked(&sorting), None);
        sorting.forget();
        assert_eq!(asked(&sorting).as_deref(), Some("jobNo"), "a new session may sort");
        sorting.record_refusal();
        assert_eq!(asked(&sorting), None);
    }

    #[test]
    fn configuration_lists_are_not_sorted() {
        let mut sorting = Sorting::default();
        sorting.record_list(false, Some("id".into()), ids(&["1"]).iter());
        assert_eq!(sorting.member(Resource::Agents), None);
    }

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
        let mut limit = CaseLimit::default();
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
        let mut limit = CaseLimit::default();
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
}
