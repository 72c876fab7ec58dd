//! Comparison of the waits that Trio states with the ages of the waiting cases, in one reading. A
//! wait that is read in the wrong unit differs by a factor of 60 or 1000.
//!
//! The running exporter reports a factor after three readings, a minute apart; `check` ends before
//! that, so its lines say "in this reading".

use super::{CenterReading, CheckTarget, Report};
use crate::{
    model::Collector,
    tally::{Comparison, Source, age_by_arrival},
    trio::Client,
};

/// Reports how the stated waits of all contact centres compare with the lists of cases.
pub(super) fn check(
    target: &CheckTarget,
    client: &Client,
    read: &[CenterReading],
    report: &mut Report,
) {
    let is_on = |collector| target.interval(collector).is_some();
    if !is_on(Collector::Calls) && !is_on(Collector::Cases) {
        return;
    }
    // Arrival times are Trio's, the time of the reading is ours.
    let skew = client.clock_skew().unwrap_or_default();
    let mut comparison = Comparison::default();
    for reading in read {
        reading.compare(skew, &mut comparison);
    }
    let mismatches = comparison.mismatches(&client.field_uses());
    for mismatch in &mismatches {
        let seen = format!("in this reading {}", mismatch.description());
        report.check("waits", seen, mismatch.remedy());
    }
    if !mismatches.is_empty() {
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

impl CenterReading {
    /// Adds this reading to the comparison; `skew` is Trio's clock minus ours, in seconds.
    fn compare(&self, skew: f64, comparison: &mut Comparison) {
        let lists = [&self.calls, &self.cases];
        for (source, list) in Source::ALL.into_iter().zip(lists) {
            if let Some((at, list)) = list {
                comparison.add_list(source, list, &|_, case| age_by_arrival(case, *at, skew));
            }
        }
        if let Some((at, states)) = &self.states {
            let lists = lists.map(|list| list.as_ref().map(|(_, list)| list));
            comparison.add_states(states, lists, &|_, case| age_by_arrival(case, *at, skew));
        }
    }
}
