//! Limit of 20 cases that `services/cases` shows for each service: what the lists that were read
//! show about it.

use super::Report;
use crate::{
    diagnosis::{CaseLimit, Subject, case_limit},
    snapshot::Snapshot,
};

/// Reports on the list of each contact centre in which the collector is on.
pub(super) fn report(snapshot: &Snapshot, report: &mut Report) {
    for center in snapshot.centers.iter().filter(|center| center.cases.interval.is_some()) {
        let id = &center.contact_center.id;
        let subject = format!("limit of cases cc {id}");
        if report.add_found(|of| matches!(of, Subject::CaseLimit(centers) if centers.contains(id)))
        {
            continue;
        }
        let again = "check again at a busy time";
        let Some(good) = &center.cases.good else {
            // Its line about the right to read it says why.
            let seen = "cannot be determined: services/cases cannot be read";
            report.unknown(
                subject,
                seen,
                "grant the right to read it, or leave the collector `calls` on",
            );
            continue;
        };
        match case_limit(good.data.cases.iter()) {
            CaseLimit::OnlyWaiting(seen) => {
                report.ok(subject, format!("{seen}: handled cases do not count"));
            }
            CaseLimit::NoLimit(seen) => {
                report.ok(subject, format!("{seen}: there is no such limit"));
            }
            CaseLimit::NoCase => {
                let seen = "cannot be determined: no case of a known service is shown";
                report.unknown(subject, seen, again);
            }
            CaseLimit::NotShown(seen) | CaseLimit::HandledCount(seen) => {
                report.unknown(subject, format!("cannot be determined now: {seen}"), again);
            }
        }
    }
}
