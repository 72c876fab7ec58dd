//! Limit of 20 cases that `services/cases` shows for each service.
//!
//! The documentation does not say if handled cases count towards the limit. If they do, 20 cases
//! that agents handle hide every case that waits.

use std::collections::BTreeMap;

use super::{CheckTarget, Report};
use crate::{
    model::{Case, CaseState, Collector},
    trio::{Client, Error, Route},
};

/// Documented number of cases that Trio shows for one service.
const LIMIT: usize = 20;

/// Reads the cases of one contact centre and reports what they show about the limit.
pub(super) async fn check(
    target: &CheckTarget,
    client: &Client,
    route: &Route,
    report: &mut Report,
) {
    if target.interval(Collector::Cases).is_none() {
        return;
    }
    let subject = format!("limit of cases cc {}", route.contact_center());
    match client.cases(route).await {
        Ok(listing) => {
            judge(subject, listing.data.cases.iter(), report);
        }
        Err(Error::Status { status, .. }) => {
            let seen = format!("cannot be determined: services/cases answered {status}");
            report.unknown(
                subject,
                seen,
                "grant the right to read it, or leave the collector `calls` on",
            );
        }
        Err(error) => {
            let seen = format!("cannot be determined: {}", error.redacted());
            report.unknown(subject, seen, "repair services/cases above first");
        }
    }
}

/// Judges by the service that shows the most cases: only a full list shows what counts.
fn judge<'c>(subject: String, cases: impl Iterator<Item = &'c Case>, report: &mut Report) {
    let mut services: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in cases {
        let Some(service) = case.service_id.as_deref() else { continue };
        let (all, handled) = services.entry(service).or_default();
        *all += 1;
        *handled += usize::from(case.state == Some(CaseState::Handled));
    }
    let Some((service, (all, handled))) = services.into_iter().max_by_key(|(_, (all, _))| *all)
    else {
        let seen = "cannot be determined: no case of a known service is shown";
        report.unknown(subject, seen, "check again at a busy time");
        return;
    };
    let seen = format!("service {service} shows {all} cases, {handled} of them handled");
    // More than 20 in all, but not more than 20 that wait: only waiting cases count.
    if all > LIMIT && all - handled <= LIMIT {
        report.ok(subject, format!("{seen}: handled cases do not count"));
    } else if all > LIMIT {
        report.ok(subject, format!("{seen}: there is no limit of {LIMIT}"));
    } else if all == LIMIT && handled > 0 {
        // It may be chance, so this is no failure.
        let remedy =
            "waiting cases may be hidden while agents handle many: leave the collector `calls` on";
        report.check(subject, format!("{seen}: handled cases seem to count"), remedy);
    } else {
        report.unknown(
            subject,
            format!("cannot be determined now: {seen}"),
            "check again at a busy time",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Level, *};

    fn finding(waiting: usize, handled: usize) -> (Level, String) {
        let case =
            |state| Case { service_id: Some("7".into()), state: Some(state), ..Case::new("1") };
        let mut cases = vec![case(CaseState::Queued); waiting];
        cases.extend(vec![case(CaseState::Handled); handled]);
        let mut report = Report::default();
        judge("cases".to_owned(), cases.iter(), &mut report);
        (report.findings[0].level, report.findings[0].seen.clone())
    }

    #[test]
    fn only_full_list_shows_what_the_limit_counts() {
        for (waiting, handled, level, words) in [
            (0, 0, Level::Unknown, "cannot be determined"),
            (12, 7, Level::Unknown, "cannot be determined now"),
            (20, 0, Level::Unknown, "cannot be determined now"),
            (3, 17, Level::Check, "handled cases seem to count"),
            (20, 5, Level::Ok, "handled cases do not count"),
            (30, 5, Level::Ok, "no limit of 20"),
        ] {
            let (found, seen) = finding(waiting, handled);
            assert_eq!(found, level, "{seen}");
            assert!(seen.contains(words), "{waiting}, {handled}: {seen}");
        }
    }
}
