//! Comparison of the waits that Trio states with the ages of the waiting cases, in one reading. A
//! wait that is read in the wrong unit differs by a factor of 60 or 1000.
//!
//! The running exporter reports a factor after three readings, a minute apart; `check` ends before
//! that, so it reports the factor of its only reading.

use super::{CheckTarget, Report};
use crate::{
    diagnosis::Subject,
    model::{ClockSkew, Collector},
    snapshot::{Center, Good, Snapshot},
    tally::{Comparison, Source, age_by_arrival},
};

/// Reports how the stated waits of all contact centres compare with the lists of cases.
pub(super) fn report(target: &CheckTarget, comparison: &Comparison, report: &mut Report) {
    let is_on = |list: Collector| target.interval(list).is_some();
    let is_any_on =
        Collector::ALL.into_iter().filter(|collector| collector.lists_cases()).any(is_on);
    if report.add_found(|subject| *subject == Subject::Waits) || !is_any_on {
        return;
    }
    match comparison.agreement() {
        (0, 0) => report.unknown(
            "waits",
            "cannot be determined in this reading: no stated wait can be compared with a waiting case that has a time of arrival",
            "they are compared again and again in operation: see /status after some minutes with waiting cases",
        ),
        // The majority decides: a single service may count its waits in another way.
        (agreeing, other) if agreeing > other => {
            report.ok("waits", format!("in this reading {agreeing} agree with the lists of cases"));
        }
        (agreeing, other) => report.unknown(
            "waits",
            format!("in this reading {agreeing} agree with the lists of cases, {other} do not, by no known factor"),
            "check again when more cases wait, or see /status",
        ),
    }
}

/// Compares the readings of a snapshot.
pub(super) fn compare(snapshot: &Snapshot) -> Comparison {
    // Arrival times are Trio's, the time of the reading is ours.
    let skew = snapshot.clock_skew;
    let mut comparison = Comparison::default();
    for center in &snapshot.centers {
        add(center, skew, &mut comparison);
    }
    comparison
}

/// Adds a reading to the comparison; `skew` is the difference of Trio's clock to ours.
fn add(center: &Center, skew: Option<ClockSkew>, comparison: &mut Comparison) {
    let lists = Source::ALL.map(|source| source.reading(center).good.as_ref());
    for (source, list) in Source::ALL.into_iter().zip(lists) {
        if let Some(Good { taken, data, .. }) = list {
            comparison.add_list(source, data, &|_, case| age_by_arrival(case, *taken, skew));
        }
    }
    if let Some(Good { taken, data, .. }) = &center.service_state.good {
        let lists = lists.map(|list| list.map(|good| &*good.data));
        comparison.add_states(data, lists, &|_, case| age_by_arrival(case, *taken, skew));
    }
}
