//! Stated waits beside the ages of the waiting cases, in one reading: a unit that is read wrongly shows as a
//! factor. The running exporter compares three readings before it reports one; `check` does not wait for that.

use super::{CenterReading, CheckTarget, Report};
use crate::{
    model::Collector,
    tally::{Comparison, Source, age_by_arrival},
    trio::Client,
};

pub(super) fn check(target: &CheckTarget, client: &Client, read: &[CenterReading], report: &mut Report) {
    let is_on = |collector| target.interval(collector).is_some();
    if !is_on(Collector::Calls) && !is_on(Collector::Cases) {
        return;
    }
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
            "cannot be told in this reading: no stated wait stands beside a waiting case that says when it came",
            "they are compared again and again in operation: see /status after some minutes with waiting cases",
        ),
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
