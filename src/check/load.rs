//! How many requests a minute the exporter will send, beside what is allowed.

use std::{fmt::Write, time::Duration};

use super::{CheckTarget, Report};
use crate::model::Collector;

/// Requests a minute, from readings that were made and how often they will be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    per_minute: f64,
}

impl Load {
    /// A reading that took this many requests is made every `interval`.
    pub(super) fn add(&mut self, requests: u64, interval: Duration) {
        self.per_minute += requests as f64 * 60.0 / interval.as_secs_f64().max(1.0);
    }

    pub(super) fn check(self, target: &CheckTarget, report: &mut Report) {
        let allowed = target.settings.limits.requests_per_minute;
        let mut seen = format!("about {:.0} requests a minute, ", self.per_minute.ceil());
        let more = following(target);
        if more > 0.0 {
            let _ = write!(seen, "up to {more:.0} more while lists of cases are cut, ");
        }
        let _ = write!(seen, "{allowed} allowed");
        if self.per_minute > f64::from(allowed) {
            let remedy =
                "intervals will be stretched; raise `max_requests_per_minute` or the intervals in `poll`";
            report.check("load", seen, remedy);
        } else {
            report.ok("load", seen);
        }
    }
}

/// Requests a minute for single cases, at most: they are asked for in every step that reads lists.
fn following(target: &CheckTarget) -> f64 {
    let lists = [Collector::Calls, Collector::Cases].map(|collector| target.interval(collector));
    let cases = target.settings.limits.follow_cases as f64;
    let interval = lists.into_iter().flatten().min();
    interval.map_or(0.0, |interval| cases * 60.0 / interval.as_secs_f64().max(1.0))
}
