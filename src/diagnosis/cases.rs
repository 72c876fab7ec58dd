//! Lists of cases that hide cases, and the limit of 20 cases that `services/cases` shows for each
//! service.
//!
//! The documentation does not say if handled cases count towards the limit. If they do, 20 cases
//! that agents handle hide every case that waits.

use std::collections::BTreeMap;

use super::{
    finding::{Finding, FindingKind, Severity, Subject},
    words::{counted, list_names, name_and_id},
};
use crate::{
    model::{Case, CaseState, Stamp, Text},
    snapshot::{Center, Snapshot},
    tally::{LevelGap, ServiceTotals, Totals},
};

/// Documented number of cases that Trio shows for one service.
const LIMIT: usize = 20;

/// Evidence of a list of cases about the limit, by the service that shows the most of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseLimit {
    /// No case of a known service is shown.
    NoCase,
    /// Fewer cases than the limit, or as many that all wait, show nothing.
    NotShown(String),
    /// More than the limit waits.
    NoLimit(String),
    /// Handled cases do not count.
    OnlyWaiting(String),
    /// Handled cases seem to count. It may be chance.
    HandledCount(String),
}

/// Judges by the service that shows the most cases: only a full list shows what counts.
pub fn case_limit<'c>(cases: impl Iterator<Item = &'c Case>) -> CaseLimit {
    let mut services: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in cases {
        let Some(service) = case.service_id.as_deref() else { continue };
        let (all, handled) = services.entry(service).or_default();
        *all += 1;
        *handled += usize::from(case.state == Some(CaseState::Handled));
    }
    let Some((service, (all, handled))) = services.into_iter().max_by_key(|(_, (all, _))| *all)
    else {
        return CaseLimit::NoCase;
    };
    let seen = format!("service {service} shows {all} cases, {handled} of them handled");
    // More than 20 in all, but not more than 20 that wait: only waiting cases count.
    if all > LIMIT && all - handled <= LIMIT {
        CaseLimit::OnlyWaiting(seen)
    } else if all > LIMIT {
        CaseLimit::NoLimit(seen)
    } else if all == LIMIT && handled > 0 {
        CaseLimit::HandledCount(seen)
    } else {
        CaseLimit::NotShown(seen)
    }
}

/// Returns findings about contact centres in which handled cases count towards the limit.
pub(super) fn handled_count(snapshot: &Snapshot, now: Stamp) -> Vec<Finding> {
    let judge = |center: &Center| {
        let list = center.cases.fresh(now)?;
        let CaseLimit::HandledCount(seen) = case_limit(list.cases.iter()) else { return None };
        Some(Finding::new(
            FindingKind::HandledCasesCount,
            Severity::Warning,
            Subject::CaseLimit(vec![center.contact_center.id.clone()]),
            format!("{seen}: handled cases seem to count"),
            "leave the collector `calls` on: waiting cases may be hidden while agents handle many",
        ))
    };
    snapshot.centers.iter().filter_map(judge).collect()
}

/// Returns a finding if lists of cases are truncated: more cases wait than they show.
pub(super) fn truncated(snapshot: &Snapshot, totals: &Totals) -> Option<Finding> {
    let (centers, names) =
        affected_services(snapshot, totals, |service| service.truncated == Some(true));
    let services = counted(names.len(), "service");
    let finding = Finding::new(
        FindingKind::CasesTruncated,
        Severity::Warning,
        Subject::CaseLimit(centers),
        format!(
            "the list of cases is truncated for {}: {}",
            services,
            list_names(names.iter().map(String::as_str))
        ),
        "see trio_service_list_truncated in docs/metrics.md: outcomes that the lists do not show are unclassified",
    );
    (!names.is_empty()).then_some(finding)
}

/// Returns the contact centres with services to which `is_affected` applies, and these services.
fn affected_services(
    snapshot: &Snapshot,
    totals: &Totals,
    is_affected: impl Fn(&ServiceTotals) -> bool,
) -> (Vec<Text>, Vec<String>) {
    let mut centers: Vec<Text> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for center in &totals.centers {
        let services = center.flow.services.iter();
        let affected: Vec<&Text> = services
            .filter(|service| is_affected(service))
            .map(|service| &service.service_id)
            .collect();
        if affected.is_empty() {
            continue;
        }
        let id = &center.contact_center;
        centers.push(id.clone());
        let read = snapshot.centers.iter().find(|center| center.contact_center.id == *id);
        let known = read.map(Center::service_names).unwrap_or_default();
        names.extend(affected.into_iter().map(|service| {
            name_and_id(service, known.get(&**service).and_then(|names| names.name))
        }));
    }
    (centers, names)
}

/// Returns a finding if there are services whose service level cannot be measured at this poll
/// interval.
pub(super) fn level_not_measurable(snapshot: &Snapshot, totals: &Totals) -> Option<Finding> {
    let (centers, names) = affected_services(snapshot, totals, |service| {
        service.classes.iter().any(|class| class.level_gap == Some(LevelGap::Interval))
    });
    let finding = Finding::new(
        FindingKind::LevelNotMeasurable,
        Severity::Warning,
        Subject::ServiceLevel(centers),
        format!(
            "it cannot be measured at this poll interval, and is not shown, for {}: {}",
            counted(names.len(), "service"),
            list_names(names.iter().map(String::as_str))
        ),
        "set `poll.flow` to at most the wait target, and for short calls to 2 s, if `max_requests_per_minute` and Trio allow it",
    );
    (!names.is_empty()).then_some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_list_shows_what_the_limit_counts() {
        let limit = |waiting: usize, handled: usize| {
            let case =
                |state| Case { service_id: Some("7".into()), state: Some(state), ..Case::new("1") };
            let mut cases = vec![case(CaseState::Queued); waiting];
            cases.extend(vec![case(CaseState::Handled); handled]);
            case_limit(cases.iter())
        };
        assert_eq!(limit(0, 0), CaseLimit::NoCase);
        for (waiting, handled) in [(12, 7), (20, 0)] {
            assert!(matches!(limit(waiting, handled), CaseLimit::NotShown(_)), "{waiting}");
        }
        assert!(matches!(limit(3, 17), CaseLimit::HandledCount(_)));
        assert!(matches!(limit(20, 5), CaseLimit::OnlyWaiting(_)));
        assert!(matches!(limit(30, 5), CaseLimit::NoLimit(_)));
    }
}
